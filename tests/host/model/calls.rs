//! The calls of an app: for a token, for a renewal, and requests of its own that can be sent again.

use super::server::{Answer, Server};
use super::tab::{Caller, Tab, Task};
use super::world::World;
use placeos_auth::AuthError;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::secret::Secret;
use placeos_auth::session::call::{Call, NextStep};
use placeos_auth::session::event::Event;

/// How often a request is sent at the most.
const MOST_SENDINGS: u32 = 5;

/// A request of the app's.
#[derive(Clone, Debug)]
pub struct ApiCall {
    call: Call,
    /// When its session began.
    session: Option<u64>,
    sendings: u32,
    /// The number of the tokens that it was sent with last.
    sent_with: usize,
    /// Whether the API ever refused it whatever its token.
    is_faulted: bool,
    stage: Stage,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It waits for a renewal; with whether it does so for a limited time.
    Waits(bool),
    OnItsWay,
    /// It was answered, well or with 401.
    Answered(bool),
}

impl ApiCall {
    pub fn is_on_its_way(&self) -> bool {
        self.stage == Stage::OnItsWay
    }

    pub fn is_answered(&self) -> bool {
        matches!(self.stage, Stage::Answered(_))
    }
}

impl World {
    /// `Client::next_step`
    fn next_step(&mut self, tab: usize, call: &mut Call, can_repeat: bool) -> NextStep {
        if self.tabs[tab].machine.is_due(self.now) {
            self.handle(tab, Event::TokenWanted);
        }
        let machine = &self.tabs[tab].machine;
        machine.next_step(call, can_repeat, self.now)
    }

    /// `Client::credential`
    pub fn want(&mut self, tab: usize) {
        let call = self.tabs[tab].machine.begin_call();
        self.go_on_with_caller(tab, Caller::Token(call));
    }

    /// `Client::renew`
    pub fn renew(&mut self, tab: usize) {
        let call = self.tabs[tab].machine.begin_call();
        self.handle(tab, Event::RenewalWanted);
        if self.tabs[tab].machine.is_renewing() {
            self.tabs[tab].callers.push(Caller::Renewal(call));
        } else {
            self.go_on_with_caller(tab, Caller::Renewal(call));
        }
    }

    fn go_on_with_caller(&mut self, tab: usize, caller: Caller) {
        match caller {
            Caller::Token(mut call) => match self.next_step(tab, &mut call, false) {
                NextStep::Wait(_) => self.tabs[tab].callers.push(Caller::Token(call)),
                NextStep::Send(_) => {}
                NextStep::Fail(error) => self.check_called(tab, &call, &error),
                NextStep::HandOn => self.violate("handed on before it was sent"),
            },
            Caller::Renewal(call) => {
                let outcome = self.tabs[tab].machine.after_renewal(&call, self.now);
                if let Err(error) = outcome {
                    self.check_called(tab, &call, &error);
                }
            }
        }
    }

    /// `Auth::fetch`, of a request that can be sent again.
    pub fn call(&mut self, tab: usize) -> Option<()> {
        let machine = &self.tabs[tab].machine;
        machine.tokens()?;
        let api_call = ApiCall {
            call: machine.begin_call(),
            session: self.tabs[tab].session(),
            sendings: 0,
            sent_with: 0,
            is_faulted: false,
            stage: Stage::Waits(false),
        };
        self.go_on_with_call(tab, api_call);
        Some(())
    }

    fn go_on_with_call(&mut self, tab: usize, mut api_call: ApiCall) {
        match self.next_step(tab, &mut api_call.call, true) {
            NextStep::Wait(limit) => {
                api_call.stage = Stage::Waits(limit.is_some());
                self.tabs[tab].calls.push(api_call);
            }
            NextStep::Send(credential) => {
                let number = Server::number(credential.reveal());
                if Some(self.server.grants[number].session) != api_call.session {
                    self.violate("a request was sent with the token of another session");
                }
                api_call.sendings += 1;
                api_call.sent_with = number;
                api_call.stage = Stage::OnItsWay;
                self.tabs[tab].calls.push(api_call);
            }
            NextStep::HandOn => self.check_handed_on(tab, &api_call, api_call.sent_with),
            NextStep::Fail(error) => self.check_call_failed(tab, &api_call, &error),
        }
    }

    fn take_call(&mut self, tab: usize, is: impl Fn(&ApiCall) -> bool) -> Option<ApiCall> {
        let calls = &mut self.tabs[tab].calls;
        let at = calls.iter().position(is)?;
        Some(calls.remove(at))
    }

    pub fn may_send_anyway(&self, tab: usize) -> bool {
        let tab = &self.tabs[tab];
        let waits = |call: &ApiCall| call.stage == Stage::Waits(true);
        tab.calls.iter().any(waits) && tab.machine.token(self.now).is_ok()
    }

    /// `Client::wait`, when its limit is over.
    pub fn send_anyway(&mut self, tab: usize) -> Option<()> {
        let mut api_call = self.take_call(tab, |call| call.stage == Stage::Waits(true))?;
        api_call.call.wait_no_longer();
        self.go_on_with_call(tab, api_call);
        Some(())
    }

    pub fn serve_call(&mut self, tab: usize, is_fault: bool) -> Option<()> {
        let mut api_call = self.take_call(tab, ApiCall::is_on_its_way)?;
        let is_taken = self.server.takes(api_call.sent_with, self.passed) && !is_fault;
        api_call.is_faulted |= is_fault;
        api_call.stage = Stage::Answered(is_taken);
        self.tabs[tab].calls.push(api_call);
        Some(())
    }

    /// `Outgoing::answer`
    pub fn call_answered(&mut self, tab: usize) -> Option<()> {
        let api_call = self.take_call(tab, ApiCall::is_answered)?;
        if api_call.stage == Stage::Answered(true) {
            return Some(());
        }
        let token = Secret::new(format!("secret-access-{}", api_call.sent_with));
        self.handle(tab, Event::TokenRejected(token));
        self.go_on_with_call(tab, api_call);
        Some(())
    }

    /// No renewal is under way any more: all that waited for it goes on.
    pub fn go_on_with_callers(&mut self, tab: usize) {
        let is_over =
            |world: &Self| world.tabs[tab].is_running() && !world.tabs[tab].machine.is_renewing();
        if is_over(self) {
            for caller in std::mem::take(&mut self.tabs[tab].callers) {
                self.go_on_with_caller(tab, caller);
            }
        }
        for api_call in std::mem::take(&mut self.tabs[tab].calls) {
            if is_over(self) && matches!(api_call.stage, Stage::Waits(_)) {
                self.go_on_with_call(tab, api_call);
            } else {
                self.tabs[tab].calls.push(api_call);
            }
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
