//! The client id that PlaceOS gives an app: the MD5 of its redirect URI.

use crate::oauth::hex;
use md5::{Digest, Md5};

/// The lower-case hex MD5 of a redirect URI, or `None` where capitals in the URI leave two answers: PlaceOS's Backoffice
/// lower-cases the URI first, and PlaceOS's clients don't.
pub fn derive(redirect_uri: &str) -> Option<String> {
    if redirect_uri.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let mut id = String::new();
    hex::push(&mut id, &Md5::digest(redirect_uri.as_bytes()));
    Some(id)
}
