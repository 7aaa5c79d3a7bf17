use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;

#[test]
fn the_codes_are_those_of_the_types_for_typescript() {
    let types = include_str!("../../www/package/index.d.ts");
    let (_, union) = types.split_once("export type AuthErrorCode =").unwrap();
    let lines = union.lines().map(|line| line.trim().trim_end_matches(';'));
    let names = lines.filter_map(|line| line.strip_prefix("| \"")?.strip_suffix('"'));
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
    assert_eq!(names.collect::<Vec<_>>(), codes.collect::<Vec<_>>());
}

#[test]
fn oauth_errors_keep_their_names() {
    for name in [
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
    ] {
        let error = AuthError::from_server(name, Some("Because."), None);
        assert_eq!(error.code().as_str(), name);
        assert_eq!(error.description(), Some("Because."));
        assert!(error.message().contains(name));
    }
}

#[test]
fn a_server_cannot_claim_an_error_of_ours() {
    for name in [
        "redirect_loop",
        "state_mismatch",
        "configuration",
        "other",
        "",
        "__proto__",
    ] {
        assert_eq!(
            AuthError::from_server(name, None, None).code(),
            ErrorCode::Other,
            "{name}"
        );
    }
}

#[test]
fn an_unknown_error_keeps_the_servers_own_words() {
    let error = AuthError::from_server("consent_required", Some("Ask."), None);
    assert_eq!(error.description(), Some("consent_required: Ask."));
    let error = AuthError::from_server("consent_required", None, None);
    assert_eq!(error.description(), Some("consent_required"));
}

#[test]
fn only_http_uris_are_passed_on() {
    let uri = |uri| {
        AuthError::from_server("access_denied", None, Some(uri))
            .uri()
            .map(str::to_owned)
    };
    assert_eq!(uri("https://x.test/e").as_deref(), Some("https://x.test/e"));
    assert_eq!(uri("javascript:alert(1)"), None);
    assert_eq!(uri("//x.test"), None);
}

#[test]
fn codes_are_distinct_and_found_by_their_names() {
    for (index, code) in ErrorCode::ALL.iter().enumerate() {
        assert_eq!(ErrorCode::from_name(code.as_str()), Some(*code));
        assert!(
            ErrorCode::ALL
                .iter()
                .skip(index + 1)
                .all(|other| other.as_str() != code.as_str())
        );
    }
}

#[test]
fn only_passing_troubles_are_retryable() {
    let retryable: Vec<_> = ErrorCode::ALL
        .iter()
        .filter(|code| AuthError::new(**code, "").retryable())
        .map(|code| code.as_str())
        .collect();
    assert_eq!(
        retryable,
        [
            "network",
            "timeout",
            "server_error",
            "temporarily_unavailable"
        ]
    );
}

#[test]
fn the_page_of_a_code_says_whether_it_is_retryable() {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors");
    for code in ErrorCode::ALL {
        let page = format!("{docs}/{}.md", code.as_str());
        let text = std::fs::read_to_string(&page).expect(&page);
        let retryable = AuthError::new(*code, "").retryable();
        let row = format!("\n| `retryable` | `{retryable}`");
        assert!(text.contains(&row), "{page} has no {row}");
    }
}

#[test]
fn what_is_displayed_ends_with_the_page_of_the_code() {
    const PAGES: &str = "https://github.com/PlaceOS/placeos-auth/blob/main/docs/errors";
    let error = AuthError::new(ErrorCode::Network, "No network.");
    assert_eq!(error.docs(), format!("{PAGES}/network.md"));
    assert_eq!(error.message(), "No network.");
    assert_eq!(
        error.to_string(),
        format!("No network. See {}", error.docs())
    );
    let error = AuthError::from_server("invalid_grant", None, None);
    let sentence = "The server refused: invalid_grant.";
    assert_eq!(
        error.to_string(),
        format!("{sentence} See {}", error.docs())
    );
}

#[test]
fn the_address_of_the_pages_is_that_of_the_package() {
    let script = include_str!("../../www/package/auth-error.js");
    let docs = AuthError::new(ErrorCode::Other, "").docs();
    let (pages, _) = docs.split_once("other.md").unwrap();
    assert!(script.contains(&format!("\"{pages}\"")));
}

proptest! {
    #[test]
    fn what_a_server_says_is_cut_and_has_no_control_characters(name in any::<String>(), text in ".{0,2000}") {
        let error = AuthError::from_server(&name, Some(&text), None);
        for shown in [error.message(), error.description().unwrap_or_default()] {
            prop_assert!(!shown.chars().any(char::is_control));
            prop_assert!(shown.chars().count() <= 1100);
        }
    }
}
