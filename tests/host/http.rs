use crate::support::{judged, judged_with};
use placeos_auth::oauth::http::{Answer, Post, Value};
use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;

/// Why an answer of an endpoint that says why it refuses did not go well.
fn failure(status: u16, body: &str) -> Option<AuthError> {
    judged(status, body, |answer| answer.granted().err())
}

fn code(status: u16, body: &str) -> Option<ErrorCode> {
    failure(status, body).map(|error| error.code())
}

#[test]
fn a_form_is_posted_in_the_body_and_what_has_no_value_is_left_out() {
    let post = Post::new(
        "https://a.test/token".to_owned(),
        &[("a", Some("b c&d")), ("e", None), ("f", Some(""))],
    );
    assert_eq!(post.url, "https://a.test/token");
    assert_eq!(post.body.reveal(), "a=b+c%26d&f=");
}

#[test]
fn an_error_repeats_no_secret_that_was_posted() {
    let post = Post::new(
        String::new(),
        &[
            ("client_id", Some("the-client")),
            ("password", Some("p&ss word")),
            ("client_secret", Some("")),
        ],
    );
    let refusal = |text: &str| {
        let body = serde_json::json!({
            "error": "invalid_grant",
            "error_description": text,
            "error_uri": format!("https://a.test/{text}"),
        });
        judged(400, &body.to_string(), |answer| {
            let answer = Answer {
                form: Some(&post.body),
                ..*answer
            };
            answer.granted().err().unwrap()
        })
    };
    let told = refusal("wrong: p&ss word!");
    assert_eq!(told.code(), ErrorCode::InvalidGrant);
    assert_eq!((told.description(), told.uri()), (None, None));
    assert!(!told.to_string().contains("p&ss"));
    // What isn't secret helps.
    let helpful = refusal("unknown the-client");
    assert_eq!(helpful.description(), Some("unknown the-client"));
    assert!(helpful.uri().is_some());
}

#[test]
fn the_body_of_an_answer_that_went_well_is_given_on() {
    for status in [200, 201, 299] {
        for is_granted in [false, true] {
            let a = judged(status, r#"{"a":"b"}"#, |answer| {
                let body = match is_granted {
                    true => answer.granted(),
                    false => answer.success(),
                };
                body.ok().map(|body| body.get("a"))
            });
            assert_eq!(a, Some(Value::Text("b".to_owned())), "{status}");
        }
    }
}

#[test]
fn what_is_no_json_object_is_no_answer() {
    for body in [
        "",
        " ",
        "<!DOCTYPE html><title>Login</title>",
        "null",
        "[]",
        r#"[{"access_token":"a"}]"#,
        r#""error""#,
        "1",
        r#"{"access_token":"a""#,
        "error=invalid_grant",
    ] {
        for status in [200, 204, 400, 401, 404] {
            let error = failure(status, body).unwrap();
            assert_eq!(error.code(), ErrorCode::InvalidResponse, "{status} {body}");
            assert_eq!(error.status(), Some(status));
            assert!(!error.retryable());
        }
    }
}

#[test]
fn a_server_in_trouble_is_asked_again_later() {
    for (status, code) in [
        (429, ErrorCode::TemporarilyUnavailable),
        (503, ErrorCode::TemporarilyUnavailable),
        (500, ErrorCode::ServerError),
        (502, ErrorCode::ServerError),
        (504, ErrorCode::ServerError),
        (511, ErrorCode::ServerError),
        (599, ErrorCode::ServerError),
    ] {
        // Whatever it says: a proxy's page, nothing, even a refusal.
        for body in [
            "",
            "<html>",
            "{}",
            r#"{"error":"invalid_grant"}"#,
            r#"{"access_token":"a","token_type":"Bearer"}"#,
        ] {
            let error = failure(status, body).unwrap();
            assert_eq!(error.code(), code, "{status} {body}");
            assert_eq!(error.status(), Some(status));
            assert!(error.retryable());
        }
    }
}

