//! Where the token goes: into headers and URLs, of the requests that may have it and no others.

use super::Auth;
use super::request::{Failure, Outgoing, Started};
use super::signing::{self, untrusted};
use crate::credential::Credential;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form;
use crate::secret::Secret;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Request, Response};

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
        let outgoing = Outgoing::new(self.client(), &request, &JsValue::UNDEFINED, None);
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
        let client = self.client();
        if !signing::is_ours_to_sign(client, &request) {
            return Ok((request, None));
        }
        let credential = client.credential_now()?;
        let (request, _) = signing::sign(client, request, &credential)?;
        Ok(match credential {
            Credential::Token(token) => (request, Some(token)),
            Credential::ApiKey(_) => (request, None),
        })
    }

    /// Whether a request to this URL may have the token. Relative URLs are those of the page, as for `fetch`.
    pub fn may_sign(&self, url: &str) -> bool {
        signing::signable(self.client(), url).is_some()
    }

    /// The same URL with `bearer_token`, or `api-key`, for what can't send headers: downloads, images, event streams.
    ///
    /// # Errors
    /// `untrusted_url` for a URL that may not have the token; `login_required`.
    pub async fn sign_url(&self, url: &str) -> Result<String> {
        let client = self.client();
        let mut url = signing::signable(client, url).ok_or_else(untrusted)?;
        let credential = client.credential().await?;
        let name = credential.parameter();
        url.query = form::without(&url.query, &[name]);
        form::push(&mut url.query, name, credential.reveal());
        Ok(url.href())
    }
}
