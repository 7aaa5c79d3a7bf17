//! What a tab notices of the others that share its session, and of the world while it was away.

use super::core::Core;
use crate::browser::channel::{self, Channel};
use crate::browser::listener::Listener;
use crate::browser::timeout::sleep;
use crate::browser::timeout::timeout;
use crate::browser::{page, property, window};
use crate::oauth::tokens::Tokens;
use crate::options::StorageKind;
use crate::secret::Secret;
use crate::session::{EndReason, Event};
use crate::tab_message::TabMessage;
use std::rc::Rc;
use std::time::Duration;
use web_sys::EventTarget;

/// How long a tab waits for its own word.
const ECHO: Duration = Duration::from_millis(500);

/// How long it gives the others to answer.
const ANSWER: Duration = Duration::from_millis(100);

/// The ears of a tab.
pub struct Watch {
    channel: Option<Channel>,
    _listeners: Vec<Listener>,
}

impl Core {
    /// Hears all that other tabs have said and stored up to now.
    pub async fn catch_up(self: &Rc<Self>) {
        self.read_again();
        if self.watch.borrow().is_some() {
            self.ask();
            self.hear_itself().await;
            if self.config.storage == StorageKind::Session {
                // The others hear the question after this tab has heard itself.
                sleep(ANSWER).await;
            }
            // What another tab stored before it spoke may be seen here later than what it said.
            self.read_again();
        }
    }

    /// Waits until every tab has been sent all that was said up to now, this one's own word included.
    pub async fn hear_itself(&self) {
        if let Some(Watch {
            channel: Some(channel),
            ..
        }) = &*self.watch.borrow()
        {
            self.echoes.set(self.echoes.get().wrapping_add(1));
            self.echo.close();
            channel.echo(TabMessage::Echo(self.echoes.get()).to_text().reveal());
        } else {
            return;
        }
        timeout(ECHO, Box::pin(self.echo.wait())).await;
    }

    /// Asks the other tabs for what is newer than what this one has: a duplicated tab has what there was when it was made.
    fn ask(&self) {
        if let Some(tokens) = self.tokens() {
            self.tell(&TabMessage::Ask(tokens.generation()));
        }
    }

    /// Takes up what another page has stored of this session.
    fn read_again(self: &Rc<Self>) {
        let text = self.area().and_then(|area| area.get(&self.key("session")));
        if let Some(text) = text {
            self.apply(Event::Heard(Secret::new(text)));
        }
    }

    /// Tells the tabs that share the session.
    pub fn tell(&self, notice: &TabMessage) {
        let text = notice.to_text();
        match &*self.watch.borrow() {
            Some(Watch { channel, .. }) => {
                if let Some(channel) = channel {
                    channel.say(text.reveal());
                }
            }
            None if self.config.storage == StorageKind::Memory => {}
            // Nobody listens here any more.
            None => channel::say(&self.key("session"), text.reveal()),
        }
    }

    fn hear(self: &Rc<Self>, text: &str) {
        self.signs.set(self.signs.get().wrapping_add(1));
        match TabMessage::from_text(text) {
            Some(TabMessage::Tokens(text)) => self.apply(Event::Heard(text)),
            Some(TabMessage::End(generation, ending)) => {
                self.apply(Event::HeardEnd(generation, ending))
            }
            Some(TabMessage::Failure(generation, error)) => {
                self.apply(Event::HeardFailure(
                    generation,
                    error,
                    js_sys::Math::random(),
                ));
            }
            Some(TabMessage::Ask(generation)) => self.apply(Event::Asked(generation)),
            Some(TabMessage::Echo(number)) if number == self.echoes.get() => self.echo.open(),
            _ => {}
        }
    }

    /// Begins to notice.
    pub fn watch(self: &Rc<Self>) {
        let core = Rc::downgrade(self);
        // What is kept for this page only is told to no other.
        let is_shared = self.config.storage != StorageKind::Memory;
        let channel = is_shared.then(|| {
            Channel::open(&self.key("session"), move |text| {
                if let Some(core) = core.upgrade() {
                    core.hear(&text);
                }
            })
        });
        self.watch.replace(Some(Watch {
            channel: channel.flatten(),
            _listeners: self.listeners_of_the_world().unwrap_or_default(),
        }));
        // Nobody may have listened for a while.
        self.look_after_absence();
        self.ask();
    }

    fn listeners_of_the_world(self: &Rc<Self>) -> Option<Vec<Listener>> {
        let window = window().ok()?;
        let document = window.document()?;
        let listen = |target: &EventTarget, event| {
            let core = Rc::downgrade(self);
            Listener::on(target, event, move |event| {
                if let Some(core) = core.upgrade() {
                    core.notice(&event);
                }
            })
        };
        let listeners = [
            listen(&document, "visibilitychange"),
            listen(&document, "resume"),
            listen(&window, "pageshow"),
            listen(&window, "online"),
        ];
        Some(listeners.into_iter().flatten().collect())
    }

    fn notice(self: &Rc<Self>, event: &web_sys::Event) {
        match property(event, "type").as_string().as_deref() {
            Some("online") => self.apply(Event::Online),
            Some("pageshow") => self.look_after_absence(),
            _ => self.read_again(),
        }
        self.tick();
    }

    /// A page that the browser had put away goes on as if nothing had happened. What this tab, or another, did meanwhile is
    /// in storage.
    fn look_after_absence(self: &Rc<Self>) {
        self.read_again();
        let (Some(area), Some(tokens)) = (self.area(), self.tokens()) else {
            return;
        };
        let stored = area.get(&self.key("session"));
        let stored = stored.and_then(|text| Tokens::from_text(&text));
        let is_over = match stored {
            None => true,
            // A later page of this tab.
            Some(stored) => {
                self.config.storage == StorageKind::Session
                    && !stored.generation().same_session(tokens.generation())
            }
        };
        if is_over && self.stored.borrow().is_some() {
            self.apply(Event::HeardEnd(tokens.generation(), EndReason::SignedOut));
            self.take_up();
        }
    }

    /// Has the machine look at the clock.
    pub fn tick(self: &Rc<Self>) {
        self.apply(if page::is_visible() {
            Event::Tick
        } else {
            Event::HiddenTick
        });
    }
}
