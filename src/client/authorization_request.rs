//! An authorization request whose answer comes back to this page, in a frame or a popup of its own.

use super::server::Server;
use crate::browser::{clock, random};
use crate::config::Config;
use crate::error::Result;
use crate::oauth::authorization;
use crate::oauth::pkce::Verifier;
use crate::oauth::redirect::{Grant, find, judge};
use crate::oauth::state::State;
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::session::failure::wants_user;
use crate::time::Instant;
use crate::url::Url;
use std::rc::Rc;

/// The request, with what its answer is judged by. It is kept in memory alone.
pub struct AuthorizationRequest {
    pub state: State,
    verifier: Option<Verifier>,
    scope: String,
    asked: Instant,
}

impl AuthorizationRequest {
    /// One in that flow, [`Flow::Implicit`] or [`Flow::Code`]. `state` makes a state of random bytes.
    ///
    /// # Errors
    /// `unsupported_environment` where there is no randomness.
    pub fn new(flow: Flow, scope: &str, state: fn(&[u8; 32]) -> State) -> Result<Self> {
        Ok(AuthorizationRequest {
            state: state(&random::bytes()?),
            verifier: match flow {
                Flow::Code => Some(Verifier::from_random(&random::bytes()?)),
                _ => None,
            },
            scope: scope.to_owned(),
            asked: clock::now(),
        })
    }

    /// Where it is sent to.
    pub fn url(&self, config: &Config) -> String {
        authorization::request(config, &self.scope, &self.state, self.verifier.as_ref())
    }

    /// Whether a URL holds the answer. The server's own error pages have our state in their address, too.
    pub fn is_answered_by(&self, config: &Config, url: &Url) -> bool {
        let here = &config.redirect_url;
        url.same_origin(here)
            && url.path == here.path
            && find(url, here).is_some_and(|(response, _)| response.state() == Some(&self.state))
    }

    /// The tokens that an answer gives. A code is exchanged for them.
    ///
    /// # Errors
    /// The server's own code where it refused; `invalid_response`; as [`Server::redeem`].
    pub async fn tokens(self, server: &Rc<Server>, answer: &Url) -> Result<Tokens> {
        let config = &server.config;
        let sign_in = config.sign_in(&self.scope, self.verifier, clock::now());
        let Some((response, _)) = find(answer, &config.redirect_url) else {
            return Err(wants_user());
        };
        match judge(response, Some(&sign_in), clock::now())? {
            Grant::Tokens(tokens) => Ok(tokens.asked_for_at(self.asked)),
            Grant::Code(code) => server.redeem(code, &self.scope).await,
        }
    }
}
