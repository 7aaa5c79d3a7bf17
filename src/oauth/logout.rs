//! The server's logout page.

use crate::config::Config;
use crate::oauth::authority::Authority;
use crate::oauth::form::{self, Form};
use crate::url::{Parse, Url};

/// What stands for where the user is to be afterwards, in the pages that a domain names: its first brace is looked for
/// alone, since looking for a text weighs two kilobytes.
const PLACE: &str = "{url}}";

/// The parameter of PlaceOS's own page.
const CONTINUE: &str = "continue";

/// The logout page as the URL to navigate to: the one of the options, else the domain's own, else PlaceOS's.
///
/// A page of the server's, and one that the options name, is told in `continue` where to send the user then. A page on
/// another origin, an identity provider's, is told so only where the domain has left a place for it. No token is part of
/// any.
pub fn request(
    config: &Config,
    authority: Option<&Authority>,
    return_to: &Url,
    parse: Parse,
) -> String {
    let own = |text: &str| parse(text, Some(&config.server.href())).filter(Url::is_http);
    let mut page = config.server.with_path("/auth/logout");
    if let Some(given) = &config.endpoints.logout {
        page = given.clone();
    } else if let Some(authority) = authority {
        let text = &authority.logout_url;
        if let Some((before, rest)) = text.split_once('{')
            && let Some(after) = rest.strip_prefix(PLACE)
            && let Some(host) = own(before)
        {
            let mut filled = before.to_owned();
            form::push_value(&mut filled, &target(&host, return_to));
            filled.push_str(after);
            return own(&filled).unwrap_or(page).href();
        }
        page = own(text).unwrap_or(page);
        if !page.same_origin(&config.server) {
            return page.href();
        }
    }
    if Form::parse(&page.query).all(CONTINUE).next().is_none() {
        let target = target(&page, return_to);
        form::push(&mut page.query, CONTINUE, &target);
    }
    page.href()
}

/// A path if the page is of the app's own origin, else a whole URL.
fn target(page: &Url, return_to: &Url) -> String {
    let tail = return_to.tail();
    // A path that begins with two slashes leads to another host.
    if page.same_origin(return_to) && !tail.starts_with("//") {
        tail
    } else {
        return_to.href()
    }
}
