//! Promises of what futures give.

use super::error;
use crate::error::Result;
use js_sys::Promise;
use std::pin::Pin;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// A promise of what a future gives. Boxed, so that the machinery behind it is there once and not for every future.
pub fn promise<T: Into<JsValue>>(future: impl Future<Output = Result<T>> + 'static) -> Promise {
    raw_promise(Box::pin(async move {
        future.await.map(Into::into).map_err(error::to_js)
    }))
}

/// The same where the future's error is a JavaScript value already.
pub fn raw_promise(
    future: Pin<Box<dyn Future<Output = std::result::Result<JsValue, JsValue>>>>,
) -> Promise {
    future_to_promise(future)
}
