//! What can happen, and when.

use super::server::Verdict;
use super::tab::{Life, Request, Tab, Task};
use super::world::{Limits, World};
use placeos_auth::secret::Secret;
use placeos_auth::session::event::Event;
use placeos_auth::session::tab_message::TabMessage;
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
    /// The API answers 511.
    SignInDemanded(At),
    /// The app makes a request that can be sent again.
    Call(At),
    Tick(At),
    HiddenTick(At),
    Online(At),
    /// The page becomes visible, or runs again.
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
    /// It comes back out of the back/forward cache.
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

/// How far sessions have to lie apart, in milliseconds.
const CLOSE: u64 = 61_000;

/// The most tabs that there may ever be.
pub const MOST_TABS: usize = 4;

impl World {
    pub fn sign_in(&mut self, tab: At) {
        let session = self.now.as_millis();
        let number = self.server.give(session, self.passed);
        self.server.has_no_user = false;
        self.server.grants[number].is_known = true;
        let tokens = self.server.tokens(number, self.start.by_frame, self.now);
        let attempt = self.tabs[tab].machine.begin_sign_in();
        self.handle(tab, Event::SignedIn { tokens, attempt });
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
            Renew(tab) => self.renew(tab),
            Unauthorized(tab) => {
                let token = self.tabs[tab].machine.tokens()?.access_token.clone();
                self.handle(tab, Event::TokenRejected(token));
                self.want(tab);
            }
            LateUnauthorized(tab) => {
                let token = Secret::new(self.tabs[tab].last_token.clone()?);
                let machine = &self.tabs[tab].machine;
                let may_begin = machine.is_renewing() || machine.is_due(self.now);
                self.handle(tab, Event::TokenRejected(token));
                if self.tabs[tab].machine.is_renewing() && !may_begin {
                    self.violate("renewed for a 401 that came late");
                }
            }
            Call(tab) => self.call(tab)?,
            SendAnyway(tab) => self.send_anyway(tab)?,
            ServeCall(tab, is_fault) => self.serve_call(tab, is_fault)?,
            CallAnswered(tab) => self.call_answered(tab)?,
            SignInDemanded(tab) => {
                let token = self.tabs[tab].machine.tokens()?.access_token.clone();
                // The server may have ended any of its tokens.
                self.is_excused = true;
                self.handle(tab, Event::SignInDemanded(token));
            }
            Tick(tab) => self.handle(tab, Event::Tick),
            HiddenTick(tab) => self.handle_on(false, tab, Event::Tick),
            Online(tab) => self.handle(tab, Event::Online),
            Look(tab) => self.handle(tab, Event::PageResumed),
            PassOn(tab) => self.pass_on(tab)?,
            See(tab) => self.tabs[tab].area = self.local.clone(),
            Hear(tab) => self.hear(tab)?,
            Granted(tab) => {
                let at = self.grantable(tab)?;
                self.locks[at].is_granted = true;
                let number = self.locks[at].number;
                self.handle(tab, Event::LockGranted(number));
            }
            Send(tab) => {
                let prepares = |task: &Task| matches!(task, Task::Prepares { .. });
                self.send_first(tab, prepares).then_some(())?;
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
            Wait => self.wait()?,
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
                self.tabs[tab].is_shown = true;
                let session = self.tabs[tab].session();
                self.handle(tab, Event::PageShown);
                // Another session may have been there, and been ended: this page was away, and can't know.
                let has_ended = session.is_some() && self.tabs[tab].session() != session;
                self.is_excused |= has_ended && self.is_mixed;
            }
            Close(tab) => self.close(tab),
            Duplicate(tab) => {
                let area = self.area(tab);
                // The copy won't hear what this one is yet to hear, nor what it has missed.
                let mut inbox = self.tabs[tab].inbox.iter();
                let misses = inbox
                    .any(|text| matches!(TabMessage::from_text(text), Some(TabMessage::End(..))));
                let mut copy = Tab::new(self.start, self.tabs.len(), area);
                copy.misses = misses || self.tabs[tab].misses;
                self.tabs.push(copy);
            }
            Load(tab) => self.load(tab),
            LogOut(tab) => self.log_out(tab),
            SignIn(tab) => {
                // No two sessions begin at the same instant, nor at one that a machine tells apart by adding to it.
                let is_taken = |world: &Self| {
                    let now = world.now.as_millis();
                    let mut grants = world.server.grants.iter();
                    grants.any(|grant| grant.session >= now && grant.session - now <= CLOSE)
                };
                // The clock is set: nobody has waited meanwhile.
                while is_taken(self) {
                    self.now = self.now.after(Duration::from_secs(1));
                }
                self.is_mixed = true;
                self.sign_in(tab);
            }
        }
        Some(())
    }

    /// Until the next task gives up or, if there is none, the next timer goes off. Looks at a lock after which the wait goes on
    /// are passed over.
    fn wait(&mut self) -> Option<()> {
        loop {
            let untils = self.running().filter_map(|tab| self.tabs[tab].until());
            let wakes = self.running().filter_map(|tab| {
                let at = self.tabs[tab].machine.wake_up_at(self.now)?;
                Some(self.passed + at.since(self.now).as_millis() as u64)
            });
            let until = untils.min().or(wakes.min())?;
            self.pass(Duration::from_millis(until.checked_sub(self.passed)?));
            let passed = self.passed;
            let looks = |tab: &Tab| {
                let mut timers = tab.timers.iter();
                timers
                    .find(|timer| timer.is_look && timer.until <= passed)
                    .copied()
            };
            let mut looking = self
                .running()
                .filter_map(|tab| Some((tab, looks(&self.tabs[tab])?)));
            let Some((tab, look)) = looking.next() else {
                return Some(());
            };
            drop(looking);
            let state = format!("{:?}", self.locks);
            self.tabs[tab]
                .timers
                .retain(|timer| timer.turn != look.turn);
            self.handle(tab, Event::TimerFired(look.turn));
            let goes_on = self.tabs[tab]
                .timers
                .iter()
                .any(|timer| timer.turn == look.turn && timer.is_look);
            if !goes_on || format!("{:?}", self.locks) != state {
                return Some(());
            }
        }
    }

    /// The first timer, or else the first request, whose time is over.
    fn give_up_a_task(&mut self, tab: At) -> Option<()> {
        let passed = self.passed;
        let timers = &mut self.tabs[tab].timers;
        if let Some(at) = timers.iter().position(|timer| timer.until <= passed) {
            let turn = timers.remove(at).turn;
            self.handle(tab, Event::TimerFired(turn));
            return Some(());
        }
        let is_over =
            |_: &Self, task: &Task| matches!(task, Task::Asks(request) if request.until <= passed);
        if let Task::Asks(request) = self.take(tab, is_over)? {
            self.timed_out(tab, &request);
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
