//! The client: asks the pure parts what to do, and has the browser do it.
//!
//! | module | what it is for |
//! | --- | --- |
//! | `core` | what all clients of one configuration share |
//! | `login` | the way to the server |
//! | `redirect` | the way back |
//! | `renewal`, `frame`, `tabs` | how a session goes on, and who is told |
//! | `server` | what is asked of the server besides |
//! | `fetch`, `web_socket` | where the token goes |
//! | `request` | one request of the app's, from its arguments to its response |

mod core;
mod fetch;
mod frame;
mod login;
mod redirect;
mod renewal;
pub(crate) mod request;
mod server;
mod tabs;
mod web_socket;

use crate::browser::timeout::timeout;
use crate::browser::{self, clock, http, page, storage::crossing};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::arrival::Redirect;
use crate::oauth::authority::Authority;
pub use crate::oauth::token::Credentials;
use crate::oauth::{self, logout, token};
use crate::options::{Flow, Options, check_scope};
use crate::session::{Change, EndReason, Event, Session, login_required};
use crate::tab_message::TabMessage;
use crate::text::concat;
use crate::url::Url;
use core::Core;
use server::PATIENCE;
use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Called with one line per step, never with a secret in it.
pub type Log = Rc<dyn Fn(&str)>;

/// Goes to the page the user left for sign-in, given its whole URL. Says whether it did.
pub type Navigate = Rc<dyn Fn(&str) -> bool>;

/// What an app gives besides plain options.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Default: nothing is logged.
    pub log: Option<Log>,
    /// Default: `history.replaceState` when only query or fragment differ, else `location.replace`.
    pub navigate: Option<Navigate>,
}

/// What [`Auth::login`] takes.
#[derive(Default)]
pub struct Login {
    /// Where the user is to be afterwards, on this page's origin. Default: here.
    pub return_to: Option<String>,
    /// The app's own data, given back in [`Redirect::SignedIn`]: any value that JSON can say.
    pub app_state: Option<JsValue>,
    /// In place of the options' scope.
    pub scope: Option<String>,
}

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
    core: Rc<Core>,
    is_open: Cell<bool>,
}

