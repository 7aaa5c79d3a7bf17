//! What holds in a browser: `wasm-pack test --headless --chrome`.

#![cfg(target_arch = "wasm32")]

#[path = "../shared/parameters.rs"]
mod parameters;

mod api_key;
mod endpoints;
mod expiry;
mod form;
mod page;
mod redirect;
mod requests;
mod sample;
mod storage;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
