//! How a session is renewed.

use super::effect::{Change, Effect, RenewalMethod};
use super::end_reason::EndReason;
use super::failure::is_refusal;
use super::state::Renewal;
use super::tab_message::TabMessage;
use super::turn::{CaughtUp, Progress};
use super::{Machine, Step, Wanted};
use crate::error::{AuthError, Result};
use crate::oauth::tokens::Tokens;
use crate::options::StorageKind;
use crate::text::concat;
use std::rc::Rc;

impl Machine {
    /// Begins a renewal if none is under way and the session can be renewed; or joins the one under way.
    pub(super) fn renew(&mut self, wanted: Wanted, step: &mut Step) {
        let number = self.renewals.wrapping_add(1);
        let Some(session) = self.signed_in_mut() else {
            return;
        };
        let begins = matches!(session.renewal, Renewal::Idle) && session.can_renew();
        if begins {
            session.renewal = Renewal::Waiting {
                number,
                respects_backoff: true,
                is_for_rejected_token: false,
                peer_has_failed: false,
            };
        }
        match (&mut session.renewal, wanted) {
            (
                Renewal::Waiting {
                    respects_backoff, ..
                }
                | Renewal::Asking {
                    respects_backoff, ..
                },
                Wanted::InAnyCase,
            ) => *respects_backoff = false,
            (
                Renewal::Waiting {
                    is_for_rejected_token,
                    ..
                },
                Wanted::ByRejection,
            ) => *is_for_rejected_token = true,
            _ => {}
        }
        if begins {
            self.renewals = number;
            self.queue(number, step);
        }
    }

    /// The tabs that have the same tokens take turns; others aren't in each other's way.
    fn queue(&mut self, number: u32, step: &mut Step) {
        let Some(generation) = self.generation() else {
            return;
        };
        if self.storage.kind == StorageKind::Memory {
            // No other tab has this session.
            return self.take_turn(number, step);
        }
        let name = concat(&[
            &self.settings.lock_prefix,
            "@",
            &generation.signed_in_at.to_text(),
            "+",
            &u64::from(generation.renewals).to_string(),
        ]);
        self.turns.queue(number, name, &mut step.out);
    }

    pub(super) fn go_on(&mut self, progress: Option<Progress>, step: &mut Step) {
        match progress {
            None => {}
            Some(Progress::Granted(number)) => self.catch_up(number, CaughtUp::TakeTurn, step),
            Some(Progress::CaughtUp(number, then)) => {
                // What another tab stored before it spoke may be seen here later than what it said.
                self.take_over_stored(step);
                match then {
                    CaughtUp::TakeTurn => self.take_turn(number, step),
                    CaughtUp::BelieveFailure(error) => self.renewed(number, Err(error), step),
                }
            }
        }
    }

    /// Learns all that other tabs have said and stored up to now.
    fn catch_up(&mut self, number: u32, then: CaughtUp, step: &mut Step) {
        self.take_over_stored(step);
        self.ask_for_newer(step);
        self.turns.catch_up(number, then, &mut step.out);
    }

    /// Asks the other tabs for newer tokens: a duplicated tab has those that there were when it was made.
    pub(super) fn ask_for_newer(&self, step: &mut Step) {
        if let Some(generation) = self.generation() {
            step.out.push(Effect::Post(TabMessage::Ask(generation)));
        }
    }

    /// The turn has come, and no tab has newer tokens.
    fn take_turn(&mut self, number: u32, step: &mut Step) {
        let now = step.now;
        let asks = self.signed_in_mut().and_then(|session| {
            let leaves_alone = session.leaves_server_alone(now);
            let Renewal::Waiting {
                number: waiting,
                respects_backoff,
                peer_has_failed,
                ..
            } = session.renewal
            else {
                return None;
            };
            if waiting != number {
                return None;
            }
            if respects_backoff && (leaves_alone || peer_has_failed) {
                session.renewal = Renewal::Idle;
                return None;
            }
            session.renewal = Renewal::Asking {
                number,
                respects_backoff,
                peer_end: None,
            };
            Some(Rc::clone(&session.tokens))
        });
        let Some(old) = asks else {
            return self.turns.end(number, &mut step.out);
        };
        self.turns.ask(number, &mut step.out);
        let refresh_token = old.refresh_token.clone();
        step.out.push(Effect::AskServer {
            renewal: number,
            method: refresh_token.map_or(RenewalMethod::Frame, RenewalMethod::RefreshToken),
            old,
        });
    }

