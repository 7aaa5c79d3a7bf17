//! `application/x-www-form-urlencoded`: OAuth's encoding of parameters, and ours of stored records.
//!
//! One parser serves both, the same algorithm as the browser's `URLSearchParams`.

use crate::time::Instant;
use std::borrow::Cow;

/// Decoded parameters in the order they came, repetitions included.
#[derive(Default)]
pub struct Form<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// A parameter that came more than once, which [RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)
/// forbids.
#[derive(Debug, PartialEq, Eq)]
pub struct Repeated;

impl<'a> Form<'a> {
    /// Parses text without its leading `?` or `#`. Never fails: bad escapes stay as they are, bad UTF-8 becomes U+FFFD.
    pub fn parse(text: &'a str) -> Self {
        Form(form_urlencoded::parse(text.as_bytes()).collect())
    }

    /// The one value of a parameter. A parameter without a value counts as omitted
    /// ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
    pub fn one(&self, name: &str) -> Result<Option<&str>, Repeated> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Repeated);
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    /// Every value of a parameter.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_ref())
    }

    /// Every pair, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_ref(), value.as_ref()))
    }
}

/// Adds `name=value` to a form-encoded text.
pub fn push(text: &mut String, name: &str, value: &str) {
    if !text.is_empty() {
        text.push('&');
    }
    push_value(text, name);
    text.push('=');
    push_value(text, value);
}

/// Adds an encoded value alone.
pub fn push_value(text: &mut String, value: &str) {
    text.extend(form_urlencoded::byte_serialize(value.as_bytes()));
}

/// Adds the parameter if it has a value.
pub fn push_some(text: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        push(text, name, value);
    }
}

/// The text without the pairs of these names; the others stay as they were, to the letter.
pub fn without(text: &str, names: &[&str]) -> String {
    let is_named = |pair: &str| {
        Form::parse(pair)
            .pairs()
            .any(|(name, _)| names.contains(&name))
    };
    let mut kept = String::new();
    let mut between = "";
    for pair in text.split('&').filter(|pair| !is_named(pair)) {
        kept.push_str(between);
        kept.push_str(pair);
        between = "&";
    }
    kept
}

/// A form of these fields; those without a value are left out.
///
/// It grows in one piece of memory: a text that moves leaves copies of secrets behind that nobody wipes.
pub fn of(fields: &[(&str, Option<&str>)]) -> String {
    let longest =
        |(name, value): &(&str, Option<&str>)| 3 * (name.len() + value.map_or(0, str::len)) + 2;
    let mut text = String::with_capacity(fields.iter().map(longest).sum());
    for (name, value) in fields {
        push_some(&mut text, name, *value);
    }
    text
}

/// The version of the records we store. A record of another version is not read.
const VERSION: &str = "1";

/// A record to store: form-encoded, its version first.
pub fn record(fields: &[(&str, Option<&str>)]) -> String {
    of(&[&[("v", Some(VERSION))], fields].concat())
}

/// Reads a record that [`record`] wrote; `None` if it is of another version or not one of ours.
pub fn read_record(text: &str) -> Option<Form<'_>> {
    let form = Form::parse(text);
    (form.one("v") == Ok(Some(VERSION))).then_some(form)
}

impl Form<'_> {
    /// The field of a record, or `None` where it is missing, empty or repeated.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.one(name).ok().flatten()
    }

    /// A field that is a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.field(name)?.parse().ok()
    }

    /// A field that is an instant, in milliseconds.
    pub fn instant(&self, name: &str) -> Option<Instant> {
        self.number(name).map(Instant::from_millis)
    }
}
