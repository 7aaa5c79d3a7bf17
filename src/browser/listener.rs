//! An event listener that is removed when dropped.

use crate::browser::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, EventTarget};

/// A listener. Dropping it removes it.
#[must_use = "dropping a listener removes it"]
pub struct Listener {
    target: EventTarget,
    event: &'static str,
    callback: Closure<dyn FnMut(Event)>,
}

impl Listener {
    /// Listens to the window. `None` where there is none.
    pub fn on_window(event: &'static str, callback: impl FnMut(Event) + 'static) -> Option<Self> {
        Self::on(window().ok()?.as_ref(), event, callback)
    }

    /// Listens to anything that has events.
    pub fn on(
        target: &EventTarget,
        event: &'static str,
        callback: impl FnMut(Event) + 'static,
    ) -> Option<Self> {
        let callback = Closure::new(callback);
        target
            .add_event_listener_with_callback(event, callback.as_ref().unchecked_ref())
            .ok()?;
        Some(Listener {
            target: target.clone(),
            event,
            callback,
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Fails only for a listener that isn't there.
        let _ = self.target.remove_event_listener_with_callback(
            self.event,
            self.callback.as_ref().unchecked_ref(),
        );
    }
}
