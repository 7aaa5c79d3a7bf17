//! The shell of `src/auth/`, over the world: each function does what the one of its name there does.

use super::server::Server;
use super::tab::{Caller, Life, Task, Then};
use super::world::{Lock, World};
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::secret::Secret;
use placeos_auth::session::{Change, Effect, EndReason, Event};
use placeos_auth::tab_message::TabMessage;

/// `lock::MOST_SILENT` times `lock::LOOK`, in milliseconds.
const LOCK: u64 = 25_000;

/// `lock::MOST` times `lock::LOOK`, in milliseconds.
const LONGEST_LOCK: u64 = 60_000;

/// The first, if it were shorter than a turn takes.
const SHORT_LOCK: u64 = 10_000;

impl World {
    /// `Core::apply`
    pub fn apply(&mut self, tab: usize, event: Event) {
        self.check_print(&event);
        let before = self.tabs[tab].machine.tokens().cloned();
        let effects = self.tabs[tab].machine.step(event, self.now);
        self.check_print(&effects);
        self.tabs[tab].wake_at = None;
        for effect in effects {
            match effect {
                Effect::Store(text) => self.store(tab, text),
                Effect::Replace(text) => self.replace(tab, text),
                Effect::Keep(text) if self.start.is_local && self.start.rules.keep => {
                    self.tabs[tab].stored = Some(text.reveal().to_owned());
                }
                Effect::Keep(text) => self.replace(tab, text),
                Effect::Remove => self.remove(tab),
                Effect::Queue(number) => self.queue(tab, number),
                Effect::Renew(renewal, method) => {
                    if let Some(old) = self.tabs[tab].machine.tokens().cloned() {
                        if !self.start.rules.hold {
                            self.leave(tab);
                        }
                        let turn = self.tabs[tab].turn.take();
                        self.tabs[tab].tasks.push(Task::Prepares {
                            renewal,
                            method,
                            old,
                            turn,
                        });
                    }
                }
                Effect::Revoke(tokens) => self.revoke(&tokens),
                Effect::Tell(text) if self.start.rules.tell => {
                    self.tell(tab, &TabMessage::Tokens(text))
                }
                Effect::TellEnd(generation, ending) if self.start.rules.tell_end => {
                    self.tell(tab, &TabMessage::End(generation, ending));
                }
                Effect::TellFailure(generation, error) if self.start.rules.tell_failure => {
                    self.tell(tab, &TabMessage::Failure(generation, error));
                }
                Effect::Tell(_)
                | Effect::TellEnd(..)
                | Effect::TellFailure(..)
                | Effect::Log(_) => {}
                Effect::WakeAt(at) => {
                    let span = at.since(self.now).as_millis() as u64;
                    self.tabs[tab].wake_at = Some(self.passed + span);
                }
                Effect::Announce(Change::Ended(ending)) => {
                    self.check_end(tab, before.as_ref(), &ending);
                }
                Effect::Announce(_) => {}
            }
        }
        let tab = &mut self.tabs[tab];
        if let (Some(old), Some(new)) = (before, tab.machine.tokens())
            && old.access_token.reveal() != new.access_token.reveal()
        {
            tab.last_token = Some(old.access_token.reveal().to_owned());
        }
        if tab.is_shut && !tab.machine.is_renewing() {
            tab.is_shut = false;
        }
    }

    fn store(&mut self, tab: usize, text: Secret) {
        let text = text.reveal().to_owned();
        self.check_store(tab, &text);
        self.write(tab, Some(text.clone()));
        self.tabs[tab].stored = Some(text);
    }

    fn replace(&mut self, tab: usize, text: Secret) {
        let stored = self.area(tab).as_deref().and_then(Tokens::from_text);
        let own = self.tabs[tab].machine.tokens();
        let is_other = stored.zip(own).is_some_and(|(stored, own)| {
            let (stored, own) = (stored.generation(), own.generation());
            !stored.same_session(own) || (self.start.rules.newest && stored.supersedes(own))
        });
        if !is_other {
            self.store(tab, text);
        }
    }

    fn remove(&mut self, tab: usize) {
        let stored = self.tabs[tab].stored.take();
        if stored.is_some() && self.area(tab) == stored {
            self.write(tab, None);
        }
    }

    fn queue(&mut self, tab: usize, number: u32) {
        self.tabs[tab].is_shut = true;
        self.tabs[tab].queued_at = self.passed;
        if !self.start.rules.lock {
            return self.catch_up(tab, Then::Turn(number, None));
        }
        self.wait_in(1, tab, number);
    }

