//! Messages among the tabs of this origin, by `BroadcastChannel`.

use crate::browser::listener::Listener;
use crate::browser::property;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    // Not web-sys's: in a page that has replaced it, all of it can throw.
    #[wasm_bindgen(extends = web_sys::EventTarget)]
    type BroadcastChannel;

    #[wasm_bindgen(constructor, catch)]
    fn new(name: &str) -> Result<BroadcastChannel, JsValue>;

    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &BroadcastChannel, text: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn close(this: &BroadcastChannel) -> Result<(), JsValue>;
}

/// A channel between tabs. Dropping it closes it.
#[must_use = "dropping a channel closes it"]
pub struct Channel {
    channel: BroadcastChannel,
    /// A second end of it on this page, because no end gets its own messages.
    other: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Opens the channel of that name. `None` where the browser has none.
    pub fn open(name: &str, on_message: impl Fn(String) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let other = BroadcastChannel::new(name).ok()?;
        let listener = Listener::on(&channel, "message", move |event| {
            if let Some(text) = property(&event, "data").as_string() {
                on_message(text);
            }
        })?;
        Some(Channel {
            channel,
            other,
            _listener: listener,
        })
    }

    /// Sends a text to every other tab.
    pub fn post(&self, text: &str) {
        // Fails only for a closed channel, and for what can't be cloned.
        let _ = self.channel.post_message(text);
    }

    /// Sends a text to every tab, this one included, which gets it after all that was sent before.
    pub fn post_to_all(&self, text: &str) {
        let _ = self.other.post_message(text);
    }
}

/// Sends a text to every other tab, without listening.
pub fn post(name: &str, text: &str) {
    if let Ok(channel) = BroadcastChannel::new(name) {
        let _ = channel.post_message(text);
        let _ = channel.close();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // What can't be closed was no channel.
        let _ = (self.channel.close(), self.other.close());
    }
}
