//! The browser's cryptographic randomness.

use crate::error::{AuthError, ErrorCode, Result};

/// Bytes that nobody can guess.
///
/// # Errors
/// `unsupported_environment` where the browser has none to give.
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(AuthError::new(
            ErrorCode::UnsupportedEnvironment,
            "This browser has no crypto.getRandomValues, without which no sign-in is safe.",
        )),
    }
}
