use crate::session::seconds;
use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::Flow;
use placeos_auth::secret::Secret;
use placeos_auth::time::Instant;
use proptest::prelude::*;
use std::time::Duration;

fn response() -> Unjudged<'static> {
    Unjudged {
        access_token: Some("abc"),
        token_type: Some("Bearer"),
        expires_in: Lifetime::Text("7200"),
        scope: None,
    }
}

fn judge(unjudged: Unjudged) -> Result<Tokens> {
    unjudged.judge(Flow::Implicit, "public", NOW)
}

fn millis_of(expires_in: &str) -> Option<u64> {
    judge(Unjudged {
        expires_in: Lifetime::Text(expires_in),
        ..response()
    })
    .ok()
    .and_then(|tokens| tokens.expires_at)
    .map(|at| at.as_millis() - NOW.as_millis())
}

#[test]
fn a_lifetime_is_a_positive_number_of_seconds() {
    for (text, millis) in [
        ("1", 1000),
        ("7200", 7_200_000),
        ("007", 7000),
        ("7200.0", 7_200_000),
        ("0.5", 500),
        ("1.0019", 1001),
    ] {
        assert_eq!(millis_of(text), Some(millis), "{text:?}");
    }
    for text in [
        "0",
        "0.0",
        "-1",
        "+1",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e3",
        "0x10",
        " 1",
        "1 ",
        "1,5",
        "1.",
        ".5",
        "1.2.3",
        "٣",
        "undefined",
        "null",
        "[object Object]",
    ] {
        let judged = judge(Unjudged {
            expires_in: Lifetime::Text(text),
            ..response()
        });
        assert_eq!(
            judged.unwrap_err().code(),
            ErrorCode::InvalidResponse,
            "{text:?}"
        );
    }
}

#[test]
fn a_huge_lifetime_ends_where_dates_end() {
    for text in ["99999999999999999999", "8640000000000000", &"9".repeat(400)] {
        let judged = judge(Unjudged {
            expires_in: Lifetime::Text(text),
            ..response()
        });
        assert_eq!(
            judged.unwrap().expires_at,
            Some(Instant::from_millis(8_640_000_000_000_000)),
            "{text}"
        );
    }
}

#[test]
fn tokens_of_a_session_that_begins_were_never_renewed() {
    let tokens = judge(response()).unwrap();
    assert_eq!((tokens.signed_in_at, tokens.renewals), (NOW, 0));
}

#[test]
fn new_tokens_are_of_the_session_of_the_old_ones() {
    let later = NOW.after(Duration::from_secs(60));
    let new = |refresh_token: Option<&str>| Tokens {
        refresh_token: refresh_token.map(|text| Secret::new(text.to_owned())),
        signed_in_at: later,
        issued_at: later,
        ..judge(response()).unwrap()
    };
    let old = Tokens {
        refresh_token: Some(Secret::new("old".to_owned())),
        renewals: 4,
        ..judge(response()).unwrap()
    };
    for (given, kept) in [(Some("new"), "new"), (None, "old")] {
        let new = new(given).succeed(&old);
        assert_eq!((new.signed_in_at, new.renewals), (NOW, 5));
        assert_eq!(new.issued_at, later);
        assert_eq!(new.refresh_token.unwrap().reveal(), kept);
    }
    let last = Tokens {
        renewals: u32::MAX,
        ..old
    };
    assert_eq!(new(None).succeed(&last).renewals, u32::MAX);
}

#[test]
fn new_tokens_are_due_that_long_before_the_end_or_a_tenth_of_the_life() {
    for (life, span, due) in [
        ("7200", 60, 7_140_000),
        ("7200", 720, 6_480_000),
        ("7200", 7200, 6_480_000),
        ("100", 60, 90_000),
        ("0.01", 60, 9),
        ("7200", 0, 7_200_000),
    ] {
        let tokens = judge(Unjudged {
            expires_in: Lifetime::Text(life),
            ..response()
        });
        let due = NOW.after(Duration::from_millis(due));
        let span = Duration::from_secs(span);
        assert_eq!(tokens.unwrap().due(span), Some(due), "{life} {span:?}");
    }
    let tokens = judge(Unjudged {
        expires_in: Lifetime::Unknown,
        ..response()
    });
    assert_eq!(tokens.unwrap().due(Duration::from_secs(60)), None);
}

