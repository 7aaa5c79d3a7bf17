//! The session's state machine: events in, effects out.
//!
//! Who renews and when, what is stored, what other tabs and the listeners hear, and when to look again is decided here,
//! from the event and the time alone. [`crate::auth`] carries the effects out, in their order.
//!
//! A renewal has a number and two steps. First the tab waits for its turn among the tabs that share the session; when the
//! turn has come, and no other tab has renewed meanwhile, it asks the server.

mod call;
mod event;
mod failure;
pub mod frame;
mod hearing;
mod view;

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::secret::Secret;
use crate::time::Instant;
pub use call::{AfterRefusal, Call, REPEATABLE_WAIT};
pub use event::{Change, Effect, EndReason, Event, RenewalMethod, Session};
use failure::sign_in_again;
use failure::{Failure, is_final, is_refusal};
pub use failure::{login_required, wants_user};
use std::time::Duration;

/// The longest span between two looks at the clock: sleep and throttling stretch a timer, so none is trusted for long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long before a token is of no use it is renewed at the latest: what isn't due at one look at the clock is still good at
/// the next.
const LEAD: Duration = Duration::from_millis(100);

/// How far a clock may be set back without a word: none is exact.
const TOLERANCE: Duration = Duration::from_secs(60);

/// The shortest span between two renewals that 401s ask for, whatever else the server takes meanwhile: an endpoint that
/// always says 401 must not make us renew at every call.
const BETWEEN_REJECTIONS: Duration = Duration::from_secs(60);

/// A renewal under way.
#[derive(Debug)]
struct Renewal {
    number: u32,
    /// Whether the server was asked already.
    is_asked: bool,
    /// Whether it is due, or the app wants it. One that only a 401 asks for leaves the server alone where that is no use.
    is_wanted: bool,
    /// Whether a 401 came for the tokens there are: another tab may have newer ones, which are then waited for whatever
    /// else is heard.
    is_for_rejected: bool,
    /// Whether another tab could not renew the same tokens, which this one heard while it waits for newer ones.
    peer_has_failed: bool,
}

/// One session of one client, from restore or sign-in to its end.
#[derive(Debug)]
pub struct Machine {
    tokens: Option<Tokens>,
    renew_before: Duration,
    renewal: Option<Renewal>,
    /// The renewal that was asked when another session took the place of its own, which other tabs may share.
    left_behind: Option<(u32, Tokens)>,
    /// How many renewals were begun.
    renewals: u32,
    failure: Option<Failure>,
    /// The word that only the user can help: no frame is tried again.
    frame_refusal: Option<AuthError>,
    /// When the session was last renewed for nothing but a 401.
    rejection_renewed_at: Option<Instant>,
    /// When the last session began, also if it has ended.
    last_session: Option<Instant>,
    /// What the clock showed last.
    seen_at: Instant,
    /// How far it was set back since the tokens were given.
    set_back: Duration,
}

impl Machine {
    /// Without a session. One that can be renewed will be, that span before its end.
    pub fn new(renew_before: Duration) -> Self {
        Machine {
            tokens: None,
            renew_before,
            renewal: None,
            left_behind: None,
            renewals: 0,
            failure: None,
            frame_refusal: None,
            rejection_renewed_at: None,
            last_session: None,
            seen_at: Instant::from_millis(0),
            set_back: Duration::ZERO,
        }
    }

    /// Takes an event in; says what to do. What nobody sees isn't renewed until somebody asks: only a tick begins what is due.
    pub fn step(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        self.look_at_clock(now);
        let is_tick = matches!(event, Event::Tick);
        let mut effects = match event {
            Event::Restored(None) | Event::Tick | Event::HiddenTick => Vec::new(),
            Event::Restored(Some(text)) => self.restore(text.reveal(), now),
            Event::SignedIn(tokens) => self.sign_in(tokens, now),
            Event::Online => {
                if let Some(failure) = &mut self.failure {
                    failure.wait_no_longer();
                }
                Vec::new()
            }
            Event::Renew => self.renew(),
            Event::Unauthorized(token) => self.unauthorized(&token),
            Event::SignInAgain(token) => self.sign_in_again(&token),
            Event::Turn(number) => self.ask(number, now),
            Event::Renewed(number, outcome, spread) => self.renewed(number, outcome, now, spread),
            Event::Heard(text) => self.hear(text, now),
            Event::HeardEnd(generation, ending) => self.hear_end(generation, ending),
            Event::HeardFailure(generation, error, spread) => {
                self.hear_failure(generation, error, now, spread)
            }
            Event::Asked(generation) => match &self.tokens {
                Some(own) if own.generation().supersedes(generation) => {
                    vec![Effect::Tell(own.to_text())]
                }
                _ => Vec::new(),
            },
            Event::SignedOut => self.sign_out(),
        };
        effects.extend(self.go_on(now, is_tick));
        effects
    }

