//! What the session's state machine makes of what it hears from other tabs.

use super::{Change, Effect, EndReason, Machine};
use crate::error::AuthError;
use crate::oauth::tokens::{Generation, Tokens};
use crate::secret::Secret;
use crate::time::Instant;

impl Machine {
    /// Takes over what another tab has got.
    pub(super) fn hear(&mut self, text: Secret, now: Instant) -> Vec<Effect> {
        match (Tokens::from_text(text.reveal()), &self.tokens) {
            (Some(new), Some(old)) if new.generation().supersedes(old.generation()) => {
                self.renewal = None;
                self.take(new, now);
                vec![Effect::Keep(text), Effect::Announce(Change::Renewed)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn hear_end(&mut self, generation: Generation, ending: EndReason) -> Vec<Effect> {
        self.left_behind
            .take_if(|(_, left)| left.generation().same_session(generation));
        let Some(own) = &self.tokens else {
            return Vec::new();
        };
        if !own.generation().same_session(generation) {
            return Vec::new();
        }
        let is_asked = self.renewal.as_ref().is_some_and(|own| own.is_asked);
        let is_expired = ending != EndReason::SignedOut;
        if is_expired && own.generation().supersedes(generation) {
            // Only the other's were over.
            return vec![Effect::Tell(own.to_text())];
        }
        if is_expired && is_asked {
            // What this tab is told itself decides.
            return Vec::new();
        }
        // Who has signed out has revoked what was known there.
        let is_known = !own.generation().supersedes(generation);
        let revoked = (!is_expired && !is_known).then(|| own.clone());
        let mut effects: Vec<_> = revoked.map(Effect::Revoke).into_iter().collect();
        effects.extend(self.end(ending));
        effects
    }

    /// The wait for a turn is over, too: for a server that is out of reach, the tabs don't wait one after the other. But for
    /// the wait that a 401 began: newer tokens may be on their way, and a failure that is told late must not come before
    /// them. Such a wait goes on, and asks the server nothing.
    pub(super) fn hear_failure(
        &mut self,
        generation: Generation,
        error: AuthError,
        now: Instant,
        spread: f64,
    ) -> Vec<Effect> {
        let is_shared = self
            .tokens
            .as_ref()
            .is_some_and(|own| own.generation() == generation);
        match &mut self.renewal {
            Some(renewal) if is_shared && !renewal.is_asked => {
                if renewal.is_for_rejected {
                    renewal.is_wanted = false;
                    renewal.peer_has_failed = true;
                } else {
                    self.renewal = None;
                }
                vec![self.fail(error, now, spread)]
            }
            _ => Vec::new(),
        }
    }
}
