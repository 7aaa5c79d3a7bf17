//! What an app calls: [`Auth`].
//!
//! | module | what it is for |
//! | --- | --- |
//! | `shared` | what all `Auth`s of one configuration share on a page |
//! | `landing` | the way back from the server's sign-in page |
//! | `callback` | the same on a page of its own |
//! | `panel` | an API key in the address |
//! | `login` | the way there |
//! | `popup` | sign-in in a popup |
//! | `popup_response` | the page that the server leads a popup back to |
//! | `silent` | sign-in without showing anything |
//! | `grants` | sessions that take no page of the server's |
//! | `request` | one request of the app's, from its arguments to its response |
//! | `signing` | the one place where a request is signed |
//! | `fetch`, `web_socket` | the requests of `Auth` |

mod callback;
mod fetch;
mod grants;
mod landing;
mod login;
mod panel;
mod popup;
mod popup_response;
pub(crate) mod request;
mod shared;
mod signing;
mod silent;
mod web_socket;

use crate::browser::{page, storage::crossing};
use crate::client::Client;
pub use crate::client::hooks::{Hooks, Log, Navigate};
use crate::error::Result;
use crate::oauth;
use crate::oauth::arrival::Redirect;
use crate::oauth::authority::Authority;
pub use crate::oauth::token::{Credentials, Exchange};
pub use crate::oauth::tokens::Adopted;
use crate::options::Options;
use crate::session::effect::Change;
use crate::session::event::Event;
use crate::session::view::Session;
pub use login::Login;
use login::own_url;
use shared::Shared;
use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

/// What [`Auth::logout`] takes.
#[derive(Default)]
pub struct Logout {
    /// Where the server sends the user afterwards, on this page's origin. Default: here.
    pub return_to: Option<String>,
    /// Stay on this page, and signed in to the server.
    pub local: bool,
}

/// A client of one PlaceOS server.
///
/// Clients with the same options on one page share one session and one answer, however often a framework mounts them.
/// Dropping the last one is like [`Auth::close`].
pub struct Auth {
    shared: Rc<Shared>,
    is_open: Cell<bool>,
}

/// Listens until it is dropped.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    client: Rc<Client>,
    id: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.client.unsubscribe(self.id);
    }
}

impl Auth {
    /// Completes the sign-in if this page load is the answer to one, and restores the session an earlier page kept. On a
    /// page that is prerendered this waits until somebody sees it.
    ///
    /// # Errors
    /// Only for options that can't work (`configuration`, `insecure_url`) and where there is no page
    /// (`unsupported_environment`). How a sign-in went is in [`Auth::redirect`].
    pub async fn create(options: Options, hooks: Hooks) -> Result<Self> {
        page::seen().await;
        let (shared, is_new) = Shared::of(options, hooks)?;
        if is_new {
            landing::land(&shared)?;
        }
        shared.landed.wait().await;
        let popup_end = shared.popup_end.borrow().clone();
        match popup_end {
            Some(error) => Err(error),
            None => Ok(Self::over(shared)),
        }
    }

    /// On a callback page of its own: completes the sign-in that this page load is the answer to, by the options it was
    /// begun with, and goes back to the page the user left, which then has the outcome.
    ///
    /// # Errors
    /// `state_mismatch` for an answer to nothing that was begun here, `configuration` for a session that can't be taken
    /// along, and as [`Auth::create`].
    pub async fn complete_sign_in(hooks: Hooks) -> Result<Self> {
        page::seen().await;
        callback::complete(hooks).await.map(Self::over)
    }

    fn over(shared: Rc<Shared>) -> Self {
        shared.client.open();
        Auth {
            shared,
            is_open: Cell::new(true),
        }
    }

    /// What all `Auth`s of this configuration share.
    pub(crate) fn client(&self) -> &Rc<Client> {
        &self.shared.client
    }

    /// What is known of the current session: never the token.
    pub fn session(&self) -> Option<Session> {
        self.client().session()
    }

