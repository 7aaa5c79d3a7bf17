//! The token endpoint: each grant as a request, and one judgement for all of them.

use crate::config::Config;
use crate::error::{AuthError, Result};
use crate::oauth::http::{Answer, Fields, Post, Value, text};
use crate::oauth::redirect::Code;
use crate::oauth::tokens::{Lifetime, Tokens, Unjudged, invalid};
use crate::options::Flow;
use crate::secret::Secret;
use crate::time::Instant;

/// What the password grant takes.
#[derive(Debug)]
pub struct Credentials {
    /// Usually an e-mail address.
    pub username: String,
    /// Wiped with the request.
    pub password: Secret,
    /// Default: the options' scope.
    pub scope: Option<String>,
    /// The id of the domain, which old servers need: see [`crate::oauth::authority`].
    pub authority: Option<String>,
    /// For clients that were registered with one.
    pub client_secret: Option<Secret>,
}

/// What token exchange takes.
#[derive(Debug)]
pub struct Exchange {
    /// The token of the other issuer. Wiped with the request.
    pub subject_token: Secret,
    /// Default: `urn:ietf:params:oauth:token-type:access_token`.
    pub subject_token_type: Option<String>,
    /// Default: the options' scope.
    pub scope: Option<String>,
}

/// Exchanges a code ([RFC 6749 §4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3),
/// [RFC 7636 §4.5](https://www.rfc-editor.org/rfc/rfc7636#section-4.5)). Its twin is [`judge`].
pub fn redeem(config: &Config, is_legacy: bool, code: &Code) -> Post {
    Post::new(
        endpoint(config, is_legacy),
        &[
            ("grant_type", Some("authorization_code")),
            ("client_id", Some(&config.client_id)),
            ("redirect_uri", Some(&config.redirect_uri)),
            ("code", Some(code.code.reveal())),
            ("code_verifier", Some(code.verifier.reveal())),
        ],
    )
}

/// Exchanges a refresh token ([RFC 6749 §6](https://www.rfc-editor.org/rfc/rfc6749#section-6)). Its twin is [`judge`].
pub fn refresh(config: &Config, is_legacy: bool, refresh_token: &Secret) -> Post {
    Post::new(
        endpoint(config, is_legacy),
        &[
            ("grant_type", Some("refresh_token")),
            ("client_id", Some(&config.client_id)),
            ("refresh_token", Some(refresh_token.reveal())),
        ],
    )
}

/// Exchanges a password ([RFC 6749 §4.3.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.3.2)). Its twin is
/// [`judge`].
///
/// For trusted environments only: [RFC 9700 §2.4](https://www.rfc-editor.org/rfc/rfc9700#section-2.4) forbids it
/// elsewhere.
pub fn password(config: &Config, scope: &str, credentials: &Credentials) -> Post {
    let client_secret = credentials.client_secret.as_ref();
    Post::new(
        config.endpoints.token.href(),
        &[
            ("grant_type", Some("password")),
            ("client_id", Some(&config.client_id)),
            ("username", Some(&credentials.username)),
            ("password", Some(credentials.password.reveal())),
            ("scope", Some(scope)),
            ("authority", credentials.authority.as_deref()),
            ("client_secret", client_secret.map(Secret::reveal)),
        ],
    )
}

/// Exchanges the token of another issuer ([RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.1)). Its twin is
/// [`judge`].
///
/// # Errors
/// `configuration`, naming the field.
pub fn exchange(config: &Config, scope: &str, given: &Exchange) -> Result<Post> {
    if given.subject_token.reveal().is_empty() {
        return Err(AuthError::option("subjectToken", "is empty."));
    }
    let token_type = given.subject_token_type.as_deref();
    Ok(Post::new(
        config.endpoints.token.href(),
        &[
            (
                "grant_type",
                Some("urn:ietf:params:oauth:grant-type:token-exchange"),
            ),
            ("client_id", Some(&config.client_id)),
            ("subject_token", Some(given.subject_token.reveal())),
            (
                "subject_token_type",
                token_type.or(Some("urn:ietf:params:oauth:token-type:access_token")),
            ),
            ("scope", Some(scope)),
        ],
    ))
}

/// Ends tokens at the server ([RFC 7009 §2.1](https://www.rfc-editor.org/rfc/rfc7009#section-2.1)), the one that could
/// make new ones first. What the server says to it changes nothing, so it has no twin.
pub fn revoke(config: &Config, tokens: &Tokens) -> Vec<Post> {
    let of = |token: &Secret| Post {
        outlives_page: true,
        ..Post::new(
            config.endpoints.revoke.href(),
            &[
                ("token", Some(token.reveal())),
                ("client_id", Some(&config.client_id)),
            ],
        )
    };
    let refresh_token = tokens.refresh_token.as_ref();
    refresh_token
        .into_iter()
        .chain([&tokens.access_token])
        .map(of)
        .collect()
}

/// The one that the app named, else PlaceOS's. ACAEngine has an endpoint of its own for codes and refresh tokens.
fn endpoint(config: &Config, is_legacy: bool) -> String {
    if is_legacy && !config.endpoints.token_is_given {
        config.server.with_path("/auth/token").href()
    } else {
        config.endpoints.token.href()
    }
}

/// Judges the answer to a grant ([RFC 6749 §5](https://www.rfc-editor.org/rfc/rfc6749#section-5)).
///
/// # Errors
/// As [`Answer::granted`], and `invalid_response` for what is no token response.
pub fn judge(answer: &Answer, flow: Flow, asked_scope: &str, now: Instant) -> Result<Tokens> {
    let body = answer.granted()?;
    judge_body(body, flow, asked_scope, now).map_err(|error| error.with_status(answer.status))
}

fn judge_body(body: &dyn Fields, flow: Flow, asked_scope: &str, now: Instant) -> Result<Tokens> {
    let optional = |name, problem| match body.get(name) {
        Value::Missing => Ok(None),
        Value::Text(text) => Ok(Some(text).filter(|text| !text.is_empty())),
        _ => Err(invalid(problem)),
    };
    let refresh_token = optional("refresh_token", "a `refresh_token` that is no text")?;
    let scope = optional("scope", "a `scope` that is no text")?;
    let access_token = text(body, "access_token");
    let token_type = text(body, "token_type");
    let expires_in = body.get("expires_in");
    let tokens = Unjudged {
        access_token: access_token.as_deref(),
        token_type: token_type.as_deref(),
        expires_in: match &expires_in {
            Value::Missing => Lifetime::Unknown,
            Value::Text(text) => Lifetime::Text(text),
            Value::Number(seconds) => Lifetime::Seconds(*seconds),
            _ => Lifetime::Text(""),
        },
        scope: scope.as_deref(),
    }
    .judge(flow, asked_scope, now)?;
    Ok(Tokens {
        refresh_token: refresh_token.map(Secret::new),
        ..tokens
    })
}
