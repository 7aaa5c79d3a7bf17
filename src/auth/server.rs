//! What a client asks its server by requests of its own: new tokens, their end, the domain's settings.

use super::core::Core;
use crate::browser::latch::Latch;
use crate::browser::timeout::timeout;
use crate::browser::{clock, http};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::authority::{self, Authority};
use crate::oauth::redirect::Code;
use crate::oauth::token;
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::secret::Secret;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long an answer is waited for that only makes things better.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The domain's settings: asked for once, by whoever wants them first.
#[derive(Default)]
pub struct Domain {
    known: RefCell<Option<Result<Rc<Authority>>>>,
    asking: Latch,
}

impl Core {
    /// The domain's settings. A failure isn't kept: who comes later asks again.
    pub async fn authority(self: &Rc<Self>) -> Result<Rc<Authority>> {
        let domain = &self.domain;
        if self.known_authority().is_none() && !domain.asking.is_closed() {
            let asking = domain.asking.close_until_dropped();
            let core = Rc::clone(self);
            spawn_local(async move {
                let reply = http::get(&core.config.endpoints.authority.href()).await;
                let judged = reply.and_then(|reply| authority::judge(&reply.answer()));
                core.domain.known.replace(Some(judged.map(Rc::new)));
                drop(asking);
            });
        }
        domain.asking.wait().await;
        domain
            .known
            .borrow()
            .clone()
            .unwrap_or_else(|| Err(AuthError::new(ErrorCode::Network, "No answer was had.")))
    }

    /// The same, if they are there.
    pub fn known_authority(&self) -> Option<Rc<Authority>> {
        self.domain.known.borrow().clone()?.ok()
    }

    /// The same where it helps, and is no reason to wait for long, nor to fail.
    pub async fn authority_soon(self: &Rc<Self>) -> Option<Rc<Authority>> {
        timeout(PATIENCE, Box::pin(self.authority())).await?.ok()
    }

    /// Whether the server is an ACAEngine. One that doesn't say is taken for a PlaceOS.
    pub async fn is_legacy(self: &Rc<Self>) -> bool {
        let authority = self.authority_soon().await;
        authority.is_some_and(|authority| authority.is_legacy())
    }

    /// Not asked where it makes no difference.
    async fn has_legacy_endpoint(self: &Rc<Self>) -> bool {
        !self.config.endpoints.token_is_given && self.is_legacy().await
    }

    /// Tokens for a code.
    pub async fn redeem(self: &Rc<Self>, code: Code, scope: &str) -> Result<Tokens> {
        let is_legacy = self.has_legacy_endpoint().await;
        let asked = clock::now();
        let reply = http::post(token::redeem(&self.config, is_legacy, &code)).await?;
        let tokens = token::judge(&reply.answer(), Flow::Code, scope, clock::now())?;
        Ok(tokens.asked_for_at(asked))
    }

    /// New tokens for old ones.
    pub async fn refresh(self: &Rc<Self>, old: &Tokens, refresh_token: &Secret) -> Result<Tokens> {
        let is_legacy = self.has_legacy_endpoint().await;
        let asked = clock::now();
        let reply = http::post(token::refresh(&self.config, is_legacy, refresh_token)).await?;
        let tokens = token::judge(&reply.answer(), old.flow, &old.scope, clock::now())?;
        Ok(tokens.asked_for_at(asked))
    }

    /// Has the server end tokens, whatever it says to that.
    pub fn revoke(self: &Rc<Self>, tokens: &Tokens) {
        for post in token::revoke(&self.config, tokens) {
            let begun = self.revocations.begin();
            let core = Rc::clone(self);
            spawn_local(async move {
                let reply = http::post(post).await;
                if !reply.is_ok_and(|reply| reply.answer().status == 200) {
                    core.log("the server did not confirm that a token was revoked");
                }
                drop(begun);
            });
        }
    }
}
