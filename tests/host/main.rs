//! What holds of the pure parts, on any machine: claims with examples, and properties of generated input.

#![cfg(not(target_arch = "wasm32"))]

#[path = "../fuzz/claims/mod.rs"]
mod claims;
#[path = "../shared/parameters.rs"]
mod parameters;

mod address;
mod api_key;
mod authority;
mod authorization;
mod call;
mod client_id;
mod code;
mod corpus;
mod driver;
mod endpoints;
mod error;
mod form;
mod fragment;
mod frame;
mod grant;
mod http;
mod interleaving;
mod logout;
mod loop_guard;
mod metadata;
mod model;
mod options;
mod pkce;
mod records;
mod redirect;
mod refusal;
mod renewal;
mod resources;
mod same_client;
mod secret;
mod session;
mod staying;
mod support;
mod tabs;
mod token;
mod tokens;
mod unauthorized;
mod url;
