//! This page's address, and the ways to leave it.

use crate::browser::latch::Latch;
use crate::browser::listener::Listener;
use crate::browser::{self, property, window};
use crate::error::{AuthError, ErrorCode, Result};
use crate::url::Url;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    #[wasm_bindgen(catch, js_name = replaceEntry)]
    fn replace_entry_by(state: &JsValue, href: &str) -> std::result::Result<bool, JsValue>;
}

/// This page's URL.
pub fn url() -> Result<Url> {
    let href = window()?.location().href();
    href.ok()
        .and_then(|href| browser::url::parse(&href, None))
        .ok_or_else(|| {
            AuthError::new(
                ErrorCode::UnsupportedEnvironment,
                "This page has no address.",
            )
        })
}

/// What relative URLs of this page are resolved against, as `fetch` does.
pub fn base() -> Option<String> {
    window().ok()?.document()?.base_uri().ok()?
}

/// Whether somebody may be looking at this page.
pub fn is_visible() -> bool {
    let document = property(&js_sys::global(), "document");
    property(&document, "visibilityState") != "hidden"
}

/// Waits until somebody sees this page, if the browser prerenders it for a navigation that may never come
/// ([HTML, `document.prerendering`](https://wicg.github.io/nav-speculation/prerendering.html)). What is stored meanwhile is
/// thrown away.
pub async fn seen() {
    let Some(document) = window().ok().and_then(|window| window.document()) else {
        return;
    };
    // An element of that name would take the property's place.
    if property(&document, "prerendering").as_bool() != Some(true) {
        return;
    }
    let latch = Latch::default();
    latch.close();
    let notify = latch.clone();
    let listener = Listener::on(&document, "prerenderingchange", move |_| notify.open());
    if listener.is_some() {
        latch.wait().await;
    }
}

/// Whether the browser thinks that it has a network.
pub fn is_online() -> bool {
    let navigator = property(&js_sys::global(), "navigator");
    property(&navigator, "onLine") != false
}

/// `history.state`
pub fn history_state() -> JsValue {
    window()
        .and_then(|window| window.history().map_err(|_| refused()))
        .and_then(|history| history.state().map_err(|_| refused()))
        .unwrap_or(JsValue::NULL)
}

/// Puts another URL and state in the place of this history entry, without loading anything.
pub fn replace_entry(state: &JsValue, url: &Url) -> Result<()> {
    let is_replaced = replace_entry_by(state, &url.href()).unwrap_or(false);
    is_replaced.then_some(()).ok_or_else(refused)
}

/// Leaves for another URL; the way back leads here.
pub fn leave(href: &str) -> Result<()> {
    window()?.location().assign(href).map_err(|_| refused())
}

/// Leaves for another URL that takes this history entry's place.
pub fn replace(url: &Url) -> Result<()> {
    window()?
        .location()
        .replace(&url.href())
        .map_err(|_| refused())
}

fn refused() -> AuthError {
    AuthError::new(
        ErrorCode::UnsupportedEnvironment,
        "The browser refused to change this page's address. In a sandboxed frame, allow it to.",
    )
}
