//! What holds of any input. Each claim takes bytes, reads them as what it is about, and panics where it doesn't hold.
//!
//! `npm run fuzz` looks for inputs that break one; the host test `corpus` replays those that were worth keeping.

mod address;
mod input;
mod records;
mod redirect;
mod resources;
mod session;
mod token;

type Claim = fn(&[u8]);

/// Each claim under the name of its target and of its file in `corpus/`.
pub const CLAIMS: &[(&str, Claim)] = &[
    ("address", address::check),
    ("records", records::check),
    ("redirect", redirect::check),
    ("resources", resources::check),
    ("session", session::check),
    ("tabs", crate::model::check_way),
    ("token", token::check),
];
