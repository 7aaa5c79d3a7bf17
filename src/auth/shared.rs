//! What all `Auth`s of one configuration share on a page.

use crate::browser::latch::Latch;
use crate::browser::popup::Popup;
use crate::browser::task::SharedTask;
use crate::browser::{self, clock, frame, http, page, timer};
use crate::client::Client;
use crate::client::hooks::{AppHooks, Hooks};
use crate::config::{Config, check_scope};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::arrival::Redirect;
use crate::oauth::tokens::Tokens;
use crate::options::Options;
use crate::session::attempt::SignInAttempt;
use crate::session::event::Event;
use crate::session::failure::sign_in_given_up;
use crate::session::view::Session;
use crate::time::Instant;
use crate::url::Url;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// How long a user is taken to be on the way to the logout page.
const LEAVING: Duration = Duration::from_secs(5);

thread_local! {
    /// Those of this page load: one for each configuration, kept until the page ends, so that an `Auth` that is closed and
    /// created again finds its session and its redirect.
    static ALL: RefCell<Vec<Rc<Shared>>> = const { RefCell::new(Vec::new()) };
}

/// The client of one configuration, how this page load began, and the sign-ins under way.
pub struct Shared {
    pub client: Rc<Client>,
    /// Closed until the response that this page load may be is dealt with.
    pub landed: Latch,
    redirect: RefCell<Redirect>,
    /// The sign-in for which the page is left. It ends if the page is still here.
    pub sign_in: SharedTask,
    /// How the last one ended.
    pub sign_in_end: RefCell<Option<AuthError>>,
    /// The silent sign-in under way.
    pub silent: SharedTask,
    /// How the last one ended.
    pub silent_end: RefCell<Option<Result<Session>>>,
    /// The last sign-in in a popup.
    pub popup: RefCell<Option<Rc<SignInPopup>>>,
    /// If this page is the popup of a sign-in, and has done its part.
    pub popup_end: RefCell<Option<AuthError>>,
    /// When this page was last left for the logout page.
    left_for_logout: Cell<Option<Instant>>,
}

/// A sign-in in a popup, which later ones join.
#[derive(Default)]
pub struct SignInPopup {
    /// Until it has ended.
    pub popup: RefCell<Option<Rc<Popup>>>,
    pub task: SharedTask,
    pub end: RefCell<Option<Result<Session>>>,
}

impl Shared {
    /// What belongs to these options, and whether it is new.
    ///
    /// # Errors
    /// Those of [`Config::check`], and `unsupported_environment` where there is no page.
    pub fn of(options: Options, hooks: Hooks) -> Result<(Rc<Self>, bool)> {
        let page = page::url()?;
        timer::check_is_there()?;
        frame::check_is_outside()?;
        let config = Config::check(options, &page, &browser::url::parse)?;
        let is_same = |shared: &&Rc<Shared>| *shared.client.config == config;
        if let Some(known) = ALL.with_borrow(|all| all.iter().find(is_same).cloned()) {
            known.client.hooks.add(hooks);
            return Ok((known, false));
        }
        let shared = Rc::new(Shared {
            client: Rc::new(Client::new(config, AppHooks::new(hooks))),
            landed: Latch::default(),
            redirect: RefCell::new(Redirect::None),
            sign_in: SharedTask::default(),
            sign_in_end: RefCell::new(None),
            silent: SharedTask::default(),
            silent_end: RefCell::new(None),
            popup: RefCell::new(None),
            popup_end: RefCell::new(None),
            left_for_logout: Cell::new(None),
        });
        ALL.with_borrow_mut(|all| all.push(Rc::clone(&shared)));
        http::remember();
        Ok((shared, true))
    }

    /// All of this page that have the same session, this one among them.
    pub fn all_of_session(&self) -> Vec<Rc<Shared>> {
        let key = self.key("session");
        let all = ALL.with_borrow(Clone::clone).into_iter();
        all.filter(|shared| shared.key("session") == key).collect()
    }

    /// The scope of a session that is to begin: that of the call, or else of the options.
    ///
    /// # Errors
    /// `configuration`; `login_required` on the way to the logout page.
    pub fn scope(&self, given: Option<&str>) -> Result<String> {
        self.client.api_keys.check_has_none()?;
        let scope = check_scope("scope", given.unwrap_or(&self.config().scope))?;
        self.check_stays()?;
        Ok(scope.to_owned())
    }

    /// The session that begins with these tokens.
    ///
    /// # Errors
    /// `login_required` if the user has signed out meanwhile, or a later sign-in has begun a session.
    pub fn begin_session(&self, tokens: Tokens, attempt: SignInAttempt) -> Result<Session> {
        let client = &self.client;
        client.handle(Event::SignedIn { tokens, attempt });
        let session = client.session().filter(|_| client.is_current(attempt));
        session.ok_or_else(sign_in_given_up)
    }

    /// This page is left for the logout page.
    pub fn leave_for_logout(&self) {
        for shared in self.all_of_session() {
            shared.left_for_logout.set(Some(clock::now()));
        }
    }

    /// That the user is not on the way to the logout page, here or in another tab of the session. A guard that begins a session
    /// as soon as there is none must not undo the sign-out under way.
    ///
    /// # Errors
    /// `login_required`
    pub fn check_stays(&self) -> Result<()> {
        let now = clock::now();
        let left = [
            self.left_for_logout.get(),
            self.client.signed_out_elsewhere(),
        ];
        if !left
            .iter()
            .flatten()
            .any(|left| now.distance(*left) < LEAVING)
        {
            return Ok(());
        }
        Err(AuthError::new(
            ErrorCode::LoginRequired,
            "The user is signing out, here or in another tab. Sign in afterwards.",
        ))
    }

    /// Closes the popup of a sign-in, if there is one. The sign-in ends by itself then.
    pub fn close_popup(&self) {
        if let Some(sign_in) = self.popup.borrow().as_ref()
            && let Some(popup) = sign_in.popup.borrow().as_ref()
        {
            popup.close();
        }
    }

    /// The storage key of this client's data of that name.
    pub fn key(&self, name: &str) -> String {
        self.client.config.key(name)
    }

    pub fn config(&self) -> &Config {
        &self.client.config
    }

    pub fn log(&self, line: &str) {
        self.client.hooks.log(line);
    }

    /// What this page load brought back from the server.
    pub fn redirect(&self) -> Redirect {
        self.redirect.borrow().clone()
    }

    pub fn set_redirect(&self, redirect: Redirect) {
        self.redirect.replace(redirect);
    }
}

/// Whether the user may be sent to a URL: it is of this page's origin, and stays so when only its path is passed on. A path
/// that begins with two slashes would be another host.
pub fn is_own(url: &Url, here: &Url) -> bool {
    url.same_origin(here) && !url.has_user_info() && !url.path.starts_with("//")
}
