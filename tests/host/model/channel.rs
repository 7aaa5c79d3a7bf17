//! The channel by which tabs tell each other.

use super::tab::Life;
use super::world::World;
use placeos_auth::session::event::Event;
use placeos_auth::session::tab_message::TabMessage;

impl World {
    /// No tab hears itself, but for the echo.
    pub fn tell(&mut self, from: usize, message: &TabMessage) {
        self.check_print(message);
        let text = message.to_text();
        if self.start.is_late {
            self.said.push((from, text.reveal().to_owned()));
        } else {
            self.deliver(from, text.reveal());
        }
    }

    /// The browser passes on what was said.
    fn deliver(&mut self, from: usize, text: &str) {
        let message = TabMessage::from_text(text).expect("a message");
        for (at, tab) in self.tabs.iter_mut().enumerate() {
            if at == from && !matches!(message, TabMessage::Echo(_)) {
                continue;
            }
            match tab.life {
                Life::Loading => tab.misses |= matches!(message, TabMessage::End(..)),
                Life::Closed => {}
                _ => tab.inbox.push_back(text.to_owned()),
            }
        }
    }

    /// The browser passes on the next that a tab has said.
    pub fn pass_on(&mut self, from: usize) -> Option<()> {
        let at = self.said.iter().position(|(who, _)| *who == from)?;
        let (_, text) = self.said.remove(at);
        self.deliver(from, &text);
        Some(())
    }

    /// A tab hears the next message.
    pub fn hear(&mut self, tab: usize) -> Option<()> {
        let text = self.tabs[tab].inbox.pop_front()?;
        match TabMessage::from_text(&text) {
            Some(TabMessage::Echo(_)) if !self.start.duties.own_echo => {
                let echo = TabMessage::Echo(self.tabs[tab].echo);
                self.handle(tab, Event::PeerMessage(echo));
            }
            Some(message) => self.handle(tab, Event::PeerMessage(message)),
            None => self.violate("a message that nobody understands"),
        }
        Some(())
    }
}
