//! An API key in a page's address, by which a panel is set up.

use crate::oauth::form::{self, Form};
use crate::text::concat;
use crate::url::Url;

/// The texts under a name in a page's query, and in that of its hash route, with the URL without them. `None` where there is
/// none.
pub fn find(page: &Url, name: &str) -> Option<(Vec<String>, Url)> {
    let mut clean = page.clone();
    let mut found = Vec::new();
    let mut take = |query: &str| {
        let before = found.len();
        found.extend(Form::parse(query).all(name).map(str::to_owned));
        (found.len() > before).then(|| form::without(query, &[name]))
    };
    if let Some(query) = take(&page.query) {
        clean.query = query;
    }
    if let Some((route, query)) = page.fragment.split_once('?')
        && let Some(query) = take(query)
    {
        let mark = if query.is_empty() { "" } else { "?" };
        clean.fragment = concat(&[route, mark, &query]);
    }
    (!found.is_empty()).then_some((found, clean))
}