    pub(super) fn server_answered(
        &mut self,
        number: u32,
        outcome: Result<Tokens>,
        step: &mut Step,
    ) {
        match outcome {
            // Another tab may have been quicker after all.
            Err(error) if self.storage.kind != StorageKind::Memory => {
                self.catch_up(number, CaughtUp::BelieveFailure(error), step);
            }
            outcome => self.renewed(number, outcome, step),
        }
    }

    /// A renewal has an outcome, which is told before the next tab has its turn.
    fn renewed(&mut self, number: u32, outcome: Result<Tokens>, step: &mut Step) {
        let is_superseded = |(superseded, _): &mut (u32, Rc<Tokens>)| *superseded == number;
        if let Some((_, old)) = self.superseded_renewal.take_if(is_superseded) {
            step.out.push(Effect::Post(tell_peers(&old, outcome)));
        } else if self.renewal() == Some(number) {
            self.renewal_ended(outcome, step);
        } else if let Ok(late) = outcome
            // A server may have given the same tokens again.
            && !self.signed_in().is_some_and(|own| own.tokens.has_one_of(&late))
        {
            step.out.push(Effect::Revoke(Rc::new(late)));
        }
        self.turns.close(number, &mut step.out);
    }

    fn renewal_ended(&mut self, outcome: Result<Tokens>, step: &mut Step) {
        let Some(session) = self.signed_in_mut() else {
            return;
        };
        let renewal = std::mem::replace(&mut session.renewal, Renewal::Idle);
        match outcome {
            Ok(tokens) => {
                let tokens = tokens.succeed(&session.tokens);
                let (text, generation) = (tokens.to_text(), tokens.generation());
                session.renew(tokens, step.now);
                if let Renewal::Asking {
                    respects_backoff: true,
                    ..
                } = renewal
                {
                    session.renewed_for_rejection_at = Some(step.now);
                }
                self.storage
                    .replace(text.clone(), generation, &mut step.out);
                step.out.push(Effect::Post(TabMessage::Tokens(text)));
                step.out.push(Effect::Notify(Change::Renewed));
            }
            Err(error) if ends_session(&session.tokens, &error) => self.expire(Some(error), step),
            Err(error) => {
                if let Renewal::Asking {
                    peer_end: Some(reason),
                    ..
                } = renewal
                {
                    return self.end(reason, step);
                }
                let failure = TabMessage::Failure(session.tokens.generation(), error.clone());
                step.out.push(Effect::Post(failure));
                self.fail(error, step);
            }
        }
    }

    /// A renewal has failed, and the session stays.
    pub(super) fn fail(&mut self, error: AuthError, step: &mut Step) {
        let (now, random) = (step.now, step.random);
        let goes_on = self
            .signed_in_mut()
            .is_some_and(|session| session.fail(&error, now, random));
        step.out.push(if goes_on {
            Effect::Notify(Change::RenewalFailed(error))
        } else {
            // The listeners are called next, with the end of the session.
            Effect::Log("the session can't be renewed without the user")
        });
    }
}

/// What the other tabs are told of a renewal whose session this tab doesn't have any more.
fn tell_peers(old: &Tokens, outcome: Result<Tokens>) -> TabMessage {
    match outcome {
        Ok(tokens) => TabMessage::Tokens(tokens.succeed(old).to_text()),
        Err(error) if ends_session(old, &error) => {
            TabMessage::End(old.generation(), EndReason::Expired(Some(error)))
        }
        Err(error) => TabMessage::Failure(old.generation(), error),
    }
}

/// Whether the server has refused a refresh token for good. A hidden frame that it refuses leaves the session as long as its
/// token lasts.
fn ends_session(tokens: &Tokens, error: &AuthError) -> bool {
    tokens.refresh_token.is_some() && is_refusal(error)
}
