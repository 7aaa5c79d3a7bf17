//! The token endpoint's answers.

use crate::support::{NOW, judged};
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::token;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::options::Flow;
use placeos_auth::time::Instant;
use proptest::prelude::*;
use std::time::Duration;

fn judge(status: u16, body: &str) -> Result<Tokens> {
    judged(status, body, |answer| {
        token::judge(answer, Flow::Code, "asked", NOW)
    })
}

/// A good answer with this in place of its `expires_in`.
fn lasting(expires_in: &str) -> Result<Tokens> {
    let body = format!(r#"{{"access_token":"a","token_type":"Bearer",{expires_in}"x":1}}"#);
    judge(200, &body)
}

/// A good answer with these fields after its own; where one comes twice, the last counts, as in a browser.
fn with(fields: &str) -> Result<Tokens> {
    judge(
        200,
        &format!(r#"{{"access_token":"a","token_type":"Bearer","expires_in":7200,{fields}}}"#),
    )
}

#[test]
fn what_doorkeeper_answers_becomes_tokens() {
    let tokens = judge(
        200,
        r#"{"access_token":"abc","token_type":"Bearer","expires_in":7200,"refresh_token":"def","scope":"public","created_at":1800000000}"#,
    )
    .unwrap();
    assert_eq!(tokens.flow, Flow::Code);
    assert_eq!(tokens.access_token.reveal(), "abc");
    assert_eq!(tokens.refresh_token.unwrap().reveal(), "def");
    assert_eq!(tokens.scope, "public");
    assert_eq!((tokens.issued_at, tokens.signed_in_at), (NOW, NOW));
    let end = NOW.after(Duration::from_secs(7200));
    assert_eq!(tokens.expires_at, Some(end));
}

#[test]
fn what_the_newest_server_answers_becomes_tokens() {
    let jwt = format!(
        "e{}.e{}.{}",
        "y".repeat(60),
        "y".repeat(900),
        "x".repeat(342)
    );
    for fields in [
        // By code, with `openid` among the scopes.
        r#""scope":"public openid","id_token":"e.e.x","refresh_token":"e.r.x""#,
        // By token exchange (RFC 8693 §2.2.1).
        r#""scope":"public openid","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","refresh_token":"e.r.x""#,
        r#""scope":"public openid","created_at":null,"id_token":null,"refresh_token":"e.r.x""#,
        // Of no use here, whatever is in them.
        r#""scope":"public openid","created_at":"soon","id_token":{},"issued_token_type":7,"refresh_token":"e.r.x""#,
    ] {
        let tokens = judge(
            200,
            &format!(
                r#"{{"access_token":"{jwt}","token_type":"Bearer","expires_in":7200,{fields}}}"#
            ),
        )
        .unwrap();
        assert_eq!(tokens.access_token.reveal(), jwt);
        assert_eq!(tokens.refresh_token.unwrap().reveal(), "e.r.x");
        assert_eq!(tokens.scope, "public openid");
        assert_eq!(tokens.issued_at, NOW);
        let end = NOW.after(Duration::from_secs(7200));
        assert_eq!(tokens.expires_at, Some(end));
    }
}

#[test]
fn what_is_no_token_response_is_refused_with_its_status() {
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"token_type":"Bearer"}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        r#"{"access_token":"","token_type":"Bearer"}"#,
        r#"{"access_token":"a","token_type":"Bearer","scope":1}"#,
        r#"{"access_token":"a","token_type":"Bearer","refresh_token":1}"#,
        r#"{"access_token":1,"token_type":"Bearer"}"#,
        r#"{"access_token":true,"token_type":"Bearer"}"#,
        r#"{"access_token":{},"token_type":"Bearer"}"#,
        r#"{"access_token":["a"],"token_type":"Bearer"}"#,
        r#"{"access_token":"a b","token_type":"Bearer"}"#,
        r#"{"access_token":"a\r\nX: y","token_type":"Bearer"}"#,
        r#"{"access_token":"é","token_type":"Bearer"}"#,
        r#"{"Access_Token":"a","token_type":"Bearer"}"#,
        r#"{"access_token":"a"}"#,
        r#"{"access_token":"a","token_type":null}"#,
        r#"{"access_token":"a","token_type":1}"#,
        r#"{"access_token":"a","token_type":["Bearer"]}"#,
        r#"{"access_token":"a","token_type":""}"#,
        r#"{"access_token":"a","token_type":"mac"}"#,
        r#"{"access_token":"a","token_type":"DPoP"}"#,
        // By token exchange, a token that is no access token (RFC 8693 §2.2.1).
        r#"{"access_token":"a","token_type":"N_A"}"#,
        r#"{"access_token":"a","token_type":"Bearer "}"#,
    ] {
        for status in [200, 201] {
            let error = judge(status, body).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidResponse, "{body}");
            assert_eq!(error.status(), Some(status), "{body}");
            assert!(!error.retryable(), "{body}");
        }
    }
}

