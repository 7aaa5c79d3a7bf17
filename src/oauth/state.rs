//! The `state` parameter ([RFC 6749 §4.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.2.1)): the key of one sign-in.

use crate::oauth::hex;
use crate::text::concat;

/// What tells our answers from those of other providers and of the app's own router.
const MARK: &str = "placeos-auth.";

/// What follows it in the state of a popup's sign-in.
const POPUP: &str = "popup.";

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

    /// The same for a sign-in in a popup, whose page has to know that it is one.
    pub fn for_popup(bytes: &[u8; RANDOM_BYTES]) -> Self {
        let mut text = concat(&[MARK, POPUP]);
        hex::push(&mut text, bytes);
        State(text)
    }

    /// The state a text is, if it is well-formed.
    pub fn recognise(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(MARK)?;
        let random = rest.strip_prefix(POPUP).unwrap_or(rest);
        let well_formed =
            random.len() == 2 * RANDOM_BYTES && random.bytes().all(|b| b.is_ascii_hexdigit());
        well_formed.then(|| State(text.to_owned()))
    }

    /// Whether it is that of a sign-in in a popup.
    pub fn is_popup(&self) -> bool {
        self.0
            .strip_prefix(MARK)
            .is_some_and(|rest| rest.starts_with(POPUP))
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
