//! The state of a session's machine.

use super::end_reason::EndReason;
use super::failure::{Failure, is_final, not_renewed_yet, wants_user};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::secret::Secret;
use crate::time::Instant;
use std::rc::Rc;
use std::time::Duration;

/// The longest span between two looks at the clock: sleep and throttling stretch a timer, so none is trusted for long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long before a token is of no use it is renewed at the latest: a token that isn't due at one look at the clock is
/// still good at the next.
const LEAD: Duration = Duration::from_millis(100);

/// How far a clock may be set back without consequences: none is exact.
pub(super) const TOLERANCE: Duration = Duration::from_secs(60);

/// The shortest span between two renewals that 401s ask for: an endpoint that always says 401 must not make us renew at
/// every call.
const BETWEEN_REJECTIONS: Duration = Duration::from_secs(60);

/// The state of the machine.
#[derive(Debug)]
pub(super) enum State {
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn(Box<SignedIn>),
}

/// A session, and all that exists only while it lasts.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub tokens: Rc<Tokens>,
    /// The access token before these, if the session was renewed on this page.
    last_token: Option<Secret>,
    pub renewal: Renewal,
    /// The last failure, if the session has not been renewed since.
    pub failure: Option<Failure>,
    /// Why the server answers no hidden frame any more: none is tried again.
    pub frame_refusal: Option<AuthError>,
    /// When the session was last renewed only because of a 401.
    pub renewed_for_rejection_at: Option<Instant>,
    /// How far the clock was set back since the tokens were given.
    set_back: Duration,
}

/// How far the renewal of a session has come.
#[derive(Debug)]
pub(super) enum Renewal {
    /// None is under way.
    Idle,
    /// It waits for the turn of this tab.
    Waiting {
        number: u32,
        /// Whether only a 401 asks for it: the server is left alone, then, as long as it wants to be.
        respects_backoff: bool,
        /// Whether a 401 asked for it: another tab may have newer tokens, which are waited for whatever else it says.
        is_for_rejected_token: bool,
        /// Whether another tab could not renew the same tokens meanwhile.
        peer_has_failed: bool,
    },
    /// The server is asked.
    Asking {
        number: u32,
        /// As above.
        respects_backoff: bool,
        /// The end of the session that another tab has told of meanwhile. It is believed if the server gives no answer.
        peer_end: Option<EndReason>,
    },
}

impl Renewal {
    /// Its number, if one is under way.
    pub fn number(&self) -> Option<u32> {
        match self {
            Renewal::Idle => None,
            Renewal::Waiting { number, .. } | Renewal::Asking { number, .. } => Some(*number),
        }
    }

    /// Its number, if it waits for its turn.
    pub fn waiting(&self) -> Option<u32> {
        match self {
            Renewal::Waiting { number, .. } => Some(*number),
            Renewal::Idle | Renewal::Asking { .. } => None,
        }
    }

    /// Its number, if the server is asked.
    pub fn asking(&self) -> Option<u32> {
        match self {
            Renewal::Asking { number, .. } => Some(*number),
            Renewal::Idle | Renewal::Waiting { .. } => None,
        }
    }
}

impl SignedIn {
    /// A session that begins with these tokens, or is taken up with them.
    pub fn new(tokens: Tokens, now: Instant) -> Self {
        SignedIn {
            set_back: ahead_of(&tokens, now),
            tokens: Rc::new(tokens),
            last_token: None,
            renewal: Renewal::Idle,
            failure: None,
            frame_refusal: None,
            renewed_for_rejection_at: None,
        }
    }

    /// The same session with newer tokens. A renewal that was under way is over.
    pub fn renew(&mut self, tokens: Tokens, now: Instant) {
        let renewed_for_rejection_at = self.renewed_for_rejection_at;
        *self = SignedIn {
            renewed_for_rejection_at,
            last_token: Some(self.tokens.access_token.clone()),
            ..SignedIn::new(tokens, now)
        };
    }

    /// Whether a text is the access token of this session, or the one before.
    pub fn has_signed_with(&self, text: &str) -> bool {
        let last = self.last_token.as_ref();
        self.tokens.access_token.reveal() == text || last.is_some_and(|last| last.reveal() == text)
    }

    /// The clock was set back so far: the tokens end earlier than they say.
    pub fn set_back(&mut self, span: Duration) {
        self.set_back += span;
    }

