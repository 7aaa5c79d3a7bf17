//! The session's state machine: events in, effects out.
//!
//! Who renews and when, what is stored, what listeners hear and when to look again is decided here, from the event and the
//! time alone. [`crate::auth`] carries the effects out, in their order.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::tokens::{TOKEN_TYPE, Tokens};
use crate::secret::Secret;
use crate::time::Instant;
use std::time::Duration;

/// The longest span between two looks at the clock: sleep and throttling stretch a timer, so none is trusted for long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How long after a first failed renewal the next one is tried. It doubles with each, up to [`LONGEST_DELAY`].
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// Enough to get there.
const MOST_DOUBLINGS: u32 = 6;

/// The longest span between two renewals that are tried unasked.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// How long before a token is of no use it is renewed at the latest: what isn't due at one look at the clock is still good at
/// the next.
const LEAD: Duration = Duration::from_millis(100);

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The page began, and this was in storage.
    Restored(Option<Secret>),
    /// A sign-in gave these.
    SignedIn(Tokens),
    /// Time has passed, or somebody wants a token.
    Tick,
    /// The app wants new tokens now.
    Renew,
    /// What became of the renewal of that number.
    Renewed(u32, Result<Tokens>),
    /// The user signs out.
    SignedOut,
}

/// What has to be done about it.
#[derive(Debug)]
pub enum Effect {
    /// Store this text, the session's.
    Store(Secret),
    /// Remove it, unless another page has stored another since.
    Remove,
    /// Exchange this refresh token, and tell what became of it under this number.
    Renew(u32, Secret),
    /// Have the server end these: nobody has them any more.
    Revoke(Tokens),
    /// Tell the listeners.
    Announce(Change),
    /// Look again at this instant, and no later.
    WakeAt(Instant),
    /// Say this in the log.
    Log(&'static str),
}

/// What listeners hear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a new session.
    SignedIn,
    /// The session goes on with new tokens.
    Renewed,
    /// It could not be renewed, and will be tried again.
    RenewalFailed(AuthError),
    /// The session's time is over, or the server has ended it.
    Expired,
    /// The session was ended.
    SignedOut,
}

impl Change {
    /// The name that JavaScript sees as `event.type`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Change::SignedIn => "signed-in",
            Change::Renewed => "renewed",
            Change::RenewalFailed(_) => "renewal-failed",
            Change::Expired => "expired",
            Change::SignedOut => "signed-out",
        }
    }
}

/// What an app may know of the current session: never the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Where it comes from: the name of a [`crate::options::Flow`].
    pub flow: &'static str,
    /// `Bearer`, or the header of an API key.
    pub token_type: &'static str,
    /// What the token is good for.
    pub scope: String,
    /// Milliseconds since the epoch; `None` when the server gave no lifetime.
    pub expires_at: Option<f64>,
    /// Whether it can go on after that without the user.
    pub can_renew: bool,
}

/// A renewal that failed, and need not have.
#[derive(Debug)]
struct Failure {
    error: AuthError,
    times: u32,
    at: Instant,
}

impl Failure {
    /// When the next one is tried unasked. A clock that was set back far must not make it wait for ever.
    fn again(&self, now: Instant) -> Instant {
        let doubled = FIRST_DELAY.saturating_mul(1 << self.times);
        let delay = doubled.min(LONGEST_DELAY);
        if now.distance(self.at) >= delay {
            now
        } else {
            self.at.after(delay)
        }
    }
}

/// One session of one client, from restore or sign-in to its end.
#[derive(Debug)]
pub struct Machine {
    tokens: Option<Tokens>,
    renew_before: Duration,
    /// The number of the renewal under way.
    renewing: Option<u32>,
    /// How many renewals there were.
    renewals: u32,
    failure: Option<Failure>,
}

impl Machine {
    /// Without a session. One that can be renewed will be, that span before its end.
    pub fn new(renew_before: Duration) -> Self {
        Machine {
            tokens: None,
            renew_before,
            renewing: None,
            renewals: 0,
            failure: None,
        }
    }

    /// Takes an event in; says what to do.
    pub fn step(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        let mut effects = match event {
            Event::Restored(None) | Event::Tick => Vec::new(),
            Event::Restored(Some(text)) => self.restore(text.reveal(), now),
            Event::SignedIn(tokens) => {
                self.renewing = None;
                self.replace(tokens, Change::SignedIn)
            }
            Event::Renew => self.renew().into_iter().collect(),
            Event::Renewed(number, outcome) if self.renewing == Some(number) => {
                self.renewing = None;
                self.renewed(outcome, now)
            }
            Event::Renewed(_, Ok(tokens)) => vec![Effect::Revoke(tokens)],
            Event::Renewed(_, Err(_)) => Vec::new(),
            Event::SignedOut => match self.tokens {
                Some(_) => self.sign_out(),
                None => vec![Effect::Remove],
            },
        };
        effects.extend(self.go_on(now));
        effects
    }

    fn restore(&mut self, text: &str, now: Instant) -> Vec<Effect> {
        let removed = match Tokens::from_text(text) {
            None => "the stored session was broken or of another version and was removed",
            Some(tokens) if !is_alive(&tokens, now) => {
                "the stored session had expired and was removed"
            }
            Some(tokens) => {
                self.tokens = Some(tokens);
                return vec![Effect::Log("took up the stored session")];
            }
        };
        vec![Effect::Remove, Effect::Log(removed)]
    }

