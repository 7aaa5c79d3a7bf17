//! The authorization request.

use crate::config::Config;
use crate::oauth::form;
use crate::oauth::pkce::Verifier;
use crate::oauth::state::State;

/// The authorization request as the URL to navigate to
/// ([RFC 6749 §4.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.1)); with a verifier, that of the code flow
/// ([§4.1.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.1),
/// [RFC 7636 §4.3](https://www.rfc-editor.org/rfc/rfc7636#section-4.3)).
///
/// `state` is the key of the pending sign-in that [`crate::oauth::redirect::judge`] will look up.
pub fn request(config: &Config, scope: &str, state: &State, verifier: Option<&Verifier>) -> String {
    let mut url = config.endpoints.authorize.clone();
    let response_type = if verifier.is_some() { "code" } else { "token" };
    for (name, value) in [
        ("response_type", response_type),
        ("client_id", &config.client_id),
        ("redirect_uri", &config.redirect_uri),
        ("scope", scope),
        ("state", state.as_str()),
    ] {
        form::push(&mut url.query, name, value);
    }
    if let Some(verifier) = verifier {
        form::push(&mut url.query, "code_challenge", &verifier.challenge());
        form::push(&mut url.query, "code_challenge_method", "S256");
    }
    url.href()
}
