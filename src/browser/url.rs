//! The browser's URL parser.

use crate::url::Url;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/browser/platform.js")]
extern "C" {
    #[wasm_bindgen(js_name = parseUrl)]
    fn parts(text: &str, base: Option<&str>) -> Option<String>;
}

/// What the browser means by a text as a URL; `None` if it means nothing by it.
pub fn parse(text: &str, base: Option<&str>) -> Option<Url> {
    let parts = parts(text, base)?;
    // No part of a URL has a line break in it.
    let mut parts = parts.split('\n');
    let mut next = || parts.next();
    Some(Url::from_parts(
        next()?,
        next()?,
        next()?,
        !next()?.is_empty(),
        next()?.to_owned(),
        next()?,
        next()?,
    ))
}
