use crate::support::{NOW, PAGE, sign_in, state, url};
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::redirect::{Grant, find, judge, without_secrets};
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::tokens::Tokens;
use proptest::prelude::*;
use std::time::Duration;

fn ours() -> String {
    format!("state={}", state().as_str())
}

/// What Doorkeeper sends, with more at its end.
pub fn success(more: &str) -> String {
    format!(
        "access_token=abc&token_type=Bearer&expires_in=7200&{}{more}",
        ours()
    )
}

/// Judges a page's URL by the record of a sign-in.
pub fn judge_url(tail: &str, record: Option<&SignIn>) -> Option<Result<Grant>> {
    let page = url(&format!("{PAGE}{tail}"));
    let own = url(PAGE);
    let (response, _) = find(&page, &own)?;
    Some(judge(response, record, NOW))
}

fn tokens_of(tail: &str) -> Option<Tokens> {
    match judge_url(tail, Some(&sign_in()))?.unwrap() {
        Grant::Tokens(tokens) => Some(tokens),
        Grant::Code(_) => None,
    }
}

fn refusal(tail: &str) -> ErrorCode {
    judge_url(tail, Some(&sign_in()))
        .unwrap()
        .unwrap_err()
        .code()
}

#[test]
fn the_answer_that_was_asked_for_gives_a_token() {
    let tokens = tokens_of(&format!("#{}", success(""))).unwrap();
    assert_eq!(tokens.access_token.reveal(), "abc");
    assert_eq!(tokens.scope, "public");
    assert_eq!(
        tokens.expires_at,
        Some(NOW.after(Duration::from_secs(7200)))
    );
}

#[test]
fn a_response_without_our_state_is_left_alone() {
    for tail in [
        "",
        "#",
        "?",
        "#access_token=abc&token_type=Bearer",
        "?access_token=abc&token_type=Bearer",
        "?code=abc",
        "#access_token=abc&token_type=Bearer&state=",
        "#access_token=abc&token_type=Bearer&state",
        "#access_token=abc&token_type=Bearer&state=theirs",
        "#access_token=abc&token_type=Bearer&state=xplaceos-auth.1",
        "#access_token=abc&token_type=Bearer&State=placeos-auth.1",
        "?refresh_token=abc",
        "#/rooms/1?state=open",
        "?error=access_denied",
        "#error=access_denied&state=theirs",
        "?__proto__=1&state[]=placeos-auth.1",
    ] {
        assert!(judge_url(tail, Some(&sign_in())).is_none(), "{tail}");
    }
}

#[test]
fn without_a_record_not_even_an_error_is_believed() {
    for answer in [
        success(""),
        format!("error=access_denied&{}", ours()),
        ours(),
    ] {
        for mark in ["#", "?"] {
            let judged = judge_url(&format!("{mark}{answer}"), None).unwrap();
            assert_eq!(
                judged.unwrap_err().code(),
                ErrorCode::StateMismatch,
                "{mark}{answer}"
            );
        }
    }
}

#[test]
fn a_record_of_more_than_fifteen_minutes_is_void() {
    let old = SignIn {
        begun: NOW.after(Duration::from_secs(16 * 60)),
        ..sign_in()
    };
    let judged = judge_url(&format!("#{}", success("")), Some(&old)).unwrap();
    assert_eq!(judged.unwrap_err().code(), ErrorCode::StateMismatch);
}

#[test]
fn a_state_with_our_mark_that_is_none_of_ours_matches_nothing() {
    for wrong in [
        "placeos-auth.",
        "placeos-auth.xyz",
        &format!("{}0", state().as_str()),
        &format!("{}%20", state().as_str()),
    ] {
        let tail = format!("#access_token=abc&token_type=Bearer&state={wrong}");
        assert_eq!(refusal(&tail), ErrorCode::StateMismatch, "{wrong}");
    }
}

#[test]
fn a_parameter_that_comes_twice_is_refused() {
    for twice in [
        "&access_token=abc",
        "&token_type=Bearer",
        "&expires_in=7200",
        "&scope=a&scope=b",
        "&error=&error=",
    ] {
        assert_eq!(
            refusal(&format!("#{}", success(twice))),
            ErrorCode::InvalidResponse,
            "{twice}"
        );
    }
    assert_eq!(
        refusal(&format!("#{}&{}", success(""), ours())),
        ErrorCode::InvalidResponse
    );
    assert_eq!(
        refusal(&format!("#{}&state=other", success(""))),
        ErrorCode::InvalidResponse
    );
    assert_eq!(
        refusal(&format!("?{0}#{0}", success(""))),
        ErrorCode::InvalidResponse
    );
}

