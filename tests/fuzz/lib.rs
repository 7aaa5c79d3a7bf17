//! The claims, with what they share with the host tests.

#![allow(
    dead_code,
    unused_imports,
    reason = "the host tests use more of what they share with this"
)]

mod claims;
#[path = "../host/driver.rs"]
mod driver;
#[path = "../host/model/mod.rs"]
mod model;
#[path = "../host/support.rs"]
mod support;

/// Holds an input to the claim of that name.
pub fn check(name: &str, data: &[u8]) {
    let claim = claims::CLAIMS.iter().find(|(other, _)| *other == name);
    let (_, claim) = claim.expect("a claim of that name");
    claim(data);
}
