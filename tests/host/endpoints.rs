use crate::options::{assert_names, check, check_on};
use placeos_auth::ErrorCode;
use placeos_auth::config::Config;
use placeos_auth::options::Options;
use placeos_auth::url::Url;

type Set = fn(&mut Options) -> &mut Option<String>;
type Get = fn(&Config) -> Option<&Url>;

/// Each endpoint: its name, its place in the options and in what was checked, and what it is if the app doesn't say.
const ENDPOINTS: [(&str, Set, Get, Option<&str>); 5] = [
    (
        "authorize",
        |options| &mut options.authorize_endpoint,
        |config| Some(&config.endpoints.authorize),
        Some("/auth/oauth/authorize"),
    ),
    (
        "token",
        |options| &mut options.token_endpoint,
        |config| Some(&config.endpoints.token),
        Some("/auth/oauth/token"),
    ),
    (
        "revoke",
        |options| &mut options.revoke_endpoint,
        |config| Some(&config.endpoints.revoke),
        Some("/auth/oauth/revoke"),
    ),
    (
        "logout",
        |options| &mut options.logout_endpoint,
        |config| config.endpoints.logout.as_ref(),
        None,
    ),
    (
        "authority",
        |options| &mut options.authority_endpoint,
        |config| Some(&config.endpoints.authority),
        Some("/auth/authority"),
    ),
];

fn href(config: &Config, get: Get) -> Option<String> {
    get(config).map(Url::href)
}

#[test]
fn an_endpoint_is_the_servers_unless_the_app_names_another() {
    let server = "https://placeos.example.com";
    for (name, set, get, path) in ENDPOINTS {
        let default = check(|options| options.server = Some(server.to_owned())).unwrap();
        let expected = path.map(|path| format!("{server}{path}"));
        assert_eq!(href(&default, get), expected, "{name}");
        let given = "https://id.example.com/go?a=1";
        let named = check(|options| *set(options) = Some(given.to_owned())).unwrap();
        assert_eq!(href(&named, get).as_deref(), Some(given), "{name}");
        assert_eq!(named.endpoints.token_is_given, name == "token");
        // The others stay where they are.
        for (other, _, get, path) in ENDPOINTS.into_iter().filter(|other| other.0 != name) {
            let expected = path.map(|path| format!("https://app.example.com{path}"));
            assert_eq!(href(&named, get), expected, "{name} {other}");
        }
    }
}

#[test]
fn an_endpoint_is_a_whole_http_url() {
    for (name, set, ..) in ENDPOINTS {
        for text in [
            "",
            "/auth",
            "auth",
            "?a",
            "//a.test",
            "javascript:alert(1)",
            "data:text/html,x",
            "blob:https://a.test/1",
            "ws://a.test/",
            "ftp://a.test/",
            "https://u:p@a.test/",
            "https://a.test/#x",
            "https://a.test/#",
            "https://",
            "undefined",
        ] {
            let error = check(|options| *set(options) = Some(text.to_owned())).unwrap_err();
            assert_names(
                error,
                ErrorCode::Configuration,
                &format!("endpoints.{name}"),
            );
        }
    }
}

#[test]
fn a_plain_http_endpoint_is_for_plain_http_pages() {
    for (name, set, ..) in ENDPOINTS {
        let plain = |options: &mut Options| *set(options) = Some("http://a.test/go".to_owned());
        let error = check(plain).unwrap_err();
        assert_names(error, ErrorCode::InsecureUrl, &format!("endpoints.{name}"));
        assert!(check_on("http://app.example.com/", plain).is_ok(), "{name}");
        let local = |options: &mut Options| *set(options) = Some("http://localhost/go".to_owned());
        assert!(check(local).is_ok(), "{name}");
    }
}
