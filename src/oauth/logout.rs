//! The server's logout page.

use crate::oauth::form;
use crate::url::Url;

/// The logout page as the URL to navigate to. `continue` is where the server sends the user then: a path if the server
/// is the page's own, else a whole URL. No token is part of it, for the page may be an identity provider's.
pub fn request(endpoint: &Url, return_to: &Url) -> String {
    let mut url = endpoint.clone();
    let tail = return_to.tail();
    // A path that begins with two slashes is another host to whoever follows it.
    let target = if url.same_origin(return_to) && !tail.starts_with("//") {
        tail
    } else {
        return_to.href()
    };
    form::push(&mut url.query, "continue", &target);
    url.href()
}
