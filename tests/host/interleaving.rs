//! Every order of users, apps, answers and clocks that a generator finds.

use crate::renewal::tokens;
use crate::session::machine;
use crate::support::NOW;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::session::{Change, Effect, Event, Machine};
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

#[derive(Clone, Copy, Debug)]
enum Step {
    SignIn {
        renewable: bool,
        life: Option<u64>,
    },
    SignOut,
    Tick,
    Renew,
    /// The renewal under way is answered.
    Answer(Outcome, u64),
    /// One that nobody waits for any more is.
    LateAnswer(Outcome),
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
    let step = prop_oneof![
        2 => (any::<bool>(), prop::option::weighted(0.9, 1u64..500)).prop_map(|(renewable, life)| Step::SignIn { renewable, life }),
        1 => Just(Step::SignOut),
        4 => Just(Step::Tick),
        3 => Just(Step::Renew),
        6 => (outcome.clone(), 1u64..500).prop_map(|(outcome, life)| Step::Answer(outcome, life)),
        2 => outcome.prop_map(Step::LateAnswer),
        4 => (0u64..400).prop_map(Step::Wait),
        1 => (0u64..5000).prop_map(Step::SetClockBack),
    ];
    prop::collection::vec(step, 0..80)
}

/// The world around the machine: its clock, its server, its storage, its listeners.
struct World {
    machine: Machine,
    now: Instant,
    given: u32,
    /// The renewal under way, and the refresh token it has.
    under_way: Option<(u32, String)>,
    /// Those that were under way when their session ended.
    abandoned: Vec<u32>,
    /// Refresh tokens that a server may have used up, each with the renewal that has it.
    spent: HashMap<String, u32>,
    last_number: u32,
    stored: Option<String>,
    signed_in: bool,
}

impl World {
    /// Tokens that nobody was given before.
    fn tokens(&mut self, renewable: bool, life: Option<u64>) -> Tokens {
        self.given += 1;
        let (access, refresh) = (format!("a{}", self.given), format!("r{}", self.given));
        tokens(&access, renewable.then_some(&refresh), life, self.now)
    }

    fn outcome(&mut self, outcome: Outcome, life: u64) -> Result<Tokens, AuthError> {
        match outcome {
            Outcome::Rotated => Ok(self.tokens(true, Some(life))),
            Outcome::Kept => Ok(self.tokens(false, Some(life))),
            Outcome::Refused => Err(AuthError::new(ErrorCode::InvalidGrant, "")),
            Outcome::Unreachable => Err(AuthError::new(ErrorCode::Network, "")),
        }
    }

    fn abandon(&mut self) {
        self.abandoned
            .extend(self.under_way.take().map(|(number, _)| number));
    }

    /// The event that a step is, and whether it may bring new tokens into the session.
    fn event(&mut self, step: Step) -> Option<Event> {
        Some(match step {
            Step::Wait(span) => {
                self.now = self.now.after(Duration::from_secs(span));
                return None;
            }
            Step::SetClockBack(span) => {
                self.now = self.now.before(Duration::from_secs(span));
                return None;
            }
            Step::Tick => Event::Tick,
            Step::Renew => Event::Renew,
            Step::SignIn { renewable, life } => {
                self.abandon();
                Event::SignedIn(self.tokens(renewable, life))
            }
            Step::SignOut => {
                self.abandon();
                Event::SignedOut
            }
            Step::LateAnswer(outcome) => {
                let number = self.abandoned.pop()?;
                Event::Renewed(number, self.outcome(outcome, 100))
            }
            Step::Answer(outcome, life) => {
                let (number, refresh_token) = self.under_way.take()?;
                if matches!(outcome, Outcome::Kept | Outcome::Unreachable) {
                    self.spent.remove(&refresh_token);
                }
                Event::Renewed(number, self.outcome(outcome, life))
            }
        })
    }

    fn carry_out(&mut self, effects: Vec<Effect>) -> Result<(), TestCaseError> {
        let mut stored_just_now = false;
        let mut wakes = false;
        for effect in effects {
            match effect {
                Effect::Store(text) => {
                    self.stored = Some(text.reveal().to_owned());
                    stored_just_now = true;
                }
                Effect::Remove => self.stored = None,
                Effect::Renew(number, secret) => {
                    prop_assert!(self.under_way.is_none(), "two renewals at a time");
                    prop_assert!(number > self.last_number, "a number given out twice");
                    let spent = self.spent.insert(secret.reveal().to_owned(), number);
                    prop_assert!(spent.is_none(), "a refresh token used twice");
                    self.last_number = number;
                    self.under_way = Some((number, secret.reveal().to_owned()));
                }
                Effect::Revoke(tokens) => {
                    let kept = self.machine.tokens();
                    prop_assert!(kept.is_none_or(
                        |kept| kept.access_token.reveal() != tokens.access_token.reveal()
                    ));
                }
                Effect::Announce(Change::SignedIn) => {
                    prop_assert!(stored_just_now);
                    self.signed_in = true;
                }
                Effect::Announce(Change::Renewed) => {
                    prop_assert!(stored_just_now && self.signed_in)
                }
                Effect::Announce(Change::RenewalFailed(_)) => prop_assert!(self.signed_in),
                Effect::Announce(Change::Expired | Change::SignedOut) => {
                    prop_assert!(self.signed_in, "an end that nobody waited for");
                    prop_assert!(self.stored.is_none());
                    self.signed_in = false;
                }
                Effect::WakeAt(at) => {
                    prop_assert!(at > self.now && at.since(self.now) <= Duration::from_secs(30));
                    wakes = true;
                }
                Effect::Log(_) => {}
            }
        }
        self.check(wakes)
    }

    /// What holds after every event.
    fn check(&self, wakes: bool) -> Result<(), TestCaseError> {
        let (machine, now) = (&self.machine, self.now);
        prop_assert_eq!(machine.session(now).is_some(), self.signed_in);
        prop_assert!(self.signed_in || machine.token(now).is_err());
        prop_assert_eq!(machine.is_renewing(), self.under_way.is_some());
        let ends = machine
            .tokens()
            .is_some_and(|tokens| tokens.expires_at.is_some());
        prop_assert!(
            !ends || wakes || machine.is_renewing(),
            "nobody looks again"
        );
        let kept = machine
            .tokens()
            .map(|tokens| tokens.to_text().reveal().to_owned());
        prop_assert_eq!(&kept, &self.stored, "a reload would find another session");
        Ok(())
    }
}

proptest! {
    #[test]
    fn in_any_order_there_is_one_renewal_one_session_and_one_truth(steps in steps()) {
        let mut world = World {
            machine: machine(),
            now: NOW,
            given: 0,
            under_way: None,
            abandoned: Vec::new(),
            spent: HashMap::new(),
            last_number: 0,
            stored: None,
            signed_in: false,
        };
        for step in steps {
            let Some(event) = world.event(step) else { continue };
            let late = matches!(step, Step::LateAnswer(_));
            let brings_tokens = matches!(&event, Event::Renewed(_, Ok(_)));
            let (is_refusal, now) = (matches!(step, Step::Answer(Outcome::Refused, _) | Step::SignOut), world.now);
            let effects = world.machine.step(event, now);
            let revokes = effects.iter().any(|effect| matches!(effect, Effect::Revoke(_)));
            let stores = effects.iter().any(|effect| matches!(effect, Effect::Store(_)));
            if late {
                prop_assert_eq!(revokes, brings_tokens, "late tokens are revoked");
                prop_assert!(!stores);
            }
            world.carry_out(effects)?;
            prop_assert!(!is_refusal || !world.signed_in);
        }
    }
}
