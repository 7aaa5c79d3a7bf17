//! A request of the app's that carries the token: which session it belongs to, when to send it, and what a 401 means for it.

use super::Machine;
use super::failure::login_required;
use super::view::Session;
use crate::credential::Credential;
use crate::error::{AuthError, Result};
use crate::oauth::tokens::{Generation, Tokens};
use crate::time::Instant;
use std::time::Duration;

/// How often a request is sent at the most: tabs that renew one after the other may end several tokens under it.
const MOST_SENDINGS: u32 = 5;

/// How many renewals it waits for at the most before it is sent. What the first has got may be over already, on a machine
/// that slept meanwhile.
const MOST_WAITS: u32 = 2;

/// How long a request that can be sent again waits for a renewal while the token there is would do: a server that hangs must
/// not hold everything back.
const REPEATABLE_WAIT: Duration = Duration::from_secs(2);

/// A request, from the moment the app made it.
///
/// It belongs to the session there was then: the token of a later session never signs it.
#[derive(Clone, Debug)]
pub struct Call {
    /// When its session began; `None` if nobody was signed in.
    session: Option<Instant>,
    /// The tokens there were.
    began_with: Option<Generation>,
    stage: Stage,
    /// How many renewals it has waited for since it was last sent.
    waits: u32,
    /// Whether it has waited for [`REPEATABLE_WAIT`].
    is_impatient: bool,
    sendings: u32,
}

#[derive(Clone, Debug)]
enum Stage {
    New,
    /// It was sent with tokens of that generation.
    Sent(Generation),
}

/// What to do with a request.
#[derive(Debug)]
pub enum NextStep {
    /// Wait until the renewal under way is over, then ask again. If it takes longer than this, say so to
    /// [`Call::wait_no_longer`].
    Wait(Option<Duration>),
    /// Send it, signed with this.
    Send(Credential),
    /// Hand the response on to the app.
    HandOn,
    /// Reject with this error.
    Fail(AuthError),
}

impl Call {
    /// The tokens there were when it was made.
    pub fn began_with(&self) -> Option<Generation> {
        self.began_with
    }

    /// The renewal takes too long. The request is sent with the token there is, if it is good.
    pub fn wait_no_longer(&mut self) {
        self.is_impatient = true;
    }
}

impl Machine {
    /// A request of the session there is now.
    pub fn begin_call(&self) -> Call {
        Call {
            session: self.session_began(),
            began_with: self.tokens().map(Tokens::generation),
            stage: Stage::New,
            waits: 0,
            is_impatient: false,
            sendings: 0,
        }
    }

    fn session_began(&self) -> Option<Instant> {
        self.tokens().map(|tokens| tokens.signed_in_at)
    }

    /// Whether the session that a request belongs to goes on.
    pub fn owns(&self, call: &Call) -> bool {
        call.session.is_some() && call.session == self.session_began()
    }

    /// What to do with a request that is new, or was answered with 401. `can_repeat` says whether it can be sent once more
    /// after it was sent.
    pub fn next_step(&self, call: &mut Call, can_repeat: bool, now: Instant) -> NextStep {
        let sent_with = match call.stage {
            Stage::New => None,
            Stage::Sent(_) if !can_repeat => return NextStep::HandOn,
            Stage::Sent(generation) => Some(generation),
        };
        let has_token = self.token(now).is_ok();
        if self.is_renewing()
            && call.waits < MOST_WAITS
            && !(call.is_impatient && has_token && sent_with.is_none())
        {
            let is_limited = can_repeat && !call.is_impatient && sent_with.is_none();
            call.waits += 1;
            return NextStep::Wait(is_limited.then_some(REPEATABLE_WAIT));
        }
        match sent_with {
            None => self.send(call, now),
            Some(generation) => self.after_rejection(call, generation, now),
        }
    }

    fn send(&self, call: &mut Call, now: Instant) -> NextStep {
        if !self.owns(call) {
            return NextStep::Fail(login_required());
        }
        match (self.token(now), self.tokens().map(Tokens::generation)) {
            (Ok(token), Some(generation)) => {
                call.stage = Stage::Sent(generation);
                call.waits = 0;
                call.sendings += 1;
                NextStep::Send(Credential::Token(token.clone()))
            }
            (Err(error), _) => NextStep::Fail(error),
            (Ok(_), None) => NextStep::Fail(login_required()),
        }
    }

    fn after_rejection(&self, call: &mut Call, sent_with: Generation, now: Instant) -> NextStep {
        let Some(session) = self.signed_in().filter(|_| self.owns(call)) else {
            return NextStep::HandOn;
        };
        let is_newer = session.tokens.generation().supersedes(sent_with);
        if is_newer && session.is_usable(now) {
            return if call.sendings < MOST_SENDINGS {
                self.send(call, now)
            } else {
                NextStep::HandOn
            };
        }
        match session.failure() {
            Some(error) if error.retryable() && (is_newer || session.may_be_over(now)) => {
                NextStep::Fail(error)
            }
            _ => NextStep::HandOn,
        }
    }

    /// What became of a renewal that the app wanted when the call was begun.
    ///
    /// # Errors
    /// `login_required` when only the user can help; otherwise why it failed.
    pub fn after_renewal(&self, call: &Call, now: Instant) -> Result<Session> {
        let generation = self.tokens().map(Tokens::generation);
        if self.owns(call) && generation == call.began_with {
            return Err(self.failure().unwrap_or_else(login_required));
        }
        let session = self.session(now).filter(|_| self.owns(call));
        session.ok_or_else(login_required)
    }
}
