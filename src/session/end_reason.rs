//! Why a session ended.

use crate::error::AuthError;

/// Why a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// Its token expired, or the server ended it and said why.
    Expired(Option<AuthError>),
    /// The user signed out.
    SignedOut,
}

impl EndReason {
    /// The name that listeners and other tabs know.
    pub fn as_str(&self) -> &'static str {
        match self {
            EndReason::Expired(_) => "expired",
            EndReason::SignedOut => "signed-out",
        }
    }

    /// The reason of that name, with the server's error.
    pub fn from_name(name: &str, error: Option<AuthError>) -> Option<Self> {
        [EndReason::Expired(error), EndReason::SignedOut]
            .into_iter()
            .find(|reason| reason.as_str() == name)
    }

    /// The server's error, if the server ended the session.
    pub fn error(&self) -> Option<&AuthError> {
        match self {
            EndReason::Expired(error) => error.as_ref(),
            EndReason::SignedOut => None,
        }
    }
}