    /// By a clock that was set back, tokens end earlier than they say.
    fn look_at_clock(&mut self, now: Instant) {
        let back = self.seen_at.since(now);
        if back > TOLERANCE {
            self.set_back += back;
        }
        self.seen_at = now;
    }

    fn restore(&mut self, text: &str, now: Instant) -> Vec<Effect> {
        let removed = match Tokens::from_text(text) {
            None => "the stored session was broken or of another version and was removed",
            Some(tokens) if tokens.refresh_token.is_none() && !tokens.is_usable(now) => {
                "the stored session had expired and was removed"
            }
            Some(tokens) => {
                self.take(tokens, now);
                return vec![Effect::Log("took up the stored session")];
            }
        };
        vec![Effect::Remove, Effect::Log(removed)]
    }

    fn sign_in(&mut self, mut tokens: Tokens, now: Instant) -> Vec<Effect> {
        // What tells one session from another must differ, also where the page has stopped the clock.
        if let Some(last) = self.last_session
            && last >= tokens.signed_in_at
            && last.distance(tokens.signed_in_at) < TOLERANCE
        {
            tokens.signed_in_at = last.after(Duration::from_millis(1));
        }
        let asked = self.renewal.take().filter(|renewal| renewal.is_asked);
        if let (Some(Renewal { number, .. }), Some(old)) = (asked, self.tokens.take()) {
            self.left_behind = Some((number, old));
        }
        self.rejection_renewed_at = None;
        let text = tokens.to_text();
        self.take(tokens, now);
        vec![Effect::Store(text), Effect::Announce(Change::SignedIn)]
    }

    fn take(&mut self, tokens: Tokens, now: Instant) {
        // What was given at a time that is yet to come was given before the clock was set back.
        let ahead = tokens.issued_at.since(now);
        self.set_back = if ahead > TOLERANCE {
            ahead
        } else {
            Duration::ZERO
        };
        self.last_session = Some(tokens.signed_in_at);
        self.tokens = Some(tokens);
        self.failure = None;
        self.frame_refusal = None;
    }

    /// Whether these can be renewed, as far as is known.
    fn can_renew(&self, tokens: &Tokens) -> bool {
        let has_frame = matches!(tokens.flow, Flow::Implicit | Flow::Code);
        tokens.refresh_token.is_some() || (has_frame && self.frame_refusal.is_none())
    }

    /// Renews because it is due, or the app wants it.
    fn renew(&mut self) -> Vec<Effect> {
        let effects = self.begin();
        if let Some(renewal) = &mut self.renewal {
            renewal.is_wanted = true;
        }
        effects
    }

    /// Begins a renewal, if none is under way and there is something to renew.
    fn begin(&mut self) -> Vec<Effect> {
        let can_begin = self.renewal.is_none()
            && self
                .tokens
                .as_ref()
                .is_some_and(|tokens| self.can_renew(tokens));
        if !can_begin {
            return Vec::new();
        }
        self.renewals = self.renewals.wrapping_add(1);
        self.renewal = Some(Renewal {
            number: self.renewals,
            is_asked: false,
            is_wanted: false,
            is_for_rejected: false,
            peer_has_failed: false,
        });
        vec![Effect::Queue(self.renewals)]
    }

    /// A 401 for an older token says nothing of this one. One for this token has the other tabs asked in any case: one of
    /// them may have ended it by renewing it. Whether the server is asked, too, is decided when they have answered.
    fn unauthorized(&mut self, token: &Secret) -> Vec<Effect> {
        if !self.is_current(token) {
            return Vec::new();
        }
        let effects = self.begin();
        if let Some(renewal) = &mut self.renewal {
            renewal.is_for_rejected = true;
        }
        effects
    }

