use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::oauth::loop_guard::begin;
use placeos_auth::time::Instant;
use proptest::prelude::*;
use std::time::Duration;

fn seconds(seconds: u64) -> Instant {
    NOW.after(Duration::from_secs(seconds))
}

#[test]
fn the_fourth_sign_in_within_thirty_seconds_is_refused() {
    let one = begin(None, NOW).unwrap();
    let two = begin(Some(&one), seconds(10)).unwrap();
    let three = begin(Some(&two), seconds(20)).unwrap();
    let refused = begin(Some(&three), seconds(29)).unwrap_err();
    assert_eq!(refused.code(), ErrorCode::RedirectLoop);
    assert!(!refused.retryable());
    assert!(begin(Some(&three), seconds(30)).is_ok());
}

#[test]
fn a_clock_that_was_set_back_does_not_lock_the_user_out() {
    let mut kept = None;
    for _ in 0..3 {
        kept = Some(begin(kept.as_deref(), seconds(3600)).unwrap());
    }
    assert!(begin(kept.as_deref(), NOW).is_ok());
}

proptest! {
    #[test]
    fn text_that_isnt_ours_counts_nothing(text in "[^0-9]{0,60}") {
        prop_assert!(begin(Some(&text), NOW).is_ok());
    }

    #[test]
    fn never_more_than_three_begin_within_any_thirty_seconds(steps in prop::collection::vec(0u64..20_000, 1..60)) {
        let (mut kept, mut now, mut begun) = (None, NOW, Vec::new());
        for step in steps {
            now = now.after(Duration::from_millis(step));
            if let Ok(text) = begin(kept.as_deref(), now) {
                kept = Some(text);
                begun.push(now);
            }
        }
        for window in begun.windows(4) {
            prop_assert!(window[3].since(window[0]) >= Duration::from_secs(30));
        }
    }
}
