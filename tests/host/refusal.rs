use crate::driver::{Driver, names};
use crate::renewal::{ask, renewable};
use crate::session::seconds;
use crate::support::{NOW, judged};
use placeos_auth::oauth::token;
use placeos_auth::options::Flow;
use placeos_auth::session::event::Event;
use placeos_auth::{AuthError, ErrorCode};

#[test]
fn a_refusal_ends_the_session_once() {
    for name in [
        "invalid_grant",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "access_denied",
    ] {
        let mut machine = renewable();
        let number = ask(&mut machine, NOW);
        let refused = || Err(AuthError::from_server(name, None, None));
        let effects = machine.renewed(number, refused(), NOW);
        assert_eq!(names(&effects), ["post-end", "remove", "expired"], "{name}");
        assert!(machine.session(NOW).is_none());
        let error = machine.token(NOW).unwrap_err();
        assert_eq!(error.code(), ErrorCode::LoginRequired);
        let effects = machine.renewed(number, refused(), seconds(9999));
        assert_eq!(names(&effects), [] as [&str; 0], "{name}");
        for event in [Event::Tick, Event::RenewalWanted] {
            let effects = machine.step(event, seconds(9999));
            assert_eq!(names(&effects), [] as [&str; 0], "{name}");
        }
    }
}

/// The machine after a renewal that the server answered so.
fn answered(status: u16, body: &str) -> Driver {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    let outcome = judged(status, body, |answer| {
        token::judge(answer, Flow::Code, "public", NOW)
    });
    machine.renewed(number, outcome, NOW);
    machine
}

#[test]
fn a_name_that_oauth_does_not_know_is_a_refusal_only_from_a_token_endpoint() {
    for (status, stays) in [
        (400, false),
        (401, false),
        (403, true),
        (404, true),
        (502, true),
    ] {
        let machine = answered(status, r#"{"error":"token_reused"}"#);
        assert_eq!(machine.session(NOW).is_some(), stays, "{status}");
    }
}
