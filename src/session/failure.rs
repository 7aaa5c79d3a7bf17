//! Renewals that failed: which end the session, and when the others are tried again.

use crate::error::{AuthError, ErrorCode};
use crate::time::Instant;
use std::time::Duration;

/// How long after a first failed renewal the next one is tried. It doubles with each, up to [`LONGEST_DELAY`].
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// Enough to get there.
const MOST_DOUBLINGS: u32 = 6;

/// The longest span between two renewals that are tried unasked, unless the server asks for a longer one.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// A renewal that failed, and need not have.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: AuthError,
    times: u32,
    at: Instant,
    delay: Duration,
}

impl Failure {
    /// The failure after these: the more there were, the longer the wait. `spread`, from 0 up to 1, makes it up to half
    /// longer, so that what failed together isn't tried again together.
    pub fn after(before: Option<Failure>, error: AuthError, now: Instant, spread: f64) -> Self {
        let times = before.map_or(0, |failure| failure.times.saturating_add(1));
        let doubled = FIRST_DELAY.saturating_mul(1 << times.min(MOST_DOUBLINGS));
        let delay = doubled.min(LONGEST_DELAY);
        let spread = Duration::from_millis((spread * 0.5 * delay.as_millis() as f64) as u64);
        Failure {
            times,
            at: now,
            delay: (delay + spread).max(error.retry_after().unwrap_or_default()),
            error,
        }
    }

    /// When the next one is tried unasked. A clock that was set back far must not make it wait for ever.
    pub fn again(&self, now: Instant) -> Instant {
        if now.distance(self.at) >= self.delay {
            now
        } else {
            self.at.after(self.delay)
        }
    }

    /// The network is back: there is nothing to wait for, unless the server has said so.
    pub fn wait_no_longer(&mut self) {
        self.delay = self.error.retry_after().unwrap_or_default();
    }
}

/// Only the user can help.
pub fn login_required() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "Nobody is signed in, or the session has expired. Call login().",
    )
}

/// A sign-in that is over before it has its tokens, or has them in vain.
pub fn sign_in_given_up() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "This sign-in was given up: the user has signed out meanwhile, or a later sign-in has begun a session.",
    )
}

/// Only the user can help, and the session has not ended yet.
pub fn wants_user() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "The hidden frame got no token: the server wants the user to sign in, or the browser blocks its cookies. Call \
         login(). A session that there is lasts as long as its token.",
    )
}

/// The token is over, which a sleeping machine may find out late, and nothing has failed.
pub(super) fn not_renewed_yet() -> AuthError {
    AuthError::new(
        ErrorCode::Timeout,
        "The access token has expired, and there is no new one yet. Try again.",
    )
}

/// The API said 511.
pub(super) fn sign_in_again() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "The server wants the user to sign in again (status 511). Call login().",
    )
    .with_status(511)
}

/// Whether the server has said no to a refresh token for good. Anything else may be over in a minute.
pub(super) fn is_refusal(error: &AuthError) -> bool {
    match error.code() {
        // A name that OAuth doesn't know; what else has one is not the token endpoint.
        ErrorCode::Other => matches!(error.status(), Some(400 | 401)),
        code => code.is_oauth() && !error.retryable(),
    }
}

/// Whether a hidden frame would fail again. Which names servers have for that, OAuth doesn't say.
pub(super) fn is_final(error: &AuthError) -> bool {
    matches!(error.code(), ErrorCode::LoginRequired | ErrorCode::Other) || is_refusal(error)
}
