//! The code flow's answer, in the page's own URL.

use crate::redirect::judge_url;
use crate::support::{NOW, PAGE, VERIFIER, code_sign_in, sign_in, state, url};
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::redirect::{Code, Grant, find};
use placeos_auth::oauth::sign_in::SignIn;
use proptest::prelude::*;

fn refusal_of(tail: &str, record: &SignIn) -> ErrorCode {
    let judged = judge_url(tail, Some(record)).unwrap();
    judged.unwrap_err().code()
}

/// What Doorkeeper sends, with more at its end.
fn success(more: &str) -> String {
    format!("?code=abc&state={}{more}", state().as_str())
}

fn code_of(tail: &str) -> Result<Code> {
    match judge_url(tail, Some(&code_sign_in())).unwrap()? {
        Grant::Code(code) => Ok(code),
        Grant::Tokens(_) => panic!("no code: {tail}"),
    }
}

#[test]
fn a_code_comes_with_the_verifier_of_its_own_sign_in() {
    let code = code_of(&success("")).unwrap();
    assert_eq!(code.code.reveal(), "abc");
    assert_eq!(code.verifier.reveal(), VERIFIER);
}

#[test]
fn a_code_without_a_verifier_is_no_answer_of_ours() {
    let record = SignIn {
        verifier: None,
        ..code_sign_in()
    };
    let refused = refusal_of(&success(""), &record);
    assert_eq!(refused, ErrorCode::StateMismatch);
}

#[test]
fn a_code_without_a_record_is_not_looked_at() {
    let old = SignIn {
        begun: NOW.before(std::time::Duration::from_secs(15 * 60)),
        ..code_sign_in()
    };
    for record in [None, Some(&old)] {
        let judged = judge_url(&success("&iss=https://evil.test&error=x"), record).unwrap();
        assert_eq!(judged.unwrap_err().code(), ErrorCode::StateMismatch);
    }
}

#[test]
fn a_code_in_the_fragment_is_refused() {
    let tail = success("").replace('?', "#");
    let refused = refusal_of(&tail, &code_sign_in());
    assert_eq!(refused, ErrorCode::InvalidResponse);
}

#[test]
fn an_answer_of_the_other_flow_is_refused() {
    let token = format!(
        "access_token=abc&token_type=Bearer&state={}",
        state().as_str()
    );
    for mark in ["?", "#"] {
        let refused = refusal_of(&format!("{mark}{token}"), &code_sign_in());
        assert_eq!(refused, ErrorCode::InvalidResponse, "{mark}");
        let code = success("").replace('?', mark);
        let refused = refusal_of(&code, &sign_in());
        assert_eq!(refused, ErrorCode::InvalidResponse, "{mark}");
    }
}

#[test]
fn a_token_beside_a_code_changes_nothing() {
    let code = code_of(&success("&access_token=evil&token_type=Bearer")).unwrap();
    assert_eq!(code.code.reveal(), "abc");
}

#[test]
fn an_answer_with_no_code_or_with_two_is_refused() {
    let state = state();
    let state = state.as_str();
    for tail in [
        format!("?state={state}"),
        format!("?state={state}&code"),
        format!("?state={state}&code="),
        format!("?state={state}&zipcode=abc"),
        format!("?code=abc&state={state}&code=abc"),
        format!("?code=abc&state={state}&code="),
        format!("?code=abc&state={state}&state={state}"),
        format!("?code=abc&state={state}#code=abc&state={state}"),
    ] {
        let refused = refusal_of(&tail, &code_sign_in());
        assert_eq!(refused, ErrorCode::InvalidResponse, "{tail}");
    }
}

#[test]
fn a_refusal_in_the_query_keeps_its_name() {
    let tail = format!(
        "?error=access_denied&error_description=You+said+no.&error_uri=https://id.example.com/e&state={}",
        state().as_str()
    );
    let error = judge_url(&tail, Some(&code_sign_in())).unwrap();
    let error = error.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AccessDenied);
    assert_eq!(error.description(), Some("You said no."));
    assert_eq!(error.uri(), Some("https://id.example.com/e"));
    // A code beside it is not taken.
    let refused = refusal_of(&success("&error=access_denied"), &code_sign_in());
    assert_eq!(refused, ErrorCode::AccessDenied);
}

const GOOD_ISSUERS: &[&str] = &[
    "",
    "https://id.example.com",
    "https://id.example.com/",
    "https://id.example.com/realms/a",
    "https%3A%2F%2Fid.example.com",
];

