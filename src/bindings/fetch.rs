//! `fetch` as JavaScript calls it.

use super::error;
use super::promise::raw_promise;
use crate::auth::request::{Failure, Outcome, Outgoing, Started};
use crate::credential::Credential;
use crate::session::pass;
use js_sys::Promise;
use std::pin::Pin;
use wasm_bindgen::prelude::*;

/// What signs JavaScript's requests, as long as the core honours it.
#[wasm_bindgen]
pub struct Pass(pub(super) pass::Pass);

#[wasm_bindgen]
impl Pass {
    /// The value of the `Authorization` header.
    #[wasm_bindgen(getter)]
    pub fn authorization(&self) -> JsValue {
        let (_, value) = Credential::Token(self.0.token.clone()).header();
        value.reveal().into()
    }
}

/// Starts a request; gives its response.
pub fn start(request: Outgoing) -> Promise {
    match request.start() {
        Started::Passed(response) => response,
        Started::Signed(response) => promise(response),
    }
}

/// What became of a request, as JavaScript is told.
pub fn promise(response: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    raw_promise(Box::pin(async move {
        response.await.map_err(|failure| match failure {
            Failure::Auth(error) => error::to_js(error),
            Failure::Browser(reason) => reason,
        })
    }))
}
