//! The requests of renewals.

use super::server::{Answer, Fate, Server};
use super::tab::{Request, Task};
use super::world::World;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::session::effect::RenewalMethod;
use placeos_auth::session::event::Event;
use placeos_auth::{AuthError, ErrorCode};

/// How long a request, or a frame, may take, in milliseconds.
const LONGEST: u64 = 15_000;

impl World {
    pub fn send(&mut self, tab: usize, renewal: u32, method: &RenewalMethod, old: &Tokens) {
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
            asked: self.now,
            until: self.passed + LONGEST,
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
        let outcome = outcome.map(|tokens| tokens.asked_for_at(request.asked));
        let renewal = request.renewal;
        self.handle(tab, Event::ServerAnswered { renewal, outcome });
    }

    /// It won't come any more.
    pub fn timed_out(&mut self, tab: usize, request: &Request) {
        self.give_up(request);
        let outcome = Err(AuthError::new(ErrorCode::Timeout, ""));
        let renewal = request.renewal;
        self.handle(tab, Event::ServerAnswered { renewal, outcome });
    }
}
