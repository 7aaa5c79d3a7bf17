//! Proof Key for Code Exchange ([RFC 7636](https://www.rfc-editor.org/rfc/rfc7636)): what ties a code to the browser that
//! asked for it. Always S256.

use crate::secret::Secret;
use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

/// Bytes of randomness in a verifier, and of SHA-256 in a challenge.
pub const RANDOM_BYTES: usize = 32;

/// Characters of base64url that hold them.
const LENGTH: usize = 43;

/// A `code_verifier`: 256 random bits in base64url, no more and no less
/// ([RFC 7636 §4.1](https://www.rfc-editor.org/rfc/rfc7636#section-4.1)).
#[derive(Clone, Debug)]
pub struct Verifier(Secret);

impl Verifier {
    /// From 256 bits of cryptographic randomness.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        Verifier(Secret::new(base64url(bytes)))
    }

    /// The verifier that a stored text is, if it is well-formed.
    pub fn from_text(text: &str) -> Option<Self> {
        let is_base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let is_well_formed = text.len() == LENGTH && text.bytes().all(is_base64url);
        is_well_formed.then(|| Verifier(Secret::new(text.to_owned())))
    }

    /// The `code_challenge` of method S256
    /// ([RFC 7636 §4.2](https://www.rfc-editor.org/rfc/rfc7636#section-4.2)).
    pub fn challenge(&self) -> String {
        base64url(&Sha256::digest(self.reveal().as_bytes()).into())
    }

    /// The text itself, for the token endpoint and for the sign-in's record.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

fn base64url(bytes: &[u8; RANDOM_BYTES]) -> String {
    let mut buffer = [0; LENGTH];
    // Fails only for a buffer that is too short.
    Base64UrlUnpadded::encode(bytes, &mut buffer)
        .unwrap_or_default()
        .to_owned()
}
