//! Puts the token on requests, where, and only where, it belongs.

use super::Auth;
use crate::browser::{self, native, page};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::oauth::tokens::TOKEN_TYPE;
use wasm_bindgen::JsValue;

/// The header of [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
pub(crate) const HEADER: &str = "Authorization";

/// PlaceOS's name for the parameter of [RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3).
const PARAMETER: &str = "bearer_token";

impl Auth {
    /// Sends a request, with the token if it belongs there. See [`Auth::sign`].
    ///
    /// # Errors
    /// As [`Auth::sign`]; `network` where no response was had. A response, whatever its status, is the server's own.
    pub async fn fetch(
        &self,
        request: gloo_net::http::Request,
    ) -> Result<gloo_net::http::Response> {
        let request = web_sys::Request::from(request);
        self.sign(&request)?;
        let failed = |_: JsValue| AuthError::new(ErrorCode::Network, "No response was had.");
        let promise = native::fetch(&request, &JsValue::UNDEFINED);
        let response = wasm_bindgen_futures::JsFuture::from(promise)
            .await
            .map_err(failed)?;
        Ok(web_sys::Response::from(response).into())
    }

    /// Adds the token to a request if its URL may have it. Any other request is left as it is, and so is one that has an
    /// `Authorization` header already.
    ///
    /// # Errors
    /// `login_required` when it would be signed and there is no session.
    pub fn sign(&self, request: &web_sys::Request) -> Result<()> {
        let headers = request.headers();
        if !self.may_sign(&request.url()) || headers.has(HEADER).unwrap_or(true) {
            return Ok(());
        }
        let token = self.core.token()?;
        let value = [TOKEN_TYPE, " ", token.reveal()].concat();
        headers.set(HEADER, &value).map_err(|_| {
            AuthError::new(
                ErrorCode::InvalidResponse,
                "The browser refused to send the token in a header.",
            )
        })
    }

    /// Whether there is a token to sign with.
    ///
    /// # Errors
    /// `login_required`
    pub fn can_sign(&self) -> Result<()> {
        self.core.token().map(drop)
    }

    /// Whether a request to this URL may have the token. Relative URLs are those of the page, as for `fetch`.
    pub fn may_sign(&self, url: &str) -> bool {
        browser::url::parse(url, page::base().as_deref())
            .is_some_and(|url| self.core.config.resources.may_have_token(&url))
    }

    /// The same URL with `bearer_token`, for what can't send headers: downloads, images, event streams.
    ///
    /// # Errors
    /// `untrusted_url` for a URL that may not have the token; `login_required`.
    pub async fn sign_url(&self, url: &str) -> Result<String> {
        let mut url = browser::url::parse(url, page::base().as_deref())
            .filter(|url| self.core.config.resources.may_have_token(url))
            .ok_or_else(|| {
                AuthError::new(
                    ErrorCode::UntrustedUrl,
                    "Only http(s) URLs of `server` and `protectedResources` may have the token.",
                )
            })?;
        let token = self.core.token()?;
        url.query = form::without(&url.query, &[PARAMETER]);
        form::push(&mut url.query, PARAMETER, token.reveal());
        Ok(url.href())
    }
}
