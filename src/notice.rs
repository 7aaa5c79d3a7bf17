//! What the tabs that share a session tell each other.

use crate::error::AuthError;
use crate::oauth::form::{self, Form};
use crate::oauth::tokens::Age;
use crate::secret::Secret;
use crate::session::Ending;
use crate::time::Instant;

/// What one tab tells the others.
#[derive(Debug)]
pub enum Notice {
    /// These are the tokens now, as they are stored.
    Tokens(Secret),
    /// The session of tokens of that age has ended.
    End(Age, Ending),
    /// Those of that age could not be renewed, and why.
    Failure(Age, AuthError),
    /// A tab has tokens of that age: who has newer ones?
    Ask(Age),
    /// Everything that was told before this has arrived: a tab's word to itself.
    Echo(u32),
}

impl Notice {
    /// The text to send.
    pub fn to_text(&self) -> Secret {
        Secret::new(match self {
            Notice::Tokens(text) => form::of(&[("tokens", Some(text.reveal()))]),
            Notice::End(age, ending) => about(*age, Some(ending.as_str()), ending.reason()),
            Notice::Failure(age, error) => about(*age, None, Some(error)),
            Notice::Ask(age) => about(*age, None, None),
            Notice::Echo(number) => form::of(&[("echo", Some(&number.to_string()))]),
        })
    }

    /// Reads what was sent; `None` for what this version doesn't know.
    pub fn from_text(text: &str) -> Option<Self> {
        let form = Form::parse(text);
        if let Some(tokens) = form.field("tokens") {
            return Some(Notice::Tokens(Secret::new(tokens.to_owned())));
        }
        if let Some(number) = form.field("echo") {
            return number.parse().ok().map(Notice::Echo);
        }
        let age = Age {
            signed_in_at: Instant::from_millis(form.field("signed_in_at")?.parse().ok()?),
            renewals: form.field("renewals")?.parse().ok()?,
        };
        let failure = form.field("failure").map(AuthError::from_text);
        Some(match (form.field("ending"), failure) {
            (Some(ending), why) => Notice::End(age, Ending::from_name(ending, why.flatten())?),
            (None, Some(error)) => Notice::Failure(age, error?),
            (None, None) => Notice::Ask(age),
        })
    }
}

fn about(age: Age, ending: Option<&str>, failure: Option<&AuthError>) -> String {
    form::of(&[
        (
            "signed_in_at",
            Some(&age.signed_in_at.as_millis().to_string()),
        ),
        ("renewals", Some(&age.renewals.to_string())),
        ("ending", ending),
        ("failure", failure.map(AuthError::to_text).as_deref()),
    ])
}