const BAD_ISSUERS: &[&str] = &[
    // The server that keeps the API isn't the one that was asked.
    "https://placeos.example.com",
    "https://id.example.com.evil.test",
    "https://id.example.comevil",
    "https://id.example.com:8443",
    "https://id.example.com@evil.test",
    "https://id.example.com?x",
    "https://id.example.com\\@evil.test",
    "http://id.example.com",
    "https://id.example.co",
    "https://evil.test/https://id.example.com",
    "+https://id.example.com",
    "//id.example.com",
    "id.example.com",
    "null",
    "%00",
];

#[test]
fn an_issuer_is_of_the_origin_that_was_asked_or_the_answer_is_refused() {
    let token = format!(
        "#access_token=abc&token_type=Bearer&state={}",
        state().as_str()
    );
    for (tail, record) in [(success(""), code_sign_in()), (token, sign_in())] {
        for issuer in GOOD_ISSUERS {
            let judged = judge_url(&format!("{tail}&iss={issuer}"), Some(&record)).unwrap();
            assert!(judged.is_ok(), "{issuer}");
        }
        for issuer in BAD_ISSUERS {
            let refused = refusal_of(&format!("{tail}&iss={issuer}"), &record);
            assert_eq!(refused, ErrorCode::InvalidResponse, "{issuer}");
        }
        let twice = format!("{tail}&iss=https://id.example.com&iss=https://id.example.com");
        let refused = refusal_of(&twice, &record);
        assert_eq!(refused, ErrorCode::InvalidResponse);
    }
}

#[test]
fn an_issuer_that_the_app_named_has_to_be_there_to_the_letter() {
    let token = format!(
        "#access_token=abc&token_type=Bearer&state={}",
        state().as_str()
    );
    let named = Some("https://placeos.example.com/a".to_owned());
    for (tail, record) in [(success(""), code_sign_in()), (token, sign_in())] {
        let record = SignIn {
            named_issuer: named.clone(),
            ..record
        };
        let judged = |iss: &str| judge_url(&format!("{tail}&iss={iss}"), Some(&record)).unwrap();
        assert!(judged("https://placeos.example.com/a").is_ok());
        assert_eq!(refusal_of(&tail, &record), ErrorCode::InvalidResponse);
        for other in [
            "",
            "https://placeos.example.com",
            "https://placeos.example.com/a/",
            "https://placeos.example.com/a/b",
            "https://placeos.example.com/A",
            // Where the authorization endpoint is.
            "https://id.example.com",
            "https://id.example.com/a",
        ] {
            let refused = judged(other).unwrap_err().code();
            assert_eq!(refused, ErrorCode::InvalidResponse, "{other}");
        }
    }
}

#[test]
fn an_error_of_another_issuer_is_not_believed() {
    let tail = format!(
        "?error=access_denied&iss=https://evil.test&state={}",
        state().as_str()
    );
    let refused = refusal_of(&tail, &code_sign_in());
    assert_eq!(refused, ErrorCode::InvalidResponse);
}

#[test]
fn a_code_leaves_the_address_bar_with_all_that_came_with_it() {
    let tail = success("&iss=https://id.example.com&session_state=1&scope=public&zipcode=2#/plan");
    let page = url(&format!("{PAGE}{tail}"));
    let own = url(PAGE);
    let (_, clean) = find(&page, &own).unwrap();
    assert_eq!(clean.href(), format!("{PAGE}?zipcode=2#/plan"));
}

proptest! {
    #[test]
    fn a_code_is_taken_as_it_was_sent_and_never_printed(code in "[!-~ é]{12,60}") {
        let mut query = String::new();
        placeos_auth::oauth::form::push(&mut query, "code", &code);
        let taken = code_of(&format!("?{query}&state={}", state().as_str())).unwrap();
        prop_assert_eq!(taken.code.reveal(), &code);
        let printed = format!("{taken:?} {:?}", Grant::Code(code_of(&success("")).unwrap()));
        prop_assert!(!printed.contains(&code) && !printed.contains(VERIFIER), "{}", printed);
    }

    #[test]
    fn no_issuer_of_another_host_passes(rest in "[a-z0-9.:@?#%\\\\-]{1,12}") {
        prop_assume!(!rest.starts_with('#') && !rest.starts_with('&'));
        let mut tail = success("");
        placeos_auth::oauth::form::push(&mut tail, "iss", &format!("https://id.example.com{rest}"));
        prop_assert_eq!(refusal_of(&tail, &code_sign_in()), ErrorCode::InvalidResponse);
    }
}
