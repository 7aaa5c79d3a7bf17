//! Every order of users, apps, tabs, answers and clocks that a generator finds, around one machine. For many: `model`.

use crate::driver::{Driver, peer_ends, peer_fails, peer_tokens, tokens};
use crate::session::machine;
use crate::support::NOW;
use placeos_auth::oauth::tokens::{Generation, Tokens};
use placeos_auth::options::Flow;
use placeos_auth::secret::Secret;
use placeos_auth::session::call::NextStep;
use placeos_auth::session::effect::{Change, Effect, RenewalMethod};
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::event::Event;
use placeos_auth::session::failure::login_required;
use placeos_auth::session::pass::Pass;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;
use std::collections::HashMap;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Rotated,
    Kept,
    Refused,
    Unreachable,
}

/// What renews a session.
#[derive(Clone, Copy, Debug)]
enum By {
    RefreshToken,
    Frame,
    Nothing,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    SignIn(By, Option<u64>),
    SignOut,
    Tick,
    HiddenTick,
    Online,
    Renew,
    /// A 401 for the token there is, or for another.
    Unauthorized(bool),
    /// A 511 for the token there is.
    SignInAgain,
    /// The turn of the renewal that waits for it.
    Turn,
    /// One that nobody waits for any more.
    LateTurn,
    /// The renewal under way is answered.
    Answer(Outcome, u64),
    /// One that nobody waits for any more is.
    LateAnswer(Outcome),
    /// Another tab has tokens of this session that are so many renewals further.
    Heard(i8, u64),
    HeardOther(u64),
    /// Another tab has ended this session, or another.
    HeardEnd(bool),
    /// Another tab could not renew what this one has, or older tokens.
    HeardFailure(bool, Outcome),
    Wait(u64),
    SetClockBack(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = prop_oneof![
        3 => Just(Outcome::Rotated),
        1 => Just(Outcome::Kept),
        1 => Just(Outcome::Refused),
        3 => Just(Outcome::Unreachable),
    ];
    let by = prop_oneof![
        3 => Just(By::RefreshToken),
        2 => Just(By::Frame),
        1 => Just(By::Nothing),
    ];
    let step = prop_oneof![
        2 => (by, prop::option::weighted(0.9, 1u64..500)).prop_map(|(by, life)| Step::SignIn(by, life)),
        1 => Just(Step::SignOut),
        4 => Just(Step::Tick),
        2 => Just(Step::HiddenTick),
        2 => Just(Step::Online),
        3 => Just(Step::Renew),
        3 => any::<bool>().prop_map(Step::Unauthorized),
        1 => Just(Step::SignInAgain),
        8 => Just(Step::Turn),
        1 => Just(Step::LateTurn),
        6 => (outcome.clone(), 1u64..500).prop_map(|(outcome, life)| Step::Answer(outcome, life)),
        2 => outcome.clone().prop_map(Step::LateAnswer),
        2 => (-1i8..3, 1u64..500).prop_map(|(further, life)| Step::Heard(further, life)),
        1 => (1u64..500).prop_map(Step::HeardOther),
        1 => any::<bool>().prop_map(Step::HeardEnd),
        2 => (any::<bool>(), outcome.clone()).prop_map(|(is_current, outcome)| Step::HeardFailure(is_current, outcome)),
        4 => (0u64..400).prop_map(Step::Wait),
        1 => (0u64..5000).prop_map(Step::SetClockBack),
    ];
    prop::collection::vec(step, 0..80)
}

/// The world around the machine: its clock, its server, its storage, its listeners.
struct World {
    machine: Driver,
    now: Instant,
    given: u32,
    /// The renewal that waits for its turn.
    queued: Option<u32>,
    /// The renewal under way, and the refresh token it has, if it has one.
    under_way: Option<(u32, Option<String>)>,
    /// Those that were queued, or under way, when they were ended.
    late_turns: Vec<u32>,
    late_answers: Vec<u32>,
    /// Refresh tokens that a server may have used up, each with the renewal that has it.
    spent: HashMap<String, u32>,
    last_number: u32,
    stored: Option<String>,
    signed_in: bool,
    /// All that the machine has given.
    passes: Vec<Pass>,
}

impl World {
    /// Tokens that nobody was given before.
    fn tokens(&mut self, by: By, life: Option<u64>) -> Tokens {
        self.given += 1;
        let (access, refresh) = (format!("a{}", self.given), format!("r{}", self.given));
        let refresh = matches!(by, By::RefreshToken).then_some(refresh.as_str());
        let tokens = tokens(&access, refresh, life, self.now);
        match by {
            By::Nothing => Tokens {
                flow: Flow::Password,
                ..tokens
            },
            _ => tokens,
        }
    }

