//! The end of login loops: sign-ins that begin again and again, with none ending in a session.
//!
//! Beginnings are counted, not answers: some servers leave `state` out of their errors, and those answers reach nobody.

use crate::error::{AuthError, ErrorCode, Result};
use crate::time::Instant;
use std::time::Duration;

/// How many sign-ins may begin within [`SPAN`] without a session.
const MOST: usize = 3;

/// How long a beginning counts.
const SPAN: Duration = Duration::from_secs(30);

/// Counts one more beginning. `kept` is what this returned last time, if no session came of it since.
///
/// # Errors
/// `redirect_loop` if there were enough already; then nothing is counted.
pub fn begin(kept: Option<&str>, now: Instant) -> Result<String> {
    let mut recent: Vec<Instant> = kept
        .unwrap_or_default()
        .split(',')
        .filter_map(|text| text.parse().ok().map(Instant::from_millis))
        .filter(|begun: &Instant| now.distance(*begun) < SPAN)
        .collect();
    if recent.len() >= MOST {
        return Err(AuthError::new(
            ErrorCode::RedirectLoop,
            "Three sign-ins within 30 seconds gave no session. Wait half a minute. If the app signs in by itself, \
             show `auth.redirect.error`, and check the redirect URI and the flow at the server.",
        ));
    }
    recent.push(now);
    let mut text = String::new();
    for begun in recent {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&begun.to_text());
    }
    Ok(text)
}
