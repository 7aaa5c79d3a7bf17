//! A tab: its machine, and what the shell around it keeps.

use super::api::ApiCall;
use super::server::Answer;
use super::world::World;
use crate::session::machine;
use placeos_auth::AuthError;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::session::{EndReason, Machine, RenewalMethod};
use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// Opened or duplicated; nothing of ours runs yet.
    Loading,
    Running,
    /// Nothing runs, and nothing is lost.
    Frozen,
    Closed,
}

/// Who waits for a renewal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// Wants a token: `Core::ready`, then `Core::token`. With whether it may wait once more.
    Token(bool),
    /// Wants a renewal: `Core::renewed`. With the generation of the tokens that there were.
    Renewal(Option<(u64, u32)>),
}

/// What follows when a tab has caught up.
#[derive(Debug)]
pub enum Then {
    /// With the turn, if it has come.
    Turn(u32, Option<u32>),
    /// With the turn that ends then.
    Renewed(u32, AuthError, Option<u32>),
    /// The turn ends.
    Over(Option<u32>),
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
    /// The turn that ends with it.
    pub turn: Option<u32>,
    pub until: u64,
}

/// What was spawned, and waits.
#[derive(Debug)]
pub enum Task {
    /// `lock::turn`
    Waits {
        renewal: u32,
        lock: u32,
        /// Which queue it is in.
        queue: u8,
        until: u64,
        /// When it gives up whatever it hears.
        latest: u64,
        /// Whether somebody before it was frozen at any time.
        is_behind_a_frozen_tab: bool,
    },
    /// `Core::catch_up`
    CatchesUp {
        then: Then,
        until: u64,
        /// Whether the others have the time to answer.
        waits: bool,
    },
    /// `Core::refresh`, before it sends.
    Prepares {
        renewal: u32,
        method: RenewalMethod,
        old: Tokens,
        turn: Option<u32>,
    },
    /// `http::post`, or a frame
    Asks(Request),
}

#[derive(Debug)]
pub struct Tab {
    pub life: Life,
    pub machine: Machine,
    /// Its session storage; or what it sees of the local one, where that comes late.
    pub area: Option<String>,
    /// `Core::stored`
    pub stored: Option<String>,
    /// `Core::renewal`
    pub is_shut: bool,
    /// `Core::turn`
    pub turn: Option<u32>,
    /// When the renewal began to wait for its turn.
    pub queued_at: u64,
    pub echoes: u32,
    /// `Core::echo`
    pub is_echo_shut: bool,
    pub tasks: Vec<Task>,
    pub inbox: VecDeque<String>,
    pub callers: Vec<Caller>,
    /// Requests of the app's that are under way.
    pub calls: Vec<ApiCall>,
    /// When the timer goes off.
    pub wake_at: Option<u64>,
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
    pub fn new(area: Option<String>) -> Self {
        Tab {
            life: Life::Loading,
            machine: machine(),
            area,
            stored: None,
            is_shut: false,
            turn: None,
            queued_at: 0,
            echoes: 0,
            is_echo_shut: false,
            tasks: Vec::new(),
            inbox: VecDeque::new(),
            callers: Vec::new(),
            calls: Vec::new(),
            wake_at: None,
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

    /// Which tokens of which session it has.
    pub fn generation(&self) -> Option<(u64, u32)> {
        Some((self.session()?, self.machine.tokens()?.renewals))
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

    /// When the next of its tasks gives up.
    pub fn until(&self) -> Option<u64> {
        let untils = self.tasks.iter().filter_map(|task| match task {
            Task::Waits { until, .. } | Task::CatchesUp { until, .. } => Some(*until),
            Task::Asks(request) => Some(request.until),
            Task::Prepares { .. } => None,
        });
        untils.min()
    }
}

impl Hash for Tab {
    /// By all that has a say in what happens next. Secrets don't print themselves, but the tokens there are is in the text.
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?} {:?} {:?}", self.machine, self.tasks, self.calls).hash(state);
        self.text().hash(state);
        (self.life, &self.area, &self.stored).hash(state);
        (
            self.is_shut,
            self.turn,
            self.queued_at,
            self.echoes,
            self.is_echo_shut,
        )
            .hash(state);
        (&self.inbox, &self.callers, self.wake_at).hash(state);
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
