//! A sign-in under way.

/// A sign-in, from its first step to its tokens. It is over as soon as the user signs out, or a later one has begun a
/// session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInAttempt {
    /// How often the user had signed out before.
    pub(super) sign_outs: u32,
    /// How many sign-ins were begun before.
    pub(super) number: u32,
}
