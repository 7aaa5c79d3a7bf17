//! A cookie for one path that is removed when dropped.

use crate::browser::{property, window};
use crate::text::concat;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlDocument;

thread_local! {
    /// Which cookies are held: one may be wanted twice at a time, and must stay for the second.
    static HELD: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// A cookie of this host. Dropping it removes it.
#[must_use = "dropping a cookie removes it"]
pub struct Cookie {
    name: String,
    path: String,
    is_secure: bool,
}

impl Cookie {
    /// Sets a cookie for two minutes at the most. `None` where the browser allows none, or the text can't be put in one
    /// ([RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1)).
    pub fn set(name: &str, value: &str, path: &str, is_secure: bool) -> Option<Self> {
        let fits = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\'))
        };
        let navigator = property(&js_sys::global(), "navigator");
        let is_enabled = property(&navigator, "cookieEnabled");
        if is_enabled.is_falsy() || !fits(value) || !fits(path) {
            return None;
        }
        let cookie = Cookie {
            name: name.to_owned(),
            path: path.to_owned(),
            is_secure,
        };
        // Held before it is set, so that it is removed if setting it fails halfway.
        HELD.with_borrow_mut(|held| held.push((cookie.name.clone(), cookie.path.clone())));
        cookie.write(value, "120").ok()?;
        Some(cookie)
    }

    fn write(&self, value: &str, seconds: &str) -> Result<(), JsValue> {
        let secure = if self.is_secure { ";secure" } else { "" };
        let text = concat(&[
            &self.name,
            "=",
            value,
            ";max-age=",
            seconds,
            ";path=",
            &self.path,
            ";samesite=strict",
            secure,
        ]);
        let document = window().ok().and_then(|window| window.document());
        let document = document.ok_or(JsValue::UNDEFINED)?;
        document.unchecked_into::<HtmlDocument>().set_cookie(&text)
    }
}

impl Drop for Cookie {
    fn drop(&mut self) {
        let is_last = HELD.with_borrow_mut(|held| {
            let same = |(name, path): &(String, String)| *name == self.name && *path == self.path;
            let at = held.iter().position(same);
            at.map(|at| held.swap_remove(at));
            !held.iter().any(same)
        });
        if is_last {
            // A browser that refuses this has refused to set it, too.
            let _ = self.write("", "0");
        }
    }
}
