//! Takes the response to a sign-in that this page load may be, and brings the user back to where they were.

use super::panel;
use super::popup_response::PopupResponse;
use super::shared::{Shared, is_own};
use crate::browser::storage::crossing;
use crate::browser::timeout::sleep;
use crate::browser::{self, clock, json, page, shared as page_wide};
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::arrival::{Arrival, Redirect};
use crate::oauth::redirect::{Grant, Response, find, judge};
use crate::oauth::sign_in::SignIn;
use crate::oauth::state::State;
use crate::session::event::Event;
use crate::text::concat;
use crate::url::Url;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// What all keys of pending sign-ins begin with.
const SIGN_INS: &str = "placeos-auth:sign-in:";

/// How long another client of this page may take to exchange a code: longer than the requests for it can.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(20);

/// How long another client of this page may take to begin, if there is one.
const LONGEST_START: Duration = Duration::from_secs(2);

/// How long is between two looks whether it has.
const LOOK: Duration = Duration::from_millis(50);

/// How often is looked at most. A page without timers doesn't wait in between.
const MOST_LOOKS: u32 = 400;

/// The storage key of a pending sign-in.
pub fn sign_in_key(state: &State) -> String {
    concat(&[SIGN_INS, state.as_str()])
}

/// Removes the pending sign-ins that match. Those of another version of this package are left to it.
pub fn forget_sign_ins(matches: impl Fn(&SignIn) -> bool) {
    for area in crossing::areas() {
        for key in area.keys(SIGN_INS) {
            let sign_in = area.get(&key).and_then(|text| SignIn::from_text(&text));
            if sign_in.is_some_and(|sign_in| matches(&sign_in)) {
                area.remove(&key);
            }
        }
    }
}

/// A response that was taken out of the address bar and judged, with the record of its sign-in.
struct Taken {
    judged: Result<Grant>,
    sign_in: Option<SignIn>,
    here: Here,
}

/// This page.
pub struct Here {
    /// Its URL, without the response.
    pub url: Url,
    /// Whether the response is still in the address bar, which nothing could change.
    pub is_stuck: bool,
}

/// Where the URL with an answer is that one client has taken out of the address bar for another, which may be of another copy of
/// this package: a property of the page. Any script that reads it could have read the address bar.
const HELD: &str = "placeos-auth:held";

fn held() -> Option<Url> {
    browser::url::parse(&page_wide::get(HELD)?, None)
}

fn take_held() -> Option<Url> {
    let url = held()?;
    page_wide::set(HELD, "");
    Some(url)
}

/// Whether a response is held that leads to a session of this client's, if another client takes it.
fn holds_own(shared: &Shared) -> bool {
    held()
        .and_then(|url| stored_sign_in(&find(&url, &shared.config().redirect_url)?.0))
        .is_some_and(|sign_in| shared.config().began(&sign_in))
}

/// The record of the sign-in that a response is to.
pub fn stored_sign_in(response: &Response) -> Option<SignIn> {
    let text = crossing::get(&sign_in_key(response.state()?))?;
    SignIn::from_text(&text)
}

/// Deals with the response that this page load may be, and restores the session.
pub fn land(shared: &Rc<Shared>) -> Result<()> {
    panel::take_api_key(shared, &page::url()?);
    let here = page::url()?;
    if let Some(response) = PopupResponse::take(&here, &shared.config().redirect_url) {
        hand_over(shared, response);
        return Ok(());
    }
    match take_response(shared, &here) {
        Some(taken) => {
            shared.client.handle(Event::PageLoaded);
            complete_sign_in(shared, taken);
        }
        None => restore_outcome(shared),
    }
    Ok(())
}

/// On the page of a popup: hands the response over to the page that opened it. Where nobody takes it, this page goes on without.
fn hand_over(shared: &Rc<Shared>, response: PopupResponse) {
    let closed = shared.landed.close_until_dropped();
    let shared = Rc::clone(shared);
    spawn_local(async move {
        let error = response.hand_over().await;
        if error.code() == ErrorCode::StateMismatch {
            shared.client.handle(Event::PageLoaded);
            note_outcome(&shared, Redirect::Failed(error));
        } else {
            shared.popup_end.replace(Some(error));
        }
        drop(closed);
    });
}

