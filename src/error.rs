//! Every way this can fail: one type, a stable code each.

use crate::oauth::form::{self, Form};
use crate::text::concat;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A `Result` whose error is an [`AuthError`].
pub type Result<T> = std::result::Result<T, AuthError>;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What went wrong, as apps may match on it. OAuth errors keep the names that RFC 6749 gives them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[$doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code there is, in the order of its declaration.
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant,)*];

            /// The stable name: what JavaScript sees as `error.code`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $name,)*
                }
            }
        }
    };
}

codes! {
    /// An option or argument that can't work.
    Configuration = "configuration",
    /// The browser, or the page's policy, lacks something this needs.
    UnsupportedEnvironment = "unsupported_environment",
    /// A plain `http:` URL that would carry the token across a network in the clear.
    InsecureUrl = "insecure_url",
    /// There is no session, and only the user can start one.
    LoginRequired = "login_required",
    /// An answer to a sign-in that this tab did not begin, has already used, or began too long ago.
    StateMismatch = "state_mismatch",
    /// Sign-ins begin again and again, and none ends in a session.
    RedirectLoop = "redirect_loop",
    /// The server's answer is not what the protocol says.
    InvalidResponse = "invalid_response",
    /// A URL that may not have the token, or may not be navigated to.
    UntrustedUrl = "untrusted_url",
    /// No response was received.
    Network = "network",
    /// No response was received in time.
    Timeout = "timeout",
    /// The browser opened no popup.
    PopupBlocked = "popup_blocked",
    /// The user closed the popup before having signed in.
    PopupClosed = "popup_closed",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    AccessDenied = "access_denied",
    /// [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)
    InvalidClient = "invalid_client",
    /// [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)
    InvalidGrant = "invalid_grant",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    InvalidRequest = "invalid_request",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    InvalidScope = "invalid_scope",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    ServerError = "server_error",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    TemporarilyUnavailable = "temporarily_unavailable",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    UnauthorizedClient = "unauthorized_client",
    /// [RFC 6749 §5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)
    UnsupportedGrantType = "unsupported_grant_type",
    /// [RFC 6749 §4.2.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2.1)
    UnsupportedResponseType = "unsupported_response_type",
    /// An error name that this version does not know; the description has the server's own.
    Other = "other",
}

impl ErrorCode {
    /// The code for a name a server or our own storage gave, if it is one of ours.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }

    /// The code for an `error` parameter of the server. A server can't claim the names that are ours alone.
    fn from_server(name: &str) -> Self {
        match Self::from_name(name) {
            Some(code) if code.is_oauth() => code,
            _ => ErrorCode::Other,
        }
    }

    /// Whether the name is OAuth's.
    pub(crate) fn is_oauth(self) -> bool {
        use ErrorCode::*;
        matches!(
            self,
            AccessDenied
                | InvalidClient
                | InvalidGrant
                | InvalidRequest
                | InvalidScope
                | ServerError
                | TemporarilyUnavailable
                | UnauthorizedClient
                | UnsupportedGrantType
                | UnsupportedResponseType
        )
    }
}

/// A failure: what happened, to what, and what to do about it. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthError(Box<Parts>);

/// Behind a pointer, because every `Result` of this crate has room for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Parts {
    code: ErrorCode,
    message: Cow<'static, str>,
    description: Option<String>,
    uri: Option<String>,
    status: Option<u16>,
    cause: Option<String>,
    retry_after: Option<Duration>,
    is_final: bool,
}

/// Where each code has a page, in the repository.
const PAGES: &str = "https://github.com/PlaceOS/placeos-auth/blob/main/docs/errors/";

/// Longest text of the server's that an error repeats, in characters.
const LONGEST_DESCRIPTION: usize = 500;

