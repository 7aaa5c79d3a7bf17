//! A cookie for one path that is removed when dropped.

use crate::browser::{property, window};
use crate::text::concat;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

/// The most bytes of a cookie with its name and attributes that every browser takes
/// ([RFC 6265 §6.1](https://www.rfc-editor.org/rfc/rfc6265#section-6.1) asks for 4,096; one counts a little differently).
const MOST_BYTES: usize = 4090;

/// The longest path that browsers heed: with a longer one, the cookie would be for another.
const LONGEST_PATH: usize = 1024;

/// A cookie that shows whether there can be one.
const PROBE: &str = "placeos-auth-probe";

thread_local! {
    /// Which cookies are held: one may be wanted twice at a time, and must stay for the second.
    static HELD: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// A cookie of this host, for requests of this site only. Dropping it removes it.
#[must_use = "dropping a cookie removes it"]
pub struct Cookie {
    name: String,
    path: String,
    is_secure: bool,
}

impl Cookie {
    /// Sets a cookie for two minutes at the most. `None` where the browser allows none, also in a frame of another site, or the
    /// text can't be put in one ([RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1)).
    pub fn set(name: &str, value: &str, path: &str, is_secure: bool) -> Option<Self> {
        let fits = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\'))
        };
        let text = text(name, value, path, "120", is_secure);
        let is_short = text.len() <= MOST_BYTES && path.len() <= LONGEST_PATH;
        if !is_short || !fits(value) || !fits(path) || !are_allowed(is_secure) {
            return None;
        }
        let cookie = Cookie {
            name: name.to_owned(),
            path: path.to_owned(),
            is_secure,
        };
        // Held before it is set, so that it is removed if setting it fails halfway.
        HELD.with_borrow_mut(|held| held.push((cookie.name.clone(), cookie.path.clone())));
        document()?.set_cookie(&text).ok()?;
        Some(cookie)
    }
}

fn text(name: &str, value: &str, path: &str, seconds: &str, is_secure: bool) -> String {
    let secure = if is_secure { ";secure" } else { "" };
    concat(&[
        name,
        "=",
        value,
        ";max-age=",
        seconds,
        ";path=",
        path,
        ";samesite=strict",
        secure,
    ])
}

fn document() -> Option<HtmlDocument> {
    Some(window().ok()?.document()?.unchecked_into())
}

/// Whether this page may set such a cookie, and requests for it are sent with it. A frame can't see which site the pages
/// around it are of; what the browser does with a cookie for the frame's own folder tells. It holds nothing.
fn are_allowed(is_secure: bool) -> bool {
    let page = js_sys::global();
    let of_page = |name| property(&page, name);
    if property(&of_page("navigator"), "cookieEnabled").is_falsy() {
        return false;
    }
    let is_framed = of_page("top") != of_page("self");
    !is_framed || is_probe_kept(is_secure).unwrap_or(false)
}

fn is_probe_kept(is_secure: bool) -> Option<bool> {
    let document = document()?;
    let set = |seconds| document.set_cookie(&text(PROBE, "", "", seconds, is_secure));
    set("120").ok()?;
    let is_kept = document
        .cookie()
        .ok()?
        .split(' ')
        .any(|pair| pair.starts_with(PROBE));
    set("0").ok()?;
    Some(is_kept)
}

impl Drop for Cookie {
    fn drop(&mut self) {
        let is_last = HELD.with_borrow_mut(|held| {
            let same = |(name, path): &(String, String)| *name == self.name && *path == self.path;
            let at = held.iter().position(same);
            at.map(|at| held.swap_remove(at));
            !held.iter().any(same)
        });
        if is_last && let Some(document) = document() {
            // A browser that refuses this has refused to set it, too.
            let _ = document.set_cookie(&text(&self.name, "", &self.path, "0", self.is_secure));
        }
    }
}
