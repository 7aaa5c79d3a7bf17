//! The realtime API, signed in.

use super::Auth;
use super::signing::untrusted;
use crate::browser::cookie::Cookie;
use crate::browser::{self, page, web_socket};
use crate::error::Result;
use crate::oauth::authority::control_socket;
use crate::oauth::form;
use wasm_bindgen::JsValue;
use web_sys::WebSocket;

impl Auth {
    /// Connects to a path of the server, or to a URL of it or of a protected resource; to the control socket if none is
    /// given. Returns once the socket is open. `protocols` is as for `WebSocket` itself.
    ///
    /// A browser can't set headers on a WebSocket. On the page's own host a cookie signs it that is gone once the
    /// connection is made; elsewhere, in a frame of another site, for a token that is too long for a cookie and where there are
    /// no cookies, a parameter of the URL does, which a server may log.
    ///
    /// # Errors
    /// `untrusted_url`, `login_required`, `network` for a connection that was refused or could not be made, `timeout`,
    /// `configuration` for protocols that can't be.
    pub async fn open_web_socket(
        &self,
        path: Option<&str>,
        protocols: &JsValue,
    ) -> Result<WebSocket> {
        let client = self.client();
        let server = &client.config.server;
        let path = match path {
            Some(path) => path,
            None => control_socket(client.server.is_legacy().await),
        };
        let mut url = browser::url::parse(path, Some(&server.href()))
            .map(|url| url.over_http())
            .filter(|url| client.config.resources.may_have_token(url))
            .ok_or_else(untrusted)?;
        let credential = client.credential().await?;
        let name = credential.parameter();
        url.fragment.clear();
        url.query = form::without(&url.query, &[name]);
        let here = page::url()?;
        let is_own = url.same_origin(&here);
        let cookie = is_own
            .then(|| Cookie::set(name, credential.reveal(), &url.path, !here.is_plain_http()))
            .flatten();
        if cookie.is_none() {
            form::push(&mut url.query, name, credential.reveal());
        }
        let socket = web_socket::connect(&url.over_web_socket(), protocols).await;
        drop(cookie);
        socket
    }
}
