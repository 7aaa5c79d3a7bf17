//! Sign-in in a popup: the page that opens it, and judges the response by what it remembers. The popup's page is
//! `popup_response`.

use super::Auth;
use super::popup_response::channel;
use super::shared::{Shared, SignInPopup};
use crate::browser::popup::{Popup, Seen};
use crate::browser::{self, clock};
use crate::client::authorization_request::AuthorizationRequest;
use crate::error::{AuthError, ErrorCode, Result};
use crate::oauth::state::State;
use crate::session::failure::{login_required, sign_in_given_up};
use crate::session::view::Session;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// How long the user may take.
const LONGEST: Duration = Duration::from_secs(10 * 60);

impl Auth {
    /// Signs in in a popup; this page stays. Call it in a click. The popup is opened before this returns. A call while there is
    /// a popup brings that one to the front, and joins it.
    ///
    /// # Errors
    /// `popup_blocked`, `popup_closed`; `timeout` after ten minutes; the server's own code where it refuses;
    /// `login_required` if the user signs out meanwhile. A session that was there before stays.
    pub fn login_in_popup(
        &self,
        scope: Option<&str>,
    ) -> Pin<Box<dyn Future<Output = Result<Session>>>> {
        let begun = self
            .shared
            .scope(scope)
            .and_then(|scope| Ok((scope, open(&self.shared)?)));
        let shared = Rc::clone(&self.shared);
        Box::pin(async move {
            let (scope, sign_in) = begun?;
            let own = Rc::clone(&sign_in);
            let task = Box::pin(async move {
                let outcome = run(&own, &shared, &scope).await;
                own.popup.take();
                own.end.replace(Some(outcome));
            });
            sign_in.task.join(task).await;
            let end = sign_in.end.borrow().clone();
            end.unwrap_or_else(|| Err(login_required()))
        })
    }
}

/// The one that is open, in front now, or a new one in the place of one that seems to be closed.
fn open(shared: &Shared) -> Result<Rc<SignInPopup>> {
    if let Some(known) = shared.popup.borrow().as_ref()
        && let Some(popup) = known.popup.borrow().as_ref()
        && popup.is_open()
    {
        popup.focus();
        return Ok(Rc::clone(known));
    }
    let popup = Popup::open().ok_or_else(blocked)?;
    let sign_in = Rc::new(SignInPopup {
        popup: RefCell::new(Some(Rc::new(popup))),
        ..SignInPopup::default()
    });
    shared.popup.replace(Some(Rc::clone(&sign_in)));
    Ok(sign_in)
}

async fn run(sign_in: &Rc<SignInPopup>, shared: &Shared, scope: &str) -> Result<Session> {
    let client = &shared.client;
    let config = shared.config();
    let attempt = client.begin_sign_in();
    let flow = client.server.flow().await;
    let request = AuthorizationRequest::new(flow, scope, State::for_popup)?;
    let is_latest = || {
        let latest = shared.popup.borrow();
        latest
            .as_ref()
            .is_some_and(|latest| Rc::ptr_eq(latest, sign_in))
    };
    let is_wanted = || client.is_current(attempt) && is_latest();
    let popup = sign_in.popup.borrow().clone().ok_or_else(closed)?;
    popup.go(&request.url(config), &channel(&request.state));
    shared.log("asking the server in a popup");
    let began = clock::now();
    let is_over = || clock::now().distance(began) >= LONGEST;
    while is_wanted() && !is_over() {
        let url = match popup.look().await {
            Seen::Answer(text) => browser::url::parse(&text, None),
            Seen::Closed => return Err(closed()),
            Seen::Nothing => None,
        };
        if let Some(answer) = url.filter(|url| request.is_answered_by(config, url)) {
            popup.take_answer();
            let tokens = request.tokens(&client.server, &answer).await?;
            return shared.begin_session(tokens, attempt);
        }
    }
    Err(if !client.is_current(attempt) {
        sign_in_given_up()
    } else if is_latest() {
        timed_out()
    } else {
        closed()
    })
}

fn blocked() -> AuthError {
    AuthError::new(
        ErrorCode::PopupBlocked,
        "The browser blocked the popup. Call login({ mode: \"popup\" }) in a click, and have the user allow popups for this \
         site. A sandboxed frame needs allow-popups.",
    )
}

fn closed() -> AuthError {
    AuthError::new(
        ErrorCode::PopupClosed,
        "The popup was closed before the user had signed in. Offer the sign-in again.",
    )
}

fn timed_out() -> AuthError {
    AuthError::new(
        ErrorCode::Timeout,
        "The user didn't sign in in the popup within ten minutes. Offer the sign-in again.",
    )
    .into_final()
}
