//! `placeos-auth` signs users of a web app in to a PlaceOS server and puts the access token on the requests that need it.
//!
//! Two faces on one core: the npm package for JavaScript, and this crate for Rust front ends. Begin with [`Auth`].
//!
//! | module | what it is for | what it may use |
//! | --- | --- | --- |
//! | [`options`], [`config`] | what an app says, and the same checked once | pure |
//! | [`error`] | every way this can fail | pure |
//! | [`secret`], [`time`], [`url`] | values that don't mix with plain text and numbers | pure |
//! | [`oauth`] | the protocol: requests to send, answers to judge | pure |
//! | [`session`] | the machine that decides everything: events in, effects out | pure |
//! | [`resources`], [`credential`] | which request is signed, and with what | pure |
//! | `browser` | one small file per browser facility | the browser |
//! | `client` | around the machine: hands events in, carries out effects | the browser |
//! | [`auth`] | what an app calls | the browser |
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

pub mod config;
pub mod credential;
pub mod error;
pub mod oauth;
pub mod options;
pub mod resources;
pub mod secret;
pub mod session;

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
mod client;

#[cfg(target_arch = "wasm32")]
pub use auth::{Auth, Hooks, Login, Logout, Subscription};
pub use error::{AuthError, ErrorCode};
pub use oauth::arrival::Redirect;
pub use oauth::authority::Authority;
pub use oauth::token::{Credentials, Exchange};
pub use oauth::tokens::Adopted;
pub use options::{Flow, FlowOption, Options, StorageKind};
pub use session::effect::Change;
pub use session::end_reason::EndReason;
pub use session::view::Session;
