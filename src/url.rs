//! A URL in the parts that the browser's own parser found. Nothing here parses URL text.

use crate::text::concat;
use std::fmt;

/// A parsed URL: what the browser means by a text, not the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    origin: String,
    is_loopback: bool,
    has_user_info: bool,
    /// From the first slash: `/api/engine`.
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// Without the hash sign.
    pub fragment: String,
}

/// Without query and fragment, where answers are.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)?;
        f.write_str(&self.path)
    }
}

/// How the pure parts ask the browser what a text means as a URL. The second argument is the base, if relative texts
/// are welcome.
pub type Parse<'a> = &'a dyn Fn(&str, Option<&str>) -> Option<Url>;

impl Url {
    /// From the parts that `URL` has under these names, and whether it has a `username` or a `password`.
    pub fn from_parts(
        protocol: &str,
        host: &str,
        hostname: &str,
        has_user_info: bool,
        pathname: String,
        search: &str,
        hash: &str,
    ) -> Self {
        Url {
            // Not `URL.origin`: that of a `blob:` URL is the origin of the page that made it.
            origin: concat(&[protocol, "//", host]),
            is_loopback: is_loopback(hostname),
            has_user_info,
            path: pathname,
            query: search.strip_prefix('?').unwrap_or(search).to_owned(),
            fragment: hash.strip_prefix('#').unwrap_or(hash).to_owned(),
        }
    }

    /// Scheme, host and port as text: `https://placeos.example.com`. The same for the same three, and for no others.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether scheme, host and port are the same.
    pub fn same_origin(&self, other: &Url) -> bool {
        self.origin == other.origin
    }

    /// Whether it is an http or https URL.
    pub fn is_http(&self) -> bool {
        self.is_https() || self.is_plain_http()
    }

    /// Whether it is an http URL.
    pub fn is_plain_http(&self) -> bool {
        self.origin.starts_with("http://")
    }

    fn is_https(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether what is sent to it stays private on the way: https, or this machine.
    pub fn is_private(&self) -> bool {
        self.is_https() || (self.is_plain_http() && self.is_loopback)
    }

    /// Whether a user name or a password is part of it.
    pub fn has_user_info(&self) -> bool {
        self.has_user_info
    }

    /// The same origin with nothing behind it but this path.
    pub fn with_path(&self, path: &str) -> Self {
        Url {
            origin: self.origin.clone(),
            path: path.to_owned(),
            query: String::new(),
            fragment: String::new(),
            ..*self
        }
    }

    /// The http(s) URL of the same place, if this is a WebSocket's.
    pub fn over_http(self) -> Self {
        let secure = self.origin.strip_prefix("wss:");
        let origin = match (secure, self.origin.strip_prefix("ws:")) {
            (Some(host), _) => concat(&["https:", host]),
            (_, Some(host)) => concat(&["http:", host]),
            (None, None) => self.origin,
        };
        Url { origin, ..self }
    }

    /// The WebSocket URL of the same place as text, if this is an http(s) one.
    pub fn over_web_socket(&self) -> String {
        let href = self.href();
        match href.strip_prefix("http") {
            Some(rest) if self.is_http() => concat(&["ws", rest]),
            _ => href,
        }
    }

    /// The path with query and fragment, as it stands after the origin.
    pub fn tail(&self) -> String {
        let mut text = self.path.clone();
        for (mark, part) in [('?', &self.query), ('#', &self.fragment)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    /// The whole URL as text, without user info.
    pub fn href(&self) -> String {
        concat(&[self.origin.as_str(), &self.tail()])
    }
}

/// Whether a host is this machine: `localhost` and below, `127.0.0.0/8`, `[::1]`.
fn is_loopback(hostname: &str) -> bool {
    hostname == "localhost"
        || hostname.ends_with(".localhost")
        || hostname == "[::1]"
        // The browser has written an IPv4 address as four decimal numbers; anything else is a name.
        || (hostname.starts_with("127.")
            && hostname.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}
