//! Puts the token on requests, where, and only where, it belongs.

use super::Auth;
use super::core::Core;
use crate::browser::{self, native, page};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::oauth::tokens::TOKEN_TYPE;
use crate::secret::Secret;
use crate::text::concat;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Headers, Request, RequestInit, RequestRedirect};

/// The header of [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
const HEADER: &str = "Authorization";

/// PlaceOS's header for API keys.
pub(super) const API_KEY_HEADER: &str = "X-API-Key";

/// What a client signs with.
pub enum Credential {
    /// An access token.
    Token(Secret),
    /// An API key of the options.
    ApiKey(Secret),
}

impl Credential {
    /// The header that carries it, and its value.
    fn header(&self) -> (&'static str, Secret) {
        match self {
            Credential::Token(token) => {
                let value = concat(&[TOKEN_TYPE, " ", token.reveal()]);
                (HEADER, Secret::new(value))
            }
            Credential::ApiKey(key) => (API_KEY_HEADER, key.clone()),
        }
    }

    /// The parameter, or cookie, that carries it: for a token PlaceOS's name for that of
    /// [RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3).
    pub fn parameter(&self) -> &'static str {
        match self {
            Credential::Token(_) => "bearer_token",
            Credential::ApiKey(_) => "api-key",
        }
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        match self {
            Credential::Token(secret) | Credential::ApiKey(secret) => secret.reveal(),
        }
    }
}

/// Whether headers sign a request already.
pub(crate) fn is_signed(headers: &Headers) -> bool {
    [HEADER, API_KEY_HEADER]
        .iter()
        .any(|name| headers.has(name).unwrap_or(true))
}

impl Core {
    /// What to sign with, as it is.
    ///
    /// # Errors
    /// `login_required`; or why an expired token could not be renewed.
    pub fn credential_now(&self) -> Result<Credential> {
        match &self.config.api_key {
            Some(key) => Ok(Credential::ApiKey(Secret::new(key.reveal().to_owned()))),
            None => self.token().map(Credential::Token),
        }
    }

    /// The same, renewed first when due.
    pub async fn credential(self: &Rc<Self>) -> Result<Credential> {
        self.ready().await;
        self.credential_now()
    }
}

impl Auth {
    /// Sends a request, with the token if it belongs there, renewed first when due. See [`Auth::sign`].
    ///
    /// # Errors
    /// As [`Auth::sign`]; `network` where no response was had. A response, whatever its status, is the server's own.
    pub async fn fetch(
        &self,
        request: gloo_net::http::Request,
    ) -> Result<gloo_net::http::Response> {
        let request = Request::from(request);
        if self.may_sign(&request.url()) {
            self.core.ready().await;
        }
        let request = self.sign(request)?;
        let failed = |_: JsValue| AuthError::new(ErrorCode::Network, "No response was had.");
        let promise = native::fetch(&request, &JsValue::UNDEFINED);
        let response = wasm_bindgen_futures::JsFuture::from(promise)
            .await
            .map_err(failed)?;
        Ok(web_sys::Response::from(response).into())
    }

    /// Adds the token to a request if its URL may have it. Any other request is left as it is, and so is one that has an
    /// `Authorization` or `X-API-Key` header already.
    ///
    /// With an API key it comes back as one that follows no redirect: browsers drop `Authorization` on the way to another
    /// origin, but no other header.
    ///
    /// # Errors
    /// `login_required` when it would be signed and there is no session.
    pub fn sign(&self, request: Request) -> Result<Request> {
        let refused = |_: JsValue| {
            AuthError::new(
                ErrorCode::InvalidResponse,
                "The browser refused to send the token in a header.",
            )
        };
        if !self.may_sign(&request.url()) || is_signed(&request.headers()) {
            return Ok(request);
        }
        let credential = self.core.credential_now()?;
        let (name, value) = credential.header();
        request
            .headers()
            .set(name, value.reveal())
            .map_err(refused)?;
        if matches!(credential, Credential::Token(_))
            || request.redirect() != RequestRedirect::Follow
        {
            return Ok(request);
        }
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Error);
        Request::new_with_request_and_init(&request, &init).map_err(refused)
    }

    /// Whether there is something to sign with, and nothing to wait for first.
    ///
    /// # Errors
    /// `login_required`; or why an expired token could not be renewed.
    pub fn can_sign(&self) -> Result<()> {
        self.core.credential_now().map(drop)
    }

    /// Waits for the renewal of the session that is due or under way, if one is. Says whether it had to.
    pub fn is_renewing(&self) -> bool {
        self.core.is_renewing()
    }

    /// Waits for the renewal of the session that is under way.
    pub async fn ready(&self) {
        self.core.ready().await;
    }

    /// Whether a request to this URL may have the token. Relative URLs are those of the page, as for `fetch`.
    pub fn may_sign(&self, url: &str) -> bool {
        browser::url::parse(url, page::base().as_deref())
            .is_some_and(|url| self.core.config.resources.may_have_token(&url))
    }

    /// The same URL with `bearer_token`, or `api-key`, for what can't send headers: downloads, images, event streams.
    ///
    /// # Errors
    /// `untrusted_url` for a URL that may not have the token; `login_required`.
    pub async fn sign_url(&self, url: &str) -> Result<String> {
        let mut url = browser::url::parse(url, page::base().as_deref())
            .filter(|url| self.core.config.resources.may_have_token(url))
            .ok_or_else(untrusted)?;
        let credential = self.core.credential().await?;
        let name = credential.parameter();
        url.query = form::without(&url.query, &[name]);
        form::push(&mut url.query, name, credential.reveal());
        Ok(url.href())
    }
}

/// A URL that was to be signed, and may not.
pub(super) fn untrusted() -> AuthError {
    AuthError::new(
        ErrorCode::UntrustedUrl,
        "Only URLs of `server` and `protectedResources` may have the token.",
    )
}