impl AuthError {
    /// An error of ours with its sentence.
    #[cold]
    pub fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        AuthError(Box::new(Parts {
            code,
            message: message.into(),
            description: None,
            uri: None,
            status: None,
            cause: None,
            retry_after: None,
            is_final: false,
        }))
    }

    /// An option that can't work: its name as the app wrote it, and what is wrong with it.
    #[cold]
    #[inline(never)]
    pub fn option(name: &str, problem: &str) -> Self {
        Self::new(
            ErrorCode::Configuration,
            concat(&["`", name, "` ", problem]),
        )
    }

    /// An error that the authorization server named ([RFC 6749 §4.2.2.1, §5.2][rfc]).
    ///
    /// The texts are the server's: control characters are dropped, long ones cut, and a URI is kept only if it is
    /// http(s), so that an app may show them.
    ///
    /// [rfc]: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
    pub fn from_server(name: &str, description: Option<&str>, uri: Option<&str>) -> Self {
        let code = ErrorCode::from_server(name);
        let name = presentable(name);
        let described = description.map(presentable).filter(|text| !text.is_empty());
        let description = match (code, described) {
            (ErrorCode::Other, Some(text)) => Some(concat(&[name.as_str(), ": ", &text])),
            (ErrorCode::Other, None) => Some(name.clone()),
            (_, described) => described,
        };
        let mut message = String::from("The server refused: ");
        match (&description, code) {
            (Some(text), ErrorCode::Other) => message.push_str(text),
            (Some(text), _) => {
                message.push_str(&name);
                message.push_str(" (");
                message.push_str(text);
                message.push(')');
            }
            (None, _) => message.push_str(&name),
        }
        let uri = uri
            .filter(|uri| uri.starts_with("https://") || uri.starts_with("http://"))
            .map(presentable);
        Self::new(code, message).with_details(description, uri)
    }

    fn with_details(mut self, description: Option<String>, uri: Option<String>) -> Self {
        self.0.description = description;
        self.0.uri = uri;
        self
    }

    /// The text for another page.
    pub(crate) fn to_text(&self) -> String {
        let status = self.status().map(|status| u64::from(status).to_string());
        let retry_after = self.retry_after().map(|span| span.as_secs().to_string());
        form::of(&[
            ("code", Some(self.code().as_str())),
            ("message", Some(self.message())),
            ("description", self.description()),
            ("uri", self.uri()),
            ("status", status.as_deref()),
            ("retry_after", retry_after.as_deref()),
            ("final", self.0.is_final.then_some("true")),
        ])
    }

    /// Reads what another page has written; `None` for what this version doesn't know.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let form = Form::parse(text);
        let owned = |name| form.field(name).map(str::to_owned);
        let code = ErrorCode::from_name(form.field("code")?)?;
        let status = form.number("status");
        let retry_after = form.number("retry_after");
        let error = Self::new(code, owned("message").unwrap_or_default())
            .with_details(owned("description"), owned("uri"))
            .with_status(status.and_then(|status| status.try_into().ok()))
            .with_retry_after(retry_after.map(Duration::from_secs));
        Some(match form.field("final") {
            Some(_) => error.into_final(),
            None => error,
        })
    }

    /// The same error of what can't be tried again, such as the exchange of a code.
    pub(crate) fn into_final(mut self) -> Self {
        self.0.is_final = true;
        self
    }

    /// The same error with the HTTP status it came with.
    pub(crate) fn with_status(mut self, status: impl Into<Option<u16>>) -> Self {
        self.0.status = status.into();
        self
    }

    /// The same error with how long the server wants to be left alone.
    pub(crate) fn with_retry_after(mut self, span: Option<Duration>) -> Self {
        self.0.retry_after = span;
        self
    }

    /// The same error with the lower error that caused it, as text.
    #[cfg_attr(
        not(target_arch = "wasm32"),
        expect(dead_code, reason = "only a browser has lower errors")
    )]
    pub(crate) fn with_cause(mut self, cause: Option<String>) -> Self {
        self.0.cause = cause.as_deref().map(presentable);
        self
    }

    /// How long the server wants to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// One sentence for a person, without the address of its page.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The address of the page about this code: why it happens, and what to do.
    pub fn docs(&self) -> String {
        concat(&[PAGES, self.code().as_str(), ".md"])
    }

    /// The server's `error_description`, where it gave one.
    pub fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The server's `error_uri`, where it gave one that is http(s).
    pub fn uri(&self) -> Option<&str> {
        self.0.uri.as_deref()
    }

    /// The HTTP status, if there was a response.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// What the browser said, if a failure of its own caused this one.
    pub fn cause(&self) -> Option<&str> {
        self.0.cause.as_deref()
    }

    /// Whether the same call may succeed later without the user.
    pub fn retryable(&self) -> bool {
        use ErrorCode::*;
        !self.0.is_final
            && matches!(
                self.0.code,
                Network | Timeout | ServerError | TemporarilyUnavailable
            )
    }
}

/// The sentence with its page at the end, as JavaScript's `message` is.
impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())?;
        // What a server said ends as the server likes.
        if !self.message().ends_with(['.', '!', '?']) {
            f.write_str(".")?;
        }
        f.write_str(" See ")?;
        f.write_str(&self.docs())
    }
}

impl std::error::Error for AuthError {}

fn presentable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_DESCRIPTION)
        .collect()
}
