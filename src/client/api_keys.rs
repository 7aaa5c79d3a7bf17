//! The API key that signs a client's requests, if one does: of the options, or from the page's address, kept from then on.

use super::hooks::AppHooks;
use super::session_store::SessionStore;
use crate::browser::clock;
use crate::config::Config;
use crate::credential::{API_KEY, Credential};
use crate::error::{AuthError, ErrorCode, Result};
use crate::options::{ApiKey, Flow};
use crate::secret::Secret;
use crate::session::view::Session;
use crate::time::Instant;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
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
    hooks: Rc<AppHooks>,
}

impl ApiKeys {
    /// What the options say of it.
    pub fn new(config: &Config, hooks: Rc<AppHooks>) -> Self {
        let has_parameter = config.api_key_parameter.is_some();
        let kept = || SessionStore::new(config.storage, config.key("api-key"));
        ApiKeys {
            given: config.api_key.clone(),
            kept: has_parameter.then(kept),
            unstored: RefCell::new(None),
            refused_at: Cell::new(None),
            hooks,
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

    /// Whether requests are signed with a key.
    pub fn has_key(&self) -> bool {
        self.credential().is_some()
    }

    /// What an app may know of it.
    pub fn session(&self) -> Option<Session> {
        self.has_key().then(|| Session {
            flow: Flow::ApiKey.as_str(),
            token_type: API_KEY,
            scope: String::new(),
            expires_at: None,
            can_renew: false,
        })
    }

    /// That there is none, so that users may sign in and out.
    ///
    /// # Errors
    /// `configuration`
    pub fn check_has_none(&self) -> Result<()> {
        if !self.has_key() {
            return Ok(());
        }
        Err(AuthError::option(
            "apiKey",
            "signs the requests of this client: there is nobody to sign in or out, and no token. Use fetch, signUrl \
             and openWebSocket.",
        ))
    }

    /// Signs with the key of the page's address from now on.
    pub fn keep(&self, key: Secret) {
        self.hooks.log("took the API key from the address");
        let is_stored = self.kept.as_ref().is_some_and(|kept| kept.write(&key));
        if !is_stored {
            self.hooks
                .log("the API key is kept for this page only: the browser's storage is blocked, full, or not wanted");
        }
        self.unstored.replace((!is_stored).then_some(key));
    }

    /// Forgets it; says whether there was one.
    pub fn forget(&self) -> bool {
        let was_there = self.given.is_none() && self.has_key();
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
