//! Requests to the server's endpoints, and its answers, as values.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form::{self, Form};
use crate::secret::Secret;
use std::time::Duration;

/// The longest that a server is left alone because it asked for it.
const LONGEST_RETRY: Duration = Duration::from_secs(60 * 60);

/// A form to post ([RFC 6749 Appendix B](https://www.rfc-editor.org/rfc/rfc6749#appendix-B)). What is secret goes into
/// its body, never into a URL.
#[derive(Debug)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// The body, form-encoded.
    pub body: Secret,
    /// Whether it goes on when the page is left.
    pub outlives_page: bool,
}

impl Post {
    /// A form of these fields; those without a value are left out.
    pub fn new(url: String, fields: &[(&str, Option<&str>)]) -> Self {
        Post {
            url,
            body: Secret::new(form::of(fields)),
            outlives_page: false,
        }
    }
}

/// The fields of forms that hold secrets.
const SECRETS: [&str; 6] = [
    "client_secret",
    "code",
    "code_verifier",
    "password",
    "refresh_token",
    "subject_token",
];

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
    /// `Retry-After`, in seconds.
    pub retry_after: Option<&'a str>,
    /// The body, if it is a JSON object of a length that can be meant.
    pub body: Option<&'a dyn Fields>,
    /// The form that it answers.
    pub form: Option<&'a Secret>,
}

impl Answer<'_> {
    /// The body of an answer that went well.
    ///
    /// # Errors
    /// `temporarily_unavailable` for 429 and 503, `server_error` for the other 5xx, else `invalid_response`.
    pub fn success(&self) -> Result<&dyn Fields> {
        let (code, message) = match (self.status, self.body) {
            (200..300, Some(body)) => return Ok(body),
            (429 | 503, _) => (
                ErrorCode::TemporarilyUnavailable,
                "The server is overloaded. Try again later.",
            ),
            (500.., _) => (
                ErrorCode::ServerError,
                "The server failed. Try again later.",
            ),
            _ => (
                ErrorCode::InvalidResponse,
                "The response is neither what was asked for nor an OAuth error. Check `server` and `endpoints`.",
            ),
        };
        Err(self.failure(AuthError::new(code, message)))
    }

    /// The same of an endpoint that says why it refuses
    /// ([RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
    ///
    /// # Errors
    /// The server's own code where it refused; else as [`Answer::success`].
    pub fn granted(&self) -> Result<&dyn Fields> {
        if let Some(body) = self.body
            && self.status < 500
            && self.status != 429
            && let Value::Text(error) = body.get("error")
        {
            let own = |name| text(body, name).filter(|text| !self.repeats_secret(text));
            return Err(self.failure(AuthError::from_server(
                &error,
                own("error_description").as_deref(),
                own("error_uri").as_deref(),
            )));
        }
        self.success()
    }

    /// Whether a text of the server's has a secret in it that was posted: errors are shown, and logged.
    fn repeats_secret(&self, text: &str) -> bool {
        let Some(form) = self.form else {
            return false;
        };
        Form::parse(form.reveal()).pairs().any(|(name, value)| {
            // Not by `contains`, whose search is three kilobytes of code.
            let mut starts = (0..text.len()).filter_map(|at| text.get(at..));
            SECRETS.contains(&name)
                && !value.is_empty()
                && starts.any(|rest| rest.starts_with(value))
        })
    }

    fn failure(&self, error: AuthError) -> AuthError {
        let retry_after = self.retry_after.and_then(|text| text.parse().ok());
        let retry_after =
            retry_after.map(|seconds| Duration::from_secs(seconds).min(LONGEST_RETRY));
        error
            // A redirect, which isn't followed, has no status.
            .with_status((self.status != 0).then_some(self.status))
            .with_retry_after(retry_after)
    }
}

/// The text under a name; `None` for anything else.
pub fn text(fields: &dyn Fields, name: &str) -> Option<String> {
    match fields.get(name) {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
