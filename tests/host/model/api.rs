//! Requests of the app's: `src/auth/request.rs`, for one that can be sent again.

use super::server::{Answer, Server};
use super::tab::{Tab, Task};
use super::world::World;
use placeos_auth::AuthError;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::secret::Secret;
use placeos_auth::session::{AfterRefusal, Call, Event};

/// How often a request is sent at the most.
const MOST_SENDINGS: u32 = 5;

#[derive(Clone, Debug)]
pub struct ApiCall {
    call: Call,
    /// When its session began.
    session: Option<u64>,
    sendings: u32,
    /// Whether the API ever refused it whatever its token.
    is_faulted: bool,
    stage: Stage,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It waits for a renewal before it is sent; with whether it may wait once more.
    Waits(bool),
    /// It is on its way, with the tokens of that number.
    OnItsWay(usize),
    /// It was answered, with 401 or well.
    Answered(usize, bool),
    /// It was refused, and waits for a renewal; with whether it may wait once more.
    Refused(usize, bool),
}

impl ApiCall {
    pub fn is_on_its_way(&self) -> bool {
        matches!(self.stage, Stage::OnItsWay(_))
    }

    pub fn is_answered(&self) -> bool {
        matches!(self.stage, Stage::Answered(..))
    }
}

impl World {
    /// `Outgoing::start`
    pub fn call(&mut self, tab: usize) -> Option<()> {
        let machine = &self.tabs[tab].machine;
        machine.tokens()?;
        let api_call = ApiCall {
            call: machine.begin_call(),
            session: self.tabs[tab].session(),
            sendings: 0,
            is_faulted: false,
            stage: Stage::Waits(true),
        };
        if self.is_renewing(tab) {
            self.tabs[tab].calls.push(api_call);
        } else {
            self.send_call(tab, api_call);
        }
        Some(())
    }

    /// `Outgoing::send`
    fn send_call(&mut self, tab: usize, mut api_call: ApiCall) {
        let signed = self.tabs[tab].machine.sign(&mut api_call.call, self.now);
        match signed {
            Ok(token) => {
                let number = Server::number(token.reveal());
                if Some(self.server.grants[number].session) != api_call.session {
                    self.violate("a request was sent with the token of another session");
                }
                api_call.sendings += 1;
                api_call.stage = Stage::OnItsWay(number);
                self.tabs[tab].calls.push(api_call);
            }
            Err(error) => self.check_call_failed(tab, &api_call, &error),
        }
    }

    fn take_call(&mut self, tab: usize, is: impl Fn(&ApiCall) -> bool) -> Option<ApiCall> {
        let calls = &mut self.tabs[tab].calls;
        let at = calls.iter().position(is)?;
        Some(calls.remove(at))
    }

    pub fn may_send_anyway(&self, tab: usize) -> bool {
        let tab = &self.tabs[tab];
        let waits = |call: &ApiCall| matches!(call.stage, Stage::Waits(_));
        tab.calls.iter().any(waits) && tab.machine.token(self.now).is_ok()
    }

    /// `Core::ready_to_send`
    pub fn send_anyway(&mut self, tab: usize) -> Option<()> {
        let api_call = self.take_call(tab, |call| matches!(call.stage, Stage::Waits(_)))?;
        self.send_call(tab, api_call);
        Some(())
    }

    pub fn serve_call(&mut self, tab: usize, is_fault: bool) -> Option<()> {
        let mut api_call = self.take_call(tab, ApiCall::is_on_its_way)?;
        let Stage::OnItsWay(number) = api_call.stage else {
            return None;
        };
        let is_taken = self.server.takes(number, self.passed) && !is_fault;
        api_call.is_faulted |= is_fault;
        api_call.stage = Stage::Answered(number, is_taken);
        self.tabs[tab].calls.push(api_call);
        Some(())
    }

