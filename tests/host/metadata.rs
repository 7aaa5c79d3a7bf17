//! What a server says it offers.

use crate::support::judged;
use placeos_auth::ErrorCode;
use placeos_auth::oauth::metadata;
use placeos_auth::options::Flow;
use proptest::prelude::*;

fn flow_of(status: u16, body: &str) -> Result<Flow, ErrorCode> {
    judged(status, body, metadata::judge).map_err(|error| error.code())
}

fn offering(types: &str) -> Result<Flow, ErrorCode> {
    let issuer = "https://placeos.example.com";
    flow_of(
        200,
        &format!(r#"{{"issuer":"{issuer}","response_types_supported":{types}}}"#),
    )
}

#[test]
fn the_implicit_flow_is_taken_where_it_is_offered() {
    for types in [
        r#"["token"]"#,
        r#"["code","token"]"#,
        r#"["code", "id_token token", "token"]"#,
    ] {
        assert_eq!(offering(types), Ok(Flow::Implicit), "{types}");
    }
}

#[test]
fn a_code_is_taken_where_it_is_not() {
    for types in [
        r#"["code"]"#,
        r#"["code","id_token","code id_token"]"#,
        // Other response types, which have the word in them.
        r#"["code","id_token token"]"#,
        r#"["code","Token"]"#,
        r#"["code","\"token\""]"#,
        r#"["code"," token"]"#,
    ] {
        assert_eq!(offering(types), Ok(Flow::Code), "{types}");
    }
}

#[test]
fn what_is_no_list_of_response_types_says_nothing() {
    for types in [
        "null",
        "[]",
        "\"code\"",
        "7",
        "[7]",
        "{\"0\":\"code\"}",
        "[[\"code\"]]",
    ] {
        assert_eq!(offering(types), Err(ErrorCode::InvalidResponse), "{types}");
    }
    for (status, body, code) in [
        (200, "{}", ErrorCode::InvalidResponse),
        (200, "<!doctype html>", ErrorCode::InvalidResponse),
        (404, "", ErrorCode::InvalidResponse),
        (0, "", ErrorCode::InvalidResponse),
        (500, "{}", ErrorCode::ServerError),
        (503, "", ErrorCode::TemporarilyUnavailable),
        (429, "", ErrorCode::TemporarilyUnavailable),
    ] {
        assert_eq!(flow_of(status, body), Err(code), "{status} {body}");
    }
    let good = r#"{"response_types_supported":["code"]}"#;
    assert_eq!(flow_of(404, good), Err(ErrorCode::InvalidResponse));
}

#[test]
fn the_document_is_asked_for_where_the_rfc_has_it_first() {
    let [first, second] = metadata::PATHS;
    assert_eq!(first, "/.well-known/oauth-authorization-server");
    assert_eq!(second, format!("/auth{first}"));
}

proptest! {
    #[test]
    fn a_type_is_implicit_only_if_it_is_the_word(types in prop::collection::vec("[token \"\\\\,\\[]{1,8}", 1..5)) {
        let json = serde_json::to_string(&types).unwrap();
        let flow = if types.iter().any(|one| one == "token") { Flow::Implicit } else { Flow::Code };
        prop_assert_eq!(offering(&json), Ok(flow));
    }
}