/// Takes the response out of the address bar and the record of its sign-in out of storage, then judges the one by the other.
/// A response to another client's sign-in is kept for that client.
fn take_response(shared: &Shared, here: &Url) -> Option<Taken> {
    let own = &shared.config().redirect_url;
    let is_here = find(here, own).is_some();
    let url = if is_here { here.clone() } else { take_held()? };
    let (response, clean) = find(&url, own)?;
    let is_stuck = is_here && page::replace_entry(&page::history_state(), &clean).is_err();
    if is_stuck {
        shared.log(
            "the address bar can't be changed: the response stays there until this page is left",
        );
    }
    let sign_in = stored_sign_in(&response);
    let is_foreign = sign_in
        .as_ref()
        .is_some_and(|known| !shared.config().takes_response_to(known));
    if is_foreign {
        // Whoever asked finds it in the address bar, or here.
        if !is_stuck {
            page_wide::set(HELD, &url.href());
        }
        return None;
    }
    if is_stuck && sign_in.is_none() && page_wide::get(&shared.key("outcome")).is_some() {
        // Another client on this page has taken it.
        return None;
    }
    if let Some(state) = response.state() {
        crossing::take(&sign_in_key(state));
    }
    Some(Taken {
        judged: judge(response, sign_in.as_ref(), clock::now()),
        sign_in,
        here: Here {
            url: if is_here { clean } else { here.clone() },
            is_stuck,
        },
    })
}

/// Begins the session of a response, and goes to the page the user left. A code is good once, so it is exchanged first, even
/// if nobody waits for it any more. Other clients of the same server and id, of other options or in another bundle, know that
/// by an empty outcome, and wait.
fn complete_sign_in(shared: &Rc<Shared>, taken: Taken) {
    let attempt = shared.client.begin_sign_in();
    let Taken {
        judged,
        sign_in,
        here,
    } = taken;
    match (judged, sign_in) {
        (Ok(Grant::Tokens(tokens)), Some(sign_in)) => {
            shared.client.handle(Event::SignedIn { tokens, attempt });
            signed_in(shared, &sign_in, &here);
        }
        (Ok(Grant::Code(code)), Some(sign_in)) => {
            let closed = shared.landed.close_until_dropped();
            page_wide::set(&shared.key("outcome"), "");
            let shared = Rc::clone(shared);
            spawn_local(async move {
                match shared.client.server.redeem(code, &sign_in.scope).await {
                    Ok(tokens) => {
                        shared.client.handle(Event::SignedIn { tokens, attempt });
                        signed_in(&shared, &sign_in, &here);
                    }
                    Err(error) => failed(&shared, error.into_final(), &here),
                }
                drop(closed);
            });
        }
        (Err(error), _) => failed(shared, error, &here),
        // Without a record nothing is judged to be good.
        (Ok(_), None) => {}
    }
}

fn failed(shared: &Shared, error: AuthError, here: &Here) {
    shared.log(&concat(&["sign-in failed: ", error.code().as_str()]));
    note_outcome(shared, Redirect::Failed(error));
    // Once: an outcome that nobody has taken up yet tells of an address that leads back here.
    if here.is_stuck && crossing::get(&shared.key("arrival")).is_none() {
        leave(shared, &here.url, None);
    }
}

/// Notes the outcome, for other clients on this page as well.
fn note_outcome(shared: &Shared, redirect: Redirect) {
    let outcome = Arrival {
        redirect: redirect.clone(),
        history_state: None,
        sent: clock::now(),
    };
    page_wide::set(&shared.key("outcome"), &outcome.to_text());
    shared.set_redirect(redirect);
}

fn signed_in(shared: &Shared, sign_in: &SignIn, here: &Here) {
    crossing::take(&shared.key("begun"));
    let target = own_origin(&sign_in.return_to, &here.url);
    let redirect = Redirect::SignedIn {
        return_to: target.href(),
        app_state: sign_in.app_state.clone(),
    };
    note_outcome(shared, redirect);
    return_to(shared, sign_in, &target, here);
}