    /// Whether it can be renewed, as far as is known.
    pub fn can_renew(&self) -> bool {
        let has_frame = matches!(self.tokens.flow, Flow::Implicit | Flow::Code);
        self.tokens.refresh_token.is_some() || (has_frame && self.frame_refusal.is_none())
    }

    /// When the token ends, by a clock that may have been set back.
    pub fn expires_at(&self) -> Option<Instant> {
        self.tokens.expires_at.map(|at| at.before(self.set_back))
    }

    fn usable_until(&self) -> Option<Instant> {
        let until = self.tokens.usable_until()?;
        Some(until.before(self.set_back))
    }

    /// Whether a request sent now would still arrive with a good token.
    pub fn is_usable(&self, now: Instant) -> bool {
        self.usable_until().is_none_or(|end| now < end)
    }

    /// Whether the server may have let the token expire already: its life began when the server gave it, which may have
    /// been long before the answer was here.
    pub fn may_be_over(&self, now: Instant) -> bool {
        let until = self.tokens.certain_until;
        until.is_some_and(|until| until.before(self.set_back) <= now)
    }

    /// When to renew without being asked.
    fn next_renewal(&self, renew_before: Duration, now: Instant) -> Option<Instant> {
        if !self.can_renew() {
            return None;
        }
        let latest = self.usable_until()?.before(LEAD);
        let due = self.tokens.due(renew_before)?.before(self.set_back);
        let due = due.min(latest);
        let again = self.failure.as_ref().map(|failure| failure.again(now));
        Some(due.max(again.unwrap_or(due)))
    }

    /// Whether a renewal is due.
    pub fn is_due(&self, renew_before: Duration, now: Instant) -> bool {
        let next = self.next_renewal(renew_before, now);
        next.is_some_and(|next| next <= now)
    }

    /// When to look at the clock again.
    pub fn wake_up_at(&self, renew_before: Duration, now: Instant) -> Option<Instant> {
        let next = self.next_renewal(renew_before, now);
        let next = next.or(self.usable_until())?;
        let latest = now.after(LONGEST_WAIT);
        // What is due already waits for something else than the clock.
        let next = if next > now { next } else { latest };
        Some(next.min(latest))
    }

    /// Whether a 401 is no reason to ask the server: it wants to be left alone, or the session was renewed for a 401 a moment
    /// ago, so that it is the way of that endpoint. A token that may be over by itself is renewed in any case.
    pub fn leaves_server_alone(&self, now: Instant) -> bool {
        let waits =
            |failure: &Failure| failure.error.retry_after().is_some() && failure.again(now) > now;
        let is_recent = |at: Instant| now.distance(at) < BETWEEN_REJECTIONS;
        self.failure.as_ref().is_some_and(waits)
            || (self.renewed_for_rejection_at.is_some_and(is_recent) && !self.may_be_over(now))
    }

    /// A renewal has failed, and the session stays. Says whether it still can be used or renewed.
    pub fn fail(&mut self, error: &AuthError, now: Instant, random: f64) -> bool {
        if self.tokens.refresh_token.is_some() || !is_final(error) {
            let before = self.failure.take();
            self.failure = Some(Failure::after(before, error.clone(), now, random));
            return true;
        }
        // Where the server has dropped the flow, a sign-in by it would fail as well.
        let is_flow_gone = error.code() == ErrorCode::UnsupportedResponseType;
        self.frame_refusal = Some(if is_flow_gone {
            error.clone()
        } else {
            wants_user()
        });
        self.failure = None;
        self.is_usable(now)
    }

    /// Why the last renewal failed, if it did.
    pub fn failure(&self) -> Option<AuthError> {
        let failed = self.failure.as_ref().map(|failure| failure.error.clone());
        failed.or_else(|| self.frame_refusal.clone())
    }

    /// The token, if it is good for at least a moment.
    ///
    /// # Errors
    /// Why there is no new one yet.
    pub fn token(&self, now: Instant) -> Result<&Secret> {
        if self.is_usable(now) {
            Ok(&self.tokens.access_token)
        } else {
            Err(self.failure().unwrap_or_else(not_renewed_yet))
        }
    }
}

/// Tokens that were given at a time that is yet to come were given before the clock was set back.
fn ahead_of(tokens: &Tokens, now: Instant) -> Duration {
    let ahead = tokens.issued_at.since(now);
    if ahead > TOLERANCE {
        ahead
    } else {
        Duration::ZERO
    }
}
