//! The session's state machine: events in, effects out.
//!
//! Who renews and when, what is stored, what other tabs and the listeners hear, and when to look again is decided here,
//! from the event and the time alone. [`crate::auth`] carries the effects out, in their order.
//!
//! A renewal has a number and two steps. First the tab waits for its turn among the tabs that share the session; when the
//! turn has come, and no other tab has renewed meanwhile, it asks the server.

mod event;
mod failure;
mod hearing;
mod view;

use crate::error::{AuthError, Result};
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::secret::Secret;
use crate::time::Instant;
pub use event::{Change, Effect, Ending, Event, Means, Session};
use failure::{Failure, LONGEST_DELAY, is_final, is_refusal};
pub use failure::{login_required, wants_user};
use std::time::Duration;

/// The longest span between two looks at the clock: sleep and throttling stretch a timer, so none is trusted for long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long before a token is of no use it is renewed at the latest: what isn't due at one look at the clock is still good at
/// the next.
const LEAD: Duration = Duration::from_millis(100);

/// How far a clock may be set back without a word: none is exact.
const TOLERANCE: Duration = Duration::from_secs(60);

/// A renewal under way.
#[derive(Debug)]
struct Renewal {
    number: u32,
    /// Whether the server was asked already.
    is_asked: bool,
    /// Whether it is for a 401, which is no reason to ask a server that wants to be left alone, or refuses new tokens, too.
    is_patient: bool,
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
    /// Whether the server has said that only the user can help: no frame is tried again.
    frame_is_refused: bool,
    /// Whether the tokens were got because the server didn't take the ones before, and it hasn't taken these yet.
    is_doubtful: bool,
    /// When the server last didn't take tokens that were fresh: it isn't for the tokens, then.
    hopeless_at: Option<Instant>,
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
            frame_is_refused: false,
            is_doubtful: false,
            hopeless_at: None,
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
            Event::Renew => self.renew(false),
            Event::Unauthorized(token) => self.unauthorized(&token, now),
            Event::StillUnauthorized(token) => {
                if self.is_current(&token) {
                    self.hopeless_at = Some(now);
                }
                Vec::new()
            }
            Event::Accepted(token) => {
                if self.is_current(&token) {
                    self.is_doubtful = false;
                }
                Vec::new()
            }
            Event::Turn(number) => self.ask(number, now),
            Event::Renewed(number, outcome, spread) => self.renewed(number, outcome, now, spread),
            Event::Heard(text) => self.hear(text, now),
            Event::HeardEnd(age, ending) => self.hear_end(age, ending),
            Event::HeardFailure(age, error, spread) => self.hear_failure(age, error, now, spread),
            Event::Asked(age) => match &self.tokens {
                Some(own) if own.age().is_newer(age) => vec![Effect::Tell(own.to_text())],
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

    fn sign_in(&mut self, tokens: Tokens, now: Instant) -> Vec<Effect> {
        let asked = self.renewal.take().filter(|renewal| renewal.is_asked);
        if let (Some(Renewal { number, .. }), Some(old)) = (asked, self.tokens.take()) {
            self.left_behind = Some((number, old));
        }
        self.hopeless_at = None;
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
        self.tokens = Some(tokens);
        self.failure = None;
        self.frame_is_refused = false;
        self.is_doubtful = false;
    }

    /// Whether these can be renewed, as far as is known.
    fn can_renew(&self, tokens: &Tokens) -> bool {
        let has_frame = matches!(tokens.flow, Flow::Implicit | Flow::Code);
        tokens.refresh_token.is_some() || (has_frame && !self.frame_is_refused)
    }

    fn renew(&mut self, is_patient: bool) -> Vec<Effect> {
        if let Some(renewal) = &mut self.renewal {
            renewal.is_patient &= is_patient;
            return Vec::new();
        }
        match &self.tokens {
            Some(tokens) if self.can_renew(tokens) => {
                self.renewals = self.renewals.wrapping_add(1);
                self.renewal = Some(Renewal {
                    number: self.renewals,
                    is_asked: false,
                    is_patient,
                });
                vec![Effect::Queue(self.renewals)]
            }
            _ => Vec::new(),
        }
    }

    /// A 401 for an older token says nothing of this one, and one for a token that was got because of a 401, and has worked
    /// nowhere yet, is the server's way: none is a reason to ask it for a while then, nor while it wants to be left alone. The
    /// other tabs are asked in any case: one of them may have ended this token by renewing it.
    fn unauthorized(&mut self, token: &Secret, now: Instant) -> Vec<Effect> {
        if !self.is_current(token) {
            return Vec::new();
        }
        if self.is_doubtful {
            self.hopeless_at = Some(now);
        }
        let effects = self.renew(true);
        self.is_doubtful = !effects.is_empty();
        effects
    }

    /// Whether that is the token there is. While a renewal is under way, none is.
    fn is_current(&self, token: &Secret) -> bool {
        let own = self.tokens.as_ref().filter(|_| !self.is_renewing());
        own.is_some_and(|tokens| tokens.access_token.reveal() == token.reveal())
    }

    fn ask(&mut self, number: u32, now: Instant) -> Vec<Effect> {
        let tokens = self.tokens.as_ref();
        let is_hopeless = |at: Instant| now.distance(at) < LONGEST_DELAY;
        let waits =
            |failure: &Failure| failure.error.retry_after().is_some() && failure.again(now) > now;
        let waits =
            self.failure.as_ref().is_some_and(waits) || self.hopeless_at.is_some_and(is_hopeless);
        match &mut self.renewal {
            Some(renewal) if renewal.number == number && renewal.is_patient && waits => {
                self.renewal = None;
                self.is_doubtful = false;
                Vec::new()
            }
            Some(renewal) if renewal.number == number && !renewal.is_asked => {
                renewal.is_asked = true;
                let refresh_token = tokens.and_then(|tokens| tokens.refresh_token.clone());
                let means = refresh_token.map_or(Means::Frame, Means::RefreshToken);
                vec![Effect::Renew(number, means)]
            }
            _ => Vec::new(),
        }
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
                    vec![Effect::TellEnd(old.age(), Ending::Expired)]
                }
                Err(error) => vec![Effect::TellFailure(old.age(), error)],
            };
        }
        if self.renewal() != Some(number) {
            // A server may have given the same again.
            let own = self.tokens.as_ref();
            let is_used = |new: &Tokens| own.is_some_and(|own| own.has_one_of(new));
            let late = outcome.ok().filter(|new| !is_used(new));
            return late.map(Effect::Revoke).into_iter().collect();
        }
        self.renewal = None;
        let Some(old) = self.tokens.take() else {
            return Vec::new();
        };
        let age = old.age();
        match outcome {
            Ok(new) => {
                let was_doubtful = self.is_doubtful;
                let new = new.succeed(old);
                let text = new.to_text();
                self.take(new, now);
                self.is_doubtful = was_doubtful;
                if !was_doubtful {
                    self.hopeless_at = None;
                }
                vec![
                    Effect::Replace(text.clone()),
                    Effect::Tell(text),
                    Effect::Announce(Change::Renewed),
                ]
            }
            Err(error) if ends(&old, &error) => {
                let mut effects = vec![Effect::TellEnd(age, Ending::Expired)];
                effects.extend(self.end(Ending::Expired));
                effects
            }
            Err(error) => {
                self.tokens = Some(old);
                let told = Effect::TellFailure(age, error.clone());
                vec![told, self.fail(error, now, spread)]
            }
        }
    }

    /// A renewal has failed, and the session goes on.
    fn fail(&mut self, error: AuthError, now: Instant, spread: f64) -> Effect {
        self.is_doubtful = false;
        let by_frame = |tokens: &&Tokens| tokens.refresh_token.is_none();
        match self.tokens.as_ref().filter(by_frame) {
            Some(_) if is_final(&error) => {
                self.frame_is_refused = true;
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
            return self.end(Ending::Expired);
        }
        let mut effects = Vec::new();
        if is_tick && self.is_due(now) {
            effects = self.renew(false);
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
            Effect::TellEnd(tokens.age(), Ending::SignedOut),
            Effect::Revoke(tokens.clone()),
        ];
        effects.extend(self.end(Ending::SignedOut));
        effects
    }

    fn end(&mut self, ending: Ending) -> Vec<Effect> {
        self.renewal = None;
        self.tokens = None;
        self.failure = None;
        self.frame_is_refused = false;
        self.is_doubtful = false;
        vec![Effect::Remove, Effect::Announce(Change::Ended(ending))]
    }
}

/// Whether the server has said no for good. A frame that it says no to leaves the session what is left of it.
fn ends(tokens: &Tokens, error: &AuthError) -> bool {
    tokens.refresh_token.is_some() && is_refusal(error)
}
