use crate::support::judged;
use placeos_auth::ErrorCode;
use placeos_auth::error::Result;
use placeos_auth::oauth::authority::{self, Authority, control_socket};

fn judge(status: u16, body: &str) -> Result<Authority> {
    judged(status, body, authority::judge)
}

fn of_version(field: &str) -> Authority {
    judge(200, &format!(r#"{{{field}"id":"a"}}"#)).unwrap()
}

#[test]
fn a_domain_says_who_it_is() {
    let authority = judge(
        200,
        r#"{"id":"authority-1","name":"PlaceOS","domain":"placeos.example.com","login_url":"/sso?to={{url}}",
            "logout_url":"https://id.example.com/out","session":true,"version":"2.1.0","config":{"a":[1]}}"#,
    )
    .unwrap();
    let expected = Authority {
        id: "authority-1".to_owned(),
        name: "PlaceOS".to_owned(),
        domain: "placeos.example.com".to_owned(),
        login_url: "/sso?to={{url}}".to_owned(),
        logout_url: "https://id.example.com/out".to_owned(),
        session: true,
        version: Some("2.1.0".to_owned()),
        config: Some(r#"{"a":[1]}"#.to_owned()),
    };
    assert_eq!(authority, expected);
}

#[test]
fn what_a_domain_leaves_out_is_as_placeos_has_it() {
    let wrong = r#"{"id":1,"name":[],"domain":{},"login_url":null,"logout_url":1,"session":"true","version":2}"#;
    for body in ["{}", wrong] {
        let authority = judge(200, body).unwrap();
        let expected = Authority {
            id: String::new(),
            name: String::new(),
            domain: String::new(),
            login_url: "/login?continue={{url}}".to_owned(),
            logout_url: "/auth/logout".to_owned(),
            session: false,
            version: None,
            config: None,
        };
        assert_eq!(authority, expected, "{body}");
    }
}

#[test]
fn a_page_that_would_run_as_a_script_is_not_passed_on() {
    for text in [
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "blob:https://a.test/1",
        "//evil.test/out",
        "/\\\\evil.test/out",
        "/\\t/evil.test/out",
        "logout",
        "?a",
        "#a",
        "ftp://a.test/",
        "https:evil.test",
    ] {
        let body = format!(r#"{{"login_url":"{text}","logout_url":"{text}"}}"#);
        let authority = judge(200, &body).unwrap();
        assert_eq!(authority.login_url, "/login?continue={{url}}", "{text}");
        assert_eq!(authority.logout_url, "/auth/logout", "{text}");
    }
    for text in ["/out", "/out?a=b#c", "https://a.test", "http://localhost/"] {
        let body = format!(r#"{{"login_url":"{text}","logout_url":"{text}"}}"#);
        let authority = judge(200, &body).unwrap();
        assert_eq!(
            (&*authority.login_url, &*authority.logout_url),
            (text, text)
        );
    }
}

#[test]
fn an_acaengine_is_what_has_no_version_of_two_or_more() {
    for (field, is_legacy) in [
        ("", true),
        (r#""version":null,"#, true),
        (r#""version":"","#, true),
        (r#""version":"nightly","#, true),
        (r#""version":"1.25.0","#, true),
        (r#""version":"0.9.0","#, true),
        (r#""version":"-2.0.0","#, true),
        (r#""version":"x2.0.0","#, true),
        (r#""version":".2.0","#, true),
        (r#""version":"2.0.1","#, false),
        (r#""version":"v2.0.0","#, false),
        (r#""version":"v1.9.0","#, true),
        (r#""version":"2.2409.0","#, false),
        (r#""version":"3.0.0-beta","#, false),
        (r#""version":"10.1.0","#, false),
    ] {
        let authority = of_version(field);
        assert_eq!(authority.is_legacy(), is_legacy, "{field}");
        let root = if is_legacy {
            "/control/api"
        } else {
            "/api/engine/v2"
        };
        assert_eq!(authority.api_root(), root, "{field}");
    }
}

#[test]
fn the_realtime_api_is_where_the_kind_of_server_has_it() {
    assert_eq!(control_socket(false), "/api/engine/v2/systems/control");
    assert_eq!(control_socket(true), "/control/websocket");
}

#[test]
fn a_host_that_nobody_knows_is_an_error_with_its_status() {
    for (status, body, code) in [
        (404, "", ErrorCode::InvalidResponse),
        (404, "{}", ErrorCode::InvalidResponse),
        (200, "<html>", ErrorCode::InvalidResponse),
        (200, "[]", ErrorCode::InvalidResponse),
        (503, "", ErrorCode::TemporarilyUnavailable),
        (500, "{}", ErrorCode::ServerError),
    ] {
        let error = judge(status, body).unwrap_err();
        assert_eq!((error.code(), error.status()), (code, Some(status)));
    }
}
