//! What `login` is asked for.

use super::input::{Input, Kind};
use crate::auth::Login;
use crate::error::{AuthError, Result};
use wasm_bindgen::JsValue;

/// How `login` signs in.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum LoginMode {
    #[default]
    Redirect,
    Popup,
    Silent,
}

impl LoginMode {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "redirect" => Some(LoginMode::Redirect),
            "popup" => Some(LoginMode::Popup),
            "silent" => Some(LoginMode::Silent),
            _ => None,
        }
    }
}

/// A sign-in, as `login` is asked for it.
pub enum LoginBy {
    /// The page is left.
    Redirect(Login),
    /// In a popup, with this scope.
    Popup(Option<String>),
    /// In a hidden frame, with this scope.
    Silent(Option<String>),
}

/// The options of `login`.
pub fn options(value: JsValue) -> Result<LoginBy> {
    let keys = [
        ("mode", Kind::Text),
        ("returnTo", Kind::Url),
        ("appState", Kind::Any),
        ("scope", Kind::Text),
    ];
    let input = Input::new(value, "", &keys)?;
    let mode = input.one_of(
        "mode",
        LoginMode::from_name,
        "\"redirect\", \"popup\" or \"silent\"",
    )?;
    let app_state = input.get("appState");
    let login = Login {
        return_to: input.text("returnTo"),
        app_state: (!app_state.is_undefined()).then_some(app_state),
        scope: input.text("scope"),
    };
    let stays = |name| {
        AuthError::option(
            name,
            "is for sign-ins that leave the page: this one doesn't.",
        )
    };
    match mode {
        LoginMode::Redirect => Ok(LoginBy::Redirect(login)),
        _ if login.return_to.is_some() => Err(stays("returnTo")),
        _ if login.app_state.is_some() => Err(stays("appState")),
        LoginMode::Popup => Ok(LoginBy::Popup(login.scope)),
        LoginMode::Silent => Ok(LoginBy::Silent(login.scope)),
    }
}
