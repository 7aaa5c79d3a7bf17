//! The outcome of a sign-in, on its way from the page that got the answer to the page the user left.

use crate::error::AuthError;
use crate::oauth::form;
use crate::time::Instant;
use std::time::Duration;

/// How long an outcome waits for its page to load.
const LIFETIME: Duration = Duration::from_secs(60);

/// What a page load brought back from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redirect {
    /// No answer to a sign-in of ours.
    None,
    /// A session.
    SignedIn {
        /// Where the user was, or was to go: a URL of the page's own origin.
        return_to: String,
        /// What the app gave to `login()`, as JSON.
        app_state: Option<String>,
    },
    /// None, and why.
    Failed(AuthError),
}

/// An outcome with what the next page needs to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The outcome.
    pub redirect: Redirect,
    /// `history.state` to restore there, as JSON.
    pub history_state: Option<String>,
    /// When it was sent on its way.
    pub sent: Instant,
}

impl Arrival {
    /// The text to store.
    pub fn to_text(&self) -> String {
        let sent = self.sent.to_text();
        let history_state = self.history_state.as_deref();
        match &self.redirect {
            Redirect::None => String::new(),
            Redirect::SignedIn {
                return_to,
                app_state,
            } => form::record(&[
                ("sent", Some(&sent)),
                ("history_state", history_state),
                ("return_to", Some(return_to)),
                ("app_state", app_state.as_deref()),
            ]),
            Redirect::Failed(error) => form::record(&[
                ("sent", Some(&sent)),
                ("history_state", history_state),
                ("error", Some(&error.to_text())),
            ]),
        }
    }

    /// Reads stored text; `None` if it is broken, of another version, or has waited too long.
    pub fn from_text(text: &str, now: Instant) -> Option<Self> {
        let form = form::read_record(text)?;
        let owned = |name| form.field(name).map(str::to_owned);
        let sent = form.instant("sent")?;
        if now.distance(sent) >= LIFETIME {
            return None;
        }
        let redirect = match form.field("error") {
            Some(text) => Redirect::Failed(AuthError::from_text(text)?),
            None => Redirect::SignedIn {
                return_to: owned("return_to")?,
                app_state: owned("app_state"),
            },
        };
        Some(Arrival {
            redirect,
            history_state: owned("history_state"),
            sent,
        })
    }
}
