//! What a server answers: to a grant, about its domain, about itself.

use super::input::{Input, printable};
use crate::driver;
use crate::support::{NOW, judged_with};
use placeos_auth::AuthError;
use placeos_auth::error::ErrorCode;
use placeos_auth::oauth::http::Answer;
use placeos_auth::oauth::tokens::{Adopted, Tokens};
use placeos_auth::oauth::{authority, metadata, token};
use placeos_auth::options::Flow;
use placeos_auth::secret::Secret;
use placeos_auth::time::Instant;
use serde_json::Value;
use std::time::Duration;

/// The first line has the status and `Retry-After`, the rest is the body.
pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let head = input.line();
    let (status, retry_after) = head.split_once(' ').unwrap_or((&head, ""));
    let status = status.parse().unwrap_or(200);
    let retry_after = Some(retry_after).filter(|text| !text.is_empty());
    let text = input.rest();
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let went_well = (200..300).contains(&status) && body.is_object();

    let judge = |answer: &Answer| token::judge(answer, Flow::Code, "public", NOW);
    match judged_with(status, retry_after, &text, judge) {
        Ok(tokens) => {
            assert!(went_well && !body["error"].is_string());
            check_tokens(tokens, &body);
        }
        Err(error) => {
            assert_eq!(error.status(), (status != 0).then_some(status));
            check_error(&error, status, &body);
        }
    }
    match judged_with(status, retry_after, &text, authority::judge) {
        Ok(authority) => {
            assert!(went_well);
            for page in [&authority.login_url, &authority.logout_url] {
                let is_path = page.starts_with('/') && !page.starts_with("//");
                assert!(is_path || page.starts_with("http"), "{page}");
                assert!(!page.contains(['\\', ' ', '\n', '\t']));
            }
        }
        Err(error) => check_error(&error, status, &Value::Null),
    }
    match judged_with(status, retry_after, &text, metadata::judge) {
        Ok(flow) => {
            let offered = body["response_types_supported"].as_array().expect("a list");
            let is_implicit = offered.contains(&Value::from("token"));
            assert_eq!(flow == Flow::Implicit, is_implicit, "{offered:?}");
        }
        Err(error) => check_error(&error, status, &Value::Null),
    }
    check_adopted(&body);
}

fn check_error(error: &AuthError, status: u16, body: &Value) {
    let said = ["error", "error_description", "error_uri"].map(|name| body[name].as_str());
    let said: String = said.into_iter().flatten().map(printable).collect();
    let printed = format!("{error} {error:?}");
    assert!(
        said.contains("secret") || !printed.contains("secret"),
        "{printed}"
    );
    let is_busy = status == 429 || status >= 500;
    let says_so = ["server_error", "temporarily_unavailable"].map(Value::from);
    let may_pass = is_busy || says_so.contains(&body["error"]);
    assert_eq!(error.retryable(), may_pass, "{error:?}");
    // A server can't claim what only we can know.
    assert!(!matches!(
        error.code(),
        ErrorCode::LoginRequired | ErrorCode::Network | ErrorCode::StateMismatch
    ));
    assert!(!error.message().contains(char::is_control) && error.message().chars().count() < 1600);
    let uri = error.uri().unwrap_or("https://");
    assert!(uri.starts_with("https://") || uri.starts_with("http://"));
}

fn fits_header(token: &Secret) -> bool {
    let token = token.reveal();
    (1..=16 * 1024).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_graphic())
}

fn check_tokens(tokens: Tokens, body: &Value) {
    assert!(fits_header(&tokens.access_token));
    assert_eq!(
        body["access_token"].as_str(),
        Some(tokens.access_token.reveal())
    );
    let kind = body["token_type"].as_str().map(str::to_ascii_lowercase);
    assert_eq!(kind.as_deref(), Some("bearer"));
    let refresh_token = body["refresh_token"]
        .as_str()
        .filter(|text| !text.is_empty());
    assert_eq!(
        tokens.refresh_token.as_ref().map(Secret::reveal),
        refresh_token
    );
    check_life(&tokens, &body["expires_in"]);
    check_asked_earlier(&tokens);

    let text = tokens.to_text();
    let read = Tokens::from_text(text.reveal()).expect("what was stored");
    assert_eq!(read.to_text().reveal(), text.reveal());

    let old = driver::tokens("old", Some("old-refresh"), Some(60), NOW);
    let new = tokens.clone().succeed(&old);
    assert!(new.generation().supersedes(old.generation()));
    let kept = new.refresh_token.as_ref().map(Secret::reveal);
    assert_eq!(kept, refresh_token.or(Some("old-refresh")));
}

/// It ends when the server says, to the millisecond below, and never in the past.
fn check_life(tokens: &Tokens, expires_in: &Value) {
    assert_eq!(tokens.expires_at.is_some(), !expires_in.is_null());
    let Some(end) = tokens.expires_at else {
        return;
    };
    let last = Instant::from_millis(u64::MAX);
    assert!(end > NOW && end <= last);
    let text = expires_in.as_str().and_then(|text| text.parse().ok());
    let seconds: f64 = text.or(expires_in.as_f64()).expect("a number");
    if seconds < 1e9 {
        let difference = end.since(NOW).as_secs_f64() - seconds;
        assert!(
            difference.abs() < 0.0011,
            "{seconds} s became {difference} s longer"
        );
    } else {
        assert!(end.since(NOW) >= Duration::from_secs(999_999_999));
    }
}

/// The longer the answer took, the earlier tokens end; and they are renewed before.
fn check_asked_earlier(tokens: &Tokens) {
    let mut before = tokens.clone();
    for took in [0, 1, 29_000, 31_000, 3_600_000] {
        let asked = NOW.before(Duration::from_millis(took));
        let now = tokens.clone().asked_for_at(asked);
        assert!(now.expires_at <= before.expires_at && now.certain_until <= now.expires_at);
        let is_due = now.due(Duration::from_secs(60));
        assert!(is_due <= now.expires_at && now.usable_until() <= now.expires_at);
        before = now;
    }
}

/// Tokens that an app brings are held to the same.
fn check_adopted(body: &Value) {
    let text = |name: &str| body[name].as_str().map(|text| Secret::new(text.to_owned()));
    let adopted = Adopted {
        access_token: text("access_token").unwrap_or_else(|| Secret::new(String::new())),
        refresh_token: text("refresh_token"),
        expires_in: body["expires_in"].as_f64(),
        scope: None,
    };
    match adopted.judge("public", NOW) {
        Ok(tokens) => {
            assert!(fits_header(&tokens.access_token));
            assert!(tokens.refresh_token.as_ref().is_none_or(fits_header));
            assert!(tokens.expires_at.is_none_or(|end| end > NOW));
        }
        Err(error) => {
            assert_eq!(error.code(), ErrorCode::Configuration);
            assert!(error.message().starts_with('`'), "{error}");
        }
    }
}
