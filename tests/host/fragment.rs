//! How the fields of the implicit flow's answer are read: those in the fragment of the page's URL.

use crate::redirect::judge_url;
use crate::support::{NOW, sign_in, state};
use placeos_auth::AuthError;
use placeos_auth::oauth::redirect::Grant;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::time::Instant;
use std::time::Duration;

/// An answer with these fields and our state.
fn judge(fields: &str) -> Result<Tokens, AuthError> {
    let tail = format!("#{fields}&state={}", state().as_str());
    judge_url(&tail, Some(&sign_in()))
        .unwrap()
        .map(|grant| match grant {
            Grant::Tokens(tokens) => tokens,
            Grant::Code(_) => panic!("no tokens: {fields}"),
        })
}

fn assert_refused(fields: &str, why: &str) {
    let error = judge(fields).unwrap_err();
    assert_eq!(error.code().as_str(), "invalid_response", "{fields}");
    assert!(error.message().contains(why), "{fields}: {error}");
}

#[test]
fn a_lifetime_is_a_number_of_seconds_above_zero_or_left_out() {
    let good = "access_token=a&token_type=Bearer";
    for (field, end) in [
        ("", None),
        ("&expires_in=", None),
        (
            "&expires_in=7200",
            Some(NOW.after(Duration::from_secs(7200))),
        ),
        (
            "&expires_in=7200.5",
            Some(NOW.after(Duration::from_millis(7_200_500))),
        ),
        (
            "&expires_in=99999999999999999999",
            Some(Instant::from_millis(8_640_000_000_000_000)),
        ),
    ] {
        let tokens = judge(&format!("{good}{field}")).unwrap();
        assert_eq!(tokens.expires_at, end, "{field}");
    }
    for seconds in ["0", "-1", "NaN", "Infinity", "1e3", "soon"] {
        assert_refused(&format!("{good}&expires_in={seconds}"), "expires_in");
    }
}

#[test]
fn the_type_is_bearer_in_any_case() {
    for kind in ["Bearer", "bearer", "BEARER"] {
        let judged = judge(&format!("access_token=a&token_type={kind}"));
        assert!(judged.is_ok(), "{kind}");
    }
    for field in ["", "&token_type=", "&token_type=mac", "&token_type=Bearer+"] {
        assert_refused(&format!("access_token=a{field}"), "token_type");
    }
}

#[test]
fn a_token_is_what_fits_in_a_header() {
    let (long, too_long) = ("a".repeat(16_000), "a".repeat(17_000));
    for (written, token) in [
        ("a=b=c", "a=b=c"),
        ("a%2Bb%2F%3D", "a+b/="),
        ("100%", "100%"),
        (&*long, &*long),
    ] {
        let tokens = judge(&format!("access_token={written}&token_type=Bearer")).unwrap();
        assert_eq!(tokens.access_token.reveal(), token);
    }
    for written in ["", "a+b", "%0d%0aX: y", "%C3%A4", &too_long] {
        let fields = format!("access_token={written}&token_type=Bearer");
        assert_refused(&fields, "access_token");
    }
}

#[test]
fn a_scope_that_is_narrower_than_asked_for_is_the_scope() {
    let good = "access_token=a&token_type=Bearer";
    for (field, scope) in [("", "public"), ("&scope=", "public"), ("&scope=a+b", "a b")] {
        let tokens = judge(&format!("{good}{field}")).unwrap();
        assert_eq!(tokens.scope, scope, "{field}");
    }
}

#[test]
fn a_field_that_comes_twice_is_refused_wherever_it_stands() {
    let good = "access_token=a&token_type=Bearer";
    for again in ["access_token=a", "state=theirs", "scope=&scope="] {
        assert_refused(&format!("{good}&{again}"), "twice");
        assert_refused(&format!("{again}&{good}"), "twice");
    }
}

#[test]
fn a_refusal_is_decoded_and_cut_and_its_address_is_http() {
    let long = "d".repeat(10_000);
    let cut = "d".repeat(500);
    for (written, read) in [
        ("The+owner%20said+no%3B+100%", "The owner said no; 100%"),
        ("a=b=c", "a=b=c"),
        ("%0d%0a%00x", "x"),
        (&*long, &*cut),
    ] {
        let error = judge(&format!("error=access_denied&error_description={written}"));
        assert_eq!(error.unwrap_err().description(), Some(read));
    }
    for (written, read) in [
        (
            "https://placeos.test/why?a=b",
            Some("https://placeos.test/why?a=b"),
        ),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//placeos.test", None),
    ] {
        let error = judge(&format!("error=access_denied&error_uri={written}"));
        assert_eq!(error.unwrap_err().uri(), read, "{written}");
    }
    let error = judge("error=temporarily_unavailable").unwrap_err();
    assert_eq!(error.code().as_str(), "temporarily_unavailable");
    assert!(error.retryable());
    let error = judge("error=login_required").unwrap_err();
    assert_eq!(error.code().as_str(), "other");
    assert_eq!(error.description(), Some("login_required"));
}

#[test]
fn no_error_repeats_a_token_or_a_state() {
    let token = "a-token-that-must-not-leak";
    for fields in [
        format!("access_token={token}&token_type=mac"),
        format!("access_token=a&token_type={token}"),
        format!("access_token=a&token_type=Bearer&expires_in={token}"),
        format!("access_token={token}+with+a+space&token_type=Bearer"),
        format!("access_token={token}&token_type=Bearer&access_token={token}"),
        format!("access_token={token}&token_type=Bearer&state=x"),
        format!("error=access_denied&access_token={token}&refresh_token={token}&code={token}"),
    ] {
        let error = judge(&fields).unwrap_err();
        let printed = format!("{error} {error:?} {:?}", error.description());
        assert!(!printed.contains(token), "{fields}: {printed}");
        assert!(!printed.contains(state().as_str()), "{fields}: {printed}");
    }
    let tail = format!("?access_token={token}&state={}", state().as_str());
    let error = judge_url(&tail, Some(&sign_in())).unwrap().unwrap_err();
    assert!(!format!("{error} {error:?}").contains(token));
}
