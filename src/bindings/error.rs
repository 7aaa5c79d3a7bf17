//! The one place where a Rust error becomes a JavaScript one.

use crate::error::AuthError;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "./auth-error.js")]
extern "C" {
    #[wasm_bindgen(js_name = AuthError)]
    type JsAuthError;

    #[wasm_bindgen(constructor, js_class = "AuthError")]
    fn new(
        code: &str,
        message: &str,
        retryable: bool,
        description: Option<&str>,
        uri: Option<&str>,
        status: Option<u16>,
        cause: Option<&str>,
    ) -> JsAuthError;
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = reportError)]
    fn report_error(reason: &JsValue) -> Result<(), JsValue>;
}

/// An `AuthError` of JavaScript's.
pub fn to_js(error: AuthError) -> JsValue {
    JsAuthError::new(
        error.code().as_str(),
        error.message(),
        error.retryable(),
        error.description(),
        error.uri(),
        error.status(),
        error.cause(),
    )
    .into()
}

/// What a callback of the app's threw, as if nobody had caught it: it must not stop us, nor go unseen.
pub fn report(reason: &JsValue) {
    // Missing in browsers of before 2022; then it does go unseen.
    let _ = report_error(reason);
}
