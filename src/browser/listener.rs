//! An event listener on the window that is removed when dropped.

use crate::browser::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Event;

/// A listener. Dropping it removes it.
#[must_use = "dropping a listener removes it"]
pub struct Listener {
    event: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens to the window. `None` where there is none.
    pub fn on_window(event: &'static str, callback: impl FnMut(Event) + 'static) -> Option<Self> {
        let callback = Closure::new(callback);
        window()
            .ok()?
            .add_event_listener_with_callback(event, callback.as_ref().unchecked_ref())
            .ok()?;
        Some(Listener { event, callback })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Ok(window) = window() {
            // Fails only for a listener that isn't there.
            let _ = window.remove_event_listener_with_callback(
                self.event,
                self.callback.as_ref().unchecked_ref(),
            );
        }
    }
}
