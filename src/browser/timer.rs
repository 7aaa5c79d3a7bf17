//! `setTimeout` that is cleared when dropped.

use crate::browser::window;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

/// A pending call. Dropping it cancels it.
#[must_use = "dropping a timer cancels it"]
pub struct Timer {
    id: i32,
    _callback: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls back once, after at least this span. `None` where there is no window.
    pub fn after(span: Duration, callback: impl FnOnce() + 'static) -> Option<Self> {
        let callback = Closure::once(callback);
        // Browsers keep the delay in 32 bits, signed; no caller waits for days.
        let millis = i32::try_from(span.as_millis()).unwrap_or(i32::MAX);
        let id = window()
            .ok()?
            .set_timeout_with_callback_and_timeout_and_arguments_0(
                callback.as_ref().unchecked_ref(),
                millis,
            )
            .ok()?;
        Some(Timer {
            id,
            _callback: callback,
        })
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let Ok(window) = window() {
            window.clear_timeout_with_handle(self.id);
        }
    }
}
