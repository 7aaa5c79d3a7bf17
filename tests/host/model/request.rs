//! How a renewal goes on once the tab has its turn: `src/auth/renewal.rs`, `src/auth/server.rs`.

use super::server::{Answer, Fate, Server};
use super::tab::{Request, Task, Then};
use super::world::World;
use placeos_auth::error::Result;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::session::{Event, RenewalMethod};
use placeos_auth::{AuthError, ErrorCode};

/// `http::LONGEST`, in milliseconds.
const REQUEST: u64 = 15_000;

/// `frame::LONGEST`
const FRAME: u64 = 15_000;

impl World {
    /// The rest of `Core::queue` and `Core::renew`.
    pub fn go_on(&mut self, tab: usize, then: Then) {
        match then {
            Then::Turn(number, turn) => {
                self.check_wait(tab, number);
                self.tabs[tab].turn = turn;
                self.apply(tab, Event::Turn(number));
                if self.start.rules.give_back {
                    self.leave(tab);
                }
            }
            Then::Renewed(number, error, turn) => {
                self.check_refusal(tab, &error);
                self.apply(tab, Event::Renewed(number, Err(error), 0.0));
                self.hear_itself(tab, turn);
            }
            Then::Over(turn) => self.end(turn),
        }
    }

    /// `Core::stored_by_another`
    pub fn stored_by_another(&mut self, tab: usize) -> Option<Tokens> {
        let text = self.area(tab)?;
        let is_ours = self.tabs[tab].stored.as_ref() == Some(&text);
        (!is_ours).then(|| Tokens::from_text(&text)).flatten()
    }

    /// `Core::refresh`, from where it sends.
    pub fn send(
        &mut self,
        tab: usize,
        renewal: u32,
        method: &RenewalMethod,
        old: &Tokens,
        turn: Option<u32>,
    ) {
        let by_frame = matches!(method, RenewalMethod::Frame);
        let number = match method {
            RenewalMethod::RefreshToken(token) => Server::number(token.reveal()),
            RenewalMethod::Frame => Server::number(old.access_token.reveal()),
        };
        let sending = self.check_send(tab, number, by_frame);
        self.tabs[tab].tasks.push(Task::Asks(Request {
            renewal,
            number,
            sending,
            by_frame,
            is_served: false,
            answer: None,
            turn,
            until: self.passed + if by_frame { FRAME } else { REQUEST },
        }));
    }

    /// The server's answer has come.
    pub fn answered(&mut self, tab: usize, request: &Request, answer: Answer) {
        let fate = match answer {
            Answer::Given(number) => {
                self.server.grants[number].is_known = true;
                Fate::Given
            }
            _ => Fate::Failed,
        };
        self.set_fate(request, fate);
        let outcome = self.server.outcome(answer, request.by_frame, self.now);
        self.finish(tab, request.renewal, outcome, request.turn);
    }

    /// It won't come any more.
    pub fn timed_out(&mut self, tab: usize, request: &Request) {
        self.give_up(request);
        let error = AuthError::new(ErrorCode::Timeout, "");
        self.finish(tab, request.renewal, Err(error), request.turn);
    }

    fn finish(&mut self, tab: usize, renewal: u32, outcome: Result<Tokens>, turn: Option<u32>) {
        match outcome {
            Ok(tokens) => {
                self.apply(tab, Event::Renewed(renewal, Ok(tokens), 0.0));
                self.hear_itself(tab, turn);
            }
            Err(error) => self.catch_up(tab, Then::Renewed(renewal, error, turn)),
        }
    }
}
