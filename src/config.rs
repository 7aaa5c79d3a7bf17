//! What an app said, checked once, into a [`Config`] that everything else can rely on.

use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::client_id;
use crate::oauth::pkce::Verifier;
use crate::oauth::sign_in::SignIn;
use crate::options::{ApiKey, Flow, FlowOption, Options, StorageKind};
use crate::resources::{Resources, is_secure};
use crate::text::concat;
use crate::time::Instant;
use crate::url::{Parse, Url};
use std::time::Duration;

/// How long before its end a token is renewed, if the app doesn't say.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// Where the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint ([RFC 6749 §3.1](https://www.rfc-editor.org/rfc/rfc6749#section-3.1)).
    pub authorize: Url,
    /// The token endpoint ([RFC 6749 §3.2](https://www.rfc-editor.org/rfc/rfc6749#section-3.2)).
    pub token: Url,
    /// Whether the app named the token endpoint, so that it is no matter what kind of server this is.
    pub token_is_given: bool,
    /// The revocation endpoint ([RFC 7009 §2](https://www.rfc-editor.org/rfc/rfc7009#section-2)).
    pub revoke: Url,
    /// The logout page; `None` for the domain's own.
    pub logout: Option<Url>,
    /// The domain's settings.
    pub authority: Url,
}

/// Checked options: what can be wrong with them has been ruled out.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The server's origin, its path `/`.
    pub server: Url,
    /// Never empty, but with an API key.
    pub client_id: String,
    /// To the letter as it was registered.
    pub redirect_uri: String,
    /// The same as the browser reads it: of the page's origin, without a fragment.
    pub redirect_url: Url,
    /// How users sign in.
    pub flow: FlowOption,
    /// The issuer that the app named, to the letter.
    pub issuer: Option<String>,
    /// Scope tokens, one space between two.
    pub scope: String,
    /// Where the session is kept.
    pub storage: StorageKind,
    /// What may receive the token.
    pub resources: Resources,
    /// Where the server answers.
    pub endpoints: Endpoints,
    /// Signs requests in place of a session; fit for a header.
    pub api_key: Option<ApiKey>,
    /// The parameter of the page's address that a key comes by; never empty.
    pub api_key_parameter: Option<String>,
    /// How long before its end a token is renewed.
    pub renew_before: Duration,
}

