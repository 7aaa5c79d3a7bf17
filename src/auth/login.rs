//! The way to the server: what flow it is to be, what is remembered until the answer comes, and how a page that is still
//! here goes on.

use super::core::Core;
use super::server::PATIENCE;
use super::{Login, own_url, redirect};
use crate::browser::departure::{Departure, Stayed};
use crate::browser::latch::Latch;
use crate::browser::timeout::{before, timeout};
use crate::browser::{clock, http, json, page, random, storage::crossing};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::pkce::Verifier;
use crate::oauth::sign_in::SignIn;
use crate::oauth::state::State;
use crate::oauth::{authorization, loop_guard, metadata};
use crate::options::{Flow, FlowOption, check_scope};
use crate::session::login_required;
use crate::url::Url;
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long a page is taken to be on its way to the logout page.
const LEAVING: Duration = Duration::from_secs(5);

thread_local! {
    /// What servers have said they offer, by their origin. They are asked once a page.
    static OFFERED: RefCell<Vec<(String, Flow)>> = const { RefCell::new(Vec::new()) };
}

/// The sign-in under way on this page, which those who ask for one meanwhile join.
#[derive(Default)]
pub struct UnderWay {
    /// Closed until it has ended without one.
    latch: Latch,
    /// How the last one ended.
    end: RefCell<Option<AuthError>>,
}

/// What a sign-in asks for, checked.
struct Wish {
    return_to: Url,
    scope: String,
    app_state: Option<String>,
}

/// Leaves for the server, or joins who is about to.
pub async fn login(core: &Rc<Core>, login: Login) -> Result<Infallible> {
    let wish = check(core, login)?;
    let under_way = &core.under_way;
    if !under_way.latch.is_closed() {
        let closed = under_way.latch.close_until_dropped();
        let core = Rc::clone(core);
        spawn_local(async move {
            let Err(error) = leave(&core, wish).await;
            core.under_way.end.replace(Some(error));
            drop(closed);
        });
    }
    under_way.latch.wait().await;
    let end = under_way.end.borrow().clone();
    Err(end.unwrap_or_else(login_required))
}

fn check(core: &Core, login: Login) -> Result<Wish> {
    core.check_has_sessions()?;
    let return_to = own_url("returnTo", login.return_to.as_deref())?;
    let scope = login.scope.as_deref().unwrap_or(&core.config.scope);
    let scope = check_scope("scope", scope)?.to_owned();
    let app_state = match &login.app_state {
        None => None,
        Some(value) => Some(json::to_text(value).ok_or_else(|| {
            AuthError::option("appState", "holds something that JSON can't say.")
        })?),
    };
    let now = clock::now();
    let left = core.left.get();
    if left.is_some_and(|left| now.distance(left) < LEAVING) {
        // A guard that asks for a sign-in as soon as there is no session must not undo the sign-out under way.
        return Err(AuthError::new(
            ErrorCode::LoginRequired,
            "This page is on its way to the logout page. Sign in afterwards.",
        ));
    }
    Ok(Wish {
        return_to,
        scope,
        app_state,
    })
}

async fn leave(core: &Rc<Core>, wish: Wish) -> Result<Infallible> {
    let begun_key = core.key("begun");
    let begun = loop_guard::begin(crossing::get(&begun_key).as_deref(), clock::now())?;
    let sign_outs = core.sign_outs.get();
    let departure = Departure::begin();
    // A page that was left while the server was asked, and is shown again, must not leave by itself.
    let flow = before(departure.came_back(), Box::pin(flow(core))).await;
    let flow = flow.ok_or_else(|| came_back(core))?;
    if core.sign_outs.get() != sign_outs {
        return Err(login_required());
    }
    let state = State::from_random(&random::bytes()?);
    let verifier = match flow {
        Flow::Code => Some(Verifier::from_random(&random::bytes()?)),
        _ => None,
    };
    let sign_in = SignIn {
        return_to: wish.return_to.href(),
        app_state: wish.app_state,
        history_state: json::to_text(&page::history_state()).filter(|text| text != "null"),
        ..core.sign_in(&wish.scope, verifier)
    };
    let now = clock::now();
    redirect::forget_sign_ins(|kept| kept.is_void(now));
    if !crossing::set(&redirect::sign_in_key(&state), sign_in.to_text().reveal()) {
        return Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "The browser's storage is blocked or full, so the server's answer could not be recognised. Allow this site to \
             store data.",
        ));
    }
    crossing::set(&begun_key, &begun);
    core.log("leaving for the authorization endpoint");
    let verifier = sign_in.verifier.as_ref();
    page::leave(&authorization::request(
        &core.config,
        &wish.scope,
        &state,
        verifier,
    ))?;
    Err(match departure.end().await {
        Stayed::CameBack => came_back(core),
        Stayed::NeverLeft => AuthError::new(
            ErrorCode::Timeout,
            "The page was not left for the server within a minute. Offer the sign-in again.",
        ),
    })
}

fn came_back(core: &Rc<Core>) -> AuthError {
    core.look_again();
    AuthError::new(
        ErrorCode::LoginRequired,
        "The user came back. Offer the sign-in again.",
    )
}

/// The flow that the app wants. A server that doesn't say what it offers is one of before: it offers the implicit flow.
async fn flow(core: &Core) -> Flow {
    match core.config.flow {
        FlowOption::Implicit => Flow::Implicit,
        FlowOption::Code => Flow::Code,
        FlowOption::Auto => {
            let asked = timeout(PATIENCE, Box::pin(offered(core))).await;
            asked.unwrap_or(Flow::Implicit)
        }
    }
}

/// The flow that the server offers, by its metadata. That it has none is remembered as well, if it was the server that said
/// so.
async fn offered(core: &Core) -> Flow {
    let server = &core.config.server;
    let known = OFFERED.with_borrow(|offered| {
        let mut offered = offered.iter();
        let known = offered.find(|(origin, _)| origin == server.origin());
        known.map(|(_, flow)| *flow)
    });
    if let Some(flow) = known {
        return flow;
    }
    let mut has_answered = true;
    let mut flow = None;
    for path in metadata::PATHS {
        let reply = http::get_without_credentials(&server.with_path(path).href()).await;
        match reply.and_then(|reply| metadata::judge(&reply.answer())) {
            Ok(offered) => {
                flow = Some(offered);
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
    let is_known = flow.is_some() || has_answered;
    let flow = flow.unwrap_or(Flow::Implicit);
    if is_known {
        let known = (server.origin().to_owned(), flow);
        OFFERED.with_borrow_mut(|offered| offered.push(known));
    }
    flow
}
