//! The authorization request.

use crate::oauth::form;
use crate::oauth::state::State;
use crate::options::{Config, Flow};

/// The authorization request as the URL to navigate to
/// ([RFC 6749 §4.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.1)).
///
/// `state` is the key of the pending sign-in that [`crate::oauth::redirect::judge`] will look up.
pub fn request(config: &Config, scope: &str, state: &State) -> String {
    let mut url = config.endpoints.authorize.clone();
    let response_type = match config.flow {
        Flow::Implicit => "token",
    };
    for (name, value) in [
        ("response_type", response_type),
        ("client_id", &config.client_id),
        ("redirect_uri", &config.redirect_uri),
        ("scope", scope),
        ("state", state.as_str()),
    ] {
        form::push(&mut url.query, name, value);
    }
    url.href()
}