    /// PlaceOS's 511: only the user can help, as if a renewal had been refused. A renewal that was asked decides by itself.
    fn sign_in_again(&mut self, token: &Secret) -> Vec<Effect> {
        let is_asked = self.renewal.as_ref().is_some_and(|own| own.is_asked);
        if is_asked || !self.is_current(token) {
            return Vec::new();
        }
        self.expire(Some(sign_in_again()))
    }

    /// Whether that is the token there is.
    fn is_current(&self, token: &Secret) -> bool {
        let own = self.tokens.as_ref();
        own.is_some_and(|tokens| tokens.access_token.reveal() == token.reveal())
    }

    /// The turn has come, and no tab has newer tokens.
    fn ask(&mut self, number: u32, now: Instant) -> Vec<Effect> {
        let leaves_alone = self.leaves_server_alone(now);
        let refresh_token = self
            .tokens
            .as_ref()
            .and_then(|tokens| tokens.refresh_token.clone());
        let own = |renewal: &&mut Renewal| renewal.number == number && !renewal.is_asked;
        let Some(renewal) = self.renewal.as_mut().filter(own) else {
            return Vec::new();
        };
        if !renewal.is_wanted && (leaves_alone || renewal.peer_has_failed) {
            self.renewal = None;
            return Vec::new();
        }
        renewal.is_asked = true;
        let method = refresh_token.map_or(RenewalMethod::Frame, RenewalMethod::RefreshToken);
        vec![Effect::Renew(number, method)]
    }

    /// Whether a 401 is no reason to ask the server: it wants to be left alone, or a 401 had the session renewed a moment
    /// ago, so that it is the endpoint's way. A token that may be over by itself is renewed in any case.
    fn leaves_server_alone(&self, now: Instant) -> bool {
        let waits =
            |failure: &Failure| failure.error.retry_after().is_some() && failure.again(now) > now;
        let is_recent = |at: Instant| now.distance(at) < BETWEEN_REJECTIONS;
        self.failure.as_ref().is_some_and(waits)
            || (self.rejection_renewed_at.is_some_and(is_recent) && !self.may_be_over(now))
    }

    fn renewed(
        &mut self,
        number: u32,
        outcome: Result<Tokens>,
        now: Instant,
        spread: f64,
    ) -> Vec<Effect> {
        if let Some((_, old)) = self.left_behind.take_if(|(left, _)| *left == number) {
            return match outcome {
                Ok(new) => vec![Effect::Tell(new.succeed(old).to_text())],
                Err(error) if ends(&old, &error) => {
                    vec![Effect::TellEnd(
                        old.generation(),
                        EndReason::Expired(Some(error)),
                    )]
                }
                Err(error) => vec![Effect::TellFailure(old.generation(), error)],
            };
        }
        if self.renewal() != Some(number) {
            // A server may have given the same again.
            let own = self.tokens.as_ref();
            let is_used = |new: &Tokens| own.is_some_and(|own| own.has_one_of(new));
            let late = outcome.ok().filter(|new| !is_used(new));
            return late.map(Effect::Revoke).into_iter().collect();
        }
        let is_wanted = self.renewal.take().is_some_and(|own| own.is_wanted);
        let Some(old) = self.tokens.take() else {
            return Vec::new();
        };
        let generation = old.generation();
        match outcome {
            Ok(new) => {
                let new = new.succeed(old);
                let text = new.to_text();
                self.take(new, now);
                if !is_wanted {
                    self.rejection_renewed_at = Some(now);
                }
                vec![
                    Effect::Replace(text.clone()),
                    Effect::Tell(text),
                    Effect::Announce(Change::Renewed),
                ]
            }
            Err(error) if ends(&old, &error) => {
                self.tokens = Some(old);
                self.expire(Some(error))
            }
            Err(error) => {
                self.tokens = Some(old);
                let told = Effect::TellFailure(generation, error.clone());
                vec![told, self.fail(error, now, spread)]
            }
        }
    }