    /// `Outgoing::answer`
    pub fn call_answered(&mut self, tab: usize) -> Option<()> {
        let mut api_call = self.take_call(tab, ApiCall::is_answered)?;
        let Stage::Answered(number, is_taken) = api_call.stage else {
            return None;
        };
        if is_taken {
            return Some(());
        }
        let token = Secret::new(format!("secret-access-{number}"));
        self.apply(tab, Event::Unauthorized(token));
        api_call.stage = Stage::Refused(number, true);
        self.tabs[tab].calls.push(api_call);
        self.go_on_with_calls(tab);
        Some(())
    }

    /// The gate is open: whoever waited goes on.
    pub fn go_on_with_calls(&mut self, tab: usize) {
        for mut api_call in std::mem::take(&mut self.tabs[tab].calls) {
            let is_open = self.tabs[tab].is_running() && !self.tabs[tab].is_shut;
            match api_call.stage {
                Stage::Waits(may_wait) if is_open => {
                    if may_wait && self.is_renewing(tab) {
                        api_call.stage = Stage::Waits(false);
                        self.tabs[tab].calls.push(api_call);
                    } else {
                        self.send_call(tab, api_call);
                    }
                }
                Stage::Refused(number, may_wait) if is_open => {
                    if may_wait && self.is_renewing(tab) {
                        api_call.stage = Stage::Refused(number, false);
                        self.tabs[tab].calls.push(api_call);
                    } else {
                        self.after_refusal(tab, api_call, number);
                    }
                }
                _ => self.tabs[tab].calls.push(api_call),
            }
        }
    }

    fn after_refusal(&mut self, tab: usize, api_call: ApiCall, number: usize) {
        let machine = &self.tabs[tab].machine;
        match machine.after_refusal(&api_call.call, self.now) {
            AfterRefusal::HandOn => self.check_handed_on(tab, &api_call, number),
            AfterRefusal::SendAgain => self.send_call(tab, api_call),
            AfterRefusal::Fail(error) => self.check_call_failed(tab, &api_call, &error),
        }
    }

    /// No call that nobody faulted ends in 401 while a living tab has, or is being sent, tokens that would do; nor because
    /// its token is over while the session goes on.
    fn check_handed_on(&mut self, tab: usize, api_call: &ApiCall, number: usize) {
        if api_call.is_faulted || api_call.sendings == MOST_SENDINGS || self.is_set_back {
            return;
        }
        let goes_on = self.tabs[tab].session() == api_call.session;
        if goes_on && !self.start.by_frame && self.server.is_over(number, self.passed) {
            self.violate("a 401 was handed on although its token was only over");
        }
        // What a tab has that was frozen, or is behind one, nobody can know in time.
        let would_do = |other: usize| {
            other > number
                && Some(self.server.grants[other].session) == api_call.session
                && self.server.takes(other, self.passed)
        };
        let number_of = |tokens: &Tokens| Server::number(tokens.access_token.reveal());
        let has = |tab: &Tab| {
            tab.machine
                .tokens()
                .is_some_and(|tokens| would_do(number_of(tokens)))
        };
        let is_sent = |tab: &Tab| {
            tab.tasks.iter().any(|task| match task {
                Task::Asks(request) => {
                    matches!(request.answer, Some(Answer::Given(number)) if would_do(number))
                }
                _ => false,
            })
        };
        let knows = |tab: &Tab| has(tab) || is_sent(tab);
        let is_known = self.living().filter(|tab| !tab.was_frozen).any(knows);
        if goes_on && !self.is_excused && is_known {
            self.violate("a 401 was handed on although another tab has newer tokens");
        }
    }

    /// A request fails for want of a session, or for what may be over later.
    fn check_call_failed(&mut self, tab: usize, api_call: &ApiCall, error: &AuthError) {
        let goes_on = self.tabs[tab].session() == api_call.session;
        // A frame that the server wants the user in leaves the session as long as it lasts.
        let by_frame = self.start.by_frame && self.server.has_ever_refused;
        if goes_on && !error.retryable() && !by_frame {
            self.violate("a request was told to log in although its session goes on");
        }
    }
}
