//! What the session's state machine takes in.

use super::attempt::SignInAttempt;
use super::tab_message::TabMessage;
use crate::error::Result;
use crate::oauth::tokens::Tokens;
use crate::secret::Secret;
use crate::time::Instant;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The page was loaded.
    PageLoaded,
    /// A first client listens from now on: what other tabs said before was missed.
    Opened,
    /// The page is shown again after an absence in which nothing of it ran.
    PageShown,
    /// The page became visible or hidden, or runs again: messages may have been missed.
    PageResumed,
    /// The network is back.
    Online,
    /// Time has passed.
    Tick,
    /// Somebody wants a token that is good now, whether the page is visible or not.
    TokenWanted,
    /// The app wants new tokens now.
    RenewalWanted,
    /// The server answered 401 to this access token.
    TokenRejected(Secret),
    /// The API answered 511 to this access token: the user has to sign in again.
    SignInDemanded(Secret),
    /// A sign-in gave these tokens.
    SignedIn {
        /// What it gave.
        tokens: Tokens,
        /// The attempt that it was.
        attempt: SignInAttempt,
    },
    /// The user signs out.
    SignOut,
    /// The browser did not store what [`Effect::Store`](super::effect::Effect::Store) said.
    NotStored,
    /// The browser granted the lock of this number.
    LockGranted(u32),
    /// The browser has no locks, or refused this one.
    LockUnavailable(u32),
    /// The timer of this turn is over.
    TimerFired(u32),
    /// The outcome of [`Effect::AskServer`](super::effect::Effect::AskServer).
    ServerAnswered {
        /// The renewal that asked.
        renewal: u32,
        /// New tokens, or why there are none.
        outcome: Result<Tokens>,
    },
    /// Another tab, or this tab's own echo, says this.
    PeerMessage(TabMessage),
}

impl Event {
    /// The name in the table of transitions.
    pub fn name(&self) -> &'static str {
        match self {
            Event::PageLoaded => "PageLoaded",
            Event::Opened => "Opened",
            Event::PageShown => "PageShown",
            Event::PageResumed => "PageResumed",
            Event::Online => "Online",
            Event::Tick => "Tick",
            Event::TokenWanted => "TokenWanted",
            Event::RenewalWanted => "RenewalWanted",
            Event::TokenRejected(_) => "TokenRejected",
            Event::SignInDemanded(_) => "SignInDemanded",
            Event::SignedIn { .. } => "SignedIn",
            Event::SignOut => "SignOut",
            Event::NotStored => "NotStored",
            Event::LockGranted(_) => "LockGranted",
            Event::LockUnavailable(_) => "LockUnavailable",
            Event::TimerFired(_) => "TimerFired",
            Event::ServerAnswered { .. } => "ServerAnswered",
            Event::PeerMessage(message) => message.name(),
        }
    }
}

/// What the page looks like at the moment of an event.
#[derive(Debug)]
pub struct Snapshot {
    /// The time on the clock.
    pub now: Instant,
    /// The text in storage under the session's key.
    pub stored: Option<Secret>,
    /// Whether the user sees the page.
    pub is_visible: bool,
    /// A number from 0 up to 1. It spreads the delays of many tabs and devices.
    pub random: f64,
}
