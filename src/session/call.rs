//! A request of the app's that is signed: the session it belongs to, and what a 401 means for it.

use super::{Machine, login_required};
use crate::error::{AuthError, Result};
use crate::oauth::tokens::{Generation, Tokens};
use crate::secret::Secret;
use crate::time::Instant;
use std::time::Duration;

/// How often a request is sent at the most: tabs that renew one after the other may end several tokens under it.
const MOST_SENDINGS: u32 = 5;

/// How long a request that can be sent again waits for a renewal, while the token there is would do: a server that hangs must
/// not hold everything back.
pub const REPEATABLE_WAIT: Duration = Duration::from_secs(2);

/// A request, from the moment the app made it.
///
/// It belongs to the session there was then: what another user signs in for meanwhile never signs it.
#[derive(Clone, Debug)]
pub struct Call {
    /// When its session began; `None` if nobody was signed in.
    session: Option<Instant>,
    /// Which tokens it was sent with last.
    sent_with: Option<Generation>,
    sendings: u32,
}

/// What becomes of a request that was answered with 401, once there is nothing to wait for any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// The app gets the response.
    HandOn,
    /// There are newer tokens: it is sent again.
    SendAgain,
    /// The app gets this error: the token is over, and could not be renewed for now.
    Fail(AuthError),
}

impl Machine {
    /// A request of the session there is now.
    pub fn begin_call(&self) -> Call {
        Call {
            session: self.began(),
            sent_with: None,
            sendings: 0,
        }
    }

    /// When the session began that there is now.
    fn began(&self) -> Option<Instant> {
        self.tokens().map(|tokens| tokens.signed_in_at)
    }

    /// Whether the session that a request belongs to goes on.
    pub fn owns(&self, call: &Call) -> bool {
        call.session.is_some() && call.session == self.began()
    }

    /// The token to send a request with.
    ///
    /// # Errors
    /// `login_required` if its session has ended, whoever is signed in by now; otherwise as [`Machine::token`].
    pub fn sign(&self, call: &mut Call, now: Instant) -> Result<Secret> {
        if !self.owns(call) {
            return Err(login_required());
        }
        let token = self.token(now)?.clone();
        call.sent_with = self.tokens().map(Tokens::generation);
        call.sendings += 1;
        Ok(token)
    }

    /// What becomes of a request that was answered with 401 and can be sent again. To be asked when no renewal is under way
    /// any more.
    pub fn after_refusal(&self, call: &Call, now: Instant) -> AfterRefusal {
        let (Some(tokens), Some(sent_with)) = (self.tokens(), call.sent_with) else {
            return AfterRefusal::HandOn;
        };
        if !self.owns(call) {
            return AfterRefusal::HandOn;
        }
        let is_newer = tokens.generation().supersedes(sent_with);
        if is_newer && self.is_usable(now) {
            return if call.sendings < MOST_SENDINGS {
                AfterRefusal::SendAgain
            } else {
                AfterRefusal::HandOn
            };
        }
        match self.failure() {
            Some(error) if error.retryable() && (is_newer || self.may_be_over(now)) => {
                AfterRefusal::Fail(error)
            }
            _ => AfterRefusal::HandOn,
        }
    }
}
