//! `setTimeout` that is cleared when dropped.

use crate::browser::gate::Gate;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Not web-sys's: the fake timers of test libraries have ids that don't fit in 32 bits.
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, millis: i32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// A pending call. Dropping it cancels it.
#[must_use = "dropping a timer cancels it"]
pub struct Timer {
    id: JsValue,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back once, after at least this span. `None` where there are no timers.
    pub fn after(span: Duration, callback: impl FnOnce() + 'static) -> Option<Self> {
        let callback = Closure::once(callback);
        // Browsers keep the delay in 32 bits, signed; no caller waits for days.
        let millis = i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        let id = set_timeout(callback.as_ref(), millis).ok()?;
        Some(Timer {
            id,
            _callback: callback,
        })
    }
}

/// Waits for a span.
pub async fn sleep(span: Duration) {
    let over = Rc::new(Gate::default());
    over.shut();
    let bell = Rc::clone(&over);
    let _timer = Timer::after(span, move || bell.open());
    over.pass().await;
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
