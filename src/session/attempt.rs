//! A sign-in under way.

/// A sign-in, from its first step to its tokens. It is over as soon as the user signs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInAttempt {
    /// How often the user had signed out before.
    pub(super) sign_outs: u32,
}
