use crate::support::{parse, url};
use placeos_auth::resources::Resources;
use proptest::prelude::*;

fn resources(texts: &[&str]) -> Resources {
    Resources::new(texts.iter().map(|text| url(text)).collect(), false)
}

const BASE: &str = "https://app.example.com/dash/";

/// Also by what the serialized URL begins with: see [`Resources::origins`].
fn may(resources: &Resources, text: &str) -> bool {
    let Some(url) = parse(text, Some(BASE)) else {
        return false;
    };
    let may = resources.may_have_token(&url);
    let href = url::Url::parse(BASE)
        .unwrap()
        .join(text)
        .unwrap()
        .to_string();
    let begins = |origin: &str| href.starts_with(&format!("{origin}/"));
    if resources.origins(true).any(begins) {
        assert!(may, "{href:?} is at an origin where all have the token");
    } else if !resources.origins(false).any(begins) {
        assert!(!may, "{href:?} is at no origin where any has the token");
    }
    may
}

#[test]
fn the_token_goes_to_the_server_and_to_nobody_else() {
    let server = resources(&["https://placeos.example.com"]);
    for text in [
        "https://placeos.example.com",
        "https://placeos.example.com/",
        "https://placeos.example.com:443/api",
        "HTTPS://PlaceOS.Example.COM/api?x#y",
        "//placeos.example.com/api",
        "https:\\\\placeos.example.com\\api",
        " https://placeos.example.com/api\n",
        "https://place\tos.example.com/",
        "https://placeos.example.com/../../api",
    ] {
        // The controls: without these, a rule that signs nothing would pass.
        if !text.starts_with("//") {
            assert!(may(&server, text), "{text:?}");
        }
    }
    for text in [
        "http://placeos.example.com/",
        "https://placeos.example.com:8443/",
        "https://placeos.example.com:80/",
        "https://placeos.example.com.attacker.test/",
        "https://placeos.example.com@attacker.test/",
        "https://user@placeos.example.com/",
        "https://user:password@placeos.example.com/",
        "https://:password@placeos.example.com/",
        "https://attacker.test/https://placeos.example.com/",
        "https://attacker.test#https://placeos.example.com/",
        "https://attacker.test?https://placeos.example.com/",
        "https://attacker.test\\@placeos.example.com/",
        "https://placeos.example.com%2eattacker.test/",
        "https://placeos.example.com%00.attacker.test/",
        "https://placeos.example.com\u{3002}attacker.test/",
        "https://placeos.example.com./",
        "https://.placeos.example.com/",
        "https://xplaceos.example.com/",
        "https://sub.placeos.example.com/",
        "https://example.com/",
        "https://plаceos.example.com/", // a Cyrillic а
        "https://[::1]/",
        "https://127.0.0.1/",
        "wss://placeos.example.com/",
        "ftp://placeos.example.com/",
        "blob:https://placeos.example.com/0000",
        "filesystem:https://placeos.example.com/temporary/x",
        "view-source:https://placeos.example.com/",
        "data:text/html,https://placeos.example.com/",
        "javascript:fetch('https://placeos.example.com')",
        "about:blank",
        "file:///etc/passwd",
        "/api/engine/v2/systems",
        "api",
        "",
        "?https://placeos.example.com/",
        "#https://placeos.example.com/",
        "///attacker.test/",
        "https:/attacker.test/",
        "https:attacker.test/",
    ] {
        assert!(!may(&server, text), "{text:?}");
    }
}

#[test]
fn a_path_covers_whole_segments_only() {
    let api = resources(&["https://x.test/api/v2"]);
    for text in [
        "/api/v2",
        "/api/v2/",
        "/api/v2/a/b",
        "/api/v2?a",
        "/api/v2#a",
        "/api/v2/a%2Fb",
        "/api/v2/a/../b",
    ] {
        assert!(may(&api, &format!("https://x.test{text}")), "{text}");
    }
    for text in [
        "/",
        "/api",
        "/api/",
        "/api/v22",
        "/api/v2x/",
        "/API/v2",
        "/x/api/v2",
        "/api//v2",
        "/api/v2/../v3",
        "/api/v2/%2e%2e/v3",
        "/api/v2/..%2fv3",
        "/api/v2/%2e%2e%2fv3",
        "/api/v2/..%5Cv3",
        "/api/v2/a%2F..%2f..%2fb",
        "/api/v2/..\\v3",
    ] {
        assert!(!may(&api, &format!("https://x.test{text}")), "{text}");
    }
    let below = resources(&["https://x.test/api/"]);
    assert!(may(&below, "https://x.test/api/a"));
    assert!(!may(&below, "https://x.test/api"));
}

#[test]
fn a_port_is_part_of_the_origin() {
    let local = resources(&["http://localhost:8080"]);
    assert!(may(&local, "http://localhost:8080/a"));
    for text in [
        "http://localhost/",
        "http://localhost:80801/",
        "http://localhost:808/",
        "https://localhost:8080/",
    ] {
        assert!(!may(&local, text), "{text}");
    }
}

#[test]
fn plain_http_is_for_this_machine_or_for_pages_that_came_so() {
    for (text, from_https) in [
        ("http://localhost", true),
        ("http://app.localhost", true),
        ("http://127.0.0.1", true),
        ("http://127.8.7.6:99", true),
        ("http://[::1]", true),
        ("http://2130706433", true), // 127.0.0.1 as one number
        ("http://127.attacker.test", false),
        ("http://127.0.0.1.attacker.test", false),
        ("http://localhost.attacker.test", false),
        ("http://10.0.0.1", false),
        ("http://placeos.example.com", false),
    ] {
        let list = vec![url(text)];
        assert_eq!(
            may(&Resources::new(list.clone(), false), text),
            from_https,
            "{text}"
        );
        assert!(may(&Resources::new(list, true), text), "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_signed_has_exactly_a_resources_origin(text in "(https?:)?[/\\\\]{0,3}([a-z]{0,4}[@:])?(placeos|x)(\\.example)?(\\.com)?(:[0-9]{1,4})?[/?#@.a-z%]{0,12}") {
        let server = resources(&["https://placeos.example.com"]);
        if may(&server, &text) {
            let sent = url::Url::parse("https://app.example.com/dash/").unwrap().join(&text).unwrap();
            prop_assert_eq!(sent.origin().ascii_serialization(), "https://placeos.example.com");
            prop_assert!(sent.username().is_empty() && sent.password().is_none());
        }
    }

    #[test]
    fn no_path_leads_out_of_a_resource(path in "/api(/|%2f|\\.\\.|%2e|%5c|\\\\|[a-c]){0,8}") {
        let api = resources(&["https://x.test/api"]);
        let text = format!("https://x.test{path}");
        if may(&api, &text) {
            // As a server might see it that decodes before it resolves.
            let seen = url::Url::parse(&text).unwrap().path().to_lowercase();
            let seen = seen.replace("%2f", "/").replace("%5c", "/").replace("%2e", ".");
            let seen = url::Url::parse("https://x.test").unwrap().join(&seen).map(|url| url.path().to_owned());
            if let Ok(seen) = seen {
                prop_assert!(seen == "/api" || seen.starts_with("/api/"), "{} is seen as {}", text, seen);
            }
        }
    }
}
