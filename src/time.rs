//! Points in time. Spans are [`std::time::Duration`], so the two don't mix.

use std::time::Duration;

/// The last instant that a JavaScript `Date` can hold, in milliseconds.
const LAST: u64 = 8_640_000_000_000_000;

/// A point in time, as the browser's wall clock tells it: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(u64);

impl Instant {
    /// From milliseconds since the Unix epoch, held to what a `Date` can hold.
    pub const fn from_millis(millis: u64) -> Self {
        Instant(if millis < LAST { millis } else { LAST })
    }

    /// Milliseconds since the Unix epoch.
    pub fn as_millis(self) -> u64 {
        self.0
    }

    /// The milliseconds as text.
    pub(crate) fn to_text(self) -> String {
        self.0.to_string()
    }

    /// This instant and a span later, at most the last a `Date` can hold.
    pub fn after(self, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// This instant and a span earlier, at least the epoch.
    pub fn before(self, span: Duration) -> Self {
        let millis = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The span between the two, whichever comes first: a clock can be set back.
    pub fn distance(self, other: Instant) -> Duration {
        Duration::from_millis(self.0.abs_diff(other.0))
    }
}
