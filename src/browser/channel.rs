//! What is said among the tabs of this origin, by `BroadcastChannel`.

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
    /// The other end of it on this page, because no end hears itself.
    other: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Opens the channel of that name. `None` where the browser has none.
    pub fn open(name: &str, hear: impl Fn(String) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let other = BroadcastChannel::new(name).ok()?;
        let listener = Listener::on(&channel, "message", move |event| {
            if let Some(text) = property(&event, "data").as_string() {
                hear(text);
            }
        })?;
        Some(Channel {
            channel,
            other,
            _listener: listener,
        })
    }

    /// Says something to every other tab.
    pub fn say(&self, text: &str) {
        // Fails only for a closed channel, and for what can't be cloned.
        let _ = self.channel.post_message(text);
    }

    /// Says something to every tab, this one included: what it hears of itself it hears after all that was said before.
    pub fn echo(&self, text: &str) {
        let _ = self.other.post_message(text);
    }
}

/// Says something to every other tab, without listening.
pub fn say(name: &str, text: &str) {
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
