//! Tabs, and what they share: storage, lock, channel, server, clock.

use super::action::Action;
use super::server::Server;
use super::tab::{Life, Tab};
use placeos_auth::time::Instant;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

/// The rules that the shell keeps, each of which can be broken.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// One tab at a time.
    pub lock: bool,
    /// Whoever has its turn hears first what the others have got.
    pub catch_up: bool,
    /// Whoever fails does so too.
    pub catch_up_after_failure: bool,
    /// Whoever has new tokens tells the others.
    pub tell: bool,
    /// Patience begins anew with every sign of life.
    pub signs: bool,
    /// Whoever could not renew it says so, and nobody waits to try the same next.
    pub tell_failure: bool,
    /// Whoever ends the session says so.
    pub tell_end: bool,
    /// A tab asks the others for newer tokens when it loads, and when it catches up.
    pub ask: bool,
    /// A turn that comes when nobody wants it any more is given back.
    pub give_back: bool,
    /// Whoever asks gives the others the time to answer.
    pub time_to_answer: bool,
    /// Only a tab's own echo ends its wait.
    pub own_echo: bool,
    /// Patience is a matter of time awake: what a machine sleeps doesn't count.
    pub awake: bool,
    /// Patience with the lock lasts longer than any turn takes.
    pub patience: bool,
    /// A turn lasts until the answer is there, wanted or not.
    pub hold: bool,
    /// Those who wait behind a tab that keeps its turn take turns among themselves.
    pub second_queue: bool,
    /// Older tokens are never stored in place of newer ones of the session.
    pub newest: bool,
    /// A turn ends when what was said in it has been sent to everybody.
    pub heard_itself: bool,
    /// What was told is not stored once more where all tabs share the storage.
    pub keep: bool,
    /// Who signs out of a session that another tab has stored says so.
    pub end_stored: bool,
}

impl Rules {
    /// Those that the shell has to keep. All of them.
    pub const ALL: Rules = Rules {
        lock: true,
        catch_up: true,
        catch_up_after_failure: true,
        tell: true,
        signs: true,
        tell_failure: true,
        tell_end: true,
        ask: true,
        give_back: true,
        time_to_answer: true,
        own_echo: true,
        awake: true,
        patience: true,
        hold: true,
        second_queue: true,
        newest: true,
        heard_itself: true,
        keep: true,
        end_stored: true,
    };
}

/// How the world begins.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub name: &'static str,
    pub rules: Rules,
    /// Tabs that are there.
    pub tabs: usize,
    /// Whether they share local storage; otherwise each has its own, and they are duplicates.
    pub is_local: bool,
    /// Whether the session has no refresh token.
    pub by_frame: bool,
    /// Whether anything may come between a turn and the request: the first time, the domain's settings are asked for.
    pub is_slow: bool,
    /// Whether storage, messages and locks are not in step, as between the processes of a browser: what was said, and what was
    /// stored, comes to the others at some time.
    pub is_late: bool,
    /// What has happened already.
    pub begin: &'static [Action],
    pub limits: Limits,
}

/// How often what may happen at any time happens.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Limits {
    /// Callers, ticks, 401s.
    pub wishes: u8,
    /// Answers that are no answers.
    pub faults: u8,
    /// What users and browsers do to tabs.
    pub troubles: u8,
    /// Spans of time.
    pub waits: u8,
}

/// A request for a lock.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Lock {
    pub number: u32,
    /// The tab that asks.
    pub owner: usize,
    /// `Core::lock_name`, and which queue.
    pub name: (Option<(u64, u32)>, u8),
}

#[derive(Debug)]
pub struct World {
    pub start: Start,
    /// What the wall clock shows.
    pub now: Instant,
    /// What has passed, in milliseconds, whatever the wall clock shows.
    pub passed: u64,
    pub tabs: Vec<Tab>,
    /// Local storage.
    pub local: Option<String>,
    /// Who has a lock, then who waits for it.
    pub locks: VecDeque<Lock>,
    pub last_lock: u32,
    pub server: Server,
    /// Requests that nobody waits for any more, and that may still come to the server: whose successors, and whether by frame.
    pub strays: Vec<(usize, bool)>,
    /// What tabs have said that is still on its way, each with who said it.
    pub said: Vec<(usize, String)>,
    pub limits: Limits,
    /// Whether a tab went on without its turn because one before it was frozen: then one may send what another has sent.
    pub is_excused: bool,
    /// Whether tokens were given that no tab has heard of: those before them are good for nothing.
    pub is_lost: bool,
    /// Sessions that a user has ended.
    pub signed_out: Vec<u64>,
    /// Whether the clock was ever set back.
    pub is_set_back: bool,
    /// Whether there was more than one session.
    pub is_mixed: bool,
    pub violation: Option<String>,
    /// Whether what is printed is looked at: it takes long, and no way need be watched twice.
    pub is_watched: bool,
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.now.as_millis(), self.passed, &self.tabs).hash(state);
        (
            &self.local,
            &self.locks,
            &self.server,
            &self.strays,
            &self.said,
        )
            .hash(state);
        (self.limits, self.is_excused, self.is_lost, &self.signed_out).hash(state);
        (self.is_mixed, self.is_set_back).hash(state);
    }
}

impl World {
    /// Something that must not be.
    pub fn violate(&mut self, what: impl Into<String>) {
        self.violation.get_or_insert(what.into());
    }

    /// What a tab sees in its storage.
    pub fn area(&self, tab: usize) -> Option<String> {
        match (self.start.is_local, self.start.is_late) {
            (true, false) => self.local.clone(),
            _ => self.tabs[tab].area.clone(),
        }
    }

    /// Puts a text into a tab's storage.
    pub fn write(&mut self, tab: usize, text: Option<String>) {
        if self.start.is_local {
            self.local = text.clone();
        }
        if !self.start.is_local || self.start.is_late {
            self.tabs[tab].area = text;
        }
    }

    /// Whether a tab is yet to see what another has stored.
    pub fn is_behind(&self, tab: usize) -> bool {
        self.start.is_late && self.start.is_local && self.tabs[tab].area != self.local
    }

    /// Ends a turn, or the wait for it.
    pub fn end(&mut self, turn: Option<u32>) {
        self.locks.retain(|lock| Some(lock.number) != turn);
    }

    /// Whether that request has the lock.
    pub fn has_lock(&self, lock: u32) -> bool {
        let of = |lock: &u32| self.locks.iter().find(|other| other.number == *lock);
        let first = |name| self.locks.iter().find(|other| other.name == name);
        let own = of(&lock).map(|own| own.name);
        own.and_then(first)
            .is_some_and(|first| first.number == lock)
    }

    /// Those that run.
    pub fn running(&self) -> impl Iterator<Item = usize> {
        (0..self.tabs.len()).filter(|tab| self.tabs[*tab].is_running())
    }

    /// Those that run, or may again.
    pub fn living(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter().filter(|tab| tab.lives())
    }

    pub fn close(&mut self, tab: usize) {
        let gone = std::mem::replace(&mut self.tabs[tab], Tab::new(None));
        self.tabs[tab].life = Life::Closed;
        self.locks.retain(|lock| lock.owner != tab);
        for request in gone.requests() {
            self.give_up(request);
        }
    }
}
