use crate::support::{PAGE, parse, url};
use placeos_auth::config::Config;
use placeos_auth::error::Result;
use placeos_auth::options::{Flow, FlowOption, Options, StorageKind};
use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;
use std::time::Duration;

pub fn check_on(page: &str, change: impl FnOnce(&mut Options)) -> Result<Config> {
    let mut options = Options::default();
    change(&mut options);
    Config::check(options, &url(page), &parse)
}

pub fn check(change: impl FnOnce(&mut Options)) -> Result<Config> {
    check_on(PAGE, change)
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The error says which option it is about.
pub fn assert_names(error: AuthError, code: ErrorCode, option: &str) {
    assert_eq!(error.code(), code, "{error}");
    assert!(error.message().contains(&format!("`{option}`")), "{error}");
}

#[test]
fn without_options_the_page_is_everything() {
    let config = check_on("https://app.example.com/dash/?a#b", |_| {}).unwrap();
    assert_eq!(config.server.href(), "https://app.example.com/");
    assert_eq!(config.redirect_uri, "https://app.example.com/dash/");
    assert_eq!(config.client_id, "b7a2f73de3c0d385d1407aadba4f86d4");
    assert_eq!(config.scope, "public");
}

#[test]
fn a_server_is_a_scheme_a_host_and_perhaps_a_port() {
    for text in [
        "https://placeos.example.com",
        "https://placeos.example.com/",
        "https://placeos.example.com:8443",
        "http://localhost:8080",
    ] {
        assert!(
            check(|options| options.server = some(text)).is_ok(),
            "{text}"
        );
    }
    for text in [
        "",
        " ",
        "placeos.example.com",
        "/",
        "//placeos.example.com",
        "https://",
        "https:///",
        "ftp://placeos.example.com",
        "wss://placeos.example.com",
        "javascript:alert(1)",
        "data:,",
        "blob:https://placeos.example.com/1",
        "https://user@placeos.example.com",
        "https://:password@placeos.example.com",
        "https://placeos.example.com/app",
        "https://placeos.example.com/?a",
        "https://placeos.example.com/#a",
        "https://placeos.example.com/#",
        "undefined",
        "https://place os.example.com",
        "localhost:8080",
    ] {
        let error = check(|options| options.server = some(text)).unwrap_err();
        assert_names(error, ErrorCode::Configuration, "server");
    }
}

#[test]
fn a_plain_http_host_is_for_plain_http_pages() {
    let plain = some("http://placeos.example.com");
    let error = check(|options| options.server = plain.clone()).unwrap_err();
    assert_names(error, ErrorCode::InsecureUrl, "server");
    assert!(
        check_on("http://app.example.com/", |options| options.server =
            plain.clone())
        .is_ok()
    );
    let error = check(|options| options.protected_resources = vec!["http://a.test".to_owned()])
        .unwrap_err();
    assert_names(error, ErrorCode::InsecureUrl, "protectedResources");
}

#[test]
fn a_redirect_uri_is_sent_to_the_letter() {
    let sent = |text: &str| {
        check(|options| {
            options.redirect_uri = some(text);
            options.client_id = some("x");
        })
        .unwrap()
        .redirect_uri
    };
    assert_eq!(sent("https://app.example.com"), "https://app.example.com");
    assert_eq!(
        sent("https://APP.example.com/Dash"),
        "https://APP.example.com/Dash"
    );
    assert_eq!(
        sent("https://app.example.com:443/a?b=c"),
        "https://app.example.com:443/a?b=c"
    );
    assert_eq!(sent("/app/"), "https://app.example.com/app/");
    assert_eq!(
        sent("https://app.example.com/a b"),
        "https://app.example.com/a%20b"
    );
}

#[test]
fn a_redirect_uri_that_cannot_come_back_here_is_refused() {
    for text in [
        "",
        "oauth-resp.html",
        "?a",
        "../app/",
        "https://app.example.com/#",
        "https://app.example.com/#a",
        "#a",
        "https://other.example.com/",
        "//other.example.com",
        "http://app.example.com/",
        "https://app.example.com:8443/",
        "https://user@app.example.com/",
        "javascript:alert(1)",
        "data:,",
        "https://",
        "\\\\other.example.com",
    ] {
        let error = check(|options| options.redirect_uri = some(text)).unwrap_err();
        assert_names(error, ErrorCode::Configuration, "redirectUri");
    }
}

#[test]
fn a_client_id_is_given_or_can_be_derived() {
    let error = check(|options| options.redirect_uri = some("/App/")).unwrap_err();
    assert_names(error, ErrorCode::Configuration, "clientId");
    let error = check(|options| options.client_id = some(" ")).unwrap_err();
    assert_names(error, ErrorCode::Configuration, "clientId");
    let given = check(|options| {
        options.client_id = some("mine");
        options.redirect_uri = some("/App/");
    });
    assert_eq!(given.unwrap().client_id, "mine");
}

#[test]
fn a_scope_is_a_list_of_tokens() {
    for text in ["public", "public admin", "a!#[]~"] {
        assert!(
            check(|options| options.scope = some(text)).is_ok(),
            "{text}"
        );
    }
    for text in ["", " ", "a  b", " a", "a ", "a\tb", "a\"b", "a\\b", "é"] {
        let error = check(|options| options.scope = some(text)).unwrap_err();
        assert_names(error, ErrorCode::Configuration, "scope");
    }
}

#[test]
fn a_protected_resource_is_an_origin_or_a_path() {
    for text in [
        "",
        "api",
        "/api",
        "https://a.test/?x",
        "https://a.test/#",
        "https://u@a.test/",
        "ws://a.test",
        "*",
        "https://*",
        "https://*.a.test",
        "https://%2A.a.test",
        "https://a.test/*",
    ] {
        let checked = check(|options| {
            options.protected_resources = vec!["https://ok.test".to_owned(), text.to_owned()]
        });
        assert_names(
            checked.unwrap_err(),
            ErrorCode::Configuration,
            "protectedResources",
        );
    }
}

#[test]
fn a_user_signs_in_by_what_the_server_offers_unless_the_app_names_a_flow() {
    assert_eq!(check(|_| {}).unwrap().flow, FlowOption::Auto);
    let code = check(|options| options.flow = FlowOption::Code).unwrap();
    assert_eq!(code.flow, FlowOption::Code);
    let all = [Flow::Implicit, Flow::Code, Flow::Password, Flow::ApiKey];
    let allowed = |option: FlowOption| all.map(|flow| option.allows(flow));
    assert_eq!(allowed(FlowOption::Implicit), [true, false, false, false]);
    assert_eq!(allowed(FlowOption::Code), [false, true, false, false]);
    assert!(FlowOption::Auto.allows(Flow::Implicit));
    assert!(FlowOption::Auto.allows(Flow::Code));
}

#[test]
fn an_issuer_is_a_url_that_is_kept_to_the_letter() {
    assert_eq!(check(|_| {}).unwrap().issuer, None);
    for issuer in ["https://id.example.com", "https://id.example.com/Realm/"] {
        let checked = check(|options| options.issuer = Some(issuer.to_owned())).unwrap();
        assert_eq!(checked.issuer.as_deref(), Some(issuer));
    }
    for (wrong, code) in [
        ("", ErrorCode::Configuration),
        ("placeos.example.com", ErrorCode::Configuration),
        ("/auth", ErrorCode::Configuration),
        ("urn:placeos", ErrorCode::Configuration),
        ("https://id.example.com/#x", ErrorCode::Configuration),
        ("http://id.example.com", ErrorCode::InsecureUrl),
    ] {
        let error = check(|options| options.issuer = Some(wrong.to_owned())).unwrap_err();
        assert_names(error, code, "issuer");
    }
}

#[test]
fn a_token_is_renewed_a_minute_before_its_end_unless_the_app_says_otherwise() {
    let renew_before = |given| {
        let config = check(|options| options.renew_before = given).unwrap();
        config.renew_before
    };
    assert_eq!(renew_before(None), Duration::from_secs(60));
    assert_eq!(renew_before(Some(Duration::ZERO)), Duration::ZERO);
    assert_eq!(renew_before(Some(Duration::MAX)), Duration::MAX);
}

#[test]
fn every_name_is_its_own_and_found_again() {
    for flow in [Flow::Implicit, Flow::Code, Flow::Password, Flow::ApiKey] {
        assert_eq!(Flow::from_name(flow.as_str()), Some(flow));
    }
    for flow in [FlowOption::Auto, FlowOption::Implicit, FlowOption::Code] {
        assert_eq!(FlowOption::from_name(flow.as_str()), Some(flow));
    }
    for storage in [
        StorageKind::Session,
        StorageKind::Local,
        StorageKind::Memory,
    ] {
        assert_eq!(StorageKind::from_name(storage.as_str()), Some(storage));
    }
    for name in ["", "Implicit", "token", "apiKey"] {
        assert_eq!(FlowOption::from_name(name), None);
        assert_eq!(Flow::from_name(name), None);
    }
}

#[test]
fn a_page_without_an_address_is_no_place_to_come_back_to() {
    for page in ["file:///app/index.html", "about:blank", "data:text/html,x"] {
        let error = check_on(page, |_| {}).unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnsupportedEnvironment, "{page}");
    }
}

