//! Parsers that follow the same standards as the browser's, and values that many tests begin with.

use placeos_auth::config::Config;
use placeos_auth::oauth::http::{Answer, Fields, Value};
use placeos_auth::oauth::pkce::Verifier;
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::state::State;
use placeos_auth::options::{Flow, Options, StorageKind};
use placeos_auth::time::Instant;
use placeos_auth::url::Url;

/// What a browser would make of this text; see the browser tests for the browser's own word.
pub fn parse(text: &str, base: Option<&str>) -> Option<Url> {
    let url = match base {
        Some(base) => url::Url::parse(base).ok()?.join(text).ok()?,
        None => url::Url::parse(text).ok()?,
    };
    Some(Url::from_parts(
        url::quirks::protocol(&url),
        url::quirks::host(&url),
        url::quirks::hostname(&url),
        !url.username().is_empty() || url.password().is_some_and(|text| !text.is_empty()),
        url::quirks::pathname(&url).to_owned(),
        url::quirks::search(&url),
        url::quirks::hash(&url),
    ))
}

/// The URL of this text.
pub fn url(text: &str) -> Url {
    parse(text, None).unwrap()
}

/// A JSON object that `serde_json` has parsed: it has read nothing of ours, and we nothing of it.
struct Json(serde_json::Value);

impl Fields for Json {
    fn get(&self, name: &str) -> Value {
        match self.0.get(name) {
            None | Some(serde_json::Value::Null) => Value::Missing,
            Some(serde_json::Value::String(text)) => Value::Text(text.clone()),
            Some(serde_json::Value::Number(number)) => Value::Number(number.as_f64().unwrap()),
            Some(serde_json::Value::Bool(flag)) => Value::Flag(*flag),
            Some(_) => Value::Other,
        }
    }

    fn json(&self, name: &str) -> Option<String> {
        self.0.get(name).map(serde_json::Value::to_string)
    }
}

/// Has an answer of this status and body judged. A body that is no JSON object counts as none, as in the browser.
pub fn judged<T>(status: u16, body: &str, judge: impl FnOnce(&Answer) -> T) -> T {
    judged_with(status, None, body, judge)
}

/// The same with a `Retry-After`.
pub fn judged_with<T>(
    status: u16,
    retry_after: Option<&str>,
    body: &str,
    judge: impl FnOnce(&Answer) -> T,
) -> T {
    let json = serde_json::from_str(body).ok().map(Json);
    let object = json.as_ref().filter(|json| json.0.is_object());
    judge(&Answer {
        status,
        retry_after,
        body: object.map(|json| json as &dyn Fields),
        form: None,
    })
}

pub const PAGE: &str = "https://app.example.com/dash/";
pub const NOW: Instant = Instant::from_millis(1_800_000_000_000);

/// A client with these options and a server of another origin than [`PAGE`], where it is.
pub fn config_of(change: impl FnOnce(&mut Options)) -> Config {
    let mut options = Options {
        server: Some("https://placeos.example.com".to_owned()),
        ..Options::default()
    };
    change(&mut options);
    Config::check(options, &url(PAGE), &parse).unwrap()
}

/// A client with defaults but for the server, on [`PAGE`].
pub fn config() -> Config {
    config_of(|_| {})
}

pub fn state() -> State {
    State::from_random(&[7; 32])
}

/// The verifier of [RFC 7636 Appendix B](https://www.rfc-editor.org/rfc/rfc7636#appendix-B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

pub fn verifier() -> Verifier {
    Verifier::from_text(VERIFIER).unwrap()
}

/// A sign-in that was begun just now.
pub fn sign_in() -> SignIn {
    SignIn {
        flow: Flow::Implicit,
        server: "https://placeos.example.com".to_owned(),
        issuer: "https://id.example.com".to_owned(),
        named_issuer: None,
        client_id: "a".repeat(32),
        redirect_uri: PAGE.to_owned(),
        scope: "public".to_owned(),
        storage: StorageKind::Session,
        return_to: "https://app.example.com/dash/?room=1#/plan".to_owned(),
        app_state: Some(r#"{"a":[1,"é"]}"#.to_owned()),
        history_state: Some(r#"{"key":"x"}"#.to_owned()),
        token_endpoint: None,
        authority_endpoint: Some("https://placeos.example.com/auth/authority".to_owned()),
        verifier: None,
        begun: NOW,
    }
}

/// The same of the code flow.
pub fn code_sign_in() -> SignIn {
    SignIn {
        flow: Flow::Code,
        token_endpoint: Some("https://id.example.com/token".to_owned()),
        verifier: Some(verifier()),
        ..sign_in()
    }
}