    fn replace(&mut self, tokens: Tokens, change: Change) -> Vec<Effect> {
        let text = tokens.to_text();
        self.tokens = Some(tokens);
        self.failure = None;
        vec![Effect::Store(text), Effect::Announce(change)]
    }

    fn renew(&mut self) -> Option<Effect> {
        let refresh_token = self.tokens.as_ref()?.refresh_token.clone()?;
        if self.renewing.is_some() {
            return None;
        }
        self.renewals = self.renewals.wrapping_add(1);
        self.renewing = Some(self.renewals);
        Some(Effect::Renew(self.renewals, refresh_token))
    }

    fn renewed(&mut self, outcome: Result<Tokens>, now: Instant) -> Vec<Effect> {
        match (outcome, self.tokens.take()) {
            (Ok(new), Some(old)) => self.replace(new.succeed(old), Change::Renewed),
            (Err(error), Some(_)) if is_refusal(&error) => self.end(Change::Expired),
            (Err(error), Some(old)) => {
                self.tokens = Some(old);
                let times = self.failure.as_ref().map(|failure| failure.times + 1);
                self.failure = Some(Failure {
                    error: error.clone(),
                    times: times.unwrap_or(0).min(MOST_DOUBLINGS),
                    at: now,
                });
                vec![Effect::Announce(Change::RenewalFailed(error))]
            }
            (_, None) => Vec::new(),
        }
    }

    /// What is due, and when to look again.
    fn go_on(&mut self, now: Instant) -> Vec<Effect> {
        let Some(tokens) = &self.tokens else {
            return Vec::new();
        };
        if !is_alive(tokens, now) {
            return self.end(Change::Expired);
        }
        let next = self.next_renewal(now);
        if self.is_due(now) {
            return self.renew().into_iter().collect();
        }
        let next = next.or(tokens.usable_until());
        next.map(|next| Effect::WakeAt(next.min(now.after(LONGEST_WAIT))))
            .into_iter()
            .collect()
    }

    /// When to renew unasked.
    fn next_renewal(&self, now: Instant) -> Option<Instant> {
        let tokens = self.tokens.as_ref()?;
        let latest = tokens.usable_until()?.before(LEAD);
        let due = tokens.due(self.renew_before)?.min(latest);
        let again = self.failure.as_ref().map(|failure| failure.again(now));
        Some(due.max(again.unwrap_or(due)))
    }

    /// Whether a tick would begin a renewal.
    pub fn is_due(&self, now: Instant) -> bool {
        self.next_renewal(now).is_some_and(|next| next <= now)
    }

    /// What an app may know, while the session is good.
    pub fn session(&self, now: Instant) -> Option<Session> {
        let tokens = self.tokens.as_ref()?;
        is_alive(tokens, now).then(|| Session {
            flow: tokens.flow.as_str(),
            token_type: TOKEN_TYPE,
            scope: tokens.scope.clone(),
            // Exact: an `Instant` is held to what a JavaScript `Date` can hold.
            expires_at: tokens.expires_at.map(|at| at.as_millis() as f64),
            can_renew: tokens.refresh_token.is_some(),
        })
    }

    /// The tokens there are, good or not.
    pub fn tokens(&self) -> Option<&Tokens> {
        self.tokens.as_ref()
    }

    /// Whether a renewal is under way. The server may end the old tokens at any moment of it, so none is handed out then.
    pub fn is_renewing(&self) -> bool {
        self.renewing.is_some()
    }

    /// Why the last renewal failed, if it did.
    pub fn failure(&self) -> Option<&AuthError> {
        self.failure.as_ref().map(|failure| &failure.error)
    }

    /// The token, if it is good for at least a moment.
    ///
    /// # Errors
    /// `login_required`; or why there is no new one yet.
    pub fn token(&self, now: Instant) -> Result<&Secret> {
        match &self.tokens {
            Some(tokens) if tokens.is_usable(now) => Ok(&tokens.access_token),
            Some(_) => Err(self.failure().cloned().unwrap_or_else(login_required)),
            None => Err(login_required()),
        }
    }

    fn sign_out(&mut self) -> Vec<Effect> {
        let revoked = self.tokens.clone().map(Effect::Revoke);
        // Before the listeners are told, who may leave the page.
        revoked
            .into_iter()
            .chain(self.end(Change::SignedOut))
            .collect()
    }

    fn end(&mut self, change: Change) -> Vec<Effect> {
        self.tokens = None;
        self.renewing = None;
        self.failure = None;
        vec![Effect::Remove, Effect::Announce(change)]
    }
}

/// Only the user can help.
pub fn login_required() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "Nobody is signed in, or the session has expired. Call login().",
    )
}

/// Whether there is a session in these: they are good, or can be renewed.
fn is_alive(tokens: &Tokens, now: Instant) -> bool {
    tokens.refresh_token.is_some() || tokens.is_usable(now)
}

/// Whether the server has said no to a renewal for good. Anything else may be over in a minute.
fn is_refusal(error: &AuthError) -> bool {
    match error.code() {
        // A name that OAuth doesn't know; what else has one is not the token endpoint.
        ErrorCode::Other => matches!(error.status(), Some(400 | 401)),
        code => code.is_oauth() && !error.retryable(),
    }
}
