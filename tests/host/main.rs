//! What holds of the pure parts, on any machine: claims with examples, and properties of generated input.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../shared/parameters.rs"]
mod parameters;

mod authorization;
mod client_id;
mod error;
mod form;
mod loop_guard;
mod options;
mod records;
mod redirect;
mod resources;
mod secret;
mod session;
mod support;
mod tokens;
