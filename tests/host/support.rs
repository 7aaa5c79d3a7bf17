//! A URL parser that follows the same standard as browsers, and values that many tests begin with.

use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::state::State;
use placeos_auth::options::{Config, Flow, Options, StorageKind};
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

pub const PAGE: &str = "https://app.example.com/dash/";
pub const NOW: Instant = Instant::from_millis(1_800_000_000_000);

/// A client with defaults but for the server, on [`PAGE`].
pub fn config() -> Config {
    let options = Options {
        server: Some("https://placeos.example.com".to_owned()),
        ..Options::default()
    };
    Config::check(options, &url(PAGE), &parse).unwrap()
}

pub fn state() -> State {
    State::from_random(&[7; 32])
}

/// A sign-in that was begun just now.
pub fn sign_in() -> SignIn {
    SignIn {
        flow: Flow::Implicit,
        server: "https://placeos.example.com".to_owned(),
        client_id: "a".repeat(32),
        redirect_uri: PAGE.to_owned(),
        scope: "public".to_owned(),
        storage: StorageKind::Session,
        return_to: "https://app.example.com/dash/?room=1#/plan".to_owned(),
        app_state: Some(r#"{"a":[1,"é"]}"#.to_owned()),
        history_state: Some(r#"{"key":"x"}"#.to_owned()),
        begun: NOW,
    }
}
