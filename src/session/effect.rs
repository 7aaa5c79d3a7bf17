//! What the session's state machine gives out.

use super::end_reason::EndReason;
use super::tab_message::TabMessage;
use crate::error::AuthError;
use crate::oauth::tokens::Tokens;
use crate::secret::Secret;
use std::rc::Rc;
use std::time::Duration;

/// Something that the client has to do.
#[derive(Debug)]
pub enum Effect {
    /// Store this text under the session's key. If the browser refuses, [`NotStored`](super::event::Event::NotStored) follows.
    Store(Secret),
    /// Remove what is stored under the session's key.
    Remove,
    /// Remove it from every storage of this origin.
    Clear,
    /// Request a lock for a turn, in place of the one it may have. `LockGranted` or `LockUnavailable` follows.
    RequestLock {
        /// The turn that it is for.
        turn: u32,
        /// The number by which the answer names it.
        lock: u32,
        /// Tabs that request the same name have the lock one after the other.
        name: String,
    },
    /// Start the timer of a turn, in place of the one it may have. `TimerFired` follows.
    StartTimer {
        /// The turn that it is for.
        turn: u32,
        /// How long it runs.
        span: Duration,
    },
    /// Stop the timer of a turn.
    StopTimer(u32),
    /// Release the lock of a turn, and stop its timer.
    EndTurn(u32),
    /// Ask the server for new tokens. `ServerAnswered` follows.
    AskServer {
        /// The renewal that asks.
        renewal: u32,
        /// How to ask.
        method: RenewalMethod,
        /// The tokens to replace.
        old: Rc<Tokens>,
    },
    /// Have the server end these tokens, which nobody has any more.
    Revoke(Rc<Tokens>),
    /// Send this to the other tabs.
    Post(TabMessage),
    /// Send [`TabMessage::Echo`] with this number to every tab, this one included.
    PostEcho(u32),
    /// Call the listeners.
    Notify(Change),
    /// Write this line to the log.
    Log(&'static str),
}

/// How to get new tokens.
#[derive(Debug)]
pub enum RenewalMethod {
    /// By this refresh token.
    RefreshToken(Secret),
    /// By the authorization endpoint in a hidden frame.
    Frame,
}

/// What listeners are called with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a new session.
    SignedIn,
    /// The session has new tokens.
    Renewed,
    /// The session could not be renewed. It stays, and is renewed later unless only the user can help.
    RenewalFailed(AuthError),
    /// The session has ended.
    Ended(EndReason),
}

impl Change {
    /// The error that caused it, if one did.
    pub fn error(&self) -> Option<&AuthError> {
        match self {
            Change::RenewalFailed(error) => Some(error),
            Change::Ended(reason) => reason.error(),
            Change::SignedIn | Change::Renewed => None,
        }
    }

    /// The name that JavaScript sees as `event.type`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::SignedIn => "signed-in",
            Change::Renewed => "renewed",
            Change::RenewalFailed(_) => "renewal-failed",
            Change::Ended(reason) => reason.as_str(),
        }
    }
}
