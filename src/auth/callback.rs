//! A callback page of its own: it completes a sign-in, and goes back to the app.

use super::landing::{Here, land, own_origin, return_to, stored_sign_in};
use super::popup_response::PopupResponse;
use super::shared::Shared;
use crate::browser::{frame, page};
use crate::client::hooks::Hooks;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::arrival::Redirect;
use crate::oauth::redirect::find;
use crate::options::{FlowOption, Options};
use std::cell::RefCell;
use std::rc::Rc;

thread_local! {
    /// What this page has completed, for a framework that mounts it twice.
    static COMPLETED: RefCell<Option<Rc<Shared>>> = const { RefCell::new(None) };
}

/// Completes the sign-in of this page load by the options it was begun with.
pub async fn complete(hooks: Hooks) -> Result<Rc<Shared>> {
    let here = page::url()?;
    frame::check_is_outside()?;
    let own = here.with_path(&here.path);
    if let Some(response) = PopupResponse::take(&here, &own) {
        return Err(response.hand_over().await);
    }
    let found = find(&here, &own);
    let sign_in = found
        .as_ref()
        .and_then(|(response, _)| stored_sign_in(response));
    let (Some((_, clean)), Some(sign_in)) = (&found, sign_in) else {
        if let Some((_, clean)) = &found
            && page::replace_entry(&page::history_state(), clean).is_err()
        {
            let _ = page::replace(clean);
        }
        let completed = COMPLETED.with_borrow(Clone::clone).ok_or_else(no_sign_in)?;
        completed.landed.wait().await;
        return Ok(completed);
    };
    let options = Options {
        server: Some(sign_in.server.clone()),
        client_id: Some(sign_in.client_id.clone()),
        redirect_uri: Some(sign_in.redirect_uri.clone()),
        flow: FlowOption::from_name(sign_in.flow.as_str()).unwrap_or_default(),
        scope: Some(sign_in.scope.clone()),
        storage: sign_in.storage,
        token_endpoint: sign_in.token_endpoint.clone(),
        authority_endpoint: sign_in.authority_endpoint.clone(),
        ..Options::default()
    };
    // The app's own way of navigating is for the app's own pages.
    let hooks = Hooks {
        navigate: None,
        ..hooks
    };
    let (shared, is_new) = Shared::of(options, hooks)?;
    if is_new {
        land(&shared)?;
    }
    COMPLETED.replace(Some(Rc::clone(&shared)));
    shared.landed.wait().await;
    if !shared.client.outlives_page() {
        return Err(AuthError::new(
            ErrorCode::Configuration,
            "The session can't be taken along to the app: with a callback page, `storage` has to be \"session\" or \
             \"local\", and the browser has to allow it.",
        ));
    }
    if let Redirect::Failed(_) = shared.redirect() {
        let target = own_origin(&sign_in.return_to, clean);
        let here = Here {
            url: clean.clone(),
            is_stuck: false,
        };
        return_to(&shared, &sign_in, &target, &here);
    }
    Ok(shared)
}

fn no_sign_in() -> AuthError {
    AuthError::new(
        ErrorCode::StateMismatch,
        "No sign-in is under way in this tab. Go back to the app and sign in there.",
    )
}
