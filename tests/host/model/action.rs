//! What can happen, and when.

use super::server::Verdict;
use super::tab::{Life, Request, Tab, Task, Then};
use super::world::{Limits, World};
use placeos_auth::secret::Secret;
use placeos_auth::session::Event;
use placeos_auth::tab_message::TabMessage;
use std::time::Duration;

/// A tab, by its number.
type At = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    // Wishes.
    Want(At),
    Renew(At),
    Unauthorized(At),
    LateUnauthorized(At),
    /// The app makes a request that can be sent again.
    Call(At),
    Tick(At),
    HiddenTick(At),
    Online(At),
    /// The page is shown, or the tab resumes: `Core::notice`.
    Look(At),
    // What was begun goes on.
    /// The browser passes on what this tab has said.
    PassOn(At),
    /// This tab sees what is in local storage.
    See(At),
    Hear(At),
    Granted(At),
    Send(At),
    Serve(At, Verdict),
    Answered(At),
    /// A request of the app's that waits for a renewal goes with the token there is.
    SendAnyway(At),
    /// The API answers one, or refuses it whatever its token.
    ServeCall(At, bool),
    CallAnswered(At),
    /// A request that nobody waits for comes to the server after all, or never.
    ServeStray(bool),
    /// The first task whose time is over gives up.
    GiveUp(At),
    // Time.
    /// Until the next task gives up or, if there is none, the next timer goes off.
    Wait,
    Sleep,
    ClockBack,
    ClockForward,
    // Troubles.
    Freeze(At),
    Thaw(At),
    /// It comes back out of the back/forward cache: `Core::look_after_absence`.
    Show(At),
    Close(At),
    /// Another tab is opened: with local storage a new one, else a copy of this one.
    Duplicate(At),
    Load(At),
    LogOut(At),
    SignIn(At),
}

/// How far a clock jumps: over the life of a token.
const JUMP: Duration = Duration::from_millis(3 * 3600 * 1000 + 7);

/// The most tabs that there may ever be.
pub const MOST_TABS: usize = 4;

impl World {
    pub fn sign_in(&mut self, tab: At) {
        let session = self.now.as_millis();
        let number = self.server.give(session, self.passed);
        self.server.has_no_user = false;
        self.server.grants[number].is_known = true;
        let tokens = self.server.tokens(number, self.start.by_frame, self.now);
        self.apply(tab, Event::SignedIn(tokens));
        // Where the clock shows what it showed before, the machine tells them apart.
        if let Some(session) = self.tabs[tab].session() {
            self.server.grants[number].session = session;
        }
    }

    pub fn pass(&mut self, span: Duration) {
        self.now = self.now.after(span);
        self.passed += span.as_millis() as u64;
    }

    fn request(&mut self, tab: At, is: impl Fn(&Request) -> bool) -> Option<&mut Request> {
        let requests = self.tabs[tab].tasks.iter_mut();
        let mut requests = requests.filter_map(|task| match task {
            Task::Asks(request) if is(request) => Some(request),
            _ => None,
        });
        requests.next()
    }

    /// Takes a task that fits from a tab.
    fn take(&mut self, tab: At, is: impl Fn(&Self, &Task) -> bool) -> Option<Task> {
        let tasks = &self.tabs[tab].tasks;
        let at = tasks.iter().position(|task| is(self, task))?;
        Some(self.tabs[tab].tasks.remove(at))
    }

    /// Does it; says whether it could be done.
    pub fn act(&mut self, action: Action) -> bool {
        let could = self.try_to(action).is_some();
        for tab in 0..self.tabs.len() {
            self.run_microtasks(tab);
        }
        could
    }