    fn outcome(
        &mut self,
        outcome: Outcome,
        has_refresh_token: bool,
        life: u64,
    ) -> Result<Tokens, AuthError> {
        let (rotated, refused) = match has_refresh_token {
            true => (
                By::RefreshToken,
                AuthError::new(ErrorCode::InvalidGrant, ""),
            ),
            false => (By::Frame, login_required()),
        };
        match outcome {
            Outcome::Rotated => Ok(self.tokens(rotated, Some(life))),
            Outcome::Kept => Ok(self.tokens(By::Frame, Some(life))),
            Outcome::Refused => Err(refused),
            Outcome::Unreachable => Err(AuthError::new(ErrorCode::Network, "")),
        }
    }

    /// What another tab could have, of the session there is.
    fn heard(&mut self, further: i8, life: u64) -> Option<Tokens> {
        let old = self.machine.tokens()?.clone();
        let by = match &old.refresh_token {
            Some(_) => By::RefreshToken,
            None => By::Frame,
        };
        Some(Tokens {
            flow: old.flow,
            signed_in_at: old.signed_in_at,
            renewals: old.renewals.saturating_add_signed(further.into()),
            ..self.tokens(by, Some(life))
        })
    }

    /// Takes a step; `None` if it can't be taken.
    fn take(&mut self, step: Step) -> Option<Vec<Effect>> {
        let event = match step {
            Step::Wait(span) => {
                self.now = self.now.after(Duration::from_secs(span));
                return None;
            }
            Step::SetClockBack(span) => {
                self.now = self.now.before(Duration::from_secs(span));
                return None;
            }
            Step::HiddenTick => return Some(self.machine.step_hidden(Event::Tick, self.now)),
            Step::SignIn(by, life) => {
                // No two sessions begin at the same instant.
                self.now = self.now.after(Duration::from_millis(1));
                let tokens = self.tokens(by, life);
                return Some(self.machine.sign_in(tokens, self.now));
            }
            Step::Turn => return Some(self.machine.turn(self.queued?, self.now)),
            Step::LateTurn => {
                let number = self.late_turns.pop()?;
                return Some(self.machine.turn(number, self.now));
            }
            Step::LateAnswer(outcome) => {
                let number = self.late_answers.pop()?;
                let outcome = self.outcome(outcome, true, 100);
                return Some(self.machine.renewed(number, outcome, self.now));
            }
            Step::Answer(outcome, life) => {
                let (number, refresh_token) = self.under_way.clone()?;
                if let (Outcome::Kept | Outcome::Unreachable, Some(refresh_token)) =
                    (outcome, &refresh_token)
                {
                    self.spent.remove(refresh_token);
                }
                let outcome = self.outcome(outcome, refresh_token.is_some(), life);
                return Some(self.machine.renewed(number, outcome, self.now));
            }
            Step::Tick => Event::Tick,
            Step::Online => Event::Online,
            Step::Renew => Event::RenewalWanted,
            Step::SignInAgain => Event::SignInDemanded(self.machine.tokens()?.access_token.clone()),
            Step::Unauthorized(true) => {
                Event::TokenRejected(self.machine.tokens()?.access_token.clone())
            }
            Step::Unauthorized(false) => Event::TokenRejected(Secret::new("a0".to_owned())),
            Step::SignOut => Event::SignOut,
            Step::Heard(further, life) => peer_tokens(self.heard(further, life)?.to_text()),
            Step::HeardOther(life) => {
                let signed_in_at = self.now.after(Duration::from_millis(1));
                let other = Tokens {
                    signed_in_at,
                    renewals: 9,
                    ..self.tokens(By::RefreshToken, Some(life))
                };
                peer_tokens(other.to_text())
            }
            Step::HeardEnd(true) => {
                peer_ends(self.machine.tokens()?.generation(), EndReason::SignedOut)
            }
            Step::HeardEnd(false) => peer_ends(
                Generation {
                    signed_in_at: Instant::from_millis(1),
                    renewals: 0,
                },
                EndReason::SignedOut,
            ),
            Step::HeardFailure(is_current, outcome) => {
                let mut generation = self.machine.tokens()?.generation();
                if !is_current {
                    generation.renewals = generation.renewals.wrapping_sub(1);
                }
                peer_fails(generation, self.outcome(outcome, false, 100).err()?)
            }
        };
        Some(self.machine.step(event, self.now))
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), TestCaseError> {
        let mut stored_just_now = false;
        let current = self.machine.renewal();
        let late = self.queued.take_if(|number| Some(*number) != current);
        self.late_turns.extend(late);
        let late = self
            .under_way
            .take_if(|(number, _)| Some(*number) != current);
        self.late_answers.extend(late.map(|(number, _)| number));
        for effect in effects {
            match effect {
                Effect::Store(text) => {
                    self.stored = Some(text.reveal().to_owned());
                    stored_just_now = true;
                }
                Effect::Remove | Effect::Clear => self.stored = None,
                Effect::RequestLock { turn: number, .. } => {
                    prop_assert!(self.queued.is_none() && self.under_way.is_none());
                    prop_assert!(number > self.last_number, "a number given out twice");
                    self.last_number = number;
                    self.queued = Some(number);
                }
                Effect::AskServer {
                    renewal: number,
                    method,
                    ..
                } => {
                    prop_assert!(self.under_way.is_none(), "two renewals at a time");
                    prop_assert_eq!(self.queued.take(), Some(number), "out of turn");
                    let refresh_token = match method {
                        RenewalMethod::RefreshToken(secret) => Some(secret.reveal().to_owned()),
                        RenewalMethod::Frame => None,
                    };
                    if let Some(refresh_token) = &refresh_token {
                        let spent = self.spent.insert(refresh_token.clone(), number);
                        prop_assert!(spent.is_none(), "a refresh token used twice");
                    }
                    self.under_way = Some((number, refresh_token));
                }
                Effect::Revoke(tokens) => {
                    let kept = self.machine.tokens();
                    prop_assert!(kept.is_none_or(
                        |kept| kept.access_token.reveal() != tokens.access_token.reveal()
                    ));
                }
                Effect::Post(TabMessage::Tokens(text)) => {
                    let told = Tokens::from_text(text.reveal()).unwrap().generation();
                    let own = self.machine.tokens().map(Tokens::generation);
                    if own.is_some_and(|own| own.same_session(told)) {
                        let stored = self.stored.as_deref();
                        prop_assert_eq!(Some(text.reveal()), stored, "told before it was stored");
                    }
                }
                Effect::Notify(Change::SignedIn) => {
                    prop_assert!(stored_just_now);
                    self.signed_in = true;
                }
                Effect::Notify(Change::Renewed) => {
                    prop_assert!(stored_just_now && self.signed_in)
                }
                Effect::Notify(Change::RenewalFailed(_)) => prop_assert!(self.signed_in),
                Effect::Notify(Change::Ended(_)) => {
                    prop_assert!(self.signed_in, "an end that nobody waited for");
                    prop_assert!(self.stored.is_none());
                    self.signed_in = false;
                }
                Effect::Post(_)
                | Effect::PostEcho(_)
                | Effect::StartTimer { .. }
                | Effect::StopTimer(_)
                | Effect::EndTurn(_)
                | Effect::Log(_) => {}
            }
        }
        self.check()
    }