#[test]
fn parameters_nobody_knows_are_ignored() {
    for more in [
        "&foo=1&foo=2",
        "&__proto__=1",
        "&constructor=x",
        "&=",
        "&&",
        "&%",
        "&created_at=1",
        "&%ff=%ff",
    ] {
        assert!(
            judge_url(&format!("#{}", success(more)), Some(&sign_in()))
                .unwrap()
                .is_ok(),
            "{more}"
        );
    }
}

#[test]
fn a_token_in_the_query_is_refused() {
    assert_eq!(
        refusal(&format!("?{}", success(""))),
        ErrorCode::InvalidResponse
    );
}

#[test]
fn an_error_of_the_server_keeps_its_name() {
    for mark in ["#", "?"] {
        let tail = format!(
            "{mark}error=access_denied&error_description=You+said%20no%2E&{}",
            ours()
        );
        let error = judge_url(&tail, Some(&sign_in())).unwrap().unwrap_err();
        assert_eq!(error.code(), ErrorCode::AccessDenied);
        assert_eq!(error.description(), Some("You said no."));
    }
    assert_eq!(
        refusal(&format!("#error=access_denied&{}", success(""))),
        ErrorCode::AccessDenied
    );
}

#[test]
fn an_answer_that_is_neither_token_nor_error_is_refused() {
    for answer in [
        "",
        "access_token=",
        "code=abc",
        "access_token",
        "refresh_token=abc",
    ] {
        let tail = format!("#token_type=Bearer&{answer}&{}", ours());
        assert_eq!(refusal(&tail), ErrorCode::InvalidResponse, "{answer}");
    }
}

#[test]
fn a_megabyte_is_judged_like_a_byte() {
    let long = "a".repeat(1 << 20);
    assert_eq!(
        refusal(&format!(
            "#access_token={long}&token_type=Bearer&{}",
            ours()
        )),
        ErrorCode::InvalidResponse
    );
    let padded = judge_url(&format!("#{}&pad={long}", success("")), Some(&sign_in())).unwrap();
    assert!(padded.is_ok());
    let described = format!("#error=access_denied&error_description={long}&{}", ours());
    let error = judge_url(&described, Some(&sign_in()))
        .unwrap()
        .unwrap_err();
    assert!(error.message().len() < 2000);
}

#[test]
fn the_redirect_uris_own_query_is_no_part_of_the_answer() {
    let own = url("https://app.example.com/dash/?state=open&error=1");
    let page = url(&format!(
        "https://app.example.com/dash/?state=open&error=1#{}",
        success("")
    ));
    let (response, _) = find(&page, &own).unwrap();
    assert!(judge(response, Some(&sign_in()), NOW).is_ok());
    let page = url(&format!(
        "https://app.example.com/dash/?state=open&error=1&error=access_denied&{}",
        ours()
    ));
    let (response, clean) = find(&page, &own).unwrap();
    assert_eq!(
        judge(response, Some(&sign_in()), NOW).unwrap_err().code(),
        ErrorCode::AccessDenied
    );
    assert_eq!(clean.href(), own.href());
}

proptest! {
    #[test]
    fn whatever_the_url_nothing_panics_and_nothing_is_taken_without_a_record(tail in "[?#](state=placeos-auth\\.|access_token=a|&|=|#|\\?|%[0-9a-f]{0,2}|[a-z]){0,20}") {
        if let Some(judged) = judge_url(&tail, None) {
            prop_assert!(judged.is_err());
        }
    }
}

#[test]
fn what_another_provider_has_left_in_the_url_is_told_nobody() {
    for (tail, clean) in [
        ("?code=x&state=y", ""),
        (
            "?a=1&code=x&state=y&b=%2f+2&session_state=z",
            "?a=1&b=%2f+2",
        ),
        (
            "?zipcode=1&id_token=x#/rooms/7?a=1",
            "?zipcode=1#/rooms/7?a=1",
        ),
        ("?a=1#code=x&state=y", "?a=1"),
        ("#access_token=x", ""),
        ("#state=y&access%5Ftoken=x", ""),
        ("#/back?code=x&state=y&a=1", "#/back?a=1"),
        ("#access_token=x&state=/back?code=y", ""),
        ("#access_token=x?a=1", ""),
        // Nobody's answer.
        (
            "?state=open&scope=all#state=1",
            "?state=open&scope=all#state=1",
        ),
        (
            "?zipcode=1#/rooms/7?encode=1",
            "?zipcode=1#/rooms/7?encode=1",
        ),
    ] {
        let page = url(&format!("https://app.example.com/dash/{tail}"));
        assert_eq!(
            without_secrets(&page).href(),
            format!("https://app.example.com/dash/{clean}"),
        );
    }
}