proptest! {
    #[test]
    fn whatever_an_app_says_is_refused_by_name_or_can_be_relied_on(
        server in prop::option::of("(https?://)?[a-z.@:/?#*]{0,12}"),
        redirect_uri in prop::option::of("(https://app\\.example\\.com)?[a-zA-Z/?#=.]{0,12}"),
        resource in "(https?://)?[a-z.@:/?#*]{0,12}",
        scope in prop::option::of("[a-z \"é]{0,6}"),
    ) {
        let checked = check(|options| {
            options.server = server;
            options.redirect_uri = redirect_uri;
            options.protected_resources = vec![resource];
            options.scope = scope;
        });
        match checked {
            Err(error) => {
                prop_assert!(matches!(error.code(), ErrorCode::Configuration | ErrorCode::InsecureUrl));
                let named = ["server", "redirectUri", "clientId", "protectedResources", "scope"];
                prop_assert!(named.iter().any(|name| error.message().starts_with(&format!("`{name}` "))), "{}", error);
            }
            Ok(config) => {
                prop_assert!(config.server.is_private() && config.server.path == "/");
                prop_assert!(config.redirect_url.same_origin(&url(PAGE)));
                prop_assert!(config.redirect_url.fragment.is_empty());
                prop_assert!(!config.client_id.is_empty());
                prop_assert!(config.resources.may_have_token(&config.server));
                prop_assert!(config.scope.split(' ').all(|token| !token.is_empty()));
            }
        }
    }
}
