//! One fuzz target: the claim of its own name.

#![no_main]

use libfuzzer_sys::fuzz_target;
use placeos_auth_fuzz::check;

fuzz_target!(|data: &[u8]| check(env!("CARGO_BIN_NAME"), data));