impl Config {
    /// Checks what an app said on this page.
    ///
    /// # Errors
    /// `configuration` naming the option; `insecure_url` for a plain-http host that an https page may not use;
    /// `unsupported_environment` for a page that has no http(s) address.
    pub fn check(options: Options, page: &Url, parse: Parse) -> Result<Self> {
        if !page.is_http() {
            return Err(AuthError::new(
                ErrorCode::UnsupportedEnvironment,
                "This page has no http(s) address to come back to. Serve it from a web server.",
            ));
        }
        let check = Check {
            page,
            parse,
            page_is_plain_http: page.is_plain_http(),
        };
        let server = match &options.server {
            Some(text) => check.server(text)?,
            None => page.with_path("/"),
        };
        let (redirect_uri, redirect_url) = check.redirect_uri(options.redirect_uri.as_deref())?;
        if let Some(text) = &options.issuer {
            check.secure("issuer", text)?;
        }
        let is_fit = |key: &ApiKey| ApiKey::is_fit(key.reveal());
        if options.api_key.as_ref().is_some_and(|key| !is_fit(key)) {
            return Err(unfit_key("apiKey"));
        }
        if options.api_key_parameter.as_deref() == Some("") {
            return Err(AuthError::option("apiKey.parameter", "is empty."));
        }
        let client_id = match options.client_id {
            Some(id) if id.chars().all(char::is_whitespace) => {
                return Err(AuthError::option("clientId", "is empty."));
            }
            Some(id) => id,
            None if options.api_key.is_some() => String::new(),
            None => client_id::derive(&redirect_uri).ok_or_else(|| {
                AuthError::option(
                    "clientId",
                    "is missing, and can't be derived from a redirect URI that has capital letters. Copy it from \
                     PlaceOS's Backoffice.",
                )
            })?,
        };
        let mut resources = vec![server.clone()];
        for text in &options.protected_resources {
            resources.push(check.resource(text)?);
        }
        let endpoint = |name, given: Option<&str>, path| match given {
            Some(text) => check.secure(name, text),
            None => Ok(server.with_path(path)),
        };
        Ok(Config {
            endpoints: Endpoints {
                authorize: endpoint(
                    "endpoints.authorize",
                    options.authorize_endpoint.as_deref(),
                    "/auth/oauth/authorize",
                )?,
                token: endpoint(
                    "endpoints.token",
                    options.token_endpoint.as_deref(),
                    "/auth/oauth/token",
                )?,
                token_is_given: options.token_endpoint.is_some(),
                revoke: endpoint(
                    "endpoints.revoke",
                    options.revoke_endpoint.as_deref(),
                    "/auth/oauth/revoke",
                )?,
                logout: match options.logout_endpoint {
                    Some(text) => Some(check.secure("endpoints.logout", &text)?),
                    None => None,
                },
                authority: endpoint(
                    "endpoints.authority",
                    options.authority_endpoint.as_deref(),
                    "/auth/authority",
                )?,
            },
            resources: Resources::new(resources, check.page_is_plain_http),
            scope: check_scope("scope", options.scope.as_deref().unwrap_or("public"))?.to_owned(),
            server,
            client_id,
            redirect_uri,
            redirect_url,
            flow: options.flow,
            issuer: options.issuer,
            storage: options.storage,
            api_key: options.api_key,
            api_key_parameter: options.api_key_parameter,
            renew_before: options.renew_before.unwrap_or(RENEW_BEFORE),
        })
    }

    /// The key under which storage, locks and channels have this client's data of that name.
    pub fn key(&self, name: &str) -> String {
        let server = self.server.origin();
        // An origin has no path, so no two clients have the same key.
        concat(&["placeos-auth:", name, ":", server, "/", &self.client_id])
    }

    /// Whether a sign-in was begun by a client of the same server and id.
    pub fn began(&self, sign_in: &SignIn) -> bool {
        sign_in.server == self.server.origin() && sign_in.client_id == self.client_id
    }

    /// Whether the response to a sign-in is for a client of these options.
    pub fn takes_response_to(&self, sign_in: &SignIn) -> bool {
        self.began(sign_in)
            && sign_in.redirect_uri == self.redirect_uri
            && sign_in.storage == self.storage
            && self.flow.allows(sign_in.flow)
    }

    /// The record of a sign-in that begins now, and leads back to the redirect URI. With a verifier it is of the code flow.
    pub fn sign_in(&self, scope: &str, verifier: Option<Verifier>, now: Instant) -> SignIn {
        let endpoints = &self.endpoints;
        SignIn {
            flow: if verifier.is_some() {
                Flow::Code
            } else {
                Flow::Implicit
            },
            server: self.server.origin().to_owned(),
            issuer: endpoints.authorize.origin().to_owned(),
            named_issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            scope: scope.to_owned(),
            storage: self.storage,
            return_to: String::new(),
            app_state: None,
            history_state: None,
            token_endpoint: endpoints.token_is_given.then(|| endpoints.token.href()),
            authority_endpoint: Some(endpoints.authority.href()),
            verifier,
            begun: now,
        }
    }
}

/// What is no API key, named as where it came from.
pub fn unfit_key(name: &str) -> AuthError {
    AuthError::option(
        name,
        "is no API key: it is empty, or has characters that can't be sent in a header.",
    )
}

