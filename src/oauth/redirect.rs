//! The answer to an authorization request, as it lies in the page's own URL.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::form::{self, Form, Repeated};
use crate::oauth::pkce::Verifier;
use crate::oauth::sign_in::SignIn;
use crate::oauth::state::{self, State};
use crate::oauth::tokens::{Lifetime, Tokens, Unjudged};
use crate::options::Flow;
use crate::secret::Secret;
use crate::text::concat;
use crate::time::Instant;
use crate::url::Url;

/// What an authorization server may add to a redirect URI. Only these are taken out of a query.
const PARAMETERS: &[&str] = &[
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

/// A URL without what looks like some provider's answer with a secret in it: it is not ours to take out of the address bar,
/// nor to tell a server. What else is in a query stays.
pub fn without_secrets(url: &Url) -> Url {
    let mut clean = url.clone();
    if holds_secrets(&url.query) {
        clean.query = form::without(&url.query, PARAMETERS);
    }
    // A router's fragment has a query of its own, and so may the value of a parameter.
    let (route, query) = url.fragment.split_once('?').unwrap_or((&url.fragment, ""));
    if holds_secrets(route) {
        clean.fragment.clear();
    } else if holds_secrets(query) {
        clean.fragment = concat(&[route, "?", &form::without(query, PARAMETERS)]);
    }
    clean
}

fn holds_secrets(parameters: &str) -> bool {
    Form::parse(parameters)
        .pairs()
        .any(|(name, _)| matches!(name, "access_token" | "id_token" | "refresh_token" | "code"))
}

/// An answer that bears our mark and that nobody has judged yet.
pub struct Response<'a> {
    params: Form<'a>,
    in_fragment: bool,
    state: Result<State>,
}

/// Finds the answer in a page's URL, and the URL without it. A URL that doesn't bear our mark holds none, whatever else
/// is in it.
///
/// `redirect_uri` is the registered one as the browser reads it: the query it has of its own is not part of the answer.
/// The fragment is all the server's ([RFC 6749 §4.2.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2)), for a
/// redirect URI has none.
pub fn find<'a>(page: &'a Url, redirect_uri: &'a Url) -> Option<(Response<'a>, Url)> {
    let (own, added) = split_own(&page.query, &redirect_uri.query);
    let in_query = Form::parse(added);
    let in_fragment = Form::parse(&page.fragment);
    let marked = |form: &Form| form.all("state").any(state::is_marked);

    let mut clean = page.clone();
    if marked(&in_query) {
        let kept = form::without(added, PARAMETERS);
        let between = if own.is_empty() || kept.is_empty() {
            ""
        } else {
            "&"
        };
        clean.query = concat(&[own, between, &kept]);
    }
    if marked(&in_fragment) {
        clean.fragment.clear();
    }
    let response = match (marked(&in_fragment), marked(&in_query)) {
        (false, false) => return None,
        (true, false) => Response {
            state: read_state(&in_fragment),
            params: in_fragment,
            in_fragment: true,
        },
        (false, true) => Response {
            state: read_state(&in_query),
            params: in_query,
            in_fragment: false,
        },
        (true, true) => Response {
            state: Err(invalid("an answer both in the query and in the fragment")),
            params: Form::default(),
            in_fragment: true,
        },
    };
    Some((response, clean))
}

/// The redirect URI's own query, where the page's begins with it, and what was added to it.
fn split_own<'a>(query: &'a str, own: &'a str) -> (&'a str, &'a str) {
    let rest = if own.is_empty() {
        None
    } else {
        query.strip_prefix(own)
    };
    match rest {
        Some("") => (own, ""),
        Some(rest) => match rest.strip_prefix('&') {
            Some(added) => (own, added),
            None => ("", query),
        },
        None => ("", query),
    }
}

fn read_state(params: &Form) -> Result<State> {
    match params.one("state") {
        Err(Repeated) => Err(repeated()),
        Ok(text) => text.and_then(State::recognise).ok_or_else(mismatch),
    }
}

