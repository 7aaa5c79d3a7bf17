//! Text that never prints itself and is wiped when dropped.

use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// A token, code, verifier or password.
///
/// `Debug` shows no part of it, there is no `Display` and no comparison. A clone shares the text, whose memory is overwritten
/// when the last one is dropped.
#[derive(Clone)]
pub struct Secret(Arc<Zeroizing<String>>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Secret(Arc::new(Zeroizing::new(text)))
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
