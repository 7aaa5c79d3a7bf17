//! Which request may carry the token: rule 1, and nothing else decides it.

use crate::url::Url;

/// The server and the protected resources of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resources {
    /// Each an origin with the path that requests must lie under; `/` for all of it.
    resources: Vec<Url>,
    page_is_plain_http: bool,
}

impl Resources {
    /// `resources` are compared by scheme, host and port, and by whole segments of their path.
    pub fn new(resources: Vec<Url>, page_is_plain_http: bool) -> Self {
        Resources {
            resources,
            page_is_plain_http,
        }
    }

    /// The origins at which every request may have the token, or those at which its path decides. A serialized URL that begins
    /// with an origin and a slash is at that origin, and has no user info.
    pub fn origins(&self, is_whole: bool) -> impl Iterator<Item = &str> {
        self.resources
            .iter()
            .filter(move |resource| (resource.path == "/") == is_whole)
            .filter(|resource| is_secure(resource, self.page_is_plain_http))
            .map(Url::origin)
    }

    /// Whether a request to this resolved URL may carry the token: it belongs to a resource, has no user info, and the
    /// token stays private on the way.
    pub fn may_have_token(&self, url: &Url) -> bool {
        !url.has_user_info()
            && is_secure(url, self.page_is_plain_http)
            && self.resources.iter().any(|resource| covers(resource, url))
    }
}

/// Whether secrets may travel between this page and a URL's host: encrypted, within this machine, or to and from a page
/// that came in the clear itself.
pub fn is_secure(url: &Url, page_is_plain_http: bool) -> bool {
    url.is_private() || (url.is_plain_http() && page_is_plain_http)
}

fn covers(resource: &Url, url: &Url) -> bool {
    resource.same_origin(url)
        && (resource.path == "/" || (lies_under(&resource.path, &url.path) && !climbs(&url.path)))
}

fn lies_under(prefix: &str, path: &str) -> bool {
    match path.strip_prefix(prefix) {
        Some(rest) => rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/'),
        None => false,
    }
}

/// Whether a server that decodes slashes before it resolves dots could be led out of the path. The browser has resolved
/// plain `..` and `%2e%2e` already, not those behind an encoded slash.
fn climbs(path: &str) -> bool {
    let decoded: Vec<u8> = percent_encoding::percent_decode(path.as_bytes()).collect();
    decoded
        .split(|byte| matches!(byte, b'/' | b'\\'))
        .any(|segment| segment == b"..")
}