    /// What this page load brought back from the server.
    pub fn redirect(&self) -> Redirect {
        self.shared.redirect()
    }

    /// Leaves the page for the authorization endpoint
    /// ([RFC 6749 §4.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.1)). While a sign-in is under way on this page,
    /// others join it.
    ///
    /// # Errors
    /// It never returns otherwise. `untrusted_url` and `configuration` for what can't work; `redirect_loop`;
    /// `unsupported_environment` where nothing can be stored; `login_required` when the user comes back by the back
    /// button, or is on the way to the logout page; `timeout` when the page was not left within a minute.
    pub async fn login(&self, login: Login) -> Result<Infallible> {
        login::login(&self.shared, login).await
    }

    /// Forgets the session, has the server revoke its tokens
    /// ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)), then leaves for the server's logout page unless `local`.
    /// The session is gone here whatever the server does, which is waited for three seconds at most.
    ///
    /// # Errors
    /// `untrusted_url` for a `return_to` on another origin, `configuration` with an API key; then nothing is done.
    pub async fn logout(&self, logout: Logout) -> Result<()> {
        let shared = &self.shared;
        let client = self.client();
        if client.config.api_key.is_some() {
            client.api_keys.check_has_none()?;
        }
        let return_to = own_url("returnTo", logout.return_to.as_deref())?;
        let return_to = oauth::redirect::without_secrets(&return_to);
        landing::forget_sign_ins(|kept| client.config.began(kept));
        for name in ["begun", "arrival"] {
            crossing::take(&shared.key(name));
        }
        if !logout.local {
            shared.leave_for_logout();
        }
        for shared in shared.all_of_session() {
            shared.close_popup();
            shared.client.forget_api_key();
            shared.client.handle(Event::SignOut);
        }
        client.server.before_logout(!logout.local).await;
        if logout.local {
            return Ok(());
        }
        shared.leave_for_logout();
        shared.log("leaving for the logout page");
        page::leave(&client.server.logout_page(&return_to))
    }

    /// A token good for at least a moment, renewed first when due.
    ///
    /// # Errors
    /// `login_required` when only the user can help; or why an expired one could not be renewed; `configuration` with an
    /// API key.
    pub async fn token(&self) -> Result<String> {
        self.client().api_keys.check_has_none()?;
        let credential = self.client().credential().await?;
        Ok(credential.reveal().to_owned())
    }

    /// Renews the session now. Callers at the same time share one renewal.
    ///
    /// # Errors
    /// `login_required` when only the user can help; otherwise why it failed, and the session stays.
    pub async fn renew(&self) -> Result<Session> {
        self.client().api_keys.check_has_none()?;
        self.client().renew().await
    }

    /// Begins a renewal without waiting for it, if there is something to renew.
    #[cfg(feature = "bindings")]
    pub(crate) fn begin_renewing(&self) {
        self.client().handle(Event::RenewalWanted);
    }

    /// The domain's public settings. Asked for once, on first use.
    ///
    /// # Errors
    /// `network`, `timeout`, `invalid_response`, `server_error`, `temporarily_unavailable`.
    pub async fn authority(&self) -> Result<Rc<Authority>> {
        self.client().server.authority().await
    }

    /// Calls back after every change, until the subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn(Change) + 'static) -> Subscription {
        Subscription {
            id: self.client().subscribe(Rc::new(listener)),
            client: Rc::clone(self.client()),
        }
    }

    /// Stops timers and channels. The session stays stored.
    pub fn close(&self) {
        if self.is_open.replace(false) {
            self.client().close();
        }
    }
}

/// Another handle of the same client: what closes one of them leaves the others open.
impl Clone for Auth {
    fn clone(&self) -> Self {
        if self.is_open.get() {
            self.client().open();
        }
        Auth {
            shared: Rc::clone(&self.shared),
            is_open: self.is_open.clone(),
        }
    }
}

impl Drop for Auth {
    fn drop(&mut self) {
        self.close();
    }
}
