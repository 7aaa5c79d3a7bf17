//! The API key that signs a client's requests, if one does: of the options, or from the page's address, kept from then on.

use super::session_store::SessionStore;
use crate::browser::clock;
use crate::config::Config;
use crate::credential::Credential;
use crate::error::{AuthError, ErrorCode};
use crate::options::ApiKey;
use crate::secret::Secret;
use crate::time::Instant;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// The shortest span between two words on a key that the server refuses.
const BETWEEN_REFUSALS: Duration = Duration::from_secs(60);

/// The key of one client.
pub struct ApiKeys {
    given: Option<ApiKey>,
    /// Where the key of the page's address is kept.
    kept: Option<SessionStore>,
    /// That key, where it can't be stored.
    unstored: RefCell<Option<Secret>>,
    refused_at: Cell<Option<Instant>>,
}

impl ApiKeys {
    /// What the options say of it.
    pub fn new(config: &Config) -> Self {
        let has_parameter = config.api_key_parameter.is_some();
        let kept = || SessionStore::new(config.storage, config.key("api-key"));
        ApiKeys {
            given: config.api_key.clone(),
            kept: has_parameter.then(kept),
            unstored: RefCell::new(None),
            refused_at: Cell::new(None),
        }
    }

    /// What to sign with, if it is a key. What is stored is read each time: another tab may have forgotten it.
    pub fn credential(&self) -> Option<Credential> {
        let key = match (&self.given, &self.kept) {
            (Some(given), _) => Secret::new(given.reveal().to_owned()),
            (None, Some(kept)) => self.unstored.borrow().clone().or_else(|| kept.read())?,
            (None, None) => return None,
        };
        Some(Credential::ApiKey(key))
    }

    /// Keeps the key of the page's address; says whether a later page has it, too.
    pub fn keep(&self, key: Secret) -> bool {
        let is_stored = self.kept.as_ref().is_some_and(|kept| kept.write(&key));
        self.unstored.replace((!is_stored).then_some(key));
        is_stored
    }

    /// Forgets it; says whether there was one.
    pub fn forget(&self) -> bool {
        let was_there = self.given.is_none() && self.credential().is_some();
        self.unstored.take();
        if let Some(kept) = &self.kept {
            kept.clear();
        }
        was_there
    }

    /// The server has refused it (401). What to tell the app, which is told once a minute at most.
    pub fn refused(&self) -> Option<AuthError> {
        let now = clock::now();
        let is_recent = |at: Instant| now.distance(at) < BETWEEN_REFUSALS;
        if self.refused_at.get().is_some_and(is_recent) {
            return None;
        }
        self.refused_at.set(Some(now));
        let error = AuthError::new(
            ErrorCode::LoginRequired,
            "The server refuses the API key (status 401). Give this device another one.",
        );
        Some(error.with_status(401))
    }
}