#[test]
fn no_lifetime_means_that_none_is_known() {
    let tokens = judge(Unjudged {
        expires_in: Lifetime::Unknown,
        ..response()
    })
    .unwrap();
    assert_eq!(tokens.expires_at, None);
    assert!(tokens.is_usable(Instant::from_millis(u64::MAX)));
}

#[test]
fn the_type_is_bearer_in_any_case_and_nothing_else() {
    for kind in ["bearer", "Bearer", "BEARER", "bEARER"] {
        assert!(
            judge(Unjudged {
                token_type: Some(kind),
                ..response()
            })
            .is_ok(),
            "{kind}"
        );
    }
    for kind in [
        None,
        Some("mac"),
        Some("bearer "),
        Some("DPoP"),
        Some("bеarer"),
    ] {
        assert!(
            judge(Unjudged {
                token_type: kind,
                ..response()
            })
            .is_err(),
            "{kind:?}"
        );
    }
}

#[test]
fn a_token_that_does_not_fit_in_a_header_is_refused() {
    let long = "a".repeat(16 * 1024 + 1);
    for token in [
        None,
        Some(" "),
        Some("a b"),
        Some("a\r\nX: y"),
        Some("é"),
        Some("\0"),
        Some(long.as_str()),
    ] {
        let judged = judge(Unjudged {
            access_token: token,
            ..response()
        });
        assert_eq!(judged.unwrap_err().code(), ErrorCode::InvalidResponse);
    }
    let longest = "a".repeat(16 * 1024);
    assert!(
        judge(Unjudged {
            access_token: Some(&longest),
            ..response()
        })
        .is_ok()
    );
}

#[test]
fn what_was_asked_for_was_given_unless_the_server_says_otherwise() {
    let scope = |scope| {
        judge(Unjudged {
            scope,
            ..response()
        })
        .unwrap()
        .scope
    };
    assert_eq!(scope(None), "public");
    assert_eq!(scope(Some("admin")), "admin");
}

proptest! {
    #[test]
    fn no_lifetime_panics_and_none_that_is_taken_is_over_at_once(text in any::<String>()) {
        if let Some(millis) = millis_of(&text) {
            prop_assert!(millis > 0);
        }
    }

    #[test]
    fn every_whole_number_of_seconds_is_taken(seconds in 1u64..10_000_000_000) {
        prop_assert_eq!(millis_of(&seconds.to_string()), Some(seconds.saturating_mul(1000).min(8_640_000_000_000_000 - NOW.as_millis())));
    }
}

#[test]
fn a_life_is_counted_from_the_question_within_reason() {
    let given = |life: u64| crate::driver::tokens("a", None, Some(life), NOW);
    for (life, took, less) in [
        (7200, 0, 0),
        (7200, 5000, 5000),
        (7200, 30_000, 30_000),
        // What is short is not made much shorter.
        (10, 5000, 1000),
        (1, 5000, 100),
        // The machine slept.
        (7200, 30_001, 30_001),
        (10, 60_000, 60_000),
    ] {
        let asked = NOW.before(Duration::from_millis(took));
        let tokens = given(life).asked_for_at(asked);
        let end = NOW.after(Duration::from_secs(life));
        assert_eq!(
            tokens.expires_at,
            Some(end.before(Duration::from_millis(less))),
            "{life} {took}"
        );
        assert_eq!(tokens.issued_at, NOW);
    }
    let endless = crate::driver::tokens("a", None, None, NOW);
    assert_eq!(endless.asked_for_at(seconds(0)).expires_at, None);
    // A clock that was set back meanwhile counts for nothing.
    assert_eq!(
        given(10).asked_for_at(seconds(60)).expires_at,
        given(10).expires_at
    );
}
