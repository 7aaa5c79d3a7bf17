//! The channel among the tabs that share a session.

use crate::browser::channel::{self, Channel};
use crate::session::tab_message::TabMessage;
use std::cell::RefCell;

/// The channel of that name, open while a client listens.
pub struct TabChannel {
    /// `None` where the session is kept for this page only: no other tab is told of it.
    name: Option<String>,
    channel: RefCell<Option<Channel>>,
}

impl TabChannel {
    /// A channel that is closed as yet.
    pub fn new(name: Option<String>) -> Self {
        TabChannel {
            name,
            channel: RefCell::new(None),
        }
    }

    /// Opens it. Messages of another version of this package are dropped.
    pub fn open(&self, on_message: impl Fn(TabMessage) + 'static) {
        let Some(name) = &self.name else {
            return;
        };
        let channel = Channel::open(name, move |text| {
            if let Some(message) = TabMessage::from_text(&text) {
                on_message(message);
            }
        });
        self.channel.replace(channel);
    }

    /// Closes it.
    pub fn close(&self) {
        drop(self.channel.take());
    }

    /// Sends a message to the other tabs, also while it is closed.
    pub fn post(&self, message: &TabMessage) {
        let text = message.to_text();
        match (&*self.channel.borrow(), &self.name) {
            (Some(channel), _) => channel.post(text.reveal()),
            (None, Some(name)) => channel::post(name, text.reveal()),
            (None, None) => {}
        }
    }

    /// Sends an echo of that number to every tab, this one included. Says whether this tab will get it.
    pub fn post_echo(&self, number: u32) -> bool {
        let channel = self.channel.borrow();
        if let Some(channel) = &*channel {
            channel.post_to_all(TabMessage::Echo(number).to_text().reveal());
        }
        channel.is_some()
    }
}