/// Listens until it is dropped.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription {
    core: Rc<Core>,
    id: u32,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.core.unsubscribe(self.id);
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
        let core = Core::of(options, hooks)?;
        core.begun.wait().await;
        Ok(Self::over(core))
    }

    /// On a callback page of its own: completes the sign-in that this page load is the answer to, by the options it was
    /// begun with, and goes back to the page the user left, which then has the outcome.
    ///
    /// # Errors
    /// `state_mismatch` for an answer to nothing that was begun here, `configuration` for a session that can't be taken
    /// along, and as [`Auth::create`].
    pub async fn complete_sign_in(hooks: Hooks) -> Result<Self> {
        page::seen().await;
        redirect::complete(hooks).await.map(Self::over)
    }

    fn over(core: Rc<Core>) -> Self {
        core.open();
        Auth {
            core,
            is_open: Cell::new(true),
        }
    }

    /// What is known of the current session: never the token.
    pub fn session(&self) -> Option<Session> {
        self.core.session()
    }

    /// What this page load brought back from the server.
    pub fn redirect(&self) -> Redirect {
        self.core.redirect()
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
        login::login(&self.core, login).await
    }

    /// Exchanges a password for a session: for trusted environments only, such as a kiosk set up by its operator.
    /// Anywhere else [RFC 9700 §2.4](https://www.rfc-editor.org/rfc/rfc9700#section-2.4) forbids it, for it shows the
    /// password to the app, and teaches users to type it anywhere: use [`Auth::login`].
    ///
    /// The password is wiped from this module's memory with the request.
    ///
    /// # Errors
    /// The server's own code where it refuses; `invalid_response`, `server_error`, `temporarily_unavailable`, `network`,
    /// `timeout`, `configuration`. A session that was there before stays.
    pub async fn login_with_password(&self, credentials: Credentials) -> Result<Session> {
        let core = &self.core;
        core.check_has_sessions()?;
        let scope = credentials.scope.as_deref().unwrap_or(&core.config.scope);
        let scope = check_scope("scope", scope)?.to_owned();
        let request = token::password(&core.config, &scope, &credentials);
        drop(credentials);
        let sign_outs = core.sign_outs.get();
        let asked = clock::now();
        let reply = http::post(request).await?;
        let tokens = token::judge(&reply.answer(), Flow::Password, &scope, clock::now())?
            .asked_for_at(asked);
        if core.sign_outs.get() != sign_outs {
            // The user has left meanwhile.
            core.revoke(&tokens);
            return Err(login_required());
        }
        core.apply(Event::SignedIn(tokens));
        core.session().ok_or_else(login_required)
    }

    /// Forgets the session, has the server revoke its tokens
    /// ([RFC 7009](https://www.rfc-editor.org/rfc/rfc7009)), then leaves for the server's logout page unless `local`.
    /// The session is gone here whatever the server does, which is waited for three seconds at most.
    ///
    /// # Errors
    /// `untrusted_url` for a `return_to` on another origin, `configuration` with an API key; then nothing is done.
    pub async fn logout(&self, logout: Logout) -> Result<()> {
        let core = &self.core;
        core.check_has_sessions()?;
        let return_to = own_url("returnTo", logout.return_to.as_deref())?;
        let return_to = oauth::redirect::without_secrets(&return_to);
        if let Some(tokens) = core.stored_by_another() {
            // Whoever has them has lost them, and has to know.
            core.tell(&TabMessage::End(tokens.generation(), EndReason::SignedOut));
            core.revoke(&tokens);
        }
        redirect::forget_sign_ins(|kept| core.began(kept));
        for name in ["begun", "arrival", "session"] {
            crossing::take(&core.key(name));
        }
        if !logout.local {
            core.left.set(Some(clock::now()));
        }
        core.sign_out();
        let wants_page = !logout.local && core.config.endpoints.logout.is_none();
        let answers = async {
            if wants_page {
                // Why there is none, if there is none, makes no difference.
                let _ = core.authority().await;
            }
            core.revocations.ended().await;
        };
        timeout(PATIENCE, Box::pin(answers)).await;
        if logout.local {
            return Ok(());
        }
        core.left.set(Some(clock::now()));
        core.log("leaving for the logout page");
        let authority = core.known_authority();
        page::leave(&logout::request(
            &core.config,
            authority.as_deref(),
            &return_to,
            &browser::url::parse,
        ))
    }

    /// A token good for at least a moment, renewed first when due.
    ///
    /// # Errors
    /// `login_required` when only the user can help; or why an expired one could not be renewed; `configuration` with an
    /// API key.
    pub async fn token(&self) -> Result<String> {
        self.core.check_has_sessions()?;
        let credential = self.core.credential().await?;
        Ok(credential.reveal().to_owned())
    }

    /// Renews the session now. Callers at the same time share one renewal.
    ///
    /// # Errors
    /// `login_required` when only the user can help; otherwise why it failed, and the session stays.
    pub async fn renew(&self) -> Result<Session> {
        self.core.check_has_sessions()?;
        self.core.renewed().await
    }

    /// What all clients of this configuration share.
    #[cfg(feature = "bindings")]
    pub(crate) fn core(&self) -> &Rc<Core> {
        &self.core
    }

    /// Begins a renewal without waiting for it, if there is something to renew.
    #[cfg(feature = "bindings")]
    pub(crate) fn begin_renewing(&self) {
        self.core.apply(Event::Renew);
    }

    /// The domain's public settings. Asked for once, on first use.
    ///
    /// # Errors
    /// `network`, `timeout`, `invalid_response`, `server_error`, `temporarily_unavailable`.
    pub async fn authority(&self) -> Result<Rc<Authority>> {
        self.core.authority().await
    }

    /// Calls back after every change, until the subscription is dropped.
    pub fn subscribe(&self, listener: impl Fn(Change) + 'static) -> Subscription {
        Subscription {
            id: self.core.subscribe(Rc::new(listener)),
            core: Rc::clone(&self.core),
        }
    }

    /// Stops timers and channels. The session stays stored.
    pub fn close(&self) {
        if self.is_open.replace(false) {
            self.core.close();
        }
    }
}

impl Drop for Auth {
    fn drop(&mut self) {
        self.close();
    }
}

/// A URL of the page's own origin, or the page's if none is given.
fn own_url(name: &str, given: Option<&str>) -> Result<Url> {
    let here = page::url()?;
    let Some(text) = given else {
        return Ok(here);
    };
    browser::url::parse(text, page::base().as_deref())
        .filter(|url| is_own(url, &here))
        .ok_or_else(|| {
            AuthError::new(
                ErrorCode::UntrustedUrl,
                concat(&["`", name, "` is not a URL of this page's origin."]),
            )
        })
}

/// Whether the user may be sent to a URL: it is of this page's origin, and stays so when only its path is passed on. A path
/// that begins with two slashes would be another host.
fn is_own(url: &Url, here: &Url) -> bool {
    url.same_origin(here) && !url.has_user_info() && !url.path.starts_with("//")
}
