//! The authorization endpoint in a hidden frame, which answers by itself while the user is signed in to the server: renewal
//! without a refresh token, and sign-in without showing anything.
//!
//! That a frame stays silent is not the server's word: before it is taken for "the server wants the user", the server is
//! asked by a request, which tells more.

use super::authorization_request::AuthorizationRequest;
use super::server::Server;
use crate::browser::frame::{Frame, Seen};
use crate::browser::timeout::timeout;
use crate::browser::{clock, http, json, page, property};
use crate::config::Config;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::http::Answer;
use crate::oauth::jwt;
use crate::oauth::state::State;
use crate::oauth::tokens::Tokens;
use crate::options::Flow;
use crate::secret::Secret;
use crate::session::failure::wants_user;
use crate::session::frame::{Silence, silence};
use crate::url::Url;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen_futures::spawn_local;

/// How long it may take in all: the frame, and what is asked of the server afterwards.
const LONGEST: Duration = Duration::from_secs(15);

/// How often a frame is loaded that the page removes: a router that reconciles the document does so once.
const MOST_FRAMES: u32 = 3;

/// What a hidden frame asks for.
pub struct FrameRequest<'a> {
    /// [`Flow::Implicit`] or [`Flow::Code`].
    pub flow: Flow,
    pub scope: &'a str,
    /// The tokens that are to be replaced, if it is a renewal.
    pub old: Option<&'a Tokens>,
}

/// Tokens by a hidden frame. As soon as nobody wants them any more, the frame goes.
///
/// # Errors
/// `login_required` where the server wants the user; `network`, `timeout`, `server_error` where it may work later.
pub async fn ask(
    server: &Rc<Server>,
    asked: FrameRequest<'_>,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Tokens> {
    if !page::is_online() {
        return Err(AuthError::new(
            ErrorCode::Network,
            "The browser is offline: the server could not be asked.",
        ));
    }
    let outcome = timeout(LONGEST, Box::pin(ask_for_long(server, asked, is_wanted))).await;
    outcome.unwrap_or_else(|| {
        Err(AuthError::new(
            ErrorCode::Timeout,
            "The server didn't respond in the hidden frame within 15 seconds.",
        ))
    })
}

async fn ask_for_long(
    server: &Rc<Server>,
    asked: FrameRequest<'_>,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Tokens> {
    let config = &server.config;
    let FrameRequest { flow, scope, old } = asked;
    let request = AuthorizationRequest::new(flow, scope, State::from_random)?;
    let url = request.url(config);
    let answer = match answer(server, &url, &request, is_wanted).await? {
        Some(answer) => answer,
        None if is_wanted() => {
            return Err(why_no_answer(config, &url, old).await);
        }
        None => return Err(wants_user()),
    };
    let tokens = request.tokens(server, &answer).await?;
    let is_other = |old: &Tokens| is_other_person(&old.access_token, &tokens.access_token);
    if old.is_some_and(is_other) {
        server.revoke(&tokens);
        return Err(other_person());
    }
    Ok(tokens)
}

/// The URL in which the frame comes back with the answer to this request; `None` if it ends elsewhere.
///
/// # Errors
/// `login_required` where the page lets no frame be; one that is retryable where the server is in trouble.
async fn answer(
    server: &Rc<Server>,
    url: &str,
    request: &AuthorizationRequest,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Option<Url>> {
    let load = || Frame::load(url).ok_or_else(page_forbids);
    let mut frame = load()?;
    let mut frames = 1;
    let mut loads = 0;
    let mut since = clock::now();
    let mut doubt = None;
    while is_wanted() {
        let seen = frame.look().await;
        if frame.loads() != loads {
            loads = frame.loads();
            since = clock::now();
        }
        let is_foreign = match seen {
            Seen::Page(url, _) if request.is_answered_by(&server.config, &url) => {
                return Ok(Some(url));
            }
            Seen::Page(_, true) => {
                let page = Answer {
                    status: frame.status().unwrap_or_default(),
                    retry_after: None,
                    body: None,
                    form: None,
                };
                let error = page.success().err().filter(AuthError::retryable);
                return error.map_or(Ok(None), Err);
            }
            Seen::Removed if frames < MOST_FRAMES => {
                frame = load()?;
                frames += 1;
                continue;
            }
            Seen::Removed | Seen::Forbidden => return Err(page_forbids()),
            Seen::Foreign => true,
            Seen::Page(..) | Seen::Nothing => false,
        };
        match silence(is_foreign, loads, clock::now().distance(since)) {
            Silence::End => break,
            Silence::Doubt => {
                let trouble = doubt.get_or_insert_with(|| ask_in_doubt(server));
                if let Some(error) = trouble.take() {
                    return Err(error);
                }
            }
            Silence::Wait => {}
        }
    }
    Ok(None)
}

/// Asks the server how it is, while the frame is waited for. What comes of it is put there if it is trouble.
fn ask_in_doubt(server: &Rc<Server>) -> Rc<RefCell<Option<AuthError>>> {
    let trouble = Rc::new(RefCell::new(None));
    let (server, told) = (Rc::clone(server), Rc::clone(&trouble));
    spawn_local(async move {
        if let Health::Trouble(error) = health(&server.config).await {
            told.replace(Some(error));
        }
    });
    trouble
}

/// A frame doesn't tell a login page from the browser's own about a server that is out of reach, nor in every browser
/// from a server's about its trouble. What it was asked, asked by a request, does.
async fn why_no_answer(config: &Config, url: &str, old: Option<&Tokens>) -> AuthError {
    let asked = http::get(url).await;
    let error = match asked.and_then(|reply| reply.answer().granted().map(drop)) {
        Err(error) if error.code() != ErrorCode::Network => error,
        _ => match health(config).await {
            Health::Trouble(error) => error,
            // It may be in trouble, or not allow this page to read what it says. As long as there is time, it is asked again.
            Health::Unreadable(error) if old.is_some_and(|old| old.is_usable(clock::now())) => {
                error
            }
            _ => return wants_user(),
        },
    };
    if error.retryable() || error.code().is_oauth() {
        error
    } else {
        wants_user()
    }
}

async fn health(config: &Config) -> Health {
    let is_own = config.server.same_origin(&config.redirect_url);
    let href = config.endpoints.authority.href();
    let asked = http::get(&href).await;
    match asked.and_then(|reply| reply.answer().success().map(drop)) {
        // Another origin that can't be read may just not allow it (CORS).
        Err(error)
            if error.code() == ErrorCode::Network && !is_own && http::is_there(&href).await =>
        {
            Health::Unreadable(error)
        }
        Err(error) if error.retryable() => Health::Trouble(error),
        _ => Health::Well,
    }
}

/// How a server is, as far as a page may know.
enum Health {
    Well,
    /// Somebody answers, and this page may not read what.
    Unreadable(AuthError),
    Trouble(AuthError),
}

/// Whether two access tokens say that they are not one person's. Most say nothing of it.
fn is_other_person(old: &Secret, new: &Secret) -> bool {
    let subject = |token: &Secret| {
        let claims = json::from_text(&jwt::claims(token.reveal())?)?;
        property(&claims, "sub").as_string()
    };
    subject(old)
        .zip(subject(new))
        .is_some_and(|(old, new)| old != new)
}

fn other_person() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "Another user is signed in to the server now. The session ends with its token. Call login() then.",
    )
}

fn page_forbids() -> AuthError {
    AuthError::new(
        ErrorCode::LoginRequired,
        "The page allows no hidden frame. List the server in `frame-src` of its Content-Security-Policy, and leave \
         the frame in the document. Call login(). A session that there is lasts as long as its token.",
    )
}
