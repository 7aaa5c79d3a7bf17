//! One small file per browser facility. What the browser may refuse comes back as a `Result` or an `Option`.
//!
//! Some are JavaScript modules with a Rust signature. There are four at the most: with five, wasm-bindgen's test server
//! (0.2.130) now and then never sends the last one.

pub mod abort;
pub mod brand;
pub mod channel;
pub mod clock;
pub mod cookie;
pub mod departure;
pub mod frame;
pub mod http;
pub mod json;
pub mod latch;
pub mod listener;
pub mod lock;
pub mod page;
pub mod popup;
pub mod random;
pub mod shared;
pub mod storage;
pub mod task;
pub mod timeout;
pub mod timer;
pub mod url;
pub mod web_socket;

use crate::error::{AuthError, ErrorCode, Result};
use wasm_bindgen::prelude::*;

/// The window of this page.
///
/// # Errors
/// `unsupported_environment` where there is none: in Node, a worker or a server-side renderer.
pub fn window() -> Result<web_sys::Window> {
    let global = js_sys::global();
    // Not by `instanceof`: what stands in for a page where there is none, in an app's tests, has no class of its own.
    let is_page = ["document", "location"].map(|name| property(&global, name).is_object());
    if is_page == [true; 2] {
        return Ok(global.unchecked_into());
    }
    Err(AuthError::new(
        ErrorCode::UnsupportedEnvironment,
        "There is no window here. Call this in a browser's page, not in a worker or on a server.",
    ))
}

#[wasm_bindgen]
extern "C" {
    /// Any value that isn't `null` or `undefined`.
    type Something;

    // Not js-sys's: where it throws, a place in the table of JavaScript values is lost for what it would have given.
    #[wasm_bindgen(catch, js_namespace = Reflect)]
    fn get(object: &JsValue, name: &str) -> std::result::Result<Option<Something>, JsValue>;
}

/// What an object has under a name; `undefined` where it has nothing, or is none. For what a page may have replaced: there,
/// reading it any other way could trap.
pub fn property(object: &JsValue, name: &str) -> JsValue {
    let value = get(object, name).ok().flatten();
    value.map_or(JsValue::UNDEFINED, JsValue::from)
}
