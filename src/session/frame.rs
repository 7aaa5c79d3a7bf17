//! A hidden frame in which no answer has come yet, and what to make of that.

use std::time::Duration;

/// How long a frame may stay as it is before something is made of that: single sign-on goes by some pages.
const GRACE: Duration = Duration::from_secs(2);

/// The same for a page of another origin that says nothing of being loaded: it is one that takes its time or, in Firefox,
/// the browser's own in place of one that may not be in a frame or is out of reach.
const LONG_GRACE: Duration = Duration::from_secs(6);

/// What to make of a frame without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The answer may come yet.
    Wait,
    /// The same, but the server may be out of reach, which browsers don't tell of a frame: ask it.
    Doubt,
    /// Nothing comes of it any more.
    End,
}

/// Judges a frame by whether it shows a page of another origin, how many pages it has loaded, and how long ago the last of
/// them was, or it began.
pub fn silence(is_foreign: bool, loads: u32, still: Duration) -> Silence {
    match (is_foreign, loads) {
        (true, 0) if still >= LONG_GRACE => Silence::End,
        (_, 0) if still >= GRACE => Silence::Doubt,
        (true, 1..) if still >= GRACE => Silence::End,
        _ => Silence::Wait,
    }
}
