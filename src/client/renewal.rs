//! A renewal asks the server.

use super::frame::{self, FrameRequest};
use super::server::Server;
use crate::error::Result;
use crate::oauth::tokens::Tokens;
use crate::session::effect::RenewalMethod;
use std::rc::Rc;

/// Asks the server for new tokens in place of the old ones. A hidden frame is gone as soon as nobody wants its outcome.
///
/// # Errors
/// Those of [`Server::refresh`] and [`frame::ask`].
pub async fn ask(
    server: &Rc<Server>,
    method: RenewalMethod,
    old: &Tokens,
    is_wanted: &dyn Fn() -> bool,
) -> Result<Tokens> {
    match method {
        RenewalMethod::RefreshToken(refresh_token) => server.refresh(old, &refresh_token).await,
        RenewalMethod::Frame => {
            let asked = FrameRequest {
                flow: old.flow,
                scope: &old.scope,
                old: Some(old),
            };
            frame::ask(server, asked, is_wanted).await
        }
    }
}
