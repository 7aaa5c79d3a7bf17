//! What an object really is, whichever frame it comes from and whatever its page has done to its class.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/platform.js")]
extern "C" {
    #[wasm_bindgen(js_name = readMember)]
    fn read_member(class: &str, member: &str, object: &JsValue) -> JsValue;
}

/// What the platform says of a member of an object of this class; `None` for an object of another one.
pub fn read(class: &str, member: &str, object: &JsValue) -> Option<JsValue> {
    if !object.is_object() {
        return None;
    }
    Some(read_member(class, member, object)).filter(|value| !value.is_undefined())
}

/// Whether an object is of this class. `member` is any getter that the class has.
pub fn is(class: &str, member: &str, object: &JsValue) -> bool {
    read(class, member, object).is_some()
}
