//! What the session's state machine takes in, and what it gives out.

use crate::error::{AuthError, Result};
use crate::oauth::tokens::{Generation, Tokens};
use crate::secret::Secret;
use crate::time::Instant;

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The page began, and this was in storage.
    Restored(Option<Secret>),
    /// A sign-in gave these.
    SignedIn(Tokens),
    /// Time has passed on a page that is visible, or somebody wants a token.
    Tick,
    /// Time has passed on a page that nobody sees.
    HiddenTick,
    /// The network is back. A tick follows, if the page is visible.
    Online,
    /// The app wants new tokens now.
    Renew,
    /// The server doesn't take this access token any more.
    Unauthorized(Secret),
    /// The API said 511 to this access token: sign in again.
    SignInAgain(Secret),
    /// It is this tab's turn to renew, under that number.
    Turn(u32),
    /// What became of asking the server, under that number. The second field spreads the delays of many tabs and devices: a
    /// number from 0 up to 1.
    Renewed(u32, Result<Tokens>, f64),
    /// Another tab has these, of a session that may be this one.
    Heard(Secret),
    /// Another tab asks who has newer ones than those of that generation.
    Asked(Generation),
    /// Another tab had tokens of that generation, and has ended their session.
    HeardEnd(Generation, EndReason),
    /// Another tab could not renew those of that generation, and why. The third field is as that of `Renewed`.
    HeardFailure(Generation, AuthError, f64),
    /// The user signs out.
    SignedOut,
}

/// What has to be done about it.
#[derive(Debug)]
pub enum Effect {
    /// Store this text, the session's.
    Store(Secret),
    /// Store this text in place of an older one of the same session. Another session there stays.
    Replace(Secret),
    /// Another tab has these, and has stored them where all tabs share the storage: store them where this one has its own.
    Keep(Secret),
    /// Remove it, unless another tab has stored another since.
    Remove,
    /// Wait for this tab's turn, and tell when it has come.
    Queue(u32),
    /// Ask the server for new tokens, and tell what became of it.
    Renew(u32, RenewalMethod),
    /// Have the server end these: nobody has them any more.
    Revoke(Tokens),
    /// Tell the other tabs that there are new tokens.
    Tell(Secret),
    /// Tell the other tabs that the session of tokens of that generation has ended.
    TellEnd(Generation, EndReason),
    /// Tell the other tabs that those of that generation could not be renewed, and why.
    TellFailure(Generation, AuthError),
    /// Tell the listeners.
    Announce(Change),
    /// Look again at this instant, and no later.
    WakeAt(Instant),
    /// Say this in the log.
    Log(&'static str),
}

/// How new tokens are got.
#[derive(Debug)]
pub enum RenewalMethod {
    /// By this refresh token.
    RefreshToken(Secret),
    /// By the authorization endpoint in a hidden frame.
    Frame,
}

/// How a session ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its time is over, or the server has ended it, and said why.
    Expired(Option<AuthError>),
    /// The user did.
    SignedOut,
}

impl EndReason {
    /// The name that listeners and other tabs know.
    pub fn as_str(&self) -> &'static str {
        match self {
            EndReason::Expired(_) => "expired",
            EndReason::SignedOut => "signed-out",
        }
    }

    /// The ending of that name, with what the server said.
    pub fn from_name(name: &str, reason: Option<AuthError>) -> Option<Self> {
        [EndReason::Expired(reason), EndReason::SignedOut]
            .into_iter()
            .find(|ending| ending.as_str() == name)
    }

    /// What the server said, where it ended the session.
    pub fn reason(&self) -> Option<&AuthError> {
        match self {
            EndReason::Expired(reason) => reason.as_ref(),
            EndReason::SignedOut => None,
        }
    }
}

/// What listeners hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a new session.
    SignedIn,
    /// The session goes on with new tokens.
    Renewed,
    /// It could not be renewed, and goes on: it is tried again, unless only the user can help.
    RenewalFailed(AuthError),
    /// It is over.
    Ended(EndReason),
}

impl Change {
    /// What went wrong, if something did.
    pub fn error(&self) -> Option<&AuthError> {
        match self {
            Change::RenewalFailed(error) => Some(error),
            Change::Ended(ending) => ending.reason(),
            Change::SignedIn | Change::Renewed => None,
        }
    }

    /// The name that JavaScript sees as `event.type`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::SignedIn => "signed-in",
            Change::Renewed => "renewed",
            Change::RenewalFailed(_) => "renewal-failed",
            Change::Ended(ending) => ending.as_str(),
        }
    }
}

/// What an app may know of the current session: never the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Where it comes from: the name of a [`crate::Flow`].
    pub flow: &'static str,
    /// `Bearer`, or the header of an API key.
    pub token_type: &'static str,
    /// What the token is good for.
    pub scope: String,
    /// Milliseconds since the epoch; `None` when the server gave no lifetime.
    pub expires_at: Option<f64>,
    /// Whether it can go on after that without the user, as far as is known.
    pub can_renew: bool,
}
