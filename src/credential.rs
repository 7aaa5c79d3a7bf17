//! What signs a request: an access token or an API key, in a header or as a parameter.

use crate::oauth::tokens::TOKEN_TYPE;
use crate::secret::Secret;
use crate::text::concat;

/// The header of [RFC 6750 §2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1).
pub const AUTHORIZATION: &str = "Authorization";

/// PlaceOS's header for API keys.
pub const API_KEY: &str = "X-API-Key";

/// The headers that sign a request. A request that has one of them is signed already.
pub const HEADERS: [&str; 2] = [AUTHORIZATION, API_KEY];

/// What a client signs with.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An access token.
    Token(Secret),
    /// An API key of the options.
    ApiKey(Secret),
}

impl Credential {
    /// The name and the value of the header that carries it.
    pub fn header(&self) -> (&'static str, Secret) {
        match self {
            Credential::Token(token) => {
                let value = concat(&[TOKEN_TYPE, " ", token.reveal()]);
                (AUTHORIZATION, Secret::new(value))
            }
            Credential::ApiKey(key) => (API_KEY, key.clone()),
        }
    }

    /// The name of the URL parameter, or cookie, that carries it: for a token PlaceOS's name for that of
    /// [RFC 6750 §2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3).
    pub fn parameter(&self) -> &'static str {
        match self {
            Credential::Token(_) => "bearer_token",
            Credential::ApiKey(_) => "api-key",
        }
    }

    /// Whether a request that carries it may follow redirects: browsers drop `Authorization` on the way to another origin, but
    /// no other header.
    pub fn may_follow_redirects(&self) -> bool {
        matches!(self, Credential::Token(_))
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        match self {
            Credential::Token(secret) | Credential::ApiKey(secret) => secret.reveal(),
        }
    }
}
