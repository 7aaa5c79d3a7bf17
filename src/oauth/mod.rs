//! The protocol as values: requests to send and answers to judge. No browser, no clock, no randomness, no I/O.
//!
//! | step | request | its twin, the judgement |
//! | --- | --- | --- |
//! | sign-in | [`authorization::request`] | [`redirect::judge`] |
//! | end | [`logout::request`] | none: the server's page answers the user |
//!
//! [`sign_in::SignIn`] is what the browser remembers between the two, under its [`state::State`].

pub mod arrival;
pub mod authorization;
pub mod client_id;
pub mod form;
mod hex;
pub mod logout;
pub mod loop_guard;
pub mod redirect;
pub mod sign_in;
pub mod state;
pub mod tokens;
