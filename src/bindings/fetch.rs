//! `fetch` as JavaScript calls it.

use super::{error, raw_promise};
use crate::auth::Auth;
use crate::auth::request::{Failure, Outgoing, Started};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

/// `via` is the `fetch` that ours was installed in place of, if it was.
pub fn fetch(auth: &Auth, input: &JsValue, init: &JsValue, via: Option<Function>) -> Promise {
    match Outgoing::new(auth.client(), input, init, via).start() {
        Started::Passed(response) => response,
        Started::Signed(response) => raw_promise(Box::pin(async move {
            response.await.map_err(|failure| match failure {
                Failure::Auth(error) => error::to_js(error),
                Failure::Browser(reason) => reason,
            })
        })),
    }
}
