//! The page's `fetch` as it was when the first client was made: a page that puts ours in its place must not have us call
//! ourselves.

use js_sys::{Function, Promise, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static FETCH: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Remembers the page's `fetch`, at the first call.
pub fn remember() {
    FETCH.with_borrow_mut(|fetch| {
        if fetch.is_none() {
            *fetch = Reflect::get(&js_sys::global(), &"fetch".into())
                .ok()
                .and_then(|fetch| fetch.dyn_into().ok());
        }
    });
}

/// Calls it, with what the app gave.
pub fn fetch(input: &JsValue, init: &JsValue) -> Promise {
    remember();
    let fetch = FETCH.with_borrow(Clone::clone);
    let called = match fetch {
        Some(fetch) => fetch.call2(&JsValue::UNDEFINED, input, init),
        None => Err(JsValue::UNDEFINED),
    };
    match called {
        Ok(promise) => promise.unchecked_into(),
        Err(reason) => Promise::reject(&reason),
    }
}
