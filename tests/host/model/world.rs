//! Tabs, and what they share: storage, lock, channel, server, clock.

use super::action::Action;
use super::server::Server;
use super::tab::{Life, Tab};
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use std::collections::{BTreeSet, VecDeque};
use std::hash::{Hash, Hasher};

/// The duties of a client and of what it stands on, each of which can be neglected.
#[derive(Clone, Copy, Debug)]
pub struct Duties {
    /// A lock is granted to one tab at a time.
    pub lock: bool,
    /// So is the lock of those who wait behind a tab that keeps its own.
    pub second_queue: bool,
    /// A lock is held until its turn ends.
    pub hold: bool,
    /// A lock is released when its turn ends, also if nothing was asked in it.
    pub give_back: bool,
    /// Timers are not fast.
    pub patience: bool,
    /// A tab hears its echo after all that was said before, when its turn has come.
    pub catch_up: bool,
    /// The same, and what is in storage, when a renewal has failed.
    pub catch_up_after_failure: bool,
    /// The same before its turn ends.
    pub hear_itself: bool,
    /// Only a tab's own echo is its echo.
    pub own_echo: bool,
    /// Other tabs have the time to answer.
    pub time_to_answer: bool,
    /// New tokens are posted.
    pub post_tokens: bool,
    /// So is the end of a session.
    pub post_end: bool,
    /// Also of one that another tab has stored.
    pub post_end_of_stored: bool,
    /// So is a failure.
    pub post_failure: bool,
    /// So is the question for newer tokens.
    pub ask: bool,
    /// The machine is shown what is in storage.
    pub look_into_storage: bool,
    /// What is stored is what the machine says, and no more.
    pub store_once: bool,
}

impl Duties {
    /// All of them.
    pub const ALL: Duties = Duties {
        lock: true,
        second_queue: true,
        hold: true,
        give_back: true,
        patience: true,
        catch_up: true,
        catch_up_after_failure: true,
        hear_itself: true,
        own_echo: true,
        time_to_answer: true,
        post_tokens: true,
        post_end: true,
        post_end_of_stored: true,
        post_failure: true,
        ask: true,
        look_into_storage: true,
        store_once: true,
    };
}

/// How the world begins.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    pub name: &'static str,
    pub duties: Duties,
    /// Tabs that are there.
    pub tabs: usize,
    /// Whether they share local storage; otherwise each has its own, and they are duplicates.
    pub is_local: bool,
    /// Whether the session has no refresh token.
    pub by_frame: bool,
    /// Whether the browser has locks.
    pub has_locks: bool,
    /// Whether the API may say 511.
    pub demands_sign_in: bool,
    /// Whether the browser stores nothing.
    pub is_blocked: bool,
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
#[derive(Clone, Debug, Hash)]
pub struct Lock {
    /// The tab that asks, and its turn.
    pub owner: usize,
    pub turn: u32,
    /// The tab's own number for it.
    pub number: u32,
    pub name: String,
    /// Whether the tab knows that it has it.
    pub is_granted: bool,
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
    /// Whether a tab was closed that had yet to hear of an end: what it stored after that nobody takes away.
    pub has_closed_unheard: bool,
    pub violation: Option<String>,
    /// Each state and event that was seen, with the state afterwards.
    pub transitions: BTreeSet<(&'static str, &'static str, &'static str)>,
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
        (self.is_mixed, self.is_set_back, self.has_closed_unheard).hash(state);
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

    /// Releases the lock of a turn, or ends the request for it.
    pub fn release(&mut self, tab: usize, turn: u32) {
        self.locks
            .retain(|lock| (lock.owner, lock.turn) != (tab, turn));
    }

    /// Whether that turn has its lock.
    pub fn has_lock(&self, tab: usize, turn: u32) -> bool {
        let mut locks = self.locks.iter();
        let own = locks.find(|lock| (lock.owner, lock.turn) == (tab, turn));
        own.is_some_and(|own| self.is_first(own))
    }

    fn is_first(&self, lock: &Lock) -> bool {
        let first = self.locks.iter().find(|other| other.name == lock.name);
        first.is_some_and(|first| (first.owner, first.turn) == (lock.owner, lock.turn))
    }

    /// The place of a lock that a tab has, and doesn't know of.
    pub fn grantable(&self, tab: usize) -> Option<usize> {
        let mut locks = self.locks.iter();
        locks.position(|lock| lock.owner == tab && !lock.is_granted && self.is_first(lock))
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
        let closed = Tab::new(self.start, tab, None);
        let gone = std::mem::replace(&mut self.tabs[tab], closed);
        self.tabs[tab].life = Life::Closed;
        let said = self.said.iter().map(|(_, text)| text);
        let mut unheard = gone.inbox.iter().chain(said);
        self.has_closed_unheard |=
            unheard.any(|text| matches!(TabMessage::from_text(text), Some(TabMessage::End(..))));
        self.locks.retain(|lock| lock.owner != tab);
        for request in gone.requests() {
            self.give_up(request);
        }
    }
}