    fn try_to(&mut self, action: Action) -> Option<()> {
        use Action::*;
        self.pay(action)?;
        match action {
            Want(tab) => self.want(tab),
            Renew(tab) => self.renewed(tab),
            Unauthorized(tab) => {
                let token = self.tabs[tab].machine.tokens()?.access_token.clone();
                self.apply(tab, Event::Unauthorized(token));
                self.want(tab);
            }
            LateUnauthorized(tab) => {
                let token = Secret::new(self.tabs[tab].last_token.clone()?);
                let machine = &self.tabs[tab].machine;
                let may_begin = machine.is_renewing() || machine.is_due(self.now);
                self.apply(tab, Event::Unauthorized(token));
                if self.tabs[tab].machine.is_renewing() && !may_begin {
                    self.violate("renewed for a 401 that came late");
                }
            }
            Call(tab) => self.call(tab)?,
            SendAnyway(tab) => self.send_anyway(tab)?,
            ServeCall(tab, is_fault) => self.serve_call(tab, is_fault)?,
            CallAnswered(tab) => self.call_answered(tab)?,
            Tick(tab) => self.apply(tab, Event::Tick),
            HiddenTick(tab) => self.apply(tab, Event::HiddenTick),
            Online(tab) => {
                self.apply(tab, Event::Online);
                self.apply(tab, Event::Tick);
            }
            Look(tab) => {
                self.read_again(tab);
                self.apply(tab, Event::Tick);
            }
            PassOn(tab) => self.pass_on(tab)?,
            See(tab) => self.tabs[tab].area = self.local.clone(),
            Hear(tab) => {
                let text = self.tabs[tab].inbox.pop_front()?;
                self.hear(tab, &text);
            }
            Granted(tab) => {
                let task = self.take(
                    tab,
                    |world, task| matches!(task, Task::Waits { lock, .. } if world.has_lock(*lock)),
                );
                let Task::Waits { renewal, lock, .. } = task? else {
                    return None;
                };
                self.catch_up(tab, Then::Turn(renewal, Some(lock)));
            }
            Send(tab) => {
                let task = self.take(tab, |_, task| matches!(task, Task::Prepares { .. }));
                let Task::Prepares {
                    renewal,
                    method,
                    old,
                    turn,
                } = task?
                else {
                    return None;
                };
                self.send(tab, renewal, &method, &old, turn);
            }
            Serve(tab, verdict) => {
                let request = *self.request(tab, |request| !request.is_served)?;
                let answer =
                    self.server
                        .answer(request.number, request.by_frame, verdict, self.passed);
                let served = self.request(tab, |request| !request.is_served)?;
                served.is_served = true;
                served.answer = answer;
                self.is_lost |= matches!(verdict, Verdict::Lost | Verdict::Silent);
            }
            Answered(tab) => {
                let task = self.take(
                    tab,
                    |_, task| matches!(task, Task::Asks(request) if request.answer.is_some()),
                );
                let Task::Asks(request) = task? else {
                    return None;
                };
                self.answered(tab, &request, request.answer?);
            }
            ServeStray(comes) => {
                let (number, by_frame) = self.strays.pop()?;
                if comes {
                    self.is_lost = true;
                    self.server
                        .answer(number, by_frame, Verdict::Honest, self.passed);
                }
            }
            GiveUp(tab) => self.give_up_a_task(tab)?,
            Wait => {
                let untils = self.running().filter_map(|tab| self.tabs[tab].until());
                let wakes = self.running().filter_map(|tab| self.tabs[tab].wake_at);
                let next = untils.min().or(wakes.min())?;
                self.pass(Duration::from_millis(next.checked_sub(self.passed)?));
            }
            Sleep => self.sleep(),
            ClockBack => {
                self.now = self.now.before(JUMP);
                self.is_set_back = true;
            }
            ClockForward => self.now = self.now.after(JUMP),
            Freeze(tab) => self.freeze(tab),
            Thaw(tab) => self.tabs[tab].life = Life::Running,
            Show(tab) => {
                self.tabs[tab].life = Life::Running;
                self.look_after_absence(tab);
                self.apply(tab, Event::Tick);
            }
            Close(tab) => self.close(tab),
            Duplicate(tab) => {
                let area = self.area(tab);
                // The copy won't hear what this one is yet to hear.
                let mut inbox = self.tabs[tab].inbox.iter();
                let misses = inbox
                    .any(|text| matches!(TabMessage::from_text(text), Some(TabMessage::End(..))));
                let mut copy = Tab::new(area);
                copy.misses = misses;
                self.tabs.push(copy);
            }
            Load(tab) => self.load(tab),
            LogOut(tab) => self.log_out(tab),
            SignIn(tab) => {
                // No two sessions begin at the same instant.
                let is_taken = |world: &Self| {
                    let mut grants = world.server.grants.iter();
                    grants.any(|grant| grant.session == world.now.as_millis())
                };
                while is_taken(self) {
                    self.pass(Duration::from_millis(1));
                }
                self.is_mixed = true;
                self.sign_in(tab);
            }
        }
        Some(())
    }

    fn give_up_a_task(&mut self, tab: At) -> Option<()> {
        let passed = self.passed;
        let is_over = |_: &Self, task: &Task| match task {
            Task::Waits { until, .. } | Task::CatchesUp { until, .. } => *until <= passed,
            Task::Asks(request) => request.until <= passed,
            Task::Prepares { .. } => false,
        };
        match self.take(tab, is_over)? {
            Task::Waits {
                renewal,
                lock,
                queue,
                is_behind_a_frozen_tab,
                ..
            } => {
                self.end(Some(lock));
                if !is_behind_a_frozen_tab {
                    self.violate("waited for a turn in vain although nobody was frozen");
                }
                self.is_excused = true;
                if queue == 1 && self.start.rules.second_queue {
                    self.wait_in(2, tab, renewal);
                } else {
                    self.catch_up(tab, Then::Turn(renewal, None));
                }
            }
            Task::CatchesUp { then, .. } => self.caught_up(tab, then),
            Task::Asks(request) => self.timed_out(tab, &request),
            Task::Prepares { .. } => {}
        }
        Some(())
    }

    /// Takes what an action costs from what there is left.
    fn pay(&mut self, action: Action) -> Option<()> {
        let cost = action.cost();
        let Limits {
            wishes,
            faults,
            troubles,
            waits,
        } = self.limits;
        self.limits = Limits {
            wishes: wishes.checked_sub(cost.wishes)?,
            faults: faults.checked_sub(cost.faults)?,
            troubles: troubles.checked_sub(cost.troubles)?,
            waits: waits.checked_sub(cost.waits)?,
        };
        Some(())
    }
}
