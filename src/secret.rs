//! Text that never prints itself and is wiped when dropped.

use std::fmt;
use zeroize::Zeroize;

/// A token, code, verifier or password.
///
/// `Debug` shows no part of it, there is no `Display` and no comparison, and its memory is overwritten on drop.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Secret(text)
    }

    /// The text itself, at the one place that has to send or store it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
