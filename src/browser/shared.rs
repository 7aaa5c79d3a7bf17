//! Texts that every copy of this package on a page can read, in properties of the page. They end with it, are nobody's secret,
//! and anyone may have written them.

use crate::browser::property;
use js_sys::Reflect;

/// The text under a name.
pub fn get(name: &str) -> Option<String> {
    property(&js_sys::global(), name).as_string()
}

/// Puts a text under a name.
pub fn set(name: &str, text: &str) {
    // A page that has frozen its own object shares nothing.
    let _ = Reflect::set(&js_sys::global(), &name.into(), &text.into());
}
