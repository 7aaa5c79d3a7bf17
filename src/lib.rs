//! `placeos-auth` signs users of a web app in to a PlaceOS server and puts the access token on the requests that need it.
//!
//! Two faces on one core: the npm package for JavaScript, and this crate for Rust front ends. Begin with [`Auth`].
//!
//! | module | what it is for | what it may use |
//! | --- | --- | --- |
//! | [`options`] | what an app says, checked once | pure |
//! | [`error`] | every way this can fail | pure |
//! | [`secret`], [`time`], [`url`] | values that don't mix with plain text and numbers | pure |
//! | [`oauth`] | the protocol: requests to send, answers to judge | pure |
//! | [`session`] | the session's state machine: events in, effects out | pure |
//! | [`tab_message`] | what the tabs that share a session tell each other | pure |
//! | [`resources`] | which request may carry the token | pure |
//! | `browser` | one small file per browser facility | the browser |
//! | [`auth`] | the client: asks the pure parts what to do, has the browser do it | the browser |
//! | `bindings` | the JavaScript face | the browser |
//!
//! Pure parts know no browser, no clock, no randomness and no I/O: all of that comes in as arguments.

#![warn(missing_docs)]
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]

pub mod error;
pub mod oauth;
pub mod options;
pub mod resources;
pub mod secret;
pub mod session;
pub mod tab_message;
mod text;
pub mod time;
pub mod url;

#[cfg(target_arch = "wasm32")]
pub mod auth;
#[cfg(all(target_arch = "wasm32", feature = "bindings"))]
mod bindings;
#[cfg(target_arch = "wasm32")]
mod browser;

#[cfg(target_arch = "wasm32")]
pub use auth::Auth;
pub use error::{AuthError, ErrorCode};
pub use options::{Flow, FlowOption, Options, StorageKind};
