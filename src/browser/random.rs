//! The browser's cryptographic randomness.

use crate::error::{AuthError, ErrorCode, Result};

/// Bytes that nobody can guess.
///
/// # Errors
/// `unsupported_environment` where the browser has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        // Nothing but zeros is what a stand-in leaves that does nothing.
        Ok(()) if bytes != [0; N] => Ok(bytes),
        _ => Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "This page has no working crypto.getRandomValues, so no sign-in is safe.",
        )),
    }
}