    /// A renewal has failed, and the session goes on.
    fn fail(&mut self, error: AuthError, now: Instant, spread: f64) -> Effect {
        let by_frame = |tokens: &&Tokens| tokens.refresh_token.is_none();
        match self.tokens.as_ref().filter(by_frame) {
            Some(_) if is_final(&error) => {
                // Where the server has dropped the flow, a sign-in by it would fail as well.
                let is_flow_gone = error.code() == ErrorCode::UnsupportedResponseType;
                self.frame_refusal = Some(if is_flow_gone {
                    error.clone()
                } else {
                    wants_user()
                });
                self.failure = None;
                if !self.is_usable(now) {
                    // Its end is told next.
                    return Effect::Log("the session can't be renewed without the user");
                }
            }
            _ => {
                let before = self.failure.take();
                self.failure = Some(Failure::after(before, error.clone(), now, spread));
            }
        }
        Effect::Announce(Change::RenewalFailed(error))
    }

    /// What is due, and when to look again.
    fn go_on(&mut self, now: Instant, is_tick: bool) -> Vec<Effect> {
        let Some(tokens) = &self.tokens else {
            return Vec::new();
        };
        if !self.can_renew(tokens) && !self.is_usable(now) {
            return self.end(EndReason::Expired(None));
        }
        let mut effects = Vec::new();
        if is_tick && self.is_due(now) {
            effects = self.renew();
        }
        if let Some(next) = self.next_renewal(now).or(self.usable_until()) {
            let latest = now.after(LONGEST_WAIT);
            // What is due already waits for something else than the clock.
            let next = if next > now { next } else { latest };
            effects.push(Effect::WakeAt(next.min(latest)));
        }
        effects
    }

    fn usable_until(&self) -> Option<Instant> {
        let until = self.tokens.as_ref()?.usable_until()?;
        Some(until.before(self.set_back))
    }

    /// Whether the server may have let the token run out already: its life began when the server gave it, which may have been
    /// long before the answer was here.
    fn may_be_over(&self, now: Instant) -> bool {
        let until = self.tokens.as_ref().and_then(|own| own.certain_until);
        until.is_some_and(|until| until.before(self.set_back) <= now)
    }

    fn is_usable(&self, now: Instant) -> bool {
        self.usable_until().is_none_or(|end| now < end)
    }

    /// When to renew unasked.
    fn next_renewal(&self, now: Instant) -> Option<Instant> {
        let tokens = self
            .tokens
            .as_ref()
            .filter(|tokens| self.can_renew(tokens))?;
        let latest = self.usable_until()?.before(LEAD);
        let due = tokens
            .due(self.renew_before)?
            .before(self.set_back)
            .min(latest);
        let again = self.failure.as_ref().map(|failure| failure.again(now));
        Some(due.max(again.unwrap_or(due)))
    }

    /// Whether a tick would begin a renewal, if none is under way.
    pub fn is_due(&self, now: Instant) -> bool {
        self.next_renewal(now).is_some_and(|next| next <= now)
    }

    fn sign_out(&mut self) -> Vec<Effect> {
        let Some(tokens) = &self.tokens else {
            return vec![Effect::Remove];
        };
        // The listeners are told last: they may leave the page.
        let mut effects = vec![
            Effect::TellEnd(tokens.generation(), EndReason::SignedOut),
            Effect::Revoke(tokens.clone()),
        ];
        effects.extend(self.end(EndReason::SignedOut));
        effects
    }

    /// The server has ended the session.
    fn expire(&mut self, reason: Option<AuthError>) -> Vec<Effect> {
        let generation = self.tokens.as_ref().map(Tokens::generation);
        let ending = EndReason::Expired(reason);
        let told = generation.map(|generation| Effect::TellEnd(generation, ending.clone()));
        told.into_iter().chain(self.end(ending)).collect()
    }

    fn end(&mut self, ending: EndReason) -> Vec<Effect> {
        self.renewal = None;
        self.tokens = None;
        self.failure = None;
        self.frame_refusal = None;
        vec![Effect::Remove, Effect::Announce(Change::Ended(ending))]
    }
}

/// Whether the server has said no for good. A frame that it says no to leaves the session what is left of it.
fn ends(tokens: &Tokens, error: &AuthError) -> bool {
    tokens.refresh_token.is_some() && is_refusal(error)
}
