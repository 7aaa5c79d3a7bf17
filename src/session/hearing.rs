//! What the session's state machine makes of what it hears from other tabs.

use super::{Change, Effect, Ending, Machine};
use crate::error::AuthError;
use crate::oauth::tokens::{Age, Tokens};
use crate::secret::Secret;
use crate::time::Instant;

impl Machine {
    /// Takes over what another tab has got.
    pub(super) fn hear(&mut self, text: Secret, now: Instant) -> Vec<Effect> {
        match (Tokens::from_text(text.reveal()), &self.tokens) {
            (Some(new), Some(old)) if new.age().is_newer(old.age()) => {
                self.renewal = None;
                self.take(new, now);
                vec![Effect::Replace(text), Effect::Announce(Change::Renewed)]
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn hear_end(&mut self, age: Age, ending: Ending) -> Vec<Effect> {
        self.left_behind
            .take_if(|(_, left)| left.age().is_of_session(age));
        let Some(own) = &self.tokens else {
            return Vec::new();
        };
        if !own.age().is_of_session(age) {
            return Vec::new();
        }
        let is_asked = self.renewal.as_ref().is_some_and(|own| own.is_asked);
        if ending == Ending::Expired && own.age().is_newer(age) {
            // Only the other's were over.
            return vec![Effect::Tell(own.to_text())];
        }
        if ending == Ending::Expired && is_asked {
            // What this tab is told itself decides.
            return Vec::new();
        }
        // Who has signed out has revoked what was known there.
        let is_known = !own.age().is_newer(age);
        let revoked = (ending == Ending::SignedOut && !is_known).then(|| own.clone());
        let mut effects: Vec<_> = revoked.map(Effect::Revoke).into_iter().collect();
        effects.extend(self.end(ending));
        effects
    }

    /// The wait for a turn is over, too: for a server that is out of reach, the tabs don't wait one after the other.
    pub(super) fn hear_failure(
        &mut self,
        age: Age,
        error: AuthError,
        now: Instant,
        spread: f64,
    ) -> Vec<Effect> {
        let waits = self.renewal.as_ref().is_some_and(|own| !own.is_asked);
        let is_shared = self.tokens.as_ref().is_some_and(|own| own.age() == age);
        if !waits || !is_shared {
            return Vec::new();
        }
        self.renewal = None;
        vec![self.fail(error, now, spread)]
    }
}