/// A scope as [RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3) writes it: tokens with one space between
/// two.
///
/// # Errors
/// `configuration`, under the name the app used.
pub fn check_scope<'a>(name: &str, scope: &'a str) -> Result<&'a str> {
    let is_token = |token: &str| {
        !token.is_empty()
            && token
                .bytes()
                .all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
    };
    if scope.split(' ').all(is_token) {
        Ok(scope)
    } else {
        Err(AuthError::option(
            name,
            "is no list of scopes with one space between two, such as \"public\".",
        ))
    }
}

struct Check<'a> {
    page: &'a Url,
    parse: Parse<'a>,
    page_is_plain_http: bool,
}

impl Check<'_> {
    /// An http(s) URL without user info and fragment.
    fn http_url(&self, name: &str, text: &str, url: Option<Url>) -> Result<Url> {
        let problem = match &url {
            None => "is not an absolute URL. Begin it with https://.",
            Some(url) if !url.is_http() => {
                "is neither an https: nor an http: URL. Begin it with https://."
            }
            Some(url) if url.has_user_info() => "has a user name or password in it.",
            Some(_) if text.contains('#') => "has a fragment (#…) in it.",
            // A host may have an asterisk in its name, which Chromium writes as `%2A`; what is meant by one is a pattern.
            Some(url) if url.origin().contains(['*', '%']) => {
                "has a * in its host; it takes no patterns."
            }
            Some(_) => "",
        };
        url.filter(|_| problem.is_empty())
            .ok_or_else(|| AuthError::option(name, problem))
    }

    /// The same, where secrets may travel.
    fn secure(&self, name: &str, text: &str) -> Result<Url> {
        let url = self.http_url(name, text, (self.parse)(text, None))?;
        if is_secure(&url, self.page_is_plain_http) {
            return Ok(url);
        }
        Err(AuthError::new(
            ErrorCode::InsecureUrl,
            concat(&[
                "`",
                name,
                "` is a plain http: URL, and this page is not: the token would cross the network in the clear. Use https:.",
            ]),
        ))
    }

    fn server(&self, text: &str) -> Result<Url> {
        let url = self.secure("server", text)?;
        if url.path != "/" || !url.query.is_empty() {
            return Err(AuthError::option(
                "server",
                "has more in it than scheme, host and port. Leave the path to the requests, and to `endpoints`.",
            ));
        }
        Ok(url)
    }

    fn resource(&self, text: &str) -> Result<Url> {
        const NAME: &str = "protectedResources";
        let url = self.secure(NAME, text)?;
        if !url.query.is_empty() {
            return Err(AuthError::option(
                NAME,
                "has a query (?…) in it; it takes origins and paths.",
            ));
        }
        // Nor in its path, where it would cover nothing.
        if text.contains('*') {
            return Err(AuthError::option(
                NAME,
                "has a * in it; it takes no patterns. A path covers all that lies under it.",
            ));
        }
        Ok(url)
    }

    /// The redirect URI to the letter as it was given, and as the browser reads it: PlaceOS compares text.
    fn redirect_uri(&self, given: Option<&str>) -> Result<(String, Url)> {
        const NAME: &str = "redirectUri";
        let Some(text) = given else {
            let url = self.page.with_path(&self.page.path);
            return Ok((url.href(), url));
        };
        let whole = (self.parse)(text, None);
        // Not from here: here is another place on every route of an app.
        if whole.is_none() && !text.starts_with('/') {
            return Err(AuthError::option(
                NAME,
                "is neither an absolute URL nor a path from the root, such as \"/app/\".",
            ));
        }
        let is_exact = whole.is_some() && text.bytes().all(|b| b.is_ascii_graphic());
        let url = whole.or_else(|| (self.parse)(text, Some(&self.page.href())));
        let url = self.http_url(NAME, text, url)?;
        if !url.same_origin(self.page) {
            return Err(AuthError::option(
                NAME,
                "is on another origin than this page, so the response could not be read here.",
            ));
        }
        let uri = if is_exact {
            text.to_owned()
        } else {
            url.href()
        };
        Ok((uri, url))
    }
}
