use crate::support::{NOW, code_sign_in, judged, sign_in};
use placeos_auth::oauth::arrival::{Arrival, Redirect};
use placeos_auth::oauth::pkce::Verifier;
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::Flow;
use placeos_auth::secret::Secret;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;
use std::time::Duration;

fn tokens(expires_at: Option<Instant>) -> Tokens {
    let unjudged = Unjudged {
        access_token: Some("a+b/c=~"),
        token_type: Some("bearer"),
        expires_in: Lifetime::Unknown,
        scope: None,
    };
    let tokens = unjudged.judge(Flow::Implicit, "public admin", NOW).unwrap();
    Tokens {
        expires_at,
        ..tokens
    }
}

fn read(given: &SignIn) -> Option<SignIn> {
    SignIn::from_text(given.to_text().reveal())
}

/// In every field: a secret can't be compared but by its text, and doesn't print itself.
fn assert_same(read: Option<SignIn>, given: &SignIn) {
    let read = read.unwrap();
    assert_eq!(format!("{read:?}"), format!("{given:?}"));
    let verifier = |sign_in: &SignIn| {
        let verifier = sign_in.verifier.as_ref().map(Verifier::reveal);
        verifier.map(str::to_owned)
    };
    assert_eq!(verifier(&read), verifier(given));
}

#[test]
fn a_sign_in_is_void_after_fifteen_minutes_whichever_way_the_clock_went() {
    let begun = sign_in();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert!(!begun.is_void(NOW));
    assert!(!begun.is_void(NOW.after(minutes(14))));
    assert!(begun.is_void(NOW.after(minutes(15))));
    let later = SignIn {
        begun: NOW.after(minutes(15)),
        ..sign_in()
    };
    assert!(later.is_void(NOW));
}

#[test]
fn a_stored_sign_in_is_read_as_it_was() {
    let bare = SignIn {
        app_state: None,
        history_state: None,
        ..sign_in()
    };
    let proxied = SignIn {
        named_issuer: Some("https://placeos.example.com/a".to_owned()),
        ..sign_in()
    };
    for given in [sign_in(), bare, code_sign_in(), proxied] {
        assert_same(read(&given), &given);
    }
}

#[test]
fn a_stored_verifier_that_was_damaged_is_none() {
    let good = code_sign_in().to_text().reveal().to_owned();
    for (from, to) in [("verifier=d", "verifier="), ("verifier=d", "verifier=.")] {
        let read = SignIn::from_text(&good.replace(from, to)).unwrap();
        assert!(read.verifier.is_none());
    }
    assert!(SignIn::from_text(&good.replace("issuer=", "issuer=&x=")).is_none());
}

#[test]
fn a_stored_session_is_read_as_it_was() {
    for expires_at in [None, Some(NOW), Some(Instant::from_millis(u64::MAX))] {
        let given = tokens(expires_at);
        let read = Tokens::from_text(given.to_text().reveal()).unwrap();
        assert_eq!(read.access_token.reveal(), given.access_token.reveal());
        assert_eq!(read.scope, given.scope);
        assert_eq!(read.expires_at, expires_at);
        assert_eq!(read.flow, given.flow);
        assert_eq!(read.issued_at, given.issued_at);
        assert_eq!(read.signed_in_at, given.signed_in_at);
        assert!(read.refresh_token.is_none());
    }
}

#[test]
fn a_stored_session_keeps_its_refresh_token_and_its_beginning() {
    for flow in [Flow::Code, Flow::Password] {
        let given = Tokens {
            flow,
            refresh_token: Some(Secret::new("r+/ &=é".to_owned())),
            signed_in_at: NOW.before(Duration::from_secs(1)),
            renewals: 7,
            ..tokens(Some(NOW))
        };
        let read = Tokens::from_text(given.to_text().reveal()).unwrap();
        assert_eq!(read.flow, flow);
        assert_eq!(read.refresh_token.unwrap().reveal(), "r+/ &=é");
        assert_eq!(read.signed_in_at, given.signed_in_at);
        assert_eq!((read.issued_at, read.renewals), (NOW, 7));
    }
}

#[test]
fn a_stored_session_that_was_tampered_with_is_no_session() {
    let good = tokens(Some(NOW)).to_text();
    let good = good.reveal();
    for (from, to) in [
        ("v=1", "v=2"),
        ("flow=implicit", "flow=other"),
        ("access_token=", "access_token=%0A"),
        ("access_token=", "token="),
        ("expires_at=", "expires_at=x"),
        ("expires_at=", "expires_at=1&expires_at="),
        ("scope=", "scop="),
        ("issued_at=", "issued_at=x"),
        ("signed_in_at=", "signed_in_at=-"),
        ("signed_in_at=", "signed="),
        ("renewals=", "renewals=-"),
        ("renewals=", "renewals=4294967296"),
        ("renewals=", "renewed="),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        assert!(Tokens::from_text(&bad).is_none(), "{from} → {to}");
    }
}

/// An error with a status, as only the server's endpoints give it.
fn of_an_endpoint() -> AuthError {
    let error = judged(400, r#"{"error":"invalid_grant"}"#, |answer| {
        answer.granted().err().unwrap()
    });
    assert_eq!(error.status(), Some(400));
    error
}

#[test]
fn an_outcome_arrives_as_it_was_sent() {
    let failed = AuthError::from_server("access_denied", Some("No."), Some("https://x.test/why"));
    for redirect in [
        Redirect::SignedIn {
            return_to: "https://x.test/a?b#c".to_owned(),
            app_state: Some("[1]".to_owned()),
        },
        Redirect::SignedIn {
            return_to: "https://x.test/".to_owned(),
            app_state: None,
        },
        Redirect::Failed(failed),
        Redirect::Failed(AuthError::new(ErrorCode::InvalidResponse, "Something.")),
        Redirect::Failed(of_an_endpoint()),
    ] {
        let sent = Arrival {
            redirect,
            history_state: Some("{}".to_owned()),
            sent: NOW,
        };
        assert_eq!(Arrival::from_text(&sent.to_text(), NOW), Some(sent.clone()));
        let late = NOW.after(Duration::from_secs(60));
        assert_eq!(Arrival::from_text(&sent.to_text(), late), None);
    }
}

proptest! {
    #[test]
    fn foreign_text_is_never_read_and_never_panics(text in any::<String>()) {
        prop_assert!(SignIn::from_text(&text).is_none());
        prop_assert!(Tokens::from_text(&text).is_none());
        prop_assert!(Arrival::from_text(&text, NOW).is_none());
    }

    #[test]
    fn any_text_survives_being_stored(return_to in ".+", app_state in prop::option::of(".+"), scope in ".+", millis in 0u64..8_640_000_000_000_000) {
        let given = SignIn { return_to, app_state, scope, begun: Instant::from_millis(millis), ..sign_in() };
        assert_same(read(&given), &given);
    }

    #[test]
    fn a_damaged_record_is_read_as_none_or_as_one(cut in 0usize..400, put in "[&=%a-z0-9]{0,3}") {
        let mut text = code_sign_in().to_text().reveal().to_owned();
        let cut = cut.min(text.len());
        text.replace_range(cut..(cut + put.len()).min(text.len()), &put);
        let _ = SignIn::from_text(&text);
    }
}
