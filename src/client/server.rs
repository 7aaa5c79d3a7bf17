//! Requests of our own to the server: for tokens, their revocation, the domain's settings, and what the server offers.

use super::hooks::AppHooks;
use crate::browser::latch::InFlight;
use crate::browser::task::SharedTask;
use crate::browser::timeout::timeout;
use crate::browser::{clock, http, shared};
use crate::config::Config;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::authority::{self, Authority};
use crate::oauth::http::Post;
use crate::oauth::redirect::Code;
use crate::oauth::token::{self, Credentials, Exchange};
use crate::oauth::tokens::Tokens;
use crate::oauth::{logout, metadata};
use crate::options::{Flow, FlowOption};
use crate::secret::Secret;
use crate::text::concat;
use crate::url::Url;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long to wait for a response that only makes things better.
const PATIENCE: Duration = Duration::from_secs(3);

/// The server of one client.
pub struct Server {
    /// Where it is, and who asks.
    pub config: Rc<Config>,
    hooks: Rc<AppHooks>,
    /// The domain's settings, or why the last request for them failed.
    authority: RefCell<Option<Result<Rc<Authority>>>>,
    /// The request for them.
    asking: SharedTask,
    revocations: InFlight,
}

impl Server {
    /// Nothing is asked yet.
    pub fn new(config: Rc<Config>, hooks: Rc<AppHooks>) -> Self {
        Server {
            config,
            hooks,
            authority: RefCell::new(None),
            asking: SharedTask::default(),
            revocations: InFlight::default(),
        }
    }

    /// The domain's settings. Callers at the same time share one request. A failure isn't kept: a later call asks again.
    ///
    /// # Errors
    /// `network`, `timeout`, `invalid_response`, `server_error`, `temporarily_unavailable`.
    pub async fn authority(self: &Rc<Self>) -> Result<Rc<Authority>> {
        match self.known_authority() {
            Some(known) => Ok(known),
            None => self.ask_authority().await,
        }
    }

    /// The same, asked for again: whether somebody is signed in to the server may have changed.
    pub async fn ask_authority(self: &Rc<Self>) -> Result<Rc<Authority>> {
        let server = Rc::clone(self);
        let task = Box::pin(async move {
            let reply = http::get(&server.config.endpoints.authority.href()).await;
            let judged = reply.and_then(|reply| authority::judge(&reply.answer()));
            server.authority.replace(Some(judged.map(Rc::new)));
        });
        self.asking.join(task).await;
        let known = self.authority.borrow().clone();
        known.unwrap_or_else(|| {
            Err(AuthError::new(
                ErrorCode::Network,
                "No response was received.",
            ))
        })
    }

    fn known_authority(&self) -> Option<Rc<Authority>> {
        self.authority.borrow().clone()?.ok()
    }

    /// Whether the server is an ACAEngine. One that doesn't say so within three seconds is taken for a PlaceOS.
    pub async fn is_legacy(self: &Rc<Self>) -> bool {
        let authority = timeout(PATIENCE, Box::pin(self.authority())).await;
        matches!(authority, Some(Ok(authority)) if authority.is_legacy())
    }

    /// Not asked where it makes no difference.
    async fn has_legacy_endpoint(self: &Rc<Self>) -> bool {
        !self.config.endpoints.token_is_given && self.is_legacy().await
    }

    /// Tokens for a code.
    ///
    /// # Errors
    /// The server's own code where it refuses; `invalid_response`, `server_error`, `temporarily_unavailable`, `network`,
    /// `timeout`. So for all requests for tokens.
    pub async fn redeem(self: &Rc<Self>, code: Code, scope: &str) -> Result<Tokens> {
        let is_legacy = self.has_legacy_endpoint().await;
        let request = token::redeem(&self.config, is_legacy, &code);
        self.tokens(request, Flow::Code, scope).await
    }

