use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::Flow;
use placeos_auth::time::Instant;
use proptest::prelude::*;

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
