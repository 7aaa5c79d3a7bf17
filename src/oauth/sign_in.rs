//! The record of one sign-in, kept from the moment the page is left until its answer comes.

use crate::oauth::form;
use crate::options::{Flow, StorageKind};
use crate::time::Instant;
use std::time::Duration;

/// How long an answer is waited for.
const LIFETIME: Duration = Duration::from_secs(15 * 60);

/// What this browser asked for, and where the user was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// The grant that was begun.
    pub flow: Flow,
    /// Origin of the server that was asked.
    pub server: String,
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
    /// When it began.
    pub begun: Instant,
}

impl SignIn {
    /// Whether its answer would come too late. A clock that was set back far makes it void as well.
    pub fn is_void(&self, now: Instant) -> bool {
        now.distance(self.begun) >= LIFETIME
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        form::record(&[
            ("flow", Some(self.flow.as_str())),
            ("server", Some(&self.server)),
            ("client_id", Some(&self.client_id)),
            ("redirect_uri", Some(&self.redirect_uri)),
            ("scope", Some(&self.scope)),
            ("storage", Some(self.storage.as_str())),
            ("return_to", Some(&self.return_to)),
            ("app_state", self.app_state.as_deref()),
            ("history_state", self.history_state.as_deref()),
            ("begun", Some(&self.begun.as_millis().to_string())),
        ])
    }

    /// Reads stored text; `None` if it is broken or of another version.
    pub fn from_text(text: &str) -> Option<Self> {
        let form = form::read_record(text)?;
        let owned = |name| form.field(name).map(str::to_owned);
        Some(SignIn {
            flow: Flow::from_name(form.field("flow")?)?,
            server: owned("server")?,
            client_id: owned("client_id")?,
            redirect_uri: owned("redirect_uri")?,
            scope: owned("scope")?,
            storage: StorageKind::from_name(form.field("storage")?)?,
            return_to: owned("return_to")?,
            app_state: owned("app_state"),
            history_state: owned("history_state"),
            begun: Instant::from_millis(form.field("begun")?.parse().ok()?),
        })
    }
}
