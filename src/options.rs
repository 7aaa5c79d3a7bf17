//! What an app says.

use crate::secret::Secret;
use std::time::Duration;

macro_rules! names {
    ($type:ident { $($variant:ident = $name:literal,)* }) => {
        impl $type {
            /// The name that apps write and that is stored.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }

            /// The value of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some($type::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

/// Where a session comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The implicit grant ([RFC 6749 §4.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2)).
    Implicit,
    /// The authorization code grant ([RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1)), with PKCE
    /// ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)).
    Code,
    /// The password grant ([RFC 6749 §4.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.3)).
    Password,
    /// Token exchange ([RFC 8693](https://www.rfc-editor.org/rfc/rfc8693)).
    Exchange,
    /// None that this client knows of: the app had the token already.
    Adopted,
    /// No grant: an API key.
    ApiKey,
}

names!(Flow {
    Implicit = "implicit",
    Code = "code",
    Password = "password",
    Exchange = "exchange",
    Adopted = "adopted",
    ApiKey = "api-key",
});

/// The flow by which an app wants its users to sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowOption {
    /// [`Flow::Implicit`] where the server offers it, else [`Flow::Code`]: see [`crate::oauth::metadata::judge`].
    #[default]
    Auto,
    /// [`Flow::Implicit`], whatever the server offers.
    Implicit,
    /// [`Flow::Code`], whatever the server offers.
    Code,
}

names!(FlowOption { Auto = "auto", Implicit = "implicit", Code = "code", });

impl FlowOption {
    /// Whether a sign-in by that flow is what the app wanted.
    pub fn allows(self, flow: Flow) -> bool {
        self == FlowOption::Auto || self.as_str() == flow.as_str()
    }
}

/// Where the session is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageKind {
    /// `sessionStorage`: this tab and its duplicates, until it is closed.
    #[default]
    Session,
    /// `localStorage`: every tab of this origin, until sign-out or expiry.
    Local,
    /// Nowhere: this page, until it is left.
    Memory,
}

names!(StorageKind { Session = "session", Local = "local", Memory = "memory", });

/// An API key of PlaceOS's. It can be compared, so that clients with the same one can share what they have.
#[derive(Clone, Debug)]
pub struct ApiKey(Secret);

impl ApiKey {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        ApiKey(Secret::new(text))
    }

    /// Whether it can be sent in a header.
    pub fn is_fit(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic())
    }

    /// The text itself, at the one place that has to send it.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

impl PartialEq for ApiKey {
    fn eq(&self, other: &Self) -> bool {
        self.reveal() == other.reveal()
    }
}

/// What an app may say. Every field has a default; see [`Config::check`](crate::config::Config::check) for what is refused.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The PlaceOS host, as an origin. Default: the page's own.
    pub server: Option<String>,
    /// Default: the MD5 of the redirect URI, as PlaceOS registers apps.
    pub client_id: Option<String>,
    /// Where the answer is sent, as it was registered. Default: the page without query and fragment.
    pub redirect_uri: Option<String>,
    /// How users sign in.
    pub flow: FlowOption,
    /// The issuer that the server names in its answers, where that is not of the authorization endpoint's origin.
    pub issuer: Option<String>,
    /// Default: `public`.
    pub scope: Option<String>,
    /// Where the session is kept.
    pub storage: StorageKind,
    /// Origins, or URLs whose path is a prefix by whole segments, that may receive the token besides the server.
    pub protected_resources: Vec<String>,
    /// Default: `/auth/oauth/authorize` of the server.
    pub authorize_endpoint: Option<String>,
    /// Default: `/auth/oauth/token` of the server; on ACAEngine `/auth/token`, but for passwords.
    pub token_endpoint: Option<String>,
    /// Default: `/auth/oauth/revoke` of the server.
    pub revoke_endpoint: Option<String>,
    /// Default: the domain's own, which is `/auth/logout` of the server if it doesn't say.
    pub logout_endpoint: Option<String>,
    /// Default: `/auth/authority` of the server.
    pub authority_endpoint: Option<String>,
    /// Signs requests in place of a session.
    pub api_key: Option<ApiKey>,
    /// Takes the key from this parameter of the page's query or hash route, and keeps it. Where there is none and none was kept,
    /// users sign in as usual.
    pub api_key_parameter: Option<String>,
    /// How long before its end a token is renewed, at most a tenth of its life. Default: a minute.
    pub renew_before: Option<Duration>,
}
