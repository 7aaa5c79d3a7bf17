//! The protocol as values: requests to send and answers to judge. No browser, no clock, no randomness, no I/O.
//!
//! | step | request | its twin, the judgement |
//! | --- | --- | --- |
//! | sign-in | [`authorization::request`] | [`redirect::judge`] |
//! | each grant | [`token::redeem`], [`token::refresh`], [`token::password`] | [`token::judge`] |
//! | what the server offers | `GET` | [`metadata::judge`] |
//! | the domain's settings | `GET` | [`authority::judge`] |
//! | end | [`token::revoke`] | none: nothing depends on it |
//! | end | [`logout::request`] | none: the server's page answers the user |
//!
//! [`sign_in::SignIn`] is what the browser remembers between the two, under its [`state::State`]; that of a hidden frame is
//! never stored.

pub mod api_key;
pub mod arrival;
pub mod authority;
pub mod authorization;
pub mod client_id;
pub mod form;
mod hex;
pub mod http;
pub mod jwt;
pub mod logout;
pub mod loop_guard;
pub mod metadata;
pub mod pkce;
pub mod redirect;
pub mod sign_in;
pub mod state;
pub mod token;
pub mod tokens;