#[test]
fn an_endpoint_that_grants_nothing_refuses_nothing() {
    let body = r#"{"error":"invalid_grant","a":"b"}"#;
    for status in [400, 401, 403] {
        let error = judged(status, body, |answer| answer.success().err()).unwrap();
        assert_eq!(error.code(), ErrorCode::InvalidResponse);
        assert_eq!(error.status(), Some(status));
    }
    let a = judged(200, body, |answer| {
        answer.success().ok().map(|body| body.get("a"))
    });
    assert_eq!(a, Some(Value::Text("b".to_owned())));
    for (status, body) in [(429, body), (503, body), (500, body), (200, ""), (0, body)] {
        let failures = judged(status, body, |answer| {
            [answer.success().err(), answer.granted().err()]
        });
        let [success, granted] = failures.map(Option::unwrap);
        assert_eq!(success.status(), granted.status());
        assert_eq!(success.retryable(), granted.retryable());
    }
}

#[test]
fn a_wait_that_the_server_asks_for_comes_with_every_failure() {
    for (status, body) in [
        (429, ""),
        (503, "{}"),
        (500, ""),
        (400, r#"{"error":"invalid_grant"}"#),
    ] {
        let span = |retry_after| {
            judged_with(status, retry_after, body, |answer| {
                let error = answer.granted().err().unwrap();
                format!("{error:?}").contains("retry_after: Some(90s)")
            })
        };
        assert!(span(Some("90")), "{status}");
        assert!(!span(None) && !span(Some("soon")), "{status}");
    }
}

#[test]
fn a_refusal_keeps_the_servers_name_words_and_status() {
    let body = r#"{"error":"invalid_grant","error_description":"Used.\u0000","error_uri":"https://a.test/e"}"#;
    for status in [200, 400, 401, 403, 422] {
        let error = failure(status, body).unwrap();
        assert_eq!(error.code(), ErrorCode::InvalidGrant);
        assert_eq!(error.description(), Some("Used."));
        assert_eq!(error.uri(), Some("https://a.test/e"));
        assert_eq!(error.status(), Some(status));
        assert!(!error.retryable());
    }
}

#[test]
fn a_refusal_with_details_of_other_types_is_still_one() {
    let body = r#"{"error":"invalid_scope","error_description":["a"],"error_uri":{}}"#;
    let error = failure(400, body).unwrap();
    assert_eq!(error.code(), ErrorCode::InvalidScope);
    assert_eq!((error.description(), error.uri()), (None, None));
    let body = r#"{"error":"invalid_scope","error_uri":"javascript:alert(1)"}"#;
    assert_eq!(failure(400, body).unwrap().uri(), None);
}

#[test]
fn a_server_can_claim_no_error_of_ours() {
    for name in ["network", "login_required", "nonsense", ""] {
        let body = format!(r#"{{"error":"{name}"}}"#);
        assert_eq!(code(400, &body), Some(ErrorCode::Other), "{name:?}");
    }
}

#[test]
fn an_error_that_is_no_text_refuses_nothing_and_excuses_nothing() {
    for error in ["null", "1", "true", "{}", "[]"] {
        let body = format!(r#"{{"error":{error},"access_token":"a"}}"#);
        assert_eq!(code(400, &body), Some(ErrorCode::InvalidResponse));
    }
    assert_eq!(code(200, r#"{"error":null}"#), None);
}

#[test]
fn a_redirect_is_no_answer_and_has_no_status() {
    let error = failure(0, "").unwrap();
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
    assert_eq!(error.status(), None);
    for status in [302, 304] {
        assert_eq!(code(status, "{}"), Some(ErrorCode::InvalidResponse));
    }
}

proptest! {
    #[test]
    fn whatever_answers_only_success_has_a_body(status in 0u16..1000, body in "(<html>|\\{\\}|\\{\"error\":(\"[a-z_]{0,20}\"|null|1)\\})?") {
        let went_well = (200..300).contains(&status) && body.starts_with('{') && !body.contains(":\"");
        match failure(status, &body) {
            None => prop_assert!(went_well),
            Some(error) => {
                prop_assert!(!went_well);
                prop_assert_eq!(error.status(), (status > 0).then_some(status));
                prop_assert_eq!(error.retryable(), error.status().is_some_and(|status| status == 429 || status >= 500) || body.contains("server_error") || body.contains("temporarily_unavailable"));
            }
        }
    }
}

#[test]
fn an_error_that_no_oauth_endpoint_sent_is_not_the_servers_word() {
    let body = r#"{"error":"unknown host"}"#;
    for (status, code) in [
        (404, ErrorCode::InvalidResponse),
        (503, ErrorCode::TemporarilyUnavailable),
    ] {
        let error = judged(status, body, |answer| answer.success().err()).unwrap();
        assert_eq!((error.code(), error.status()), (code, Some(status)));
    }
}
