//! One small file per browser facility. What the browser may refuse comes back as a `Result` or an `Option`.

pub mod abort;
pub mod brand;
pub mod channel;
pub mod clock;
pub mod cookie;
pub mod departure;
pub mod frame;
pub mod gate;
pub mod http;
pub mod json;
pub mod listener;
pub mod lock;
pub mod native;
pub mod page;
pub mod random;
pub mod storage;
pub mod timer;
pub mod url;
pub mod web_socket;

use crate::error::{AuthError, ErrorCode, Result};

/// The window of this page.
///
/// # Errors
/// `unsupported_environment` where there is none: in Node, a worker or a server-side renderer.
pub fn window() -> Result<web_sys::Window> {
    web_sys::window().ok_or_else(|| {
        AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "There is no window here. Call this in a browser's page, not in a worker or on a server.",
        )
    })
}