/// The URL of a text, or this page in place of one that leads elsewhere: it was checked when it was stored, but storage is
/// not ours alone.
pub fn own_origin(text: &str, here: &Url) -> Url {
    browser::url::parse(text, None)
        .filter(|url| is_own(url, here))
        .unwrap_or_else(|| here.clone())
}

/// Goes to the page the user left.
pub fn return_to(shared: &Shared, sign_in: &SignIn, target: &Url, here: &Here) {
    if !here.is_stuck && *target != here.url && shared.client.hooks.navigate(&target.href()) {
        return;
    }
    let state = sign_in.history_state.as_deref();
    if target.path == here.url.path && !here.is_stuck {
        let state = state.and_then(json::from_text);
        let state = state.unwrap_or_else(page::history_state);
        if page::replace_entry(&state, target).is_ok() {
            shared.log("going to the page the user left");
            return;
        }
    }
    leave(shared, target, state);
}

/// Loads another page in the place of this one, which takes the outcome over. Where that can't be kept, this one stays.
fn leave(shared: &Shared, target: &Url, history_state: Option<&str>) {
    let arrival = Arrival {
        redirect: shared.redirect(),
        history_state: history_state.map(str::to_owned),
        sent: clock::now(),
    };
    if shared.client.outlives_page() && crossing::set(&shared.key("arrival"), &arrival.to_text()) {
        shared.log("going to the page the user left");
        let _ = page::replace(target);
    } else {
        shared.log(
            "staying on this page, because the session would not outlive it: see redirect.returnTo",
        );
    }
}

/// Restores the session, and the outcome that the page before this one sent here, or that another client of this page has or
/// is about to have.
fn restore_outcome(shared: &Rc<Shared>) {
    let outcome = shared.key("outcome");
    if let Some(text) = crossing::take(&shared.key("arrival")) {
        shared.client.handle(Event::PageLoaded);
        if let Some((redirect, state)) = read_outcome(&text) {
            note_outcome(shared, redirect);
            restore_state(state);
        }
    } else if patience(shared, &outcome).is_some() && shared.config().api_key.is_none() {
        shared.log("another client on this page completes the sign-in: waiting for it");
        let closed = shared.landed.close_until_dropped();
        let shared = Rc::clone(shared);
        spawn_local(async move {
            let begun = clock::now();
            for _ in 0..MOST_LOOKS {
                let waited = clock::now().distance(begun);
                if patience(&shared, &outcome).is_none_or(|longest| waited >= longest) {
                    break;
                }
                sleep(LOOK).await;
            }
            take_over(&shared, &outcome);
            drop(closed);
        });
    } else {
        take_over(shared, &outcome);
    }
}

/// How long another client on this page is waited for: while it exchanges a code, and while it may yet take its response.
fn patience(shared: &Shared, outcome: &str) -> Option<Duration> {
    match page_wide::get(outcome).as_deref() {
        Some("") => Some(LONGEST_EXCHANGE),
        Some(_) => None,
        None => holds_own(shared).then_some(LONGEST_START),
    }
}

/// Restores the session, with what another client on this page has noted of how it came to be.
fn take_over(shared: &Rc<Shared>, outcome: &str) {
    shared.client.handle(Event::PageLoaded);
    let text = page_wide::get(outcome).unwrap_or_default();
    if let Some((redirect, _)) = read_outcome(&text) {
        // The session of a client that keeps it elsewhere is none of this one's.
        let is_own = matches!(redirect, Redirect::Failed(_)) || shared.client.session().is_some();
        if is_own {
            shared.set_redirect(redirect);
        }
    }
}

/// An outcome, and the state of the history entry that it belongs to.
fn read_outcome(text: &str) -> Option<(Redirect, Option<String>)> {
    let arrival = Arrival::from_text(text, clock::now())?;
    let here = page::url().ok()?;
    let redirect = match arrival.redirect {
        Redirect::SignedIn {
            return_to,
            app_state,
        } => Redirect::SignedIn {
            return_to: own_origin(&return_to, &here).href(),
            app_state,
        },
        other => other,
    };
    Some((redirect, arrival.history_state))
}

fn restore_state(state: Option<String>) {
    let state = state.as_deref().and_then(json::from_text);
    if let (Some(state), Ok(here)) = (state, page::url()) {
        let _ = page::replace_entry(&state, &here);
    }
}
