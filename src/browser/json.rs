//! The browser's JSON, for data that is the app's own and passes through as text.

use js_sys::JSON;
use wasm_bindgen::{JsCast, JsValue};

/// The value as JSON; `None` for what JSON can't say: cycles, big integers, functions, `undefined`.
pub fn to_text(value: &JsValue) -> Option<String> {
    // JSON.stringify(undefined) is undefined, not a string, whatever its type says.
    let text: JsValue = JSON::stringify(value).ok()?.into();
    text.dyn_into::<js_sys::JsString>().ok().map(String::from)
}

/// The value a text stands for; `None` if it is no JSON.
pub fn from_text(text: &str) -> Option<JsValue> {
    JSON::parse(text).ok()
}
