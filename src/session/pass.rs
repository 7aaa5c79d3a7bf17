//! What signs request after request until something changes, without a question for each.

use super::Machine;
use super::call::{Call, NextStep};
use crate::credential::Credential;
use crate::oauth::tokens::Tokens;
use crate::secret::Secret;
use crate::time::Instant;

/// A request that would be sent at once, and the token that it would be signed with. Others made like it do as well, as long as
/// the machine honours this.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The request, sent.
    pub call: Call,
    /// What signs it.
    pub token: Secret,
}

impl Machine {
    /// A pass, unless a request made now would have to wait, or fail.
    pub fn pass(&self, now: Instant) -> Option<Pass> {
        if self.is_due(now) {
            return None;
        }
        let mut call = self.begin_call();
        match self.next_step(&mut call, true, now) {
            NextStep::Send(Credential::Token(token)) => Some(Pass { call, token }),
            _ => None,
        }
    }

    /// Whether a request made now would be sent at once, with the token of the pass.
    pub fn honours(&self, pass: &Pass, now: Instant) -> bool {
        self.owns(&pass.call)
            && pass.call.began_with() == self.tokens().map(Tokens::generation)
            && !self.is_renewing()
            && !self.is_due(now)
            && self.token(now).is_ok()
    }
}
