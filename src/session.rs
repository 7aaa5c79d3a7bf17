//! The session's state machine: events in, effects out.
//!
//! What is stored, what listeners hear and when to look again is decided here, from the event and the time alone.
//! [`crate::auth`] carries the effects out, in their order.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::tokens::{TOKEN_TYPE, Tokens};
use crate::secret::Secret;
use crate::time::Instant;
use std::time::Duration;

/// The longest span between two looks at the clock: sleep and throttling stretch a timer, so none is trusted for long.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// The page began, and this was in storage.
    Restored(Option<Secret>),
    /// A sign-in gave these.
    SignedIn(Tokens),
    /// Time has passed.
    Tick,
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
    /// Tell the listeners.
    Announce(Change),
    /// Look again at this instant, and no later.
    WakeAt(Instant),
    /// Say this in the log.
    Log(&'static str),
}

/// What listeners hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is a new session.
    SignedIn,
    /// The session's time is over.
    Expired,
    /// The session was ended.
    SignedOut,
}

impl Change {
    /// The name that JavaScript sees as `event.type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::SignedIn => "signed-in",
            Change::Expired => "expired",
            Change::SignedOut => "signed-out",
        }
    }
}

/// What an app may know of the current session: never the token.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The grant it came from.
    pub flow: &'static str,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// What the token is good for.
    pub scope: String,
    /// Milliseconds since the epoch; `None` when the server gave no lifetime.
    pub expires_at: Option<f64>,
}

/// One session of one client, from restore or sign-in to its end.
#[derive(Debug, Default)]
pub struct Machine {
    tokens: Option<Tokens>,
}

impl Machine {
    /// Takes an event in; says what to do.
    pub fn step(&mut self, event: Event, now: Instant) -> Vec<Effect> {
        match event {
            Event::Restored(None) => Vec::new(),
            Event::Restored(Some(text)) => match Tokens::from_text(text.reveal()) {
                None => vec![
                    Effect::Remove,
                    Effect::Log(
                        "the stored session was broken or of another version and was removed",
                    ),
                ],
                Some(tokens) if !tokens.is_usable(now) => vec![
                    Effect::Remove,
                    Effect::Log("the stored session had expired and was removed"),
                ],
                Some(tokens) => {
                    let mut effects = vec![Effect::Log("took up the stored session")];
                    effects.extend(wake(&tokens, now));
                    self.tokens = Some(tokens);
                    effects
                }
            },
            Event::SignedIn(tokens) => {
                let mut effects = vec![
                    Effect::Store(tokens.to_text()),
                    Effect::Announce(Change::SignedIn),
                ];
                effects.extend(wake(&tokens, now));
                self.tokens = Some(tokens);
                effects
            }
            Event::Tick => match &self.tokens {
                Some(tokens) if tokens.is_usable(now) => wake(tokens, now).into_iter().collect(),
                Some(_) => self.end(Change::Expired),
                None => Vec::new(),
            },
            Event::SignedOut => match self.tokens {
                Some(_) => self.end(Change::SignedOut),
                None => vec![Effect::Remove],
            },
        }
    }

    /// What an app may know, while the session is good.
    pub fn session(&self, now: Instant) -> Option<Session> {
        self.tokens(now).ok().map(|tokens| Session {
            flow: tokens.flow.as_str(),
            token_type: TOKEN_TYPE,
            scope: tokens.scope.clone(),
            // Exact: an `Instant` is held to what a JavaScript `Date` can hold.
            expires_at: tokens.expires_at.map(|at| at.as_millis() as f64),
        })
    }

    /// The tokens, if they are good for at least a moment.
    ///
    /// # Errors
    /// `login_required`
    pub fn tokens(&self, now: Instant) -> Result<&Tokens> {
        self.tokens
            .as_ref()
            .filter(|tokens| tokens.is_usable(now))
            .ok_or_else(login_required)
    }

    fn end(&mut self, change: Change) -> Vec<Effect> {
        self.tokens = None;
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

fn wake(tokens: &Tokens, now: Instant) -> Option<Effect> {
    let end = tokens.usable_until()?;
    Some(Effect::WakeAt(end.min(now.after(LONGEST_WAIT))))
}
