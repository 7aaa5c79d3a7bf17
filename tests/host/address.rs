//! What is left of the page's own URL.

use crate::redirect::success;
use crate::support::{PAGE, url};
use placeos_auth::oauth::redirect::find;
use proptest::prelude::*;

fn cleaned(page: &str, redirect_uri: &str) -> Option<String> {
    let (page, own) = (url(page), url(redirect_uri));
    find(&page, &own).map(|(_, clean)| clean.href())
}

#[test]
fn what_is_ours_leaves_the_address_and_the_rest_stays_to_the_letter() {
    let answer = success("");
    for (page, redirect_uri, clean) in [
        (format!("{PAGE}#{answer}"), PAGE, PAGE.to_owned()),
        (
            format!("{PAGE}?zipcode=1&a=b%20c&x#{answer}"),
            PAGE,
            format!("{PAGE}?zipcode=1&a=b%20c&x"),
        ),
        (
            format!("{PAGE}?zipcode=1&{answer}&xstate=2#/plan"),
            PAGE,
            format!("{PAGE}?zipcode=1&xstate=2#/plan"),
        ),
        (format!("{PAGE}?{answer}"), PAGE, PAGE.to_owned()),
        (
            format!("{PAGE}?code=app&{answer}"),
            "https://app.example.com/dash/?code=app",
            format!("{PAGE}?code=app"),
        ),
        (
            format!("{PAGE}?code=app&{answer}&y"),
            "https://app.example.com/dash/?code=app",
            format!("{PAGE}?code=app&y"),
        ),
        (
            format!("{PAGE}?state=open#{answer}"),
            "https://app.example.com/dash/?state=open",
            format!("{PAGE}?state=open"),
        ),
    ] {
        assert_eq!(cleaned(&page, redirect_uri), Some(clean), "{page}");
    }
}

proptest! {
    #[test]
    fn nothing_secret_is_left_in_the_address(before in "([a-z]{1,3}=[a-z%0-9]{0,3}&){0,3}", after in "(&[a-z]{1,3}=[a-z]{0,3}){0,3}", in_query in any::<bool>()) {
        // The app's own parameters stay, even one that looks like the token.
        prop_assume!(!before.contains("abc") && !after.contains("abc"));
        let mark = if in_query { "?" } else { "#" };
        let page = format!("{PAGE}{mark}{before}{}{after}", success(""));
        let clean = cleaned(&page, PAGE).unwrap();
        prop_assert!(!clean.contains("abc") && !clean.contains("placeos-auth"), "{}", clean);
        prop_assert_eq!(cleaned(&clean, PAGE), None);
    }
}
