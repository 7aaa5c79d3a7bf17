//! What is said among the tabs of this origin, by `BroadcastChannel`.

use crate::browser::listener::Listener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel between tabs. Dropping it closes it.
#[must_use = "dropping a channel closes it"]
pub struct Channel {
    channel: BroadcastChannel,
    /// The other end of it on this page, for no end hears itself.
    other: BroadcastChannel,
    _listener: Listener,
}

impl Channel {
    /// Opens the channel of that name. `None` where the browser has none.
    pub fn open(name: &str, hear: impl Fn(String) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let other = BroadcastChannel::new(name).ok()?;
        let listener = Listener::on(&channel, "message", move |event| {
            let event: &MessageEvent = event.unchecked_ref();
            if let Some(text) = event.data().as_string() {
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
        let _ = self.channel.post_message(&JsValue::from_str(text));
    }

    /// Says something to every tab, this one included: what it hears of itself it hears after all that was said before.
    pub fn echo(&self, text: &str) {
        let _ = self.other.post_message(&JsValue::from_str(text));
    }
}

/// Says something to every other tab, without listening.
pub fn say(name: &str, text: &str) {
    if let Ok(channel) = BroadcastChannel::new(name) {
        let _ = channel.post_message(&JsValue::from_str(text));
        channel.close();
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
        self.other.close();
    }
}
