//! Sign-in without showing anything.

use super::Auth;
use super::shared::Shared;
use crate::client::frame::{self, FrameRequest};
use crate::error::{AuthError, ErrorCode, Result};
use crate::session::failure::{login_required, sign_in_given_up};
use crate::session::view::Session;
use std::rc::Rc;

impl Auth {
    /// Signs in by a hidden frame, without showing anything, if the user is signed in to the server. A call while another one is
    /// under way joins it.
    ///
    /// # Errors
    /// `login_required` where the server wants the user, at once if the server says so beforehand; `network`, `timeout`,
    /// `server_error`, `temporarily_unavailable` where it may work later; the server's own code where it refuses. A session
    /// that was there before stays.
    pub async fn login_silently(&self, scope: Option<&str>) -> Result<Session> {
        let scope = self.shared.scope(scope)?;
        let shared = Rc::clone(&self.shared);
        let task = Box::pin(async move {
            let outcome = sign_in(&shared, &scope).await;
            shared.silent_end.replace(Some(outcome));
        });
        self.shared.silent.join(task).await;
        let end = self.shared.silent_end.borrow().clone();
        end.unwrap_or_else(|| Err(login_required()))
    }
}

async fn sign_in(shared: &Shared, scope: &str) -> Result<Session> {
    let client = &shared.client;
    let attempt = client.begin_sign_in();
    check_is_known(shared).await?;
    let asked = FrameRequest {
        flow: client.server.flow().await,
        scope,
        old: None,
    };
    let is_wanted = || client.is_current(attempt);
    match frame::ask(&client.server, asked, &is_wanted).await {
        Ok(tokens) => shared.begin_session(tokens, attempt),
        Err(_) if !is_wanted() => Err(sign_in_given_up()),
        Err(error) => Err(error),
    }
}

/// The domain's settings tell whether this browser is signed in to the server, if they are of this page's origin: no cookies go
/// to another one.
async fn check_is_known(shared: &Shared) -> Result<()> {
    let config = shared.config();
    if !config.endpoints.authority.same_origin(&config.redirect_url) {
        return Ok(());
    }
    match shared.client.server.ask_authority().await {
        Ok(authority) if authority.session => Ok(()),
        Ok(_) => Err(AuthError::new(
            ErrorCode::LoginRequired,
            "Nobody is signed in to the server in this browser. Call login().",
        )),
        Err(error) if error.retryable() => Err(error),
        // A server that has no such settings.
        Err(_) => Ok(()),
    }
}
