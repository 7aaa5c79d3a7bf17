//! The one place where a request is signed.

use crate::browser::{self, page, property};
use crate::client::Client;
use crate::credential::{API_KEY, AUTHORIZATION, Credential, HEADERS};
use crate::error::{AuthError, ErrorCode, Result};
use crate::url::Url;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, Request, RequestInit, RequestRedirect};

fn headers_of(request: &Request) -> Headers {
    property(request, "headers").unchecked_into()
}

/// Whether headers sign a request already.
pub fn is_signed(headers: &Headers) -> bool {
    HEADERS.iter().any(|name| headers.has(name).unwrap_or(true))
}

/// Takes out an `Authorization` of the session's own, its token or the one before it; says whether there was one. Libraries that
/// were handed the token put it there, and go on with it after a renewal.
pub fn take_own_authorization(client: &Client, headers: &Headers) -> bool {
    let is_alone = !headers.has(API_KEY).unwrap_or(true);
    let value = headers.get(AUTHORIZATION).ok().flatten();
    is_alone
        && value.is_some_and(|value| client.has_authorization(&value))
        && headers.delete(AUTHORIZATION).is_ok()
}

/// The URL of a text, if a request to it may have the token. Relative URLs are those of the page, as for `fetch`.
pub fn signable(client: &Client, url: &str) -> Option<Url> {
    browser::url::parse(url, page::base().as_deref())
        .filter(|url| client.config.resources.may_have_token(url))
}

/// Whether a credential belongs on a request: its URL may have it, and the app has signed it with none of its own.
pub fn is_ours_to_sign(client: &Client, request: &Request) -> bool {
    // Not by web-sys's getters: what the page has in the place of `Request` may have none.
    let url = property(request, "url").as_string();
    url.is_some_and(|url| signable(client, &url).is_some()) && !is_signed(&headers_of(request))
}

/// Adds a credential to a request if it belongs there; says whether it did. Any other request is left as it is.
///
/// With an API key it comes back as one that follows no redirect.
///
/// # Errors
/// `invalid_response` where the browser refuses it.
pub fn sign(client: &Client, request: Request, credential: &Credential) -> Result<(Request, bool)> {
    let refused = |_: JsValue| {
        AuthError::new(
            ErrorCode::InvalidResponse,
            "The browser refused to send the token in a header.",
        )
    };
    if !is_ours_to_sign(client, &request) {
        return Ok((request, false));
    }
    let (name, value) = credential.header();
    headers_of(&request)
        .set(name, value.reveal())
        .map_err(refused)?;
    if credential.may_follow_redirects() || property(&request, "redirect") != "follow" {
        return Ok((request, true));
    }
    let init = RequestInit::new();
    init.set_redirect(RequestRedirect::Error);
    let request = Request::new_with_request_and_init(&request, &init).map_err(refused)?;
    Ok((request, true))
}

/// A URL that was to be signed, and may not.
pub fn untrusted() -> AuthError {
    AuthError::new(
        ErrorCode::UntrustedUrl,
        "Only URLs of `server` and `protectedResources` may have the token.",
    )
}
