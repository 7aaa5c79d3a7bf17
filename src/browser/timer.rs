//! `setTimeout` that is cleared when dropped.

use crate::error::{AuthError, ErrorCode, Result};
use std::time::Duration;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Not web-sys's: the fake timers of test libraries have ids that don't fit in 32 bits.
    #[wasm_bindgen(catch, js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, millis: i32) -> std::result::Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue) -> std::result::Result<(), JsValue>;
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

/// Whether a page has timers, without which no wait would have an end.
///
/// # Errors
/// `unsupported_environment`
pub fn check_is_there() -> Result<()> {
    match Timer::after(Duration::ZERO, || ()) {
        Some(_) => Ok(()),
        None => Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "This page has no working setTimeout, so a wait could last forever.",
        )),
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // What can't be cleared calls nobody.
        let _ = clear_timeout(&self.id);
    }
}
