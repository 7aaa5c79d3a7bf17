//! What a client has to do around a machine: hand events in, and carry out the effects. It decides nothing.
//!
//! Each duty can be neglected: see [`Duties`](super::world::Duties).

use super::server::Server;
use super::tab::{Life, Task, Timer};
use super::world::{Lock, World};
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::secret::Secret;
use placeos_auth::session::effect::{Change, Effect};
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::event::{Event, Snapshot};
use placeos_auth::session::tab_message::TabMessage;
use std::collections::VecDeque;
use std::time::Duration;

/// Half of how long a turn gives other tabs to answer.
const ANSWER: Duration = Duration::from_millis(50);

/// How long is between two looks at a lock.
const LOOK: Duration = Duration::from_secs(5);

/// The same, if a client's timers ran too fast.
const SHORT_LOOK: Duration = Duration::from_secs(2);

/// How far a turn has come at an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    HasItsTurn,
    HasFailed,
    /// Another tab tells of the end.
    IsTold,
    Other,
}

impl World {
    /// `Client::handle`, on a page that the user sees.
    pub fn handle(&mut self, tab: usize, event: Event) {
        self.handle_on(true, tab, event);
    }

    pub fn handle_on(&mut self, is_visible: bool, tab: usize, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            self.check_print(&event);
            let before = self.tabs[tab].machine.tokens().cloned();
            let told = match &event {
                Event::PeerMessage(TabMessage::Tokens(text)) => Some(text.reveal().to_owned()),
                _ => None,
            };
            let stage = self.stage(tab, &event);
            let effects = self.step(is_visible, tab, event);
            self.check_print(&effects);
            for effect in effects {
                self.carry_out(tab, effect, stage, before.as_ref(), &mut events);
            }
            self.after(tab, before, told);
        }
    }

    fn stage(&self, tab: usize, event: &Event) -> Stage {
        let waits = self.tabs[tab].machine.state_name() == "waiting";
        match event {
            Event::LockGranted(_) | Event::LockUnavailable(_) => Stage::HasItsTurn,
            Event::TimerFired(_) if waits => Stage::HasItsTurn,
            Event::ServerAnswered { outcome, .. } if outcome.is_err() => Stage::HasFailed,
            Event::PeerMessage(TabMessage::End(..)) => Stage::IsTold,
            _ => Stage::Other,
        }
    }

    fn step(&mut self, is_visible: bool, tab: usize, event: Event) -> Vec<Effect> {
        let duties = self.start.duties;
        let is_failing = matches!(
            event,
            Event::ServerAnswered { .. } | Event::TimerFired(_) | Event::PeerMessage(_)
        );
        let begins = matches!(event, Event::PageLoaded | Event::Opened);
        let is_blind = (!duties.look_into_storage && !begins)
            || (!duties.catch_up_after_failure && is_failing);
        let stored = match is_blind {
            true => self.tabs[tab].seen.clone(),
            false => self.area(tab),
        };
        let (from, name) = (self.tabs[tab].machine.state_name(), event.name());
        let snapshot = Snapshot {
            now: self.now,
            stored: stored.map(Secret::new),
            is_visible,
            random: 0.0,
        };
        let effects = self.tabs[tab].machine.step(event, snapshot);
        let to = self.tabs[tab].machine.state_name();
        let expires = |effect: &Effect| {
            matches!(
                effect,
                Effect::Notify(Change::Ended(EndReason::Expired(None)))
            )
        };
        // Any event may find that.
        if !effects.iter().any(expires) {
            self.transitions.insert((from, name, to));
        }
        effects
    }

    fn carry_out(
        &mut self,
        tab: usize,
        effect: Effect,
        stage: Stage,
        before: Option<&Tokens>,
        events: &mut VecDeque<Event>,
    ) {
        let duties = self.start.duties;
        match effect {
            Effect::Store(_) if self.start.is_blocked => events.push_back(Event::NotStored),
            Effect::Store(text) => {
                self.check_store(tab, text.reveal());
                self.write(tab, Some(text.reveal().to_owned()));
            }
            Effect::Remove | Effect::Clear => self.write(tab, None),
            Effect::RequestLock { lock, .. } if !self.start.has_locks => {
                self.is_excused = true;
                events.push_back(Event::LockUnavailable(lock));
            }
            Effect::RequestLock { turn, lock, name } => {
                self.request_lock(tab, turn, lock, name, events)
            }
            Effect::StartTimer { turn, span } => {
                let is_for_answers = span == ANSWER;
                let is_neglected =
                    !duties.time_to_answer || !duties.catch_up || !duties.catch_up_after_failure;
                if is_for_answers && is_neglected {
                    return events.push_back(Event::TimerFired(turn));
                }
                let span = match span == LOOK && !duties.patience {
                    true => SHORT_LOOK,
                    false => span,
                };
                let timers = &mut self.tabs[tab].timers;
                timers.retain(|timer| timer.turn != turn);
                timers.push(Timer {
                    turn,
                    until: self.passed + span.as_millis() as u64,
                    is_for_answers,
                    is_look: span == LOOK || span == SHORT_LOOK,
                });
            }
            Effect::StopTimer(turn) => {
                let timers = &mut self.tabs[tab].timers;
                timers.retain(|timer| timer.turn != turn);
            }
            Effect::EndTurn(turn) => {
                let has_asked = self.tabs[tab].asked.contains(&turn);
                if duties.give_back || has_asked || !self.has_lock(tab, turn) {
                    self.release(tab, turn);
                }
                let timers = &mut self.tabs[tab].timers;
                timers.retain(|timer| timer.turn != turn);
            }
            Effect::AskServer {
                renewal,
                method,
                old,
            } => {
                self.check_wait(tab, renewal);
                let is_expected = duties.lock && duties.second_queue && self.start.has_locks;
                if is_expected && !self.has_lock(tab, renewal) {
                    self.waited_in_vain(tab);
                }
                if !duties.hold {
                    self.release(tab, renewal);
                }
                self.tabs[tab].asked.push(renewal);
                self.tabs[tab].tasks.push(Task::Prepares {
                    renewal,
                    method,
                    old,
                });
            }
            Effect::Revoke(tokens) => self.revoke(&tokens),
            Effect::Post(TabMessage::End(generation, _))
                if !duties.post_end_of_stored
                    && before.is_none_or(|own| !own.generation().same_session(generation)) => {}
            Effect::Post(message) => self.post(tab, &message),
            Effect::PostEcho(number) => {
                self.tabs[tab].echo = number;
                let is_neglected = match stage {
                    Stage::HasItsTurn => !duties.catch_up,
                    Stage::HasFailed => !duties.catch_up_after_failure,
                    Stage::IsTold | Stage::Other => !duties.hear_itself,
                };
                let echo = TabMessage::Echo(number);
                if is_neglected {
                    events.push_back(Event::PeerMessage(echo));
                } else {
                    self.tell(tab, &echo);
                }
            }
            Effect::Notify(Change::Ended(reason)) => {
                if stage != Stage::IsTold {
                    self.check_refusal(tab, before, &reason);
                }
                self.check_end(tab, before, &reason);
            }
            Effect::Notify(_) | Effect::Log(_) => {}
        }
    }

    /// Only what was posted is neglected; what is posted late is another matter.
    fn post(&mut self, tab: usize, message: &TabMessage) {
        let duties = self.start.duties;
        let is_posted = match message {
            TabMessage::Tokens(_) => duties.post_tokens,
            TabMessage::End(..) => duties.post_end,
            TabMessage::Failure(..) => duties.post_failure,
            TabMessage::Ask(_) => duties.ask,
            TabMessage::Echo(_) => true,
        };
        if is_posted {
            self.tell(tab, message);
        }
    }

    fn request_lock(
        &mut self,
        tab: usize,
        turn: u32,
        lock: u32,
        name: String,
        events: &mut VecDeque<Event>,
    ) {
        let duties = self.start.duties;
        let is_second_queue = name.ends_with("#2");
        if is_second_queue {
            self.waited_in_vain(tab);
        } else {
            self.tabs[tab].queued_at = self.passed;
        }
        self.tabs[tab].has_left_first_queue = is_second_queue;
        self.tabs[tab].sleeps = 0;
        self.release(tab, turn);
        let mut before = self.locks.iter().filter(|lock| lock.name == name);
        let is_behind = before.any(|lock| self.tabs[lock.owner].life == Life::Frozen);
        self.tabs[tab].was_behind_a_frozen_tab = is_behind;
        let is_granted = !duties.lock || (is_second_queue && !duties.second_queue);
        self.locks.push_back(Lock {
            owner: tab,
            turn,
            number: lock,
            name,
            is_granted,
        });
        if is_granted {
            events.push_back(Event::LockGranted(lock));
        }
    }

    fn waited_in_vain(&mut self, tab: usize) {
        // Each time that the machine sleeps, one look is lost, and nothing is granted meanwhile.
        if !self.tabs[tab].was_behind_a_frozen_tab && self.tabs[tab].sleeps < 2 {
            self.violate("waited for a turn in vain although nobody was frozen");
        }
        self.is_excused = true;
    }

    /// What is seen of an event when its effects are carried out.
    fn after(&mut self, tab: usize, before: Option<Tokens>, told: Option<String>) {
        let duties = self.start.duties;
        let own = self.tabs[tab].machine.tokens().cloned();
        let text = self.tabs[tab].text();
        if !duties.store_once
            && self.start.is_local
            && let (Some(told), Some(own)) = (told, &own)
            && text.as_ref() == Some(&told)
        {
            let there = self.area(tab).as_deref().and_then(Tokens::from_text);
            let supersedes = |there: Tokens| there.generation().supersedes(own.generation());
            if !duties.look_into_storage || !there.is_some_and(supersedes) {
                self.check_store(tab, &told);
                self.write(tab, Some(told));
            }
        }
        self.tabs[tab].seen = text;
        if let (Some(old), Some(new)) = (before, own)
            && old.access_token.reveal() != new.access_token.reveal()
        {
            self.tabs[tab].last_token = Some(old.access_token.reveal().to_owned());
        }
    }

    pub fn revoke(&mut self, tokens: &Tokens) {
        if let Some(refresh_token) = &tokens.refresh_token {
            let number = Server::number(refresh_token.reveal());
            if std::mem::take(&mut self.server.grants[number].is_alive) {
                self.check_revoked(number);
            }
        }
    }

    /// `Auth::create`
    pub fn load(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Running;
        if self.is_behind(tab) {
            // A page that begins has nothing older.
            self.tabs[tab].area = self.local.clone();
        }
        self.handle(tab, Event::PageLoaded);
        self.handle(tab, Event::Opened);
    }

    /// `Auth::logout`
    pub fn log_out(&mut self, tab: usize) {
        self.signed_out.extend(self.tabs[tab].session());
        let stored = self.area(tab).as_deref().and_then(Tokens::from_text);
        if self.start.duties.post_end_of_stored {
            let session = stored.map(|tokens| tokens.signed_in_at.as_millis());
            self.signed_out.extend(session);
        }
        self.handle(tab, Event::SignOut);
    }

    /// What runs as soon as nothing else does.
    pub fn run_microtasks(&mut self, tab: usize) {
        while self.tabs[tab].is_running() {
            let is_quiet = self.running().all(|tab| self.tabs[tab].inbox.is_empty());
            let timers = &mut self.tabs[tab].timers;
            let is_over = |timer: &Timer| timer.is_for_answers && is_quiet;
            if let Some(at) = timers.iter().position(is_over) {
                let turn = timers.remove(at).turn;
                self.handle(tab, Event::TimerFired(turn));
                continue;
            }
            let prepares = |task: &Task| matches!(task, Task::Prepares { .. });
            if self.start.is_slow || !self.send_first(tab, prepares) {
                break;
            }
        }
        self.go_on_with_callers(tab);
    }

    /// Sends the first renewal that is prepared; says whether there was one.
    pub fn send_first(&mut self, tab: usize, is: impl Fn(&Task) -> bool) -> bool {
        let Some(at) = self.tabs[tab].tasks.iter().position(is) else {
            return false;
        };
        if let Task::Prepares {
            renewal,
            method,
            old,
        } = self.tabs[tab].tasks.remove(at)
        {
            self.send(tab, renewal, &method, &old);
        }
        true
    }
}
