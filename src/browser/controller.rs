//! `AbortController`: the end of what was begun with its signal.

use crate::browser::property;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Not web-sys's: in a page that has replaced it, all of it can throw.
    #[wasm_bindgen(js_name = AbortController)]
    type Controller;

    #[wasm_bindgen(constructor, catch, js_class = "AbortController")]
    fn new() -> Result<Controller, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn abort(this: &Controller) -> Result<(), JsValue>;
}

/// Ends what was begun with its signal when dropped.
#[must_use = "dropping this ends what it was made for"]
pub struct Abort(Option<Controller>);

impl Abort {
    /// A new one. In a browser that has none, it ends nothing.
    pub fn new() -> Self {
        Abort(Controller::new().ok())
    }

    /// The signal; `undefined` where there is none.
    pub fn signal(&self) -> JsValue {
        let controller = self.0.as_ref();
        controller.map_or(JsValue::UNDEFINED, |controller| {
            property(controller, "signal")
        })
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        // What can't be ended goes on, and nobody listens.
        let _ = self.0.as_ref().map(Controller::abort);
    }
}
