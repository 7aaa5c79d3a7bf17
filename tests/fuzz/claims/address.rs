//! What is taken out of a page's address that is no response to a sign-in of ours: an API key, and the secrets of others.

use super::input::{Input, PARAMETERS, pairs, without};
use crate::support::{PAGE, parse};
use placeos_auth::oauth::api_key;
use placeos_auth::oauth::redirect::without_secrets;
use placeos_auth::url::Url;

const SECRETS: &[&str] = &["access_token", "code", "id_token", "refresh_token"];

pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let name = input.one_of(&["key", "api-key", "a b", "é&"]);
    let Some(page) = parse(&format!("{PAGE}{}", input.rest()), None) else {
        return;
    };
    check_secrets(&page);
    check_key(&page, name);
}

/// Every text in which a page may look for parameters: the query, the fragment, and those around its question mark.
fn places(url: &Url) -> Vec<&str> {
    let route = url.fragment.split_once('?');
    let (before, after) = route.unwrap_or_default();
    vec![&url.query, &url.fragment, before, after]
}

fn has(text: &str, names: &[&str]) -> bool {
    pairs(text).iter().any(|(name, _)| names.contains(&&**name))
}

fn check_secrets(page: &Url) {
    let clean = without_secrets(page);
    assert!(clean.same_origin(page) && clean.path == page.path);
    for place in places(&clean) {
        assert!(!has(place, SECRETS), "{place} is left of {}", page.href());
    }
    assert_eq!(without_secrets(&clean), clean);
    if has(&page.query, SECRETS) {
        let kept = without(&page.query, PARAMETERS);
        assert_eq!(clean.query, kept.join("&"));
    } else {
        assert_eq!(clean.query, page.query);
    }
    if !places(page)[1..].iter().any(|place| has(place, SECRETS)) {
        assert_eq!(clean.fragment, page.fragment);
    }
}

fn check_key(page: &Url, name: &str) {
    let (route, route_query) = page.fragment.split_once('?').unwrap_or_default();
    let all = [&*page.query, route_query].map(pairs).concat();
    let values = all.into_iter().filter(|(other, _)| other == name);
    let values: Vec<_> = values.map(|(_, value)| value).collect();
    let Some((found, clean)) = api_key::find(page, name) else {
        return assert!(values.is_empty(), "overlooked in {}", page.href());
    };
    assert!(!found.is_empty());
    assert_eq!(found, values);
    assert!(clean.same_origin(page) && clean.path == page.path);
    assert!(api_key::find(&clean, name).is_none(), "{}", clean.href());
    assert_eq!(clean.query, without(&page.query, &[name]).join("&"));
    let kept = without(route_query, &[name]).join("&");
    if has(route_query, &[name]) {
        let mark = if kept.is_empty() { "" } else { "?" };
        assert_eq!(clean.fragment, format!("{route}{mark}{kept}"));
    } else {
        assert_eq!(clean.fragment, page.fragment);
    }
}
