//! What can be seen of the session's state machine. Looking changes nothing.

use super::Machine;
use super::attempt::SignInAttempt;
use super::failure::login_required;
use super::state::{Renewal, State};
use crate::error::{AuthError, Result};
use crate::oauth::tokens::{TOKEN_TYPE, Tokens};
use crate::secret::Secret;
use crate::time::Instant;

/// What an app may know of the current session: never the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The name of the [`Flow`](crate::Flow) it comes from.
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

impl Machine {
    /// The name of the state in the table of transitions.
    pub fn state_name(&self) -> &'static str {
        match &self.state {
            State::SignedOut => "signed out",
            State::SignedIn(session) => match session.renewal {
                Renewal::Idle => "idle",
                Renewal::Waiting { .. } => "waiting",
                Renewal::Asking { .. } => "asking",
            },
        }
    }

    /// What an app may know, while there is a session.
    pub fn session(&self, now: Instant) -> Option<Session> {
        let session = self.signed_in()?;
        let can_renew = session.can_renew();
        (can_renew || session.is_usable(now)).then(|| Session {
            flow: session.tokens.flow.as_str(),
            token_type: TOKEN_TYPE,
            scope: session.tokens.scope.clone(),
            // Exact: an `Instant` is held to what a JavaScript `Date` can hold.
            expires_at: session.expires_at().map(|at| at.as_millis() as f64),
            can_renew,
        })
    }

    /// The tokens there are, good or not.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.signed_in().map(|session| &*session.tokens)
    }

    /// The number of the renewal under way.
    pub fn renewal(&self) -> Option<u32> {
        self.signed_in()?.renewal.number()
    }

    /// Whether the outcome of that renewal is of use to anybody.
    pub fn wants(&self, renewal: u32) -> bool {
        let superseded = self.superseded_renewal.as_ref();
        self.renewal() == Some(renewal)
            || superseded.is_some_and(|(superseded, _)| *superseded == renewal)
    }

    /// Whether a renewal is under way. The server may end the old tokens at any moment of it, so none is handed out then.
    pub fn is_renewing(&self) -> bool {
        self.renewal().is_some()
    }

    /// Whether [`TokenWanted`](super::event::Event::TokenWanted) would begin a renewal, if none is under way.
    pub fn is_due(&self, now: Instant) -> bool {
        let session = self.signed_in();
        session.is_some_and(|session| session.is_due(self.settings.renew_before, now))
    }

    /// When the client has to hand in a [`Tick`](super::event::Event::Tick) at the latest.
    pub fn wake_up_at(&self, now: Instant) -> Option<Instant> {
        self.signed_in()?
            .wake_up_at(self.settings.renew_before, now)
    }

    /// Why the last renewal failed, if it did.
    pub fn failure(&self) -> Option<AuthError> {
        self.signed_in()?.failure()
    }

    /// The token, if it is good for at least a moment.
    ///
    /// # Errors
    /// `login_required` where nobody is signed in; otherwise why there is no new one yet.
    pub fn token(&self, now: Instant) -> Result<&Secret> {
        self.signed_in().ok_or_else(login_required)?.token(now)
    }

    /// Whether the value of an `Authorization` header is one that this session has signed with: its token, or the one before.
    pub fn has_authorization(&self, value: &str) -> bool {
        let token = value
            .strip_prefix(TOKEN_TYPE)
            .and_then(|rest| rest.strip_prefix(' '));
        self.signed_in()
            .zip(token)
            .is_some_and(|(session, token)| session.has_signed_with(token))
    }

    /// Whether a later page has what this one has, if there is a session.
    pub fn outlives_page(&self, now: Instant) -> bool {
        self.storage.has_own() || self.session(now).is_none()
    }

    /// When the user last signed out of this page's session in another tab.
    pub fn signed_out_elsewhere(&self) -> Option<Instant> {
        self.signed_out_elsewhere
    }

    /// A sign-in that begins now.
    pub fn begin_sign_in(&mut self) -> SignInAttempt {
        let number = self.sign_ins;
        self.sign_ins += 1;
        SignInAttempt {
            sign_outs: self.sign_outs,
            number,
        }
    }

    /// Whether the user has not signed out since that sign-in was begun, and no later one has begun a session.
    pub fn is_current(&self, attempt: SignInAttempt) -> bool {
        attempt.sign_outs == self.sign_outs && attempt.number >= self.last_sign_in
    }
}
