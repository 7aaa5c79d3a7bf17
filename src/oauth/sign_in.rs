//! The record of one sign-in, kept from the moment the page is left until its answer comes.

use crate::oauth::form;
use crate::oauth::pkce::Verifier;
use crate::options::{Flow, StorageKind};
use crate::secret::Secret;
use crate::time::Instant;
use std::time::Duration;

/// How long an answer is waited for.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// What this browser asked for, and where the user was.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The grant that was begun.
    pub flow: Flow,
    /// Origin of the server that was asked.
    pub server: String,
    /// Origin of the authorization endpoint: who has to have answered, unless the app named an issuer.
    pub issuer: String,
    /// The issuer that the app named.
    pub named_issuer: Option<String>,
    /// The client that asked.
    pub client_id: String,
    /// Where the answer was to be sent.
    pub redirect_uri: String,
    /// What was asked for.
    pub scope: String,
    /// Where the session is to be kept.
    pub storage: StorageKind,
    /// Where the user is to be afterwards: a URL of the page's own origin.
    pub return_to: String,
    /// The app's own data, as JSON.
    pub app_state: Option<String>,
    /// `history.state` of the page that was left, as JSON.
    pub history_state: Option<String>,
    /// The token endpoint, if the app named it.
    pub token_endpoint: Option<String>,
    /// Where the domain's settings are.
    pub authority_endpoint: Option<String>,
    /// What the code will have to be redeemed with, in the code flow.
    pub verifier: Option<Verifier>,
    /// When it began.
    pub begun: Instant,
}

impl SignIn {
    /// Whether its answer would come too late. A clock that was set back far makes it void as well.
    pub fn is_void(&self, now: Instant) -> bool {
        now.distance(self.begun) >= LIFETIME
    }

    /// The text to store.
    pub fn to_text(&self) -> Secret {
        Secret::new(form::record(&[
            ("flow", Some(self.flow.as_str())),
            ("server", Some(&self.server)),
            ("issuer", Some(&self.issuer)),
            ("named_issuer", self.named_issuer.as_deref()),
            ("client_id", Some(&self.client_id)),
            ("redirect_uri", Some(&self.redirect_uri)),
            ("scope", Some(&self.scope)),
            ("storage", Some(self.storage.as_str())),
            ("return_to", Some(&self.return_to)),
            ("app_state", self.app_state.as_deref()),
            ("history_state", self.history_state.as_deref()),
            ("token_endpoint", self.token_endpoint.as_deref()),
            ("authority_endpoint", self.authority_endpoint.as_deref()),
            ("verifier", self.verifier.as_ref().map(Verifier::reveal)),
            ("begun", Some(&self.begun.to_text())),
        ]))
    }

    /// Reads stored text; `None` if it is broken or of another version.
    pub fn from_text(text: &str) -> Option<Self> {
        let form = form::read_record(text)?;
        let owned = |name| form.field(name).map(str::to_owned);
        Some(SignIn {
            flow: Flow::from_name(form.field("flow")?)?,
            server: owned("server")?,
            issuer: owned("issuer")?,
            named_issuer: owned("named_issuer"),
            client_id: owned("client_id")?,
            redirect_uri: owned("redirect_uri")?,
            scope: owned("scope")?,
            storage: StorageKind::from_name(form.field("storage")?)?,
            return_to: owned("return_to")?,
            app_state: owned("app_state"),
            history_state: owned("history_state"),
            token_endpoint: owned("token_endpoint"),
            authority_endpoint: owned("authority_endpoint"),
            verifier: form.field("verifier").and_then(Verifier::from_text),
            begun: form.instant("begun")?,
        })
    }
}
