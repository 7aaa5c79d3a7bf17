//! The page that the server leads a popup back to.
//!
//! It knows by the state in its address that it is one. It keeps the response for the page that opened it, and does nothing else.

use crate::browser::{page, popup};
use crate::error::{AuthError, ErrorCode};
use crate::oauth::redirect::find;
use crate::oauth::state::State;
use crate::text::concat;
use crate::url::Url;

/// The response to a popup's sign-in, which this page holds for the page that opened it.
pub struct PopupResponse {
    state: State,
    url: Url,
}

impl PopupResponse {
    /// Takes it out of the address bar.
    pub fn take(here: &Url, redirect_url: &Url) -> Option<Self> {
        let (response, clean) = find(here, redirect_url)?;
        let state = response.state().filter(|state| state.is_popup())?.clone();
        // Where it can't be changed, it is gone with the window.
        let _ = page::replace_entry(&page::history_state(), &clean);
        Some(PopupResponse {
            state,
            url: here.clone(),
        })
    }

    /// Hands it over, and closes this window. One that nobody takes is void.
    ///
    /// # Errors
    /// `unsupported_environment` on a page that did its part, and is still there; `state_mismatch` where nobody took it.
    pub async fn hand_over(self) -> AuthError {
        if popup::offer(&self.url.href(), &channel(&self.state)).await {
            return AuthError::new(
                ErrorCode::UnsupportedEnvironment,
                "This page is the popup of a sign-in, which has gone on in the page that opened it. Close this window.",
            );
        }
        AuthError::new(
            ErrorCode::StateMismatch,
            "The page that opened this popup for a sign-in is gone, or the browser keeps the two apart. Sign in again.",
        )
    }
}

/// The channel between the two pages.
pub fn channel(state: &State) -> String {
    concat(&["placeos-auth:popup:", state.as_str()])
}
