//! What can be seen of the session's state machine, which changes nothing.

use super::failure::not_renewed_yet;
use super::{Machine, Session, login_required};
use crate::error::{AuthError, Result};
use crate::oauth::tokens::{TOKEN_TYPE, Tokens};
use crate::secret::Secret;
use crate::time::Instant;

impl Machine {
    /// What an app may know, while there is a session.
    pub fn session(&self, now: Instant) -> Option<Session> {
        let tokens = self.tokens.as_ref()?;
        let can_renew = self.can_renew(tokens);
        let expires_at = tokens.expires_at.map(|at| at.before(self.set_back));
        (can_renew || self.is_usable(now)).then(|| Session {
            flow: tokens.flow.as_str(),
            token_type: TOKEN_TYPE,
            scope: tokens.scope.clone(),
            // Exact: an `Instant` is held to what a JavaScript `Date` can hold.
            expires_at: expires_at.map(|at| at.as_millis() as f64),
            can_renew,
        })
    }

    /// The tokens there are, good or not.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// The number of the renewal under way.
    pub fn renewal(&self) -> Option<u32> {
        self.renewal.as_ref().map(|renewal| renewal.number)
    }

    /// Whether what becomes of that renewal is of use to anybody.
    pub fn wants(&self, number: u32) -> bool {
        let left = self.left_behind.as_ref().map(|(left, _)| *left);
        self.renewal() == Some(number) || left == Some(number)
    }

    /// Whether a renewal is under way. The server may end the old tokens at any moment of it, so none is handed out then.
    pub fn is_renewing(&self) -> bool {
        self.renewal.is_some()
    }

    /// Why the last renewal failed, if it did.
    pub fn failure(&self) -> Option<AuthError> {
        let failed = self.failure.as_ref().map(|failure| failure.error.clone());
        failed.or_else(|| self.frame_refusal.clone())
    }

    /// The token, if it is good for at least a moment.
    ///
    /// # Errors
    /// `login_required` where nobody is signed in; otherwise why there is no new one yet.
    pub fn token(&self, now: Instant) -> Result<&Secret> {
        match &self.tokens {
            Some(tokens) if self.is_usable(now) => Ok(&tokens.access_token),
            Some(_) => Err(self.failure().unwrap_or_else(not_renewed_yet)),
            None => Err(login_required()),
        }
    }
}
