use crate::support::{PAGE, config_of, judged, parse, url};
use placeos_auth::config::Config;
use placeos_auth::oauth::authority::{self, Authority};
use placeos_auth::oauth::form::Form;
use placeos_auth::oauth::logout;
use proptest::prelude::*;

const SERVER: &str = "https://placeos.example.com";
const OWN: &str = "https://app.example.com";
const ENCODED_PAGE: &str = "https%3A%2F%2Fapp.example.com%2Fdash%2F";

/// A client of a server, on [`PAGE`].
fn client(server: &str, logout_endpoint: Option<&str>) -> Config {
    config_of(|options| {
        options.server = Some(server.to_owned());
        options.logout_endpoint = logout_endpoint.map(str::to_owned);
    })
}

/// A domain as it is judged, so that these tests and the browser see the same.
fn domain(logout_url: &str) -> Authority {
    let body = serde_json::json!({ "logout_url": logout_url }).to_string();
    judged(200, &body, authority::judge).unwrap()
}

fn request(config: &Config, authority: Option<&Authority>, return_to: &str) -> String {
    logout::request(config, authority, &url(return_to), &parse)
}

/// The logout page of a domain that names it so, for a client on another origin.
fn of_domain(logout_url: &str) -> String {
    request(&client(SERVER, None), Some(&domain(logout_url)), PAGE)
}

#[test]
fn the_logout_page_of_the_pages_own_host_is_told_a_path() {
    let here = "https://app.example.com/dash/?a=b#/c";
    let told = "https://app.example.com/auth/logout?continue=%2Fdash%2F%3Fa%3Db%23%2Fc";
    assert_eq!(request(&client(OWN, None), None, here), told);
    let named = client(SERVER, Some("https://app.example.com/auth/logout"));
    assert_eq!(request(&named, None, here), told);
}

#[test]
fn the_logout_page_of_another_host_is_told_a_whole_url() {
    let told = format!("{SERVER}/auth/logout?continue={ENCODED_PAGE}");
    assert_eq!(request(&client(SERVER, None), None, PAGE), told);
    let named = client(SERVER, Some("https://id.example.com/out?x=1"));
    let told = format!("https://id.example.com/out?x=1&continue={ENCODED_PAGE}");
    assert_eq!(request(&named, None, PAGE), told);
}

#[test]
fn a_path_that_would_be_another_host_is_never_passed_on_alone() {
    let there = "https://app.example.com//evil.test/x";
    let told = "continue=https%3A%2F%2Fapp.example.com%2F%2Fevil.test%2Fx";
    assert!(request(&client(OWN, None), None, there).ends_with(told));
    let filled = request(&client(OWN, None), Some(&domain("/out?to={{url}}")), there);
    assert!(filled.ends_with("to=https%3A%2F%2Fapp.example.com%2F%2Fevil.test%2Fx"));
}

#[test]
fn the_page_that_the_options_name_wins() {
    let named = client(SERVER, Some("https://id.example.com/out"));
    let given = request(&named, Some(&domain("/other?to={{url}}")), PAGE);
    let told = format!("https://id.example.com/out?continue={ENCODED_PAGE}");
    assert_eq!(given, told);
}

#[test]
fn a_page_of_the_servers_is_told_where_to_send_the_user() {
    for (named, asked) in [
        (
            "/auth/logout",
            format!("{SERVER}/auth/logout?continue={ENCODED_PAGE}"),
        ),
        (
            "/bye?a=b#c",
            format!("{SERVER}/bye?a=b&continue={ENCODED_PAGE}#c"),
        ),
        (
            "https://placeos.example.com/bye",
            format!("{SERVER}/bye?continue={ENCODED_PAGE}"),
        ),
    ] {
        assert_eq!(of_domain(named), asked);
    }
}

#[test]
fn an_identity_provider_is_told_nothing_it_has_no_place_for() {
    for page in [
        "https://id.example.com/out?a=b#c",
        "https://placeos.example.com.evil.test/out",
        "https://placeos.example.com:8443/out",
        "http://placeos.example.com/out",
    ] {
        assert_eq!(of_domain(page), page);
    }
}