#[test]
fn the_type_is_bearer_in_any_case() {
    for kind in ["Bearer", "bearer", "BEARER"] {
        assert!(
            judge(
                200,
                &format!(r#"{{"access_token":"a","token_type":"{kind}"}}"#)
            )
            .is_ok()
        );
    }
}

#[test]
fn a_lifetime_may_be_a_number_or_a_text() {
    for (expires_in, millis) in [
        ("7200", 7_200_000),
        ("7200.0", 7_200_000),
        ("1e3", 1_000_000),
        ("0.5", 500),
        ("1.0019", 1001),
        (r#""7200""#, 7_200_000),
        (r#""0.5""#, 500),
    ] {
        let tokens = lasting(&format!(r#""expires_in":{expires_in},"#)).unwrap();
        let end = NOW.after(Duration::from_millis(millis));
        assert_eq!(tokens.expires_at, Some(end), "{expires_in}");
    }
}

#[test]
fn no_lifetime_means_that_none_is_known() {
    for expires_in in ["", r#""expires_in":null,"#] {
        assert_eq!(lasting(expires_in).unwrap().expires_at, None);
    }
}

#[test]
fn a_huge_lifetime_ends_where_dates_end() {
    let last = Instant::from_millis(8_640_000_000_000_000);
    for expires_in in [
        "1e300",
        "9007199254740993",
        "99999999999999999999999",
        r#""99999999999999999999999""#,
    ] {
        let tokens = lasting(&format!(r#""expires_in":{expires_in},"#)).unwrap();
        assert_eq!(tokens.expires_at, Some(last), "{expires_in}");
    }
}

#[test]
fn a_lifetime_that_is_none_is_refused() {
    for expires_in in [
        "0",
        "-0.0",
        "0.0001",
        "-1",
        "-7200",
        "-1e300",
        r#""""#,
        r#""0""#,
        r#""-1""#,
        r#""1e3""#,
        r#""NaN""#,
        r#""Infinity""#,
        r#""two hours""#,
        r#"" 7200""#,
        "true",
        "false",
        "{}",
        "[7200]",
    ] {
        let error = lasting(&format!(r#""expires_in":{expires_in},"#)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidResponse, "{expires_in}");
        assert_eq!(error.status(), Some(200), "{expires_in}");
    }
}

#[test]
fn a_refresh_token_is_a_text_or_none() {
    for (field, given) in [
        (r#""refresh_token":"def""#, Some("def")),
        (r#""refresh_token":"""#, None),
        (r#""refresh_token":null"#, None),
        (r#""scope":"public""#, None),
    ] {
        let tokens = with(field).unwrap();
        let refresh_token = tokens.refresh_token.as_ref().map(|token| token.reveal());
        assert_eq!(refresh_token, given, "{field}");
    }
    for wrong in ["1", "true", "false", "{}", r#"["def"]"#] {
        let error = with(&format!(r#""refresh_token":{wrong}"#)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidResponse, "{wrong}");
    }
}

#[test]
fn what_was_asked_for_was_given_unless_the_server_says_otherwise() {
    for (field, scope) in [
        (r#""x":1"#, "asked"),
        (r#""scope":null"#, "asked"),
        (r#""scope":"""#, "asked"),
        (r#""scope":"public admin""#, "public admin"),
    ] {
        assert_eq!(with(field).unwrap().scope, scope, "{field}");
    }
}

#[test]
fn an_error_beside_a_token_is_an_error() {
    let error = with(r#""error":"invalid_grant""#).unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidGrant);
    assert_eq!(error.status(), Some(200));
}

#[test]
fn a_token_with_a_status_of_failure_is_none() {
    let good = r#"{"access_token":"a","token_type":"Bearer"}"#;
    for (status, code) in [
        (0, ErrorCode::InvalidResponse),
        (302, ErrorCode::InvalidResponse),
        (400, ErrorCode::InvalidResponse),
        (429, ErrorCode::TemporarilyUnavailable),
        (500, ErrorCode::ServerError),
    ] {
        assert_eq!(judge(status, good).unwrap_err().code(), code, "{status}");
    }
}

#[test]
fn no_error_of_this_repeats_what_was_sent() {
    let error = with(r#""refresh_token":["hunter2"]"#).unwrap_err();
    let other = judge(200, r#"{"access_token":"hunter 2","token_type":"Bearer"}"#).unwrap_err();
    let third = judge(200, r#"{"access_token":"hunter2","token_type":"x"}"#).unwrap_err();
    let printed = format!("{error:?} {other:?} {third:?}");
    assert!(!printed.contains("hunter"), "{printed}");
}

proptest! {
    #[test]
    fn every_number_is_a_lifetime_above_zero_or_refused(seconds in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO) {
        match lasting(&format!(r#""expires_in":{seconds:e},"#)) {
            Ok(tokens) => prop_assert!(seconds > 0.0 && tokens.expires_at > Some(NOW)),
            Err(_) => prop_assert!(seconds < 0.001),
        }
    }

    #[test]
    fn a_number_and_its_text_last_as_long(seconds in 1u32..) {
        let number = lasting(&format!(r#""expires_in":{seconds},"#)).unwrap().expires_at;
        let text = lasting(&format!(r#""expires_in":"{seconds}","#)).unwrap().expires_at;
        prop_assert_eq!(number, text);
    }
}
