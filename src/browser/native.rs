//! The page's `fetch`, as it is at the time of the call: apps and their tools may replace it.
//!
//! One that was replaced by ours would have us call ourselves. A call that comes while we are calling it therefore goes to
//! the one there was when the first client was made.

use crate::browser::property;
use js_sys::{Function, Promise};
use std::cell::{Cell, RefCell};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static FIRST: RefCell<Option<Function>> = const { RefCell::new(None) };
    static IS_CALLING: Cell<bool> = const { Cell::new(false) };
}

fn current() -> Option<Function> {
    property(&js_sys::global(), "fetch").dyn_into().ok()
}

/// Remembers the page's `fetch`, at the first call.
pub fn remember() {
    FIRST.with_borrow_mut(|first| *first = first.take().or_else(current));
}

/// The one there was when the first client was made. For our own requests: a later one may be ours, and would have us wait
/// for ourselves.
pub fn own() -> Option<Function> {
    FIRST.with_borrow(Clone::clone)
}

/// Calls it, with what the app gave.
pub fn fetch(input: &JsValue, init: &JsValue) -> Promise {
    let was_calling = IS_CALLING.replace(true);
    let fetch = if was_calling { own() } else { current() };
    let called = call(fetch.as_ref(), input, init);
    IS_CALLING.set(was_calling);
    called
}

/// Calls this one.
pub fn call(fetch: Option<&Function>, input: &JsValue, init: &JsValue) -> Promise {
    let called = match fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, input, init),
        None => Err(JsValue::UNDEFINED),
    };
    match called {
        Ok(response) => Promise::resolve(&response),
        Err(reason) => Promise::reject(&reason),
    }
}
