//! The response to a sign-in, in the address of a page: what is ours is taken out, and believed only as it must be.

use super::input::{Input, PARAMETERS, pairs, printable, without};
use crate::support::{NOW, PAGE, VERIFIER, code_sign_in, parse, sign_in};
use placeos_auth::error::{AuthError, ErrorCode};
use placeos_auth::oauth::redirect::{Grant, find, judge};
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::options::Flow;
use placeos_auth::time::Instant;
use placeos_auth::url::Url;
use std::time::Duration;

const MARK: &str = "placeos-auth.";

pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let record = record(input.number());
    let own = parse(&format!("{PAGE}?{}", input.line()), None);
    let page = parse(&format!("{PAGE}{}", input.rest()), None);
    let (Some(mut own), Some(page)) = (own, page) else {
        return;
    };
    // A redirect URI has none.
    own.fragment.clear();

    let added = added(&page.query, &own.query);
    let (in_query, in_fragment) = (is_marked(added), is_marked(&page.fragment));
    let Some((response, clean)) = find(&page, &own) else {
        return assert!(!in_query && !in_fragment, "overlooked in {}", page.href());
    };
    check_clean(&page, &own, &clean, added);

    let is_known = response.state().is_some();
    let answer = match (in_query, in_fragment) {
        (true, true) => Vec::new(),
        (true, false) => pairs(added),
        (false, true) => pairs(&page.fragment),
        (false, false) => panic!("found where nothing is marked: {}", page.href()),
    };
    match judge(response, record.as_ref(), NOW) {
        Err(error) => check_error(&error, record.as_ref(), &page, is_known),
        Ok(grant) => {
            assert!(is_known);
            let record = record.expect("a record");
            assert!(!record.is_void(NOW), "believed after its time");
            check_grant(grant, &record, &answer, in_fragment);
        }
    }
}

fn record(kind: u8) -> Option<SignIn> {
    Some(match kind % 7 {
        0 => sign_in(),
        1 => code_sign_in(),
        2 => SignIn {
            named_issuer: Some("https://named.example.com".to_owned()),
            ..sign_in()
        },
        3 => SignIn {
            begun: NOW.before(Duration::from_secs(15 * 60)),
            ..code_sign_in()
        },
        4 => SignIn {
            verifier: None,
            ..code_sign_in()
        },
        5 => SignIn {
            flow: Flow::Password,
            ..sign_in()
        },
        _ => return None,
    })
}

/// What was added to the redirect URI's own query.
fn added<'a>(query: &'a str, own: &str) -> &'a str {
    match query.strip_prefix(own) {
        Some(rest) if own.is_empty() || rest.is_empty() => rest,
        Some(rest) => rest.strip_prefix('&').unwrap_or(query),
        None => query,
    }
}

fn is_marked(text: &str) -> bool {
    let is_marked = |(name, value): &(String, String)| name == "state" && value.starts_with(MARK);
    pairs(text).iter().any(is_marked)
}

/// What is ours is gone, and the rest is there to the letter.
fn check_clean(page: &Url, own: &Url, clean: &Url, before: &str) {
    assert!(clean.same_origin(page) && clean.path == page.path);
    assert!(find(clean, own).is_none(), "left in {}", clean.href());
    if is_marked(&page.fragment) {
        assert_eq!(clean.fragment, "");
    } else {
        assert_eq!(clean.fragment, page.fragment);
    }
    if is_marked(before) {
        let own = page.query.strip_suffix(before).expect("the end of it");
        let own = own.strip_suffix('&').unwrap_or(own);
        let kept = without(before, PARAMETERS).join("&");
        let mark = if own.is_empty() || kept.is_empty() {
            ""
        } else {
            "&"
        };
        assert_eq!(clean.query, format!("{own}{mark}{kept}"));
    } else {
        assert_eq!(clean.query, page.query);
    }
}

/// No error repeats a secret, and none is believed without a record.
fn check_error(error: &AuthError, record: Option<&SignIn>, page: &Url, is_known: bool) {
    if record.is_none_or(|record| record.is_void(NOW)) && is_known {
        assert_eq!(error.code(), ErrorCode::StateMismatch);
    }
    let all = [pairs(&page.query), pairs(&page.fragment)].concat();
    // What the server says of itself is repeated.
    let said = all.iter().filter(|(name, _)| name.starts_with("error"));
    let said: String = said.map(|(_, value)| printable(value)).collect();
    let is_said = |text: &str| said.contains(text);
    let printed = format!("{error} {error:?} {:?}", error.description());
    for (name, value) in &all {
        let is_state = name == "state" && value.len() > 2 * MARK.len();
        let is_secret = PARAMETERS.contains(&&**name) && value.contains("secret");
        if is_state || is_secret {
            assert!(is_said(value) || !printed.contains(value), "{printed}");
        }
    }
    assert!(!printed.contains(VERIFIER) || is_said(VERIFIER));
    assert!(error.message().len() < 5000);
    let uri = error.uri().unwrap_or("https://");
    assert!(uri.starts_with("https://") || uri.starts_with("http://"));
}

fn check_grant(grant: Grant, record: &SignIn, answer: &[(String, String)], in_fragment: bool) {
    let one = |wanted: &str| {
        let mut all = answer.iter().filter(|(name, _)| name == wanted);
        let first = all.next().map(|(_, value)| value.as_str());
        assert!(all.next().is_none(), "two of {wanted}");
        first.filter(|value| !value.is_empty())
    };
    for name in PARAMETERS {
        one(name);
    }
    assert_eq!(one("error"), None);
    if let Some(iss) = one("iss") {
        let asked = record.named_issuer.as_ref().unwrap_or(&record.issuer);
        assert!(iss.starts_with(asked), "believed another issuer: {iss}");
    }
    match grant {
        Grant::Tokens(tokens) => {
            assert!(record.flow == Flow::Implicit && in_fragment);
            let token = tokens.access_token.reveal();
            assert_eq!(one("access_token"), Some(token));
            assert!(token.bytes().all(|b| b.is_ascii_graphic()) && token.len() <= 16 * 1024);
            let kind = one("token_type").map(str::to_ascii_lowercase);
            assert_eq!(kind.as_deref(), Some("bearer"));
            assert_eq!(tokens.expires_at.is_some(), one("expires_in").is_some());
            let last = Instant::from_millis(u64::MAX);
            assert!(tokens.expires_at.is_none_or(|at| at > NOW && at <= last));
            assert!(tokens.refresh_token.is_none());
            assert_eq!(tokens.scope, one("scope").unwrap_or(&record.scope));
        }
        Grant::Code(code) => {
            assert!(record.flow == Flow::Code && !in_fragment);
            assert_eq!(one("code"), Some(code.code.reveal()));
            assert_eq!(code.verifier.reveal(), VERIFIER);
        }
    }
}
