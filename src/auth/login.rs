//! The way to the server's sign-in page: what is remembered until its response comes, and how a page that is still here goes
//! on.

use super::landing;
use super::shared::{Shared, is_own};
use crate::browser::departure::{Departure, Stayed};
use crate::browser::timeout::before;
use crate::browser::{self, clock, json, page, random, storage::crossing};
use crate::config::check_scope;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::pkce::Verifier;
use crate::oauth::sign_in::SignIn;
use crate::oauth::state::State;
use crate::oauth::{authorization, loop_guard};
use crate::options::Flow;
use crate::session::event::Event;
use crate::session::failure::{login_required, sign_in_given_up};
use crate::text::concat;
use crate::url::Url;
use std::convert::Infallible;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// What [`Auth::login`](super::Auth::login) takes.
#[derive(Default)]
pub struct Login {
    /// Where the user is to be afterwards, on this page's origin. Default: here.
    pub return_to: Option<String>,
    /// The app's own data, given back in [`Redirect::SignedIn`](crate::oauth::arrival::Redirect::SignedIn): any value that
    /// JSON can say.
    pub app_state: Option<JsValue>,
    /// In place of the options' scope.
    pub scope: Option<String>,
}

/// The same, checked.
struct Checked {
    return_to: Url,
    scope: String,
    app_state: Option<String>,
}

/// Leaves for the server, or joins a sign-in that is about to.
pub async fn login(shared: &Rc<Shared>, login: Login) -> Result<Infallible> {
    let checked = check(shared, login)?;
    let leaving = Rc::clone(shared);
    let task = Box::pin(async move {
        let Err(error) = leave(&leaving, checked).await;
        leaving.sign_in_end.replace(Some(error));
    });
    shared.sign_in.join(task).await;
    let end = shared.sign_in_end.borrow().clone();
    Err(end.unwrap_or_else(login_required))
}

fn check(shared: &Shared, login: Login) -> Result<Checked> {
    let config = shared.config();
    shared.client.api_keys.check_has_none()?;
    let return_to = own_url("returnTo", login.return_to.as_deref())?;
    let scope = login.scope.as_deref().unwrap_or(&config.scope);
    let scope = check_scope("scope", scope)?.to_owned();
    let app_state = match &login.app_state {
        None => None,
        Some(value) => Some(json::to_text(value).ok_or_else(|| {
            AuthError::option("appState", "holds something that JSON can't say.")
        })?),
    };
    shared.check_stays()?;
    Ok(Checked {
        return_to,
        scope,
        app_state,
    })
}

async fn leave(shared: &Rc<Shared>, checked: Checked) -> Result<Infallible> {
    let client = &shared.client;
    let begun_key = shared.key("begun");
    let begun = loop_guard::begin(crossing::get(&begun_key).as_deref(), clock::now())?;
    let attempt = client.begin_sign_in();
    let departure = Departure::begin();
    // A page that was left while the server was asked, and is shown again, must not leave by itself.
    let flow = before(departure.came_back(), Box::pin(client.server.flow())).await;
    let flow = flow.ok_or_else(|| came_back(shared))?;
    if !client.is_current(attempt) {
        return Err(sign_in_given_up());
    }
    let state = State::from_random(&random::bytes()?);
    let verifier = match flow {
        Flow::Code => Some(Verifier::from_random(&random::bytes()?)),
        _ => None,
    };
    let sign_in = SignIn {
        return_to: checked.return_to.href(),
        app_state: checked.app_state,
        history_state: json::to_text(&page::history_state()).filter(|text| text != "null"),
        ..client
            .config
            .sign_in(&checked.scope, verifier, clock::now())
    };
    let now = clock::now();
    landing::forget_sign_ins(|kept| kept.is_void(now));
    if !crossing::set(&landing::sign_in_key(&state), sign_in.to_text().reveal()) {
        return Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "The browser's storage is blocked or full, so the server's response could not be recognised. Allow this site to \
             store data.",
        ));
    }
    crossing::set(&begun_key, &begun);
    shared.log("leaving for the authorization endpoint");
    let verifier = sign_in.verifier.as_ref();
    page::leave(&authorization::request(
        &client.config,
        &checked.scope,
        &state,
        verifier,
    ))?;
    Err(match departure.end().await {
        Stayed::CameBack => came_back(shared),
        Stayed::NeverLeft => AuthError::new(
            ErrorCode::Timeout,
            "The page was not left for the server within a minute. Offer the sign-in again.",
        )
        .into_final(),
    })
}

fn came_back(shared: &Shared) -> AuthError {
    shared.client.handle(Event::PageShown);
    AuthError::new(
        ErrorCode::LoginRequired,
        "The user came back. Offer the sign-in again.",
    )
}

/// A URL of the page's own origin, or the page's if none is given.
///
/// # Errors
/// `untrusted_url`, under the name the app used.
pub fn own_url(name: &str, given: Option<&str>) -> Result<Url> {
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