    /// New tokens for old ones.
    pub async fn refresh(self: &Rc<Self>, old: &Tokens, refresh_token: &Secret) -> Result<Tokens> {
        let is_legacy = self.has_legacy_endpoint().await;
        let request = token::refresh(&self.config, is_legacy, refresh_token);
        self.tokens(request, old.flow, &old.scope).await
    }

    /// Tokens for a password, which is wiped from this module's memory with the request.
    pub async fn password(&self, credentials: Credentials, scope: &str) -> Result<Tokens> {
        let request = token::password(&self.config, scope, &credentials);
        drop(credentials);
        self.tokens(request, Flow::Password, scope).await
    }

    /// Tokens for the token of another issuer, which is wiped from this module's memory with the request.
    pub async fn exchange(&self, given: Exchange, scope: &str) -> Result<Tokens> {
        let request = token::exchange(&self.config, scope, &given)?;
        drop(given);
        self.tokens(request, Flow::Exchange, scope).await
    }

    async fn tokens(&self, request: Post, flow: Flow, scope: &str) -> Result<Tokens> {
        let asked = clock::now();
        let reply = http::post(request).await?;
        let tokens = token::judge(&reply.answer(), flow, scope, clock::now())?;
        Ok(tokens.asked_for_at(asked))
    }

    /// Has the server end tokens. What it answers makes no difference.
    pub fn revoke(self: &Rc<Self>, tokens: &Tokens) {
        for request in token::revoke(&self.config, tokens) {
            let begun = self.revocations.begin();
            let server = Rc::clone(self);
            spawn_local(async move {
                let reply = http::post(request).await;
                if !reply.is_ok_and(|reply| reply.answer().status == 200) {
                    server
                        .hooks
                        .log("the server did not confirm that a token was revoked");
                }
                drop(begun);
            });
        }
    }

    /// Waits three seconds at most: for the revocations under way and, where the user goes to the domain's own logout page,
    /// for the settings that name it.
    pub async fn before_logout(self: &Rc<Self>, wants_page: bool) {
        let answers = async {
            if wants_page && self.config.endpoints.logout.is_none() {
                // Where the domain names no page, there is a default.
                let _ = self.authority().await;
            }
            self.revocations.ended().await;
        };
        timeout(PATIENCE, Box::pin(answers)).await;
    }

    /// The logout page, with the way back.
    pub fn logout_page(&self, return_to: &Url) -> String {
        let authority = self.known_authority();
        logout::request(
            &self.config,
            authority.as_deref(),
            return_to,
            &crate::browser::url::parse,
        )
    }

    /// The flow by which users sign in. A server that doesn't say what it offers is one of the older generation: it offers the
    /// implicit flow.
    pub async fn flow(&self) -> Flow {
        match self.config.flow {
            FlowOption::Implicit => Flow::Implicit,
            FlowOption::Code => Flow::Code,
            FlowOption::Auto => {
                let asked = timeout(PATIENCE, Box::pin(self.offered_flow())).await;
                asked.unwrap_or(Flow::Implicit)
            }
        }
    }

    /// The flow that the server's metadata offers. The server is asked once a page; that it has no metadata is remembered as
    /// well, if it was the server that said so.
    async fn offered_flow(&self) -> Flow {
        let server = &self.config.server;
        let key = concat(&["placeos-auth:offered:", server.origin()]);
        let known = shared::get(&key);
        if let Some(flow) = known.and_then(|name| Flow::from_name(&name)) {
            return flow;
        }
        let mut has_answered = true;
        let mut offered = None;
        for path in metadata::PATHS {
            let reply = http::get_without_credentials(&server.with_path(path).href()).await;
            match reply.and_then(|reply| metadata::judge(&reply.answer())) {
                Ok(flow) => {
                    offered = Some(flow);
                    break;
                }
                Err(error) => {
                    has_answered &= matches!(
                        error.code(),
                        ErrorCode::InvalidResponse | ErrorCode::ServerError
                    );
                }
            }
        }
        let flow = offered.unwrap_or(Flow::Implicit);
        if offered.is_some() || has_answered {
            shared::set(&key, flow.as_str());
        }
        flow
    }
}
