//! What the tabs that share a session tell each other.

use super::end_reason::EndReason;
use crate::error::AuthError;
use crate::oauth::form::{self, Form};
use crate::oauth::tokens::Generation;
use crate::secret::Secret;

/// What one tab tells the others.
#[derive(Debug)]
pub enum TabMessage {
    /// These are the tokens now, as they are stored.
    Tokens(Secret),
    /// The session of tokens of that generation has ended.
    End(Generation, EndReason),
    /// Tokens of that generation could not be renewed, and why.
    Failure(Generation, AuthError),
    /// A tab has tokens of that generation, and asks for newer ones.
    Ask(Generation),
    /// A message of a tab to itself: when it arrives, all that was sent before has arrived.
    Echo(u32),
}

impl TabMessage {
    /// The name in the table of transitions.
    pub fn name(&self) -> &'static str {
        match self {
            TabMessage::Tokens(_) => "PeerMessage(Tokens)",
            TabMessage::End(..) => "PeerMessage(End)",
            TabMessage::Failure(..) => "PeerMessage(Failure)",
            TabMessage::Ask(_) => "PeerMessage(Ask)",
            TabMessage::Echo(_) => "PeerMessage(Echo)",
        }
    }

    /// The text to send.
    pub fn to_text(&self) -> Secret {
        Secret::new(match self {
            TabMessage::Tokens(text) => form::of(&[("tokens", Some(text.reveal()))]),
            TabMessage::End(generation, reason) => {
                about(*generation, Some(reason.as_str()), reason.error())
            }
            TabMessage::Failure(generation, error) => about(*generation, None, Some(error)),
            TabMessage::Ask(generation) => about(*generation, None, None),
            TabMessage::Echo(number) => {
                form::of(&[("echo", Some(&u64::from(*number).to_string()))])
            }
        })
    }

    /// Reads what was sent; `None` for what this version doesn't know.
    pub fn from_text(text: &str) -> Option<Self> {
        let form = Form::parse(text);
        if let Some(tokens) = form.field("tokens") {
            return Some(TabMessage::Tokens(Secret::new(tokens.to_owned())));
        }
        if let Some(number) = form.number("echo") {
            return number.try_into().ok().map(TabMessage::Echo);
        }
        let generation = Generation {
            signed_in_at: form.instant("signed_in_at")?,
            renewals: form.number("renewals")?.try_into().ok()?,
        };
        let failure = form.field("failure").map(AuthError::from_text);
        Some(match (form.field("ending"), failure) {
            (Some(reason), error) => {
                TabMessage::End(generation, EndReason::from_name(reason, error.flatten())?)
            }
            (None, Some(error)) => TabMessage::Failure(generation, error?),
            (None, None) => TabMessage::Ask(generation),
        })
    }
}

fn about(generation: Generation, reason: Option<&str>, failure: Option<&AuthError>) -> String {
    form::of(&[
        ("signed_in_at", Some(&generation.signed_in_at.to_text())),
        (
            "renewals",
            Some(&u64::from(generation.renewals).to_string()),
        ),
        ("ending", reason),
        ("failure", failure.map(AuthError::to_text).as_deref()),
    ])
}
