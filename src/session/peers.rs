//! What other tabs are believed.

use super::effect::{Change, Effect};
use super::end_reason::EndReason;
use super::state::Renewal;
use super::tab_message::TabMessage;
use super::{Machine, Step, revoke_everywhere};
use crate::error::AuthError;
use crate::oauth::tokens::{Generation, Tokens};
use crate::secret::Secret;
use std::rc::Rc;

impl Machine {
    pub(super) fn on_peer_message(&mut self, message: TabMessage, step: &mut Step) {
        self.turns.on_message();
        match message {
            TabMessage::Tokens(text) => self.on_peer_tokens(text, step),
            TabMessage::End(generation, reason) => self.on_peer_end(generation, reason, step),
            TabMessage::Failure(generation, error) => self.on_peer_failure(generation, error, step),
            TabMessage::Ask(generation) => self.on_peer_question(generation, step),
            TabMessage::Echo(number) => {
                for turn in self.turns.waiting_for_echo(number) {
                    let progress = self.turns.on_echo(turn, &mut step.out);
                    self.go_on(progress, step);
                }
            }
        }
    }

    /// Takes over the tokens that another tab has got. A renewal of this tab is over.
    pub(super) fn on_peer_tokens(&mut self, text: Secret, step: &mut Step) {
        let Some(tokens) = Tokens::from_text(text.reveal()) else {
            return;
        };
        let generation = tokens.generation();
        if self.signed_out_of == Some(generation.signed_in_at) {
            return self.sign_out_late(tokens, step);
        }
        let Some(session) = self.signed_in_mut() else {
            return;
        };
        if generation.supersedes(session.tokens.generation()) {
            session.renew(tokens, step.now);
            self.storage.keep(text, generation, &mut step.out);
            step.out.push(Effect::Notify(Change::Renewed));
        }
    }

    /// Another tab was renewing the session that the user signed out of here. If it is closed before it hears of that, nobody
    /// else ends what it has stored.
    fn sign_out_late(&mut self, tokens: Tokens, step: &mut Step) {
        let generation = tokens.generation();
        revoke_everywhere(Rc::new(tokens), step);
        let stored = self.storage.tokens();
        if stored.is_some_and(|stored| stored.generation().same_session(generation)) {
            self.storage.clear(&mut step.out);
        }
    }

    fn on_peer_end(&mut self, generation: Generation, reason: EndReason, step: &mut Step) {
        self.superseded_renewal
            .take_if(|(_, tokens)| tokens.generation().same_session(generation));
        let Some(session) = self.signed_in_mut() else {
            return;
        };
        let own = session.tokens.generation();
        if !own.same_session(generation) {
            return;
        }
        let is_ahead = own.supersedes(generation);
        match (reason, &mut session.renewal) {
            // Only the other tab's tokens had expired.
            (EndReason::Expired(_), _) if is_ahead => self.on_peer_question(generation, step),
            // The answer that this tab gets decides.
            (reason @ EndReason::Expired(_), Renewal::Asking { peer_end, .. }) => {
                *peer_end = Some(reason);
            }
            (reason @ EndReason::Expired(_), _) => self.end(reason, step),
            (EndReason::SignedOut, _) => {
                // The other tab has revoked the tokens that it knew.
                if is_ahead {
                    step.out.push(Effect::Revoke(session.tokens.clone()));
                }
                self.signed_out_elsewhere = Some(step.now);
                self.end(EndReason::SignedOut, step);
            }
        }
    }

    /// The wait for a turn is over, too: the tabs don't wait one after the other for a server that is out of reach. A wait
    /// that a 401 began goes on, and asks the server nothing: newer tokens may be on their way.
    fn on_peer_failure(&mut self, generation: Generation, error: AuthError, step: &mut Step) {
        let is_shared = self.generation() == Some(generation);
        let Some(session) = self.signed_in_mut().filter(|_| is_shared) else {
            return;
        };
        match &mut session.renewal {
            Renewal::Waiting {
                respects_backoff,
                is_for_rejected_token: true,
                peer_has_failed,
                ..
            } => {
                *respects_backoff = true;
                *peer_has_failed = true;
            }
            Renewal::Waiting { .. } => session.renewal = Renewal::Idle,
            Renewal::Idle | Renewal::Asking { .. } => return,
        }
        self.fail(error, step);
    }

    fn on_peer_question(&self, generation: Generation, step: &mut Step) {
        if let Some(own) = self.tokens()
            && own.generation().supersedes(generation)
        {
            let message = TabMessage::Tokens(own.to_text());
            step.out.push(Effect::Post(message));
        }
    }
}
