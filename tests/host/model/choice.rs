//! Which actions there are in a world, what they cost, and how it comes to rest.

use super::action::{Action, MOST_TABS};
use super::calls::ApiCall;
use super::server::Verdict;
use super::tab::{Life, Tab, Task};
use super::world::{Limits, World};

/// Far more steps than any world needs to come to rest.
const MOST_STEPS: usize = 2000;

impl Limits {
    const NONE: Limits = Limits {
        wishes: 0,
        faults: 0,
        troubles: 0,
        waits: 0,
    };

    /// For long walks.
    pub const MANY: Limits = Limits {
        wishes: u8::MAX,
        faults: u8::MAX,
        troubles: u8::MAX,
        waits: u8::MAX,
    };
}

impl Action {
    pub fn cost(self) -> Limits {
        use Action::*;
        let mut cost = Limits::NONE;
        match self {
            SignInDemanded(_) => cost.faults = 1,
            Want(_) | Renew(_) | Unauthorized(_) | LateUnauthorized(_) | Call(_) | Tick(_)
            | HiddenTick(_) | Online(_) | Look(_) => cost.wishes = 1,
            Serve(_, verdict) if verdict != Verdict::Honest => cost.faults = 1,
            ServeCall(_, true) => cost.faults = 1,
            Wait | Sleep | ClockBack | ClockForward => cost.waits = 1,
            Freeze(_) | Close(_) | Duplicate(_) | LogOut(_) | SignIn(_) => cost.troubles = 1,
            _ => {}
        }
        cost
    }
}

impl World {
    /// All that can happen next.
    pub fn actions(&self) -> Vec<Action> {
        use Action::*;
        let mut actions = Vec::new();
        for (at, tab) in self.tabs.iter().enumerate() {
            // Also of a page that is gone.
            if tab.life != Life::Running && self.said.iter().any(|(from, _)| *from == at) {
                actions.push(PassOn(at));
            }
            if tab.lives() {
                actions.extend(self.served(tab).map(|verdict| Serve(at, verdict)));
                if tab.calls.iter().any(ApiCall::is_on_its_way) {
                    actions.extend([ServeCall(at, false), ServeCall(at, true)]);
                }
                actions.push(Close(at));
            }
            match tab.life {
                Life::Running => {
                    actions.extend(self.prompt(at));
                    actions.extend([Want(at), Renew(at), Tick(at), Look(at), Freeze(at)]);
                    if let Some(tokens) = tab.machine.tokens() {
                        actions.extend([Unauthorized(at), HiddenTick(at), Call(at)]);
                        if self.start.demands_sign_in {
                            actions.push(SignInDemanded(at));
                        }
                        if tab.last_token.is_some() && tokens.renewals > 0 {
                            actions.push(LateUnauthorized(at));
                        }
                    }
                    if tab.machine.failure().is_some() {
                        actions.push(Online(at));
                    }
                    actions.extend([SignIn(at), LogOut(at)]);
                    if self.may_send_anyway(at) {
                        actions.push(SendAnyway(at));
                    }
                    if self.tabs.len() < MOST_TABS && self.start.has_locks {
                        actions.push(Duplicate(at));
                    }
                }
                Life::Frozen => actions.extend([Thaw(at), Show(at)]),
                Life::Loading => actions.push(Load(at)),
                Life::Closed => {}
            }
        }
        if !self.strays.is_empty() {
            actions.extend([true, false].map(ServeStray));
        }
        if self.running().all(|tab| self.prompt(tab).next().is_none()) {
            actions.push(Wait);
        }
        actions.extend([Sleep, ClockBack, ClockForward]);
        actions.retain(|action| self.can_pay(action.cost()));
        actions
    }

    fn can_pay(&self, cost: Limits) -> bool {
        let left = self.limits;
        left.wishes >= cost.wishes
            && left.faults >= cost.faults
            && left.troubles >= cost.troubles
            && left.waits >= cost.waits
    }