    /// A pass is honoured exactly as long as a new request would be sent at once, with the pass's token.
    fn check_passes(&mut self) -> Result<(), TestCaseError> {
        let (machine, now) = (&self.machine, self.now);
        self.passes.extend(machine.pass(now));
        let mut call = machine.begin_call();
        let next = machine.next_step(&mut call, true, now);
        for pass in &self.passes {
            let signs = match &next {
                NextStep::Send(credential) => {
                    !machine.is_due(now) && credential.reveal() == pass.token.reveal()
                }
                _ => false,
            };
            prop_assert_eq!(machine.honours(pass, now), signs);
        }
        Ok(())
    }

    /// What holds after every event.
    fn check(&self) -> Result<(), TestCaseError> {
        let (machine, now) = (&self.machine, self.now);
        prop_assert_eq!(machine.session(now).is_some(), self.signed_in);
        prop_assert!(self.signed_in || machine.token(now).is_err());
        let is_renewing = self.queued.is_some() || self.under_way.is_some();
        prop_assert_eq!(machine.is_renewing(), is_renewing);
        let wake_up_at = machine.wake_up_at(now);
        let ends = machine.tokens().map(|tokens| tokens.expires_at.is_some());
        prop_assert_eq!(wake_up_at.is_some(), ends == Some(true));
        let is_soon = |at: Instant| at > now && at.since(now) <= Duration::from_secs(30);
        prop_assert!(wake_up_at.is_none_or(is_soon), "nobody looks again");
        let kept = machine
            .tokens()
            .map(|tokens| tokens.to_text().reveal().to_owned());
        prop_assert_eq!(&kept, &self.stored, "a reload would find another session");
        Ok(())
    }
}

/// What a kind of step can never bring about.
fn check_step(
    step: Step,
    was_refreshed: bool,
    was_wanted: bool,
    effects: &[Effect],
) -> Result<(), TestCaseError> {
    let has = |is: fn(&Effect) -> bool| effects.iter().any(is);
    let stores = has(|effect| matches!(effect, Effect::Store(_)));
    let tells = has(|effect| {
        matches!(
            effect,
            Effect::Post(TabMessage::Tokens(_) | TabMessage::End(..) | TabMessage::Failure(..))
        )
    });
    let begins = has(|effect| matches!(effect, Effect::RequestLock { .. }));
    match step {
        // Of a session that another took the place of here: other tabs may have it.
        Step::LateAnswer(_) if was_wanted => prop_assert!(!stores),
        Step::LateAnswer(outcome) => {
            let revokes = has(|effect| matches!(effect, Effect::Revoke(_)));
            let brings_tokens = matches!(outcome, Outcome::Rotated | Outcome::Kept);
            prop_assert_eq!(revokes, brings_tokens, "late tokens are revoked");
            prop_assert!(!stores && !tells);
        }
        Step::LateTurn => {
            prop_assert!(
                !has(|effect| matches!(effect, Effect::AskServer { .. })),
                "out of turn"
            );
        }
        Step::Heard(further, _) => {
            prop_assert_eq!(stores, further > 0);
            prop_assert!(!tells, "told on");
        }
        Step::HeardEnd(_) | Step::HeardOther(_) | Step::HeardFailure(..) => {
            prop_assert!(!stores && !tells && !begins);
        }
        Step::HiddenTick => prop_assert!(!begins, "renewed for nobody"),
        Step::Answer(Outcome::Refused, _) if was_refreshed => {
            prop_assert!(has(|effect| matches!(
                effect,
                Effect::Notify(Change::Ended(EndReason::Expired(_)))
            )));
        }
        _ => {}
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn in_any_order_there_is_one_renewal_one_session_and_one_truth(steps in steps()) {
        let mut world = World {
            machine: machine(),
            now: NOW,
            given: 0,
            queued: None,
            under_way: None,
            late_turns: Vec::new(),
            late_answers: Vec::new(),
            spent: HashMap::new(),
            last_number: 0,
            stored: None,
            signed_in: false,
            passes: Vec::new(),
        };
        for step in steps {
            let late = world.late_answers.last();
            let was_wanted = late.is_some_and(|number| world.machine.wants(*number));
            let was_refreshed = matches!(world.under_way, Some((_, Some(_))));
            let effects = world.take(step);
            world.check_passes()?;
            let Some(effects) = effects else { continue };
            check_step(step, was_refreshed, was_wanted, &effects)?;
            world.carry_out(effects)?;
            prop_assert!(!matches!(step, Step::SignOut | Step::HeardEnd(true)) || !world.signed_in);
        }
    }
}
