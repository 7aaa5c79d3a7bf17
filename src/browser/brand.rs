//! What an object really is, whichever frame it comes from and whatever its page has done to its class.
//!
//! `instanceof` knows the classes of one frame, and only as the page has left them. The getters of a platform class know every
//! object of that class, and throw for any other.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// What the platform says of a member of an object of this class; `None` for an object of another one.
pub fn read(class: &str, member: &str, object: &JsValue) -> Option<JsValue> {
    getter(class, member)?.call0(object).ok()
}

/// Whether an object is of this class. `member` is any getter that the class has.
pub fn is(class: &str, member: &str, object: &JsValue) -> bool {
    read(class, member, object).is_some()
}

fn getter(class: &str, member: &str) -> Option<Function> {
    let class = Reflect::get(&js_sys::global(), &class.into()).ok()?;
    let prototype = Reflect::get(&class, &"prototype".into()).ok()?;
    let arguments = Array::of2(&prototype, &member.into());
    // By way of `apply`, for this throws where there is no class of that name.
    let describe = Reflect::get(&js_sys::global(), &"Object".into()).ok()?;
    let describe = Reflect::get(&describe, &"getOwnPropertyDescriptor".into()).ok()?;
    let describe: Function = describe.dyn_into().ok()?;
    let descriptor = describe.apply(&JsValue::UNDEFINED, &arguments).ok()?;
    Reflect::get(&descriptor, &"get".into())
        .ok()?
        .dyn_into()
        .ok()
}