    /// What takes no time, on a tab that runs.
    fn prompt(&self, at: usize) -> impl Iterator<Item = Action> {
        let tab = &self.tabs[at];
        let said = self.said.iter().any(|(from, _)| *from == at);
        let passes_on = said.then_some(Action::PassOn(at));
        let sees = self.is_behind(at).then_some(Action::See(at));
        let hears = (!tab.inbox.is_empty()).then_some(Action::Hear(at));
        let granted = self.grantable(at).map(|_| Action::Granted(at));
        let prepares = |task: &Task| matches!(task, Task::Prepares { .. });
        let sends = tab.tasks.iter().any(prepares).then_some(Action::Send(at));
        let answered = tab.requests().any(|request| request.answer.is_some());
        let answered = answered.then_some(Action::Answered(at));
        let called = tab.calls.iter().any(ApiCall::is_answered);
        let called = called.then_some(Action::CallAnswered(at));
        let is_over = tab.until().is_some_and(|until| until <= self.passed);
        let gives_up = is_over.then_some(Action::GiveUp(at));
        [
            passes_on, sees, hears, granted, sends, answered, called, gives_up,
        ]
        .into_iter()
        .flatten()
    }

    /// What the server may do about a tab's request.
    fn served(&self, tab: &Tab) -> impl Iterator<Item = Verdict> {
        let request = tab.requests().find(|request| !request.is_served).copied();
        let takes = request.is_some_and(|request| match request.by_frame {
            true => !self.server.has_no_user,
            false => self.server.grants[request.number].is_alive,
        });
        Verdict::ALL.into_iter().filter(move |verdict| {
            request.is_some()
                && (takes || !matches!(verdict, Verdict::Refuses | Verdict::Lost | Verdict::Silent))
        })
    }

    /// Lets all that was begun end, with a server that answers or one that doesn't for a while, and sees what is left.
    pub fn come_to_rest(&mut self, is_silent: bool) {
        self.limits = Limits::MANY;
        for at in 0..self.tabs.len() {
            match self.tabs[at].life {
                Life::Frozen => self.act(Action::Thaw(at)),
                Life::Loading => self.act(Action::Load(at)),
                _ => false,
            };
        }
        self.settle(is_silent);
        self.check_waits();
        // What nobody has used for a while may be over, which whoever looks at the page finds out.
        for tab in 0..self.tabs.len() {
            self.act(Action::Tick(tab));
        }
        self.settle(false);
        if self.violation.is_none() {
            self.check_rest();
        }
    }

    fn settle(&mut self, is_silent: bool) {
        for step in 0..MOST_STEPS {
            let is_silent = is_silent && step < MOST_STEPS / 4;
            self.limits = Limits::MANY;
            let said = self.said.first().map(|(from, _)| Action::PassOn(*from));
            let prompt = self.running().find_map(|tab| self.prompt(tab).next());
            let prompt = said.or(prompt);
            let asks = |tab: &usize| self.tabs[*tab].requests().any(|request| !request.is_served);
            let served = self.running().find(asks).filter(|_| !is_silent);
            let served = served.map(|tab| Action::Serve(tab, Verdict::Honest));
            let calls = |tab: &usize| self.tabs[*tab].calls.iter().any(ApiCall::is_on_its_way);
            let called = self.running().find(calls);
            let called = called.map(|tab| Action::ServeCall(tab, false));
            let stray = (!self.strays.is_empty()).then_some(Action::ServeStray(true));
            let waits = self.running().any(|tab| self.tabs[tab].until().is_some());
            let waits = waits.then_some(Action::Wait);
            let Some(next) = prompt.or(called).or(served).or(stray).or(waits) else {
                return;
            };
            self.act(next);
            self.check();
            if self.violation.is_some() {
                return;
            }
        }
        self.violate("it never comes to rest");
    }
}
