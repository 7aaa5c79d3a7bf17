//! The `state` parameter ([RFC 6749 §4.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.1)): the key of one sign-in.

use crate::oauth::hex;

/// What tells our answers from those of other providers and of the app's own router.
const MARK: &str = "placeos-auth.";

/// Bytes of randomness in a state.
pub const RANDOM_BYTES: usize = 32;

/// A well-formed state: our mark and 256 random bits, in characters that no encoding changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State(String);

impl State {
    /// From 256 bits of cryptographic randomness.
    pub fn from_random(bytes: &[u8; RANDOM_BYTES]) -> Self {
        let mut text = String::from(MARK);
        hex::push(&mut text, bytes);
        State(text)
    }

    /// The state a text is, if it is well-formed.
    pub fn recognise(text: &str) -> Option<Self> {
        let random = text.strip_prefix(MARK)?;
        let well_formed =
            random.len() == 2 * RANDOM_BYTES && random.bytes().all(|b| b.is_ascii_hexdigit());
        well_formed.then(|| State(text.to_owned()))
    }

    /// The text that goes to the server and comes back.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text bears our mark, well-formed or not.
pub fn is_marked(text: &str) -> bool {
    text.starts_with(MARK)
}