    /// One round of `lock::turn`
    pub fn wait_in(&mut self, queue: u8, tab: usize, number: u32) {
        self.last_lock += 1;
        let name = (self.tabs[tab].generation(), queue);
        let mut before = self.locks.iter().filter(|lock| lock.name == name);
        let is_behind_a_frozen_tab = before.any(|lock| self.tabs[lock.owner].life == Life::Frozen);
        let until = self.passed + self.patience();
        self.locks.push_back(Lock {
            number: self.last_lock,
            owner: tab,
            name,
        });
        self.tabs[tab].tasks.push(Task::Waits {
            renewal: number,
            lock: self.last_lock,
            queue,
            until,
            latest: self.passed + LONGEST_LOCK,
            is_behind_a_frozen_tab,
        });
    }

    pub fn patience(&self) -> u64 {
        match self.start.rules.patience {
            true => LOCK,
            false => SHORT_LOCK,
        }
    }

    pub fn leave(&mut self, tab: usize) {
        let turn = self.tabs[tab].turn.take();
        self.end(turn);
    }

    pub fn revoke(&mut self, tokens: &Tokens) {
        if let Some(refresh_token) = &tokens.refresh_token {
            let number = Server::number(refresh_token.reveal());
            if std::mem::take(&mut self.server.grants[number].is_alive) {
                self.check_revoked(number);
            }
        }
    }

    /// `Core::is_renewing`
    pub fn is_renewing(&mut self, tab: usize) -> bool {
        if self.tabs[tab].machine.is_due(self.now) {
            self.apply(tab, Event::Tick);
        }
        self.tabs[tab].machine.is_renewing()
    }

    /// `Core::ready`, `Core::token`
    pub fn want(&mut self, tab: usize) {
        if self.is_renewing(tab) {
            self.tabs[tab].callers.push(Caller::Token(true));
        } else {
            self.check_served(tab, Caller::Token(false));
        }
    }

    /// `Core::renewed`
    pub fn renewed(&mut self, tab: usize) {
        let before = self.tabs[tab].generation();
        self.apply(tab, Event::Renew);
        if self.tabs[tab].machine.is_renewing() {
            self.tabs[tab].callers.push(Caller::Renewal(before));
        } else {
            self.check_served(tab, Caller::Renewal(before));
        }
    }

    /// `Core::restore`, `Core::open`
    pub fn load(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Running;
        if self.is_behind(tab) {
            // A page that begins has nothing older.
            self.tabs[tab].area = self.local.clone();
        }
        let text = self.area(tab);
        self.tabs[tab].stored = text.clone();
        self.apply(tab, Event::Restored(text.map(Secret::new)));
        self.ask(tab);
        self.apply(tab, Event::Tick);
    }

    /// `Auth::logout`
    pub fn log_out(&mut self, tab: usize) {
        self.signed_out.extend(self.tabs[tab].session());
        if let Some(tokens) = self.stored_by_another(tab) {
            if self.start.rules.end_stored {
                self.signed_out.push(tokens.signed_in_at.as_millis());
                self.tell(
                    tab,
                    &TabMessage::End(tokens.generation(), EndReason::SignedOut),
                );
            }
            self.revoke(&tokens);
        }
        self.write(tab, None);
        self.apply(tab, Event::SignedOut);
    }

    /// What runs as soon as nothing else does: whoever waited for what has come about.
    pub fn run_microtasks(&mut self, tab: usize) {
        while self.tabs[tab].is_running() {
            let is_quiet = self.running().all(|tab| self.tabs[tab].inbox.is_empty());
            let lives = &mut self.tabs[tab];
            let is_ready = |task: &Task| match task {
                Task::CatchesUp { waits, .. } => !lives.is_echo_shut && (is_quiet || !waits),
                Task::Prepares { .. } => !self.start.is_slow,
                _ => false,
            };
            let Some(at) = lives.tasks.iter().position(is_ready) else {
                break;
            };
            match lives.tasks.remove(at) {
                Task::CatchesUp { then, .. } => self.caught_up(tab, then),
                Task::Prepares {
                    renewal,
                    method,
                    old,
                    turn,
                } => self.send(tab, renewal, &method, &old, turn),
                _ => {}
            }
        }
        self.go_on_with_calls(tab);
        if self.tabs[tab].is_running() && !self.tabs[tab].is_shut {
            for caller in std::mem::take(&mut self.tabs[tab].callers) {
                if caller == Caller::Token(true) && self.is_renewing(tab) {
                    self.tabs[tab].callers.push(Caller::Token(false));
                } else {
                    self.check_served(tab, caller);
                }
            }
        }
    }
}
