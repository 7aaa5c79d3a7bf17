//! Where the token goes: into headers and URLs, of the requests that may have it and no others.

use super::Auth;
use super::core::Core;
use super::request::{Failure, Outgoing, Started};
use crate::browser::{self, page, property};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::oauth::tokens::TOKEN_TYPE;
use crate::secret::Secret;
use crate::session::Call;
use crate::text::concat;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
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

fn headers_of(request: &Request) -> Headers {
    property(request, "headers").unchecked_into()
}

/// Whether headers sign a request already.
pub(crate) fn is_signed(headers: &Headers) -> bool {
    [HEADER, API_KEY_HEADER]
        .iter()
        .any(|name| headers.has(name).unwrap_or(true))
}

impl Core {
    /// What to sign a request with, as it is.
    ///
    /// # Errors
    /// `login_required`, also if another session has begun since the request was; or why an expired token could not be
    /// renewed.
    pub fn credential_now(&self, call: &mut Call) -> Result<Credential> {
        match &self.config.api_key {
            Some(key) => Ok(Credential::ApiKey(Secret::new(key.reveal().to_owned()))),
            None => self.token_for(call).map(Credential::Token),
        }
    }

    /// The same for what begins now, renewed first when due.
    pub async fn credential(self: &Rc<Self>) -> Result<Credential> {
        let mut call = self.begin_call();
        self.ready().await;
        self.credential_now(&mut call)
    }

    /// See [`Auth::may_sign`].
    pub fn may_sign(&self, url: &str) -> bool {
        browser::url::parse(url, page::base().as_deref())
            .is_some_and(|url| self.config.resources.may_have_token(&url))
    }

    /// Whether a credential belongs on a request: its URL may have it, and the app has signed it with none of its own.
    fn is_ours_to_sign(&self, request: &Request) -> bool {
        // Not by web-sys's getters: what the page has in the place of `Request` may have none.
        let url = property(request, "url").as_string();
        url.is_some_and(|url| self.may_sign(&url)) && !is_signed(&headers_of(request))
    }

    /// Adds a credential to a request if it belongs there; says whether it did. Any other request is left as it is.
    ///
    /// With an API key it comes back as one that follows no redirect: browsers drop `Authorization` on the way to another
    /// origin, but no other header.
    ///
    /// # Errors
    /// `invalid_response` where the browser refuses it.
    pub fn sign(&self, request: Request, credential: &Credential) -> Result<(Request, bool)> {
        let refused = |_: JsValue| {
            AuthError::new(
                ErrorCode::InvalidResponse,
                "The browser refused to send the token in a header.",
            )
        };
        if !self.is_ours_to_sign(&request) {
            return Ok((request, false));
        }
        let (name, value) = credential.header();
        headers_of(&request)
            .set(name, value.reveal())
            .map_err(refused)?;
        let is_key = matches!(credential, Credential::ApiKey(_));
        if !is_key || property(&request, "redirect") != "follow" {
            return Ok((request, true));
        }
        let init = RequestInit::new();
        init.set_redirect(RequestRedirect::Error);
        let request = Request::new_with_request_and_init(&request, &init).map_err(refused)?;
        Ok((request, true))
    }
}

impl Auth {
    /// Sends a request, with the token if it belongs there, renewed first when due. One that is answered with 401 is sent
    /// again with a newer token of the same session, if it has no body, five times in all.
    ///
    /// # Errors
    /// `login_required` when it would be signed and there is no session, or its session has ended; why an expired token could
    /// not be renewed; `network` where no response was received. A response, whatever its status, is the server's own.
    pub async fn fetch(
        &self,
        request: gloo_net::http::Request,
    ) -> Result<gloo_net::http::Response> {
        let request = Request::from(request);
        let outgoing = Outgoing::new(&self.core, &request, &JsValue::UNDEFINED, None);
        let response = match outgoing.start() {
            Started::Passed(promise) => wasm_bindgen_futures::JsFuture::from(promise)
                .await
                .map_err(Failure::Browser),
            Started::Signed(response) => response.await,
        };
        match response {
            Ok(response) => Ok(response.unchecked_into::<Response>().into()),
            Err(Failure::Auth(error)) => Err(error),
            Err(Failure::Browser(_)) => Err(AuthError::new(
                ErrorCode::Network,
                "No response was received.",
            )),
        }
    }

    /// Adds the token to a request if its URL may have it. Any other request is left as it is, and so is one that has an
    /// `Authorization` or `X-API-Key` header already.
    ///
    /// With the request comes the token that it has now, if it has one.
    ///
    /// # Errors
    /// `login_required` when it would be signed and there is no session.
    pub fn sign(&self, request: Request) -> Result<(Request, Option<Secret>)> {
        if !self.core.is_ours_to_sign(&request) {
            return Ok((request, None));
        }
        let credential = self.core.credential_now(&mut self.core.begin_call())?;
        let (request, _) = self.core.sign(request, &credential)?;
        Ok(match credential {
            Credential::Token(token) => (request, Some(token)),
            Credential::ApiKey(_) => (request, None),
        })
    }

    /// Whether a request to this URL may have the token. Relative URLs are those of the page, as for `fetch`.
    pub fn may_sign(&self, url: &str) -> bool {
        self.core.may_sign(url)
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
