//! Requests to the server's endpoints, and its answers, as values.

use crate::error::{AuthError, ErrorCode};
use crate::oauth::form;
use crate::secret::Secret;

/// A form to post ([RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B)). What is secret goes into
/// its body, never into a URL.
#[derive(Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// The body, form-encoded.
    pub body: Secret,
}

impl Post {
    /// A form of these fields; those without a value are left out.
    pub fn new(url: String, fields: &[(&str, Option<&str>)]) -> Self {
        Post {
            url,
            body: Secret::new(form::of(fields)),
        }
    }
}

/// What an answer says under a name.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing, or null.
    Missing,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// True or false.
    Flag(bool),
    /// An object or an array.
    Other,
}

/// A JSON object that somebody else has parsed: the browser, or a test.
pub trait Fields {
    /// What is under a name.
    fn get(&self, name: &str) -> Value;

    /// The same as JSON; `None` where nothing is.
    fn json(&self, name: &str) -> Option<String>;
}

/// An answer that nobody has judged yet.
pub struct Answer<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The body, if it is a JSON object of a length that can be meant.
    pub body: Option<&'a dyn Fields>,
}

impl Answer<'_> {
    /// The body of an answer that went well.
    ///
    /// # Errors
    /// `temporarily_unavailable` for 429 and 503, `server_error` for the other 5xx, the server's own code where it
    /// refused ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)), else `invalid_response`.
    pub fn success(&self) -> Result<&dyn Fields, AuthError> {
        let failure = match (self.status, self.body) {
            (429 | 503, _) => AuthError::new(
                ErrorCode::TemporarilyUnavailable,
                "The server has too much to do. Try again later.",
            ),
            (500.., _) => AuthError::new(
                ErrorCode::ServerError,
                "The server failed. Try again later.",
            ),
            (status, Some(body)) => match body.get("error") {
                Value::Text(error) => AuthError::from_server(
                    &error,
                    text(body, "error_description").as_deref(),
                    text(body, "error_uri").as_deref(),
                ),
                _ if (200..300).contains(&status) => return Ok(body),
                _ => no_answer(),
            },
            (_, None) => no_answer(),
        };
        // A redirect, which isn't followed, has none.
        let status = (self.status != 0).then_some(self.status);
        Err(failure.with_status(status))
    }
}

fn no_answer() -> AuthError {
    AuthError::new(
        ErrorCode::InvalidResponse,
        "What answered is no OAuth endpoint: it sent neither what was asked for nor an OAuth error. Check `server` and \
         `endpoints`.",
    )
}

/// The text under a name; `None` for anything else.
pub fn text(fields: &dyn Fields, name: &str) -> Option<String> {
    match fields.get(name) {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
