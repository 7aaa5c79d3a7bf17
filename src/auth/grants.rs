//! Sessions that take no page of the server's.

use super::Auth;
use crate::browser::clock;
use crate::error::Result;
use crate::oauth::token::{Credentials, Exchange};
use crate::oauth::tokens::Adopted;
use crate::session::view::Session;

impl Auth {
    /// Exchanges a password for a session: for trusted environments only, such as a kiosk set up by its operator.
    /// Anywhere else [RFC 9700 §2.4](https://www.rfc-editor.org/rfc/rfc9700#section-2.4) forbids it, because it shows the
    /// password to the app, and teaches users to type it anywhere: use [`Auth::login`].
    ///
    /// The password is wiped from this module's memory with the request.
    ///
    /// # Errors
    /// The server's own code where it refuses; `invalid_response`, `server_error`, `temporarily_unavailable`, `network`,
    /// `timeout`, `configuration`; `login_required` if the user signs out meanwhile, or is on the way to the logout page. A
    /// session that was there before stays.
    pub async fn login_with_password(&self, credentials: Credentials) -> Result<Session> {
        let client = self.client();
        let scope = self.shared.scope(credentials.scope.as_deref())?;
        let attempt = client.begin_sign_in();
        let tokens = client.server.password(credentials, &scope).await?;
        self.shared.begin_session(tokens, attempt)
    }

    /// Exchanges the token of another issuer for a session
    /// ([RFC 8693 §2.1](https://www.rfc-editor.org/rfc/rfc8693#section-2.1)), such as Microsoft Entra's in Outlook and Teams.
    ///
    /// The token is wiped from this module's memory with the request.
    ///
    /// # Errors
    /// As [`Auth::login_with_password`]. A session that was there before stays.
    pub async fn exchange_token(&self, given: Exchange) -> Result<Session> {
        let client = self.client();
        let scope = self.shared.scope(given.scope.as_deref())?;
        let attempt = client.begin_sign_in();
        let tokens = client.server.exchange(given, &scope).await?;
        self.shared.begin_session(tokens, attempt)
    }

    /// Makes a token that the app has got by itself this client's session: guests with a token in their link, native shells.
    /// It renews if there is a refresh token.
    ///
    /// Only for tokens that the app itself has asked for: one that anybody could have put into a link is another person's
    /// session.
    ///
    /// # Errors
    /// `configuration`, naming the field; `login_required` on the way to the logout page. A session that was there before
    /// stays.
    pub fn adopt(&self, given: Adopted) -> Result<Session> {
        let client = self.client();
        let scope = self.shared.scope(given.scope.as_deref())?;
        let tokens = given.judge(&scope, clock::now())?;
        self.shared.begin_session(tokens, client.begin_sign_in())
    }
}