#[test]
fn the_place_that_a_domain_left_is_filled_and_encoded() {
    for (named, asked) in [
        (
            "https://id.example.com/out?next={{url}}&a=b",
            format!("https://id.example.com/out?next={ENCODED_PAGE}&a=b"),
        ),
        (
            "/bye?next={{url}}",
            format!("{SERVER}/bye?next={ENCODED_PAGE}"),
        ),
        (
            "/bye?continue={{url}}",
            format!("{SERVER}/bye?continue={ENCODED_PAGE}"),
        ),
    ] {
        assert_eq!(of_domain(named), asked);
    }
    let own = request(
        &client(OWN, None),
        Some(&domain("/bye?next={{url}}")),
        "https://app.example.com/a?b=c&d#e",
    );
    assert_eq!(own, "https://app.example.com/bye?next=%2Fa%3Fb%3Dc%26d%23e");
}

#[test]
fn a_place_to_continue_at_that_is_there_already_is_kept() {
    for query in ["continue=/there", "a=b&continue", "%63ontinue=/there"] {
        let page = format!("{SERVER}/bye?{query}");
        assert_eq!(of_domain(&format!("/bye?{query}")), page);
        let named = client(SERVER, Some(&page));
        assert_eq!(request(&named, None, PAGE), page);
    }
}

#[test]
fn a_page_that_is_none_is_as_if_none_was_named() {
    let own = format!("{SERVER}/auth/logout?continue={ENCODED_PAGE}");
    for named in [
        "",
        "javascript:alert(1)",
        "javascript:alert('{{url}}')",
        "data:text/html,{{url}}",
        "//evil.test/out",
        "//evil.test/{{url}}",
        "https://",
        "https://a b/",
        "out",
    ] {
        assert_eq!(of_domain(named), own, "{named}");
    }
}

#[test]
fn a_page_that_would_run_as_a_script_is_not_gone_to_even_if_nobody_judged_it() {
    let own = format!("{SERVER}/auth/logout?continue={ENCODED_PAGE}");
    for named in [
        "javascript:alert(1)",
        "javascript:alert('{{url}}')",
        "data:text/html,{{url}}",
        "ftp://evil.test/",
    ] {
        let unjudged = Authority {
            logout_url: named.to_owned(),
            ..domain("/")
        };
        let asked = request(&client(SERVER, None), Some(&unjudged), PAGE);
        assert_eq!(asked, own, "{named}");
    }
}

/// Every way a page may be named: by nobody, by the domain, by the options.
fn pages(named: &str, here: &str) -> Vec<String> {
    let authority = domain(named);
    let mut pages = Vec::new();
    for server in [SERVER, OWN] {
        pages.push(request(&client(server, None), None, here));
        pages.push(request(&client(server, None), Some(&authority), here));
        let named = client(server, Some("https://id.example.com/out"));
        pages.push(request(&named, Some(&authority), here));
    }
    pages
}

proptest! {
    #[test]
    fn whoever_follows_the_logout_page_stays_on_this_origin(path in "[/\\\\a-z.?#%]{0,20}") {
        let here = format!("{OWN}/{path}");
        for page in pages("/out", &here) {
            let page = url(&page);
            let form = Form::parse(&page.query);
            let target = parse(form.one("continue").unwrap().unwrap(), Some(OWN)).unwrap();
            prop_assert_eq!(target.origin(), OWN);
        }
    }

    #[test]
    fn the_logout_page_is_http_whatever_a_domain_says(named in "(https?://|javascript:|data:|/)?([a-z]{1,3}|\\{\\{url\\}\\}|[/\\\\:@.?#& \\t%]){0,8}") {
        for page in pages(&named, PAGE) {
            prop_assert!(url(&page).is_http(), "{} → {}", named, page);
        }
    }

    #[test]
    fn what_fills_the_place_changes_no_other_part(tail in "[!-~]{0,20}") {
        let here = url(&format!("{OWN}/{tail}"));
        let page = request(&client(SERVER, None), Some(&domain("https://id.example.com/out?to={{url}}&a=b#c")), &here.href());
        let page = url(&page);
        prop_assert_eq!(page.origin(), "https://id.example.com");
        prop_assert_eq!(&page.path, "/out");
        prop_assert_eq!(&page.fragment, "c");
        let (form, told) = (Form::parse(&page.query), here.href());
        prop_assert_eq!(form.field("to"), Some(told.as_str()));
        prop_assert_eq!(form.pairs().count(), 2);
    }
}
