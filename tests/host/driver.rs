//! A tab of its own: a machine, its storage, and a browser that grants every lock.

use placeos_auth::AuthError;
use placeos_auth::oauth::tokens::{Generation, Lifetime, Tokens, Unjudged};
use placeos_auth::options::{Flow, StorageKind};
use placeos_auth::secret::Secret;
use placeos_auth::session::effect::Effect;
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::event::{Event, Snapshot};
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::session::{Machine, Settings};
use placeos_auth::time::Instant;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

pub fn settings(renew_before: Duration, storage: StorageKind) -> Settings {
    Settings {
        renew_before,
        storage,
        lock_prefix: "lock".to_owned(),
    }
}

/// Tokens given at this instant.
pub fn tokens(
    access_token: &str,
    refresh_token: Option<&str>,
    life: Option<u64>,
    now: Instant,
) -> Tokens {
    let life = life.map(|seconds| seconds.to_string());
    let unjudged = Unjudged {
        access_token: Some(access_token),
        token_type: Some("bearer"),
        expires_in: Lifetime::of(life.as_deref()),
        scope: None,
    };
    Tokens {
        refresh_token: refresh_token.map(|text| Secret::new(text.to_owned())),
        ..unjudged.judge(Flow::Code, "public", now).unwrap()
    }
}

#[derive(Debug)]
pub struct Driver {
    machine: Machine,
    /// What is stored.
    pub stored: Option<Secret>,
    /// The locks that were requested, each with its turn.
    locks: Vec<(u32, u32)>,
    /// The number of the last echo.
    echo: Option<u32>,
    /// From 0 up to 1.
    pub random: f64,
}

impl Deref for Driver {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl DerefMut for Driver {
    fn deref_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }
}

impl Driver {
    pub fn new(renew_before: Duration, storage: StorageKind) -> Self {
        Driver {
            machine: Machine::new(settings(renew_before, storage), 0),
            stored: None,
            locks: Vec::new(),
            echo: None,
            random: 0.0,
        }
    }

    /// Hands an event in, on a page that the user sees.
    pub fn step(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        self.step_on(true, event, now)
    }

    /// The same on a page that nobody sees.
    pub fn step_hidden(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        self.step_on(false, event, now)
    }

    fn step_on(&mut self, is_visible: bool, event: Event, now: Instant) -> Vec<Effect> {
        let snapshot = Snapshot {
            now,
            stored: self.stored.clone(),
            is_visible,
            random: self.random,
        };
        let effects = self.machine.step(event, snapshot);
        for effect in &effects {
            match effect {
                Effect::Store(text) => self.stored = Some(text.clone()),
                Effect::Remove | Effect::Clear => self.stored = None,
                Effect::RequestLock { turn, lock, .. } => self.locks.push((*turn, *lock)),
                Effect::PostEcho(number) => self.echo = Some(*number),
                _ => {}
            }
        }
        effects
    }

    /// The page is loaded with this in storage.
    pub fn load(&mut self, stored: Option<Secret>, now: Instant) -> Vec<Effect> {
        self.stored = stored;
        self.step(Event::PageLoaded, now)
    }

    pub fn sign_in(&mut self, tokens: Tokens, now: Instant) -> Vec<Effect> {
        let attempt = self.machine.begin_sign_in();
        self.step(Event::SignedIn { tokens, attempt }, now)
    }

    /// The browser grants the lock of that renewal, which may not wait for it any more.
    pub fn turn(&mut self, number: u32, now: Instant) -> Vec<Effect> {
        let lock = self.locks.iter().rfind(|(turn, _)| *turn == number);
        let Some((_, lock)) = lock.copied() else {
            return Vec::new();
        };
        self.echo = None;
        let mut effects = self.step(Event::LockGranted(lock), now);
        effects.extend(self.hear_itself(number, now));
        effects
    }

    /// The tab hears its echo, and its timer is over.
    fn hear_itself(&mut self, number: u32, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(echo) = self.echo.take() {
            let message = TabMessage::Echo(echo);
            effects.extend(self.step(Event::PeerMessage(message), now));
            for _half in 0..2 {
                effects.extend(self.step(Event::TimerFired(number), now));
            }
        }
        effects
    }

    /// The server answers that renewal, and its turn ends.
    pub fn renewed(
        &mut self,
        number: u32,
        outcome: Result<Tokens, AuthError>,
        now: Instant,
    ) -> Vec<Effect> {
        let renewal = number;
        let mut effects = self.step(Event::ServerAnswered { renewal, outcome }, now);
        // A failure is believed when the tab has caught up.
        effects.extend(self.hear_itself(number, now));
        effects.extend(self.hear_itself(number, now));
        effects
    }
}

pub fn peer_tokens(text: Secret) -> Event {
    Event::PeerMessage(TabMessage::Tokens(text))
}

pub fn peer_asks(generation: Generation) -> Event {
    Event::PeerMessage(TabMessage::Ask(generation))
}

pub fn peer_ends(generation: Generation, reason: EndReason) -> Event {
    Event::PeerMessage(TabMessage::End(generation, reason))
}

pub fn peer_fails(generation: Generation, error: AuthError) -> Event {
    Event::PeerMessage(TabMessage::Failure(generation, error))
}

/// What effects there are, but for what only turns need.
pub fn names(effects: &[Effect]) -> Vec<&'static str> {
    let names = effects.iter().filter_map(|effect| {
        Some(match effect {
            Effect::Store(_) => "store",
            Effect::Remove => "remove",
            Effect::Clear => "clear",
            Effect::RequestLock { .. } => "lock",
            Effect::AskServer { .. } => "ask",
            Effect::Revoke(_) => "revoke",
            Effect::Post(TabMessage::Tokens(_)) => "post-tokens",
            Effect::Post(TabMessage::End(..)) => "post-end",
            Effect::Post(TabMessage::Failure(..)) => "post-failure",
            Effect::Notify(change) => change.as_str(),
            Effect::Log(_) => "log",
            Effect::Post(TabMessage::Ask(_) | TabMessage::Echo(_))
            | Effect::PostEcho(_)
            | Effect::StartTimer { .. }
            | Effect::StopTimer(_)
            | Effect::EndTurn(_) => return None,
        })
    });
    names.collect()
}