impl Response<'_> {
    /// The key of the sign-in that this may be the answer to.
    pub fn state(&self) -> Option<&State> {
        self.state.as_ref().ok()
    }
}

/// What an answer gives, once it was judged.
#[derive(Debug)]
pub enum Grant {
    /// The implicit flow's.
    Tokens(Tokens),
    /// The code flow's, for [`crate::oauth::token::redeem`].
    Code(Code),
}

/// A code with what it has to be redeemed with.
#[derive(Debug)]
pub struct Code {
    /// `code`
    pub code: Secret,
    /// `code_verifier`
    pub verifier: Verifier,
}

/// Judges an answer by the record of the sign-in that was kept under its state
/// ([RFC 6749 §4.2.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.2),
/// [§4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)). Without a record nothing else of it is looked at, an
/// error no more than a token.
///
/// # Errors
/// `state_mismatch` where this browser didn't ask; the server's own code where it refused; else `invalid_response`.
pub fn judge(response: Response, sign_in: Option<&SignIn>, now: Instant) -> Result<Grant> {
    response.state?;
    let sign_in = match sign_in {
        Some(sign_in) if !sign_in.is_void(now) => sign_in,
        _ => return Err(mismatch()),
    };
    let params = &response.params;
    if PARAMETERS.iter().any(|name| params.one(name).is_err()) {
        return Err(repeated());
    }
    if !is_from(params.field("iss"), sign_in) {
        return Err(invalid(
            "no `iss`, or not that of the server that was asked (RFC 9207)",
        ));
    }
    if let Some(error) = params.field("error") {
        return Err(AuthError::from_server(
            error,
            params.field("error_description"),
            params.field("error_uri"),
        ));
    }
    match (sign_in.flow, response.in_fragment) {
        (Flow::Implicit, false) => Err(invalid(
            "its response in the query, where servers log it, not in the fragment",
        )),
        (Flow::Code, true) => Err(invalid("its answer in the fragment, not in the query")),
        (Flow::Code, false) => match (params.field("code"), &sign_in.verifier) {
            (Some(code), Some(verifier)) => Ok(Grant::Code(Code {
                code: Secret::new(code.to_owned()),
                verifier: verifier.clone(),
            })),
            (None, _) => Err(invalid("no `code`")),
            (_, None) => Err(mismatch()),
        },
        (Flow::Implicit, true) => Unjudged {
            access_token: params.field("access_token"),
            token_type: params.field("token_type"),
            expires_in: Lifetime::of(params.field("expires_in")),
            scope: params.field("scope"),
        }
        .judge(Flow::Implicit, &sign_in.scope, now)
        .map(Grant::Tokens),
        // Nobody begins these by a redirect.
        (Flow::Password | Flow::Exchange | Flow::Adopted | Flow::ApiKey, _) => Err(mismatch()),
    }
}

/// Whether the issuer of a response is the server that was asked
/// ([RFC 9207 §2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)): to the letter the one that the app named or, where it
/// named none, one of the authorization endpoint's origin; then servers of old may also leave it out. What the server's
/// metadata names is no proof: a hostile server could name the one that it wants to be taken for.
fn is_from(issuer: Option<&str>, sign_in: &SignIn) -> bool {
    if let Some(named) = &sign_in.named_issuer {
        return issuer == Some(named);
    }
    issuer.is_none_or(|issuer| {
        issuer
            .strip_prefix(&sign_in.issuer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn mismatch() -> AuthError {
    AuthError::new(
        ErrorCode::StateMismatch,
        "This response belongs to no sign-in of this tab in the last 15 minutes, or was used already. Sign in \
         again.",
    )
}

fn repeated() -> AuthError {
    invalid("a parameter that came twice")
}

fn invalid(what: &str) -> AuthError {
    AuthError::new(
        ErrorCode::InvalidResponse,
        concat(&["The server sent ", what, "."]),
    )
}
