//! A server that rotates strictly: a refresh token works once, and never again.

use crate::driver::tokens;
use crate::support::judged_with;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::session::failure::login_required;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};

/// What the server does about a renewal that has come to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Says yes, if the refresh token is alive or the user is signed in.
    Honest,
    /// Ends the session.
    Refuses,
    /// Says that it has too much to do: for 90 seconds.
    Busy,
    /// Fails.
    Fails,
    /// Hears nothing, and the client hears that.
    Unreachable,
    /// Says yes, and the client hears of a broken connection.
    Lost,
    /// Says yes, and the client hears nothing until its patience is over.
    Silent,
}

impl Verdict {
    pub const ALL: [Verdict; 7] = [
        Verdict::Honest,
        Verdict::Refuses,
        Verdict::Busy,
        Verdict::Fails,
        Verdict::Unreachable,
        Verdict::Lost,
        Verdict::Silent,
    ];
}

/// What is on its way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The tokens of that number.
    Given(usize),
    Refused,
    Busy,
    Failed,
    Unreachable,
}

/// What became of sending a refresh token, as far as the tabs can know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// Nobody knows yet.
    Pending,
    /// The tab that sent it, and lives, was told that it failed, or was told nothing in time; or it is closed.
    Failed,
    /// A living tab has the new tokens.
    Given,
}

/// A pair of tokens that were given once.
#[derive(Clone, Debug, Hash)]
pub struct Grant {
    /// The session: what tells it from others, in milliseconds.
    pub session: u64,
    /// Whether the refresh token works.
    pub is_alive: bool,
    /// Whether a tab ever had it.
    pub is_known: bool,
    /// When they were given, in milliseconds that have passed.
    pub given_at: u64,
    /// Each sending of the refresh token.
    pub sent: Vec<Fate>,
}

#[derive(Clone, Debug, Default, Hash)]
pub struct Server {
    pub grants: Vec<Grant>,
    /// Whether the user is not signed in any more: frames end on the login page.
    pub has_no_user: bool,
    /// Whether a frame ever ended there.
    pub has_ever_refused: bool,
}

impl Server {
    /// Tokens of a session, new ones.
    pub fn give(&mut self, session: u64, passed: u64) -> usize {
        self.grants.push(Grant {
            session,
            is_alive: true,
            is_known: false,
            given_at: passed,
            sent: Vec::new(),
        });
        self.grants.len() - 1
    }

    /// What the client makes of the tokens of that number.
    pub fn tokens(&self, number: usize, by_frame: bool, now: Instant) -> Tokens {
        let refresh_token = format!("secret-refresh-{number}");
        let refresh_token = (!by_frame).then_some(refresh_token.as_str());
        tokens(
            &format!("secret-access-{number}"),
            refresh_token,
            Some(super::LIFE),
            now,
        )
    }

    /// The number of the tokens that this text is one of.
    pub fn number(text: &str) -> usize {
        let digits = text.rsplit('-').next().and_then(|text| text.parse().ok());
        digits.expect("a token of this server")
    }

    /// Answers to a renewal of the tokens of that number; `None` for silence.
    pub fn answer(
        &mut self,
        number: usize,
        by_frame: bool,
        verdict: Verdict,
        passed: u64,
    ) -> Option<Answer> {
        let session = self.grants[number].session;
        let is_good = match by_frame {
            true => !self.has_no_user,
            false => self.grants[number].is_alive,
        };
        let mut renew = || {
            if !is_good {
                return Answer::Refused;
            }
            self.grants[number].is_alive = by_frame;
            Answer::Given(self.give(session, passed))
        };
        match verdict {
            Verdict::Honest => Some(renew()),
            Verdict::Refuses if by_frame => {
                self.has_no_user = true;
                self.has_ever_refused = true;
                Some(Answer::Refused)
            }
            Verdict::Refuses => {
                self.grants[number].is_alive = false;
                Some(Answer::Refused)
            }
            Verdict::Busy => Some(Answer::Busy),
            Verdict::Fails => Some(Answer::Failed),
            Verdict::Unreachable => Some(Answer::Unreachable),
            Verdict::Lost => {
                renew();
                Some(Answer::Unreachable)
            }
            Verdict::Silent => {
                renew();
                None
            }
        }
    }

    /// Whether an access token has run out.
    pub fn is_over(&self, number: usize, passed: u64) -> bool {
        passed - self.grants[number].given_at >= super::LIFE * 1000
    }

    /// Whether the API takes an access token. A server that rotates strictly ends it with its refresh token.
    pub fn takes(&self, number: usize, passed: u64) -> bool {
        self.grants[number].is_alive && !self.is_over(number, passed)
    }

    /// What the client makes of an answer.
    pub fn outcome(
        &self,
        answer: Answer,
        by_frame: bool,
        now: Instant,
    ) -> Result<Tokens, AuthError> {
        let failure = |status, retry_after, body: &str| {
            judged_with(status, retry_after, body, |answer| {
                Err(answer.granted().err().expect("a failure"))
            })
        };
        match answer {
            Answer::Given(number) => Ok(self.tokens(number, by_frame, now)),
            Answer::Refused if by_frame => Err(login_required()),
            Answer::Refused => failure(400, None, r#"{"error":"invalid_grant"}"#),
            Answer::Busy => failure(429, Some("90"), ""),
            Answer::Failed => failure(500, None, ""),
            Answer::Unreachable => Err(AuthError::new(ErrorCode::Network, "")),
        }
    }
}
