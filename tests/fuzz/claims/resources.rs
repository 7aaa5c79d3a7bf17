//! Which request gets the token, and where a client leads the browser. The other opinion on URLs is the `url` crate's.

use super::input::{Input, pairs};
use crate::support::{judged, parse, state, verifier};
use placeos_auth::ErrorCode;
use placeos_auth::config::Config;
use placeos_auth::oauth::{authority, authorization, logout};
use placeos_auth::options::Options;
use placeos_auth::url::Url;
use url::Host;

pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let page = input.one_of(&["https://app.example.com/dash/", "http://app.example.com/"]);
    let server = input.line();
    let resource = input.line();
    let text = input.rest();
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let options = Options {
        server: given(&server),
        protected_resources: given(&resource).into_iter().collect(),
        ..Options::default()
    };
    let here = parse(page, None).expect("a page");
    let config = match Config::check(options, &here, &parse) {
        Ok(config) => config,
        Err(error) => {
            let code = error.code();
            assert!(matches!(
                code,
                ErrorCode::Configuration | ErrorCode::InsecureUrl
            ));
            let is_named = |name| error.message().starts_with(name);
            return assert!(
                is_named("`server`") || is_named("`protectedResources`"),
                "{error}"
            );
        }
    };
    let whole = |text: &str| url::Url::parse(text).expect("an option that was checked");
    let server = if server.is_empty() { page } else { &server };
    let mut allowed = vec![whole(server)];
    allowed[0].set_path("/");
    allowed.extend(given(&resource).map(|text| whole(&text)));
    let sent = url::Url::parse(page).expect("a page").join(&text);
    let judged = parse(&text, Some(page));
    if let (Ok(sent), Some(url)) = (sent, judged) {
        check_request(&config, &allowed, &sent, &url, here.is_plain_http());
        check_web_socket(&config, url);
    }
    check_departures(&config, &here, &text);
}

/// A request has the token if, and only if, it is one to an allowed place that stays private on its way.
fn check_request(
    config: &Config,
    allowed: &[url::Url],
    sent: &url::Url,
    judged: &Url,
    clear: bool,
) {
    let may = config.resources.may_have_token(judged);
    let is_named =
        !sent.username().is_empty() || sent.password().is_some_and(|text| !text.is_empty());
    let is_private = match sent.scheme() {
        "https" => true,
        "http" => clear || is_loopback(sent),
        _ => false,
    };
    let covers =
        |allowed: &&url::Url| same_place(allowed, sent) && lies_under(allowed.path(), sent.path());
    let is_covered = allowed.iter().any(|allowed| covers(&allowed));
    if may {
        assert!(
            is_covered && is_private && !is_named,
            "signed: {sent} for {allowed:?}"
        );
        assert_eq!(parse(&judged.href(), None).as_ref(), Some(judged));
    }
    let is_whole = |allowed: &&url::Url| allowed.path() == "/" && same_place(allowed, sent);
    if is_private && !is_named && allowed.iter().any(|allowed| is_whole(&allowed)) {
        assert!(may, "not signed: {sent} for {allowed:?}");
    }
    // The package's `fetch` looks at no more than the beginning.
    let begins = |origin: &str| {
        let rest = sent.as_str().strip_prefix(origin);
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    if config.resources.origins(true).any(begins) {
        assert!(may, "signed by its beginning: {sent}");
    }
    let mut all = config
        .resources
        .origins(true)
        .chain(config.resources.origins(false));
    assert!(
        !may || all.any(begins),
        "signed although no origin begins it: {sent}"
    );
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn same_place(one: &url::Url, other: &url::Url) -> bool {
    let place = |url: &url::Url| {
        (
            url.scheme().to_owned(),
            url.host().map(|host| host.to_string()),
            url.port_or_known_default(),
        )
    };
    place(one) == place(other)
}

/// Also as a server might see it that decodes before it resolves.
fn lies_under(prefix: &str, path: &str) -> bool {
    if prefix == "/" {
        return true;
    }
    let is_under = |path: &str| {
        let rest = path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'))
    };
    let mut depth = prefix
        .split('/')
        .filter(|segment| !segment.is_empty())
        .count() as i32;
    let least = depth;
    let rest = path.strip_prefix(prefix).unwrap_or_default().to_lowercase();
    let rest = rest
        .replace("%2f", "/")
        .replace("%5c", "/")
        .replace("%2e", ".");
    let stays = rest.split(['/', '\\']).all(|segment| {
        depth += match segment {
            "" | "." => 0,
            ".." => -1,
            _ => 1,
        };
        depth >= least
    });
    is_under(path) && stays
}

/// What is opened as a socket is at the place that was judged, and as private.
fn check_web_socket(config: &Config, url: Url) {
    let url = url.over_http();
    if !config.resources.may_have_token(&url) {
        return;
    }
    let socket = parse(&url.over_web_socket(), None).expect("a URL");
    let scheme = if url.is_plain_http() { "ws:" } else { "wss:" };
    assert!(socket.origin().starts_with(scheme));
    assert_eq!(socket.over_http(), url);
}

/// The browser leaves for the server, with what it was asked to bring there.
fn check_departures(config: &Config, page: &Url, text: &str) {
    let state = state();
    let url = authorization::request(config, "public", &state, Some(&verifier()));
    assert!(!url.contains(verifier().reveal()));
    let url = parse(&url, None).expect("a URL");
    assert!(url.same_origin(&config.endpoints.authorize));
    let states = pairs(&url.query)
        .into_iter()
        .filter(|(name, _)| name == "state");
    let states: Vec<_> = states.map(|(_, value)| value).collect();
    assert_eq!(states, [state.as_str()]);

    // A domain may name any page that a browser may be led to.
    let body = serde_json::json!({ "logout_url": text }).to_string();
    let authority = judged(200, &body, authority::judge).expect("an authority");
    let url = logout::request(config, Some(&authority), page, &parse);
    let url = parse(&url, None).expect("a URL");
    assert!(url.is_http() && !url.has_user_info(), "left for {url:?}");
}
