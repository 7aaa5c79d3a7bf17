//! `fetch` as JavaScript calls it.

use super::{error, raw_promise};
use crate::auth::Auth;
use crate::auth::request::{Failure, Outcome, Outgoing, Started};
use crate::credential::Credential;
use crate::session::pass;
use js_sys::{Function, Promise};
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

/// `via` is the `fetch` that ours was installed in place of, if it was.
pub fn fetch(auth: &Auth, input: &JsValue, init: &JsValue, via: Option<Function>) -> Promise {
    match Outgoing::new(auth.client(), input, init, via).start() {
        Started::Passed(response) => response,
        Started::Signed(response) => promise(response),
    }
}

/// Goes on with a request that JavaScript has sent with a pass.
pub fn answered(
    auth: &Auth,
    pass: &Pass,
    input: &JsValue,
    init: &JsValue,
    via: Option<Function>,
    response: &JsValue,
) -> Promise {
    promise(Outgoing::new(auth.client(), input, init, via).answered(&pass.0, response))
}

fn promise(response: Pin<Box<dyn Future<Output = Outcome>>>) -> Promise {
    raw_promise(Box::pin(async move {
        response.await.map_err(|failure| match failure {
            Failure::Auth(error) => error::to_js(error),
            Failure::Browser(reason) => reason,
        })
    }))
}
