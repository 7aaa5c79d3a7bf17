//! Puts the token on requests, where, and only where, it belongs.

use super::Auth;
use super::core::Core;
use crate::browser::{self, native, page};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::oauth::tokens::TOKEN_TYPE;
use crate::secret::Secret;
use crate::session::Event;
use crate::text::concat;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, RequestRedirect, Response};

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
    /// Sends a request, with the token if it belongs there, renewed first when due. See [`Auth::sign`]. One that is answered
    /// with 401 is sent once more with a newer token, if its method is one that has no body.
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
        let again = matches!(request.method().as_str(), "GET" | "HEAD").then(|| request.clone());
        let (response, token) = self.send(request).await?;
        if let Some(token) = &token {
            self.answered(token, response.status());
        }
        let (Some(Ok(again)), Some(token), 401) = (again, token, response.status()) else {
            return Ok(response.into());
        };
        self.core.ready().await;
        if !self.has_newer(&token) {
            return Ok(response.into());
        }
        let (response, token) = self.send(again).await?;
        if let Some(token) = token {
            self.answered_again(&token, response.status());
        }
        Ok(response.into())
    }

    /// The response, and the token that the request had, if it had one.
    async fn send(&self, request: Request) -> Result<(Response, Option<Secret>)> {
        let (request, token) = self.sign(request)?;
        let failed = |_: JsValue| AuthError::new(ErrorCode::Network, "No response was had.");
        let promise = native::fetch(&request, &JsValue::UNDEFINED);
        let response = JsFuture::from(promise).await.map_err(failed)?.into();
        Ok((response, token))
    }

    /// Tells the session how the server took a token. A 401 has it renewed, unless it has a newer one already.
    pub fn answered(&self, token: &Secret, status: u16) {
        match status {
            401 => self.core.apply(Event::Unauthorized(token.clone())),
            _ => self.core.accepted(token),
        }
    }

    /// The same of a request that was sent once more: if that didn't help, neither will another token.
    pub fn answered_again(&self, token: &Secret, status: u16) {
        match status {
            401 => self.core.apply(Event::StillUnauthorized(token.clone())),
            _ => self.core.accepted(token),
        }
    }

    /// Whether the session has another token by now.
    pub fn has_newer(&self, token: &Secret) -> bool {
        let now = self.core.token();
        now.is_ok_and(|now| now.reveal() != token.reveal())
    }

    /// Adds the token to a request if its URL may have it. Any other request is left as it is, and so is one that has an
    /// `Authorization` or `X-API-Key` header already.
    ///
    /// With the request comes the token that it has now, if it has one.
    ///
    /// With an API key it comes back as one that follows no redirect: browsers drop `Authorization` on the way to another
    /// origin, but no other header.
    ///
    /// # Errors
    /// `login_required` when it would be signed and there is no session.
    pub fn sign(&self, request: Request) -> Result<(Request, Option<Secret>)> {
        let refused = |_: JsValue| {
            AuthError::new(
                ErrorCode::InvalidResponse,
                "The browser refused to send the token in a header.",
            )
        };
        if !self.may_sign(&request.url()) || is_signed(&request.headers()) {
            return Ok((request, None));
        }
        let credential = self.core.credential_now()?;
        let (name, value) = credential.header();
        request
            .headers()
            .set(name, value.reveal())
            .map_err(refused)?;
        if let Credential::Token(token) = credential {
            return Ok((request, Some(token)));
        }
        if request.redirect() != RequestRedirect::Follow {
            return Ok((request, None));
        }
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Error);
        let request = Request::new_with_request_and_init(&request, &init).map_err(refused)?;
        Ok((request, None))
    }

    /// Whether there is something to sign with, and nothing to wait for first.
    ///
    /// # Errors
    /// `login_required`; or why an expired token could not be renewed.
    pub fn can_sign(&self) -> Result<()> {
        self.core.credential_now().map(drop)
    }

    /// Begins a renewal if one is due; says whether one is under way.
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
