//! The browser's URL parser.

use crate::url::Url;

/// What the browser means by a text as a URL; `None` if it means nothing by it.
pub fn parse(text: &str, base: Option<&str>) -> Option<Url> {
    let url = match base {
        Some(base) => web_sys::Url::new_with_base(text, base),
        None => web_sys::Url::new(text),
    }
    .ok()?;
    Some(Url::from_parts(
        &url.protocol(),
        &url.host(),
        &url.hostname(),
        !url.username().is_empty() || !url.password().is_empty(),
        url.pathname(),
        &url.search(),
        &url.hash(),
    ))
}
