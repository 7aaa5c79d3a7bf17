//! A tab: its machine, and what the browser holds for it.

use super::calls::ApiCall;
use super::server::Answer;
use super::world::{Start, World};
use crate::driver::settings;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::options::StorageKind;
use placeos_auth::session::Machine;
use placeos_auth::session::call::Call;
use placeos_auth::session::effect::RenewalMethod;
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::time::Instant;
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

/// How long before its end a token is renewed.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// Opened or duplicated; nothing of ours runs yet.
    Loading,
    Running,
    /// Nothing runs, and nothing is lost.
    Frozen,
    Closed,
}

/// A call of the app's that waits for a renewal.
#[derive(Clone, Debug)]
pub enum Caller {
    /// `Client::credential`
    Token(Call),
    /// `Client::renew`
    Renewal(Call),
}

/// A request that was sent.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    pub renewal: u32,
    /// Whose successors it asks for.
    pub number: usize,
    /// Which sending of it this is.
    pub sending: usize,
    pub by_frame: bool,
    /// Whether the server has dealt with it.
    pub is_served: bool,
    pub answer: Option<Answer>,
    /// What the clock showed when it was sent.
    pub asked: Instant,
    pub until: u64,
}

/// What was spawned, and goes on.
#[derive(Debug)]
pub enum Task {
    /// A renewal, before it sends: the domain's settings are asked for first.
    Prepares {
        renewal: u32,
        method: RenewalMethod,
        old: Rc<Tokens>,
    },
    /// The request of a renewal, or its frame.
    Asks(Request),
}

/// The timer of a turn.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Timer {
    pub turn: u32,
    pub until: u64,
    /// Whether it gives other tabs the time to answer.
    pub is_for_answers: bool,
    /// Whether it is one of several looks at a lock.
    pub is_look: bool,
}

#[derive(Debug)]
pub struct Tab {
    pub life: Life,
    pub machine: Machine,
    /// Its session storage; or what it sees of the local one, where that comes late.
    pub area: Option<String>,
    /// What this tab has seen there last.
    pub seen: Option<String>,
    /// When the renewal began to wait for its turn.
    pub queued_at: u64,
    /// Whether a tab before it was frozen at any time, while it waited for its turn.
    pub was_behind_a_frozen_tab: bool,
    /// How often the machine has slept while it waited for its turn.
    pub sleeps: u32,
    /// Whether it has waited for its turn in the second queue, or in vain in both, and not in the first since.
    pub has_left_first_queue: bool,
    /// The turns that have asked the server.
    pub asked: Vec<u32>,
    /// The number of its last echo.
    pub echo: u32,
    pub timers: Vec<Timer>,
    pub tasks: Vec<Task>,
    pub inbox: VecDeque<String>,
    pub callers: Vec<Caller>,
    /// Requests of the app's that are under way.
    pub calls: Vec<ApiCall>,
    /// The ends that the listeners heard of, each with its session.
    pub ends: Vec<(u64, EndReason)>,
    /// Whether somebody ended a session while it was loading.
    pub misses: bool,
    /// Whether it ever came back out of the back/forward cache.
    pub is_shown: bool,
    /// Whether it was ever frozen.
    pub was_frozen: bool,
    /// The access token before this one.
    pub last_token: Option<String>,
}

impl Tab {
    pub fn new(start: Start, number: usize, area: Option<String>) -> Self {
        let storage = match start.is_local {
            true => StorageKind::Local,
            false => StorageKind::Session,
        };
        // No two tabs count their echoes from the same number.
        let first_echo = number as u32 * 10_000;
        Tab {
            life: Life::Loading,
            machine: Machine::new(settings(RENEW_BEFORE, storage), first_echo),
            area,
            seen: None,
            queued_at: 0,
            was_behind_a_frozen_tab: false,
            has_left_first_queue: false,
            sleeps: 0,
            asked: Vec::new(),
            echo: 0,
            timers: Vec::new(),
            tasks: Vec::new(),
            inbox: VecDeque::new(),
            callers: Vec::new(),
            calls: Vec::new(),
            ends: Vec::new(),
            misses: false,
            is_shown: false,
            was_frozen: false,
            last_token: None,
        }
    }

    pub fn is_running(&self) -> bool {
        self.life == Life::Running
    }

    /// Whether it may run again.
    pub fn lives(&self) -> bool {
        matches!(self.life, Life::Running | Life::Frozen)
    }

    pub fn session(&self) -> Option<u64> {
        let tokens = self.machine.tokens()?;
        Some(tokens.signed_in_at.as_millis())
    }

    pub fn text(&self) -> Option<String> {
        let tokens = self.machine.tokens()?;
        Some(tokens.to_text().reveal().to_owned())
    }

    pub fn requests(&self) -> impl Iterator<Item = &Request> {
        self.tasks.iter().filter_map(|task| match task {
            Task::Asks(request) => Some(request),
            _ => None,
        })
    }

    /// When the next of its timers and time-outs is over.
    pub fn until(&self) -> Option<u64> {
        let timers = self.timers.iter().map(|timer| timer.until);
        timers
            .chain(self.requests().map(|request| request.until))
            .min()
    }
}

impl Hash for Tab {
    /// By all that has a say in what happens next. Secrets don't print themselves, but the tokens there are is in the text.
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?} {:?} {:?}", self.machine, self.tasks, self.calls).hash(state);
        format!("{:?}", self.callers).hash(state);
        self.text().hash(state);
        (self.life, &self.area, &self.seen).hash(state);
        (self.queued_at, self.was_behind_a_frozen_tab, self.echo).hash(state);
        (self.has_left_first_queue, self.sleeps).hash(state);
        (&self.inbox, &self.timers, &self.asked).hash(state);
        (self.ends.len(), &self.last_token).hash(state);
        (self.misses, self.is_shown, self.was_frozen).hash(state);
    }
}

/// A number that two worlds share if the same can happen in both.
pub fn digest(world: &World) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    world.hash(&mut hasher);
    hasher.finish()
}
