//! An input in parts. Texts are lines, so that what a fuzzer changes in one leaves the others as they are.

use std::borrow::Cow;

pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(data: &'a [u8]) -> Self {
        Input(data)
    }

    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next number. The digit 0 is 0, so that an input can be read and written by people.
    pub fn number(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        first.wrapping_sub(b'0')
    }

    /// One of these.
    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[usize::from(self.number()) % all.len()].clone()
    }

    /// The text up to the end of the line.
    pub fn line(&mut self) -> Cow<'a, str> {
        let mut parts = self.0.splitn(2, |byte| *byte == b'\n');
        let line = parts.next().unwrap_or_default();
        self.0 = parts.next().unwrap_or_default();
        String::from_utf8_lossy(line)
    }

    /// All that is left, as one text.
    pub fn rest(self) -> Cow<'a, str> {
        String::from_utf8_lossy(self.0)
    }
}

/// The decoded names and values of a form-encoded text.
pub fn pairs(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// The pairs of a text that bear none of these names, as they are written.
pub fn without<'a>(text: &'a str, names: &[&str]) -> Vec<&'a str> {
    let is_other = |pair: &&str| !pairs(pair).iter().any(|(name, _)| names.contains(&&**name));
    text.split('&').filter(is_other).collect()
}

/// A text as an error repeats it.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// What an authorization server may add to a redirect URI. Written down once more, so that the code's own list is held to it.
pub const PARAMETERS: &[&str] = &[
    "access_token",
    "code",
    "created_at",
    "error",
    "error_description",
    "error_uri",
    "expires_in",
    "id_token",
    "iss",
    "refresh_token",
    "scope",
    "session_state",
    "state",
    "token_type",
];
