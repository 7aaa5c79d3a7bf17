//! The browser's wall clock.

use crate::time::Instant;

/// Now.
pub fn now() -> Instant {
    Instant::from_millis(js_sys::Date::now() as u64)
}
