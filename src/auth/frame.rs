//! Renewal without a refresh token: the authorization endpoint in a hidden frame, which answers by itself while the user is
//! signed in to the server.

use super::core::Core;
use crate::browser::frame::{Frame, Seen};
use crate::browser::gate::within;
use crate::browser::{clock, http, page, random};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::authorization;
use crate::oauth::http::Answer;
use crate::oauth::pkce::Verifier;
use crate::oauth::redirect::{Grant, find, judge};
use crate::oauth::sign_in::SignIn;
use crate::oauth::state::State;
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::session::wants_user;
use crate::url::Url;
use std::rc::Rc;
use std::time::Duration;

/// How long it may take in all: the frame, and what is asked of the server afterwards.
const LONGEST: Duration = Duration::from_secs(15);

/// How long a frame may stay on a page of another origin after it was loaded: single sign-on goes by some of them.
const GRACE: Duration = Duration::from_secs(2);

impl Core {
    /// New tokens by a hidden frame, for the renewal of that number: as soon as nobody wants it any more, the frame goes.
    ///
    /// # Errors
    /// `login_required` where the server wants the user; `network`, `timeout`, `server_error` where it may work later.
    pub async fn renew_in_frame(self: &Rc<Self>, number: u32, old: &Tokens) -> Result<Tokens> {
        if !page::is_online() {
            return Err(AuthError::new(
                ErrorCode::Network,
                "The browser is offline: the session could not be renewed.",
            ));
        }
        let outcome = within(LONGEST, Box::pin(self.ask_in_frame(number, old))).await;
        outcome.unwrap_or_else(|| {
            Err(AuthError::new(
                ErrorCode::Timeout,
                "The session could not be renewed: the server didn't answer in the hidden frame within 15 seconds.",
            ))
        })
    }

    async fn ask_in_frame(self: &Rc<Self>, number: u32, old: &Tokens) -> Result<Tokens> {
        let state = State::from_random(&random::bytes()?);
        let verifier = match old.flow {
            Flow::Code => Some(Verifier::from_random(&random::bytes()?)),
            _ => None,
        };
        let asked = clock::now();
        let url = authorization::request(&self.config, &old.scope, &state, verifier.as_ref());
        let Some(answer) = self.answer(number, &url, &state).await? else {
            return Err(if self.machine.borrow().wants(number) {
                self.why_no_answer().await
            } else {
                wants_user()
            });
        };
        let sign_in = self.sign_in(&old.scope, verifier);
        let Some((response, _)) = find(&answer, &self.config.redirect_url) else {
            return Err(wants_user());
        };
        match judge(response, Some(&sign_in), clock::now())? {
            Grant::Tokens(tokens) => Ok(tokens.asked_for_at(asked)),
            Grant::Code(code) => self.redeem(code, &old.scope).await,
        }
    }

    /// The URL in which the frame comes back with an answer to this state; `None` if it ends elsewhere.
    ///
    /// # Errors
    /// `server_error`, `temporarily_unavailable` where the server's own page can be read, and says so.
    async fn answer(&self, number: u32, url: &str, state: &State) -> Result<Option<Url>> {
        let Some(frame) = Frame::load(url) else {
            return Ok(None);
        };
        let mut loads = 0;
        let mut since = clock::now();
        while self.machine.borrow().wants(number) {
            let seen = frame.look().await;
            if frame.loads() != loads {
                loads = frame.loads();
                since = clock::now();
            }
            match seen {
                Seen::Page(url, _) if self.is_answer(&url, state) => return Ok(Some(url)),
                Seen::Page(_, true) => {
                    let page = Answer {
                        status: frame.status().unwrap_or_default(),
                        retry_after: None,
                        body: None,
                    };
                    let error = page.success().err().filter(AuthError::retryable);
                    return error.map_or(Ok(None), Err);
                }
                Seen::Foreign if loads > 0 && clock::now().distance(since) >= GRACE => break,
                _ => {}
            }
        }
        Ok(None)
    }

    fn is_answer(&self, url: &Url, state: &State) -> bool {
        // The server's own error pages have our state in their address, too.
        let here = &self.config.redirect_url;
        url.same_origin(here)
            && url.path == here.path
            && find(url, here).is_some_and(|(response, _)| response.state() == Some(state))
    }

    /// A frame doesn't tell a login page from the browser's own about a server that is out of reach. A request does.
    async fn why_no_answer(&self) -> AuthError {
        let is_own = self.config.server.same_origin(&self.config.redirect_url);
        let href = self.config.endpoints.authority.href();
        let asked = http::get(&href).await;
        match asked.and_then(|reply| reply.answer().success().map(drop)) {
            // Another origin that can't be read may just not allow it (CORS).
            Err(error)
                if error.code() == ErrorCode::Network && !is_own && http::is_there(&href).await =>
            {
                wants_user()
            }
            Err(error) if error.retryable() => error,
            _ => wants_user(),
        }
    }

    /// The record of a sign-in that begins now, and leads back here.
    pub fn sign_in(&self, scope: &str, verifier: Option<Verifier>) -> SignIn {
        let config = &self.config;
        let endpoints = &config.endpoints;
        SignIn {
            flow: if verifier.is_some() {
                Flow::Code
            } else {
                Flow::Implicit
            },
            server: config.server.origin().to_owned(),
            issuer: endpoints.authorize.origin().to_owned(),
            named_issuer: config.issuer.clone(),
            client_id: config.client_id.clone(),
            redirect_uri: config.redirect_uri.clone(),
            scope: scope.to_owned(),
            storage: config.storage,
            return_to: String::new(),
            app_state: None,
            history_state: None,
            token_endpoint: endpoints.token_is_given.then(|| endpoints.token.href()),
            authority_endpoint: Some(endpoints.authority.href()),
            verifier,
            begun: clock::now(),
        }
    }
}
