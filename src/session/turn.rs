//! Turns: the tabs that share a session renew it one after the other.
//!
//! A turn has four stages. The tab waits for the lock; it catches up with what the other tabs have said and stored; it asks
//! the server; and it keeps the lock until every tab has been sent the outcome, because storage, locks and messages are not
//! in step. If asking fails, the tab catches up once more before it believes that: another tab may have been quicker.
//!
//! A tab that was frozen with the lock must not keep the others out. They give up waiting after a while, and form a second
//! queue among themselves. If the frozen tab is closed then, the first queue is free: a tab that begins a renewal at that
//! moment may ask the server at the same time as one of the second queue.

use super::effect::Effect;
use crate::error::AuthError;
use crate::options::StorageKind;
use crate::text::concat;
use std::time::Duration;

/// The span between two looks while the lock is waited for. A machine that slept has slept through one of them.
const LOOK: Duration = Duration::from_secs(5);

/// After how many looks without a message from other tabs the wait is over. No tab that runs needs longer for its turn.
const MOST_SILENT_LOOKS: u32 = 5;

/// After how many looks the wait is over in any case.
const MOST_LOOKS: u32 = 12;

/// Half of how long a tab waits for its own echo. Each of these waits has two halves: a machine that sleeps in one of them
/// has the other one to hear what it has missed.
const HALF_ECHO: Duration = Duration::from_millis(250);

/// Half of how long it then gives the other tabs to answer.
const HALF_ANSWER: Duration = Duration::from_millis(50);

/// The turns of one tab. More than one is there while the answer to an earlier renewal is still on its way.
#[derive(Debug)]
pub(super) struct Turns {
    /// Where the session is stored.
    kind: StorageKind,
    turns: Vec<Turn>,
    /// The number of the last lock that was requested.
    lock: u32,
    /// The number of the last echo. Every tab hears the echoes of all, so no two tabs count from the same number.
    echo: u32,
}

#[derive(Debug)]
struct Turn {
    /// The number of its renewal, which is its own as well.
    number: u32,
    /// The lock that it has, or waits for.
    lock: Option<u32>,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Queued {
        name: String,
        is_second_queue: bool,
        looks: u32,
        silent_looks: u32,
        /// Whether another tab has said something since the last look.
        has_peer_spoken: bool,
    },
    /// It waits for its own echo.
    AwaitingEcho {
        then: CaughtUp,
        half: Half,
    },
    /// It gives the other tabs the time to answer.
    AwaitingAnswers {
        then: CaughtUp,
        half: Half,
    },
    Asking,
    /// It waits for its own echo, and ends then.
    Closing {
        half: Half,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    First,
    Second,
}

/// What a tab does when it has caught up.
#[derive(Debug)]
pub(super) enum CaughtUp {
    /// It takes its turn.
    TakeTurn,
    /// It believes that the renewal failed.
    BelieveFailure(AuthError),
}

/// A turn has come so far.
#[derive(Debug)]
pub(super) enum Progress {
    /// It has the lock, or goes on without.
    Granted(u32),
    /// It has caught up.
    CaughtUp(u32, CaughtUp),
}

impl Turns {
    pub fn new(kind: StorageKind, first_echo: u32) -> Self {
        Turns {
            kind,
            turns: Vec::new(),
            lock: 0,
            echo: first_echo,
        }
    }

    fn find(&mut self, number: u32) -> Option<&mut Turn> {
        self.turns.iter_mut().find(|turn| turn.number == number)
    }

    /// Begins to wait for the lock of that name.
    pub fn queue(&mut self, number: u32, name: String, out: &mut Vec<Effect>) {
        self.turns.push(Turn {
            number,
            lock: None,
            stage: Stage::Asking,
        });
        self.request(number, name, false, out);
    }

    fn request(&mut self, number: u32, name: String, is_second_queue: bool, out: &mut Vec<Effect>) {
        self.lock = self.lock.wrapping_add(1);
        let lock = self.lock;
        let queue = if is_second_queue { "#2" } else { "" };
        out.push(Effect::RequestLock {
            turn: number,
            lock,
            name: concat(&[&name, queue]),
        });
        start(number, LOOK, out);
        if let Some(turn) = self.find(number) {
            turn.lock = Some(lock);
            turn.stage = Stage::Queued {
                name,
                is_second_queue,
                looks: 0,
                silent_looks: 0,
                has_peer_spoken: false,
            };
        }
    }

    /// The browser has granted a lock, or has none.
    pub fn on_lock(
        &mut self,
        lock: u32,
        is_granted: bool,
        out: &mut Vec<Effect>,
    ) -> Option<Progress> {
        let waits = |turn: &&mut Turn| {
            turn.lock == Some(lock) && matches!(turn.stage, Stage::Queued { .. })
        };
        let turn = self.turns.iter_mut().find(waits)?;
        if !is_granted {
            turn.lock = None;
            out.push(Effect::Log(
                "this browser has no Web Locks here (is the page plain http?): tabs may renew at the same time",
            ));
        }
        Some(Progress::Granted(turn.number))
    }

    /// Another tab says something: it isn't frozen.
    pub fn on_message(&mut self) {
        for turn in &mut self.turns {
            if let Stage::Queued {
                has_peer_spoken, ..
            } = &mut turn.stage
            {
                *has_peer_spoken = true;
            }
        }
    }

    /// Learns what the other tabs have said up to now.
    pub fn catch_up(&mut self, number: u32, then: CaughtUp, out: &mut Vec<Effect>) {
        let half = Half::First;
        self.await_echo(number, Stage::AwaitingEcho { then, half }, out);
    }

    fn await_echo(&mut self, number: u32, stage: Stage, out: &mut Vec<Effect>) {
        if let Some(turn) = self.find(number) {
            turn.stage = stage;
            self.echo = self.echo.wrapping_add(1);
            out.push(Effect::PostEcho(self.echo));
            start(number, HALF_ECHO, out);
        }
    }

    /// The turns that wait for this echo: none if it is that of another tab, or not the last.
    pub fn waiting_for_echo(&self, echo: u32) -> Vec<u32> {
        let waits = |turn: &&Turn| {
            matches!(
                turn.stage,
                Stage::AwaitingEcho { .. } | Stage::Closing { .. }
            )
        };
        let turns = self.turns.iter().filter(|_| echo == self.echo);
        turns.filter(waits).map(|turn| turn.number).collect()
    }

    /// A turn has heard its echo.
    pub fn on_echo(&mut self, number: u32, out: &mut Vec<Effect>) -> Option<Progress> {
        let kind = self.kind;
        let turn = self.find(number)?;
        match std::mem::replace(&mut turn.stage, Stage::Asking) {
            // The others hear the question after this tab has heard itself. What they have stored where all tabs share
            // the storage is seen without asking them.
            Stage::AwaitingEcho { then, .. } if kind == StorageKind::Session => {
                let half = Half::First;
                turn.stage = Stage::AwaitingAnswers { then, half };
                start(number, HALF_ANSWER, out);
                None
            }
            Stage::AwaitingEcho { then, .. } | Stage::AwaitingAnswers { then, .. } => {
                Some(Progress::CaughtUp(number, then))
            }
            Stage::Closing { .. } => {
                self.end(number, out);
                None
            }
            stage => {
                turn.stage = stage;
                None
            }
        }
    }

    /// The timer of a turn is over.
    pub fn on_timer(&mut self, number: u32, out: &mut Vec<Effect>) -> Option<Progress> {
        let turn = self.find(number)?;
        match &mut turn.stage {
            Stage::Asking => None,
            Stage::Queued { .. } => self.look_at_lock(number, out),
            Stage::AwaitingEcho {
                half: half @ Half::First,
                ..
            }
            | Stage::Closing {
                half: half @ Half::First,
            } => {
                *half = Half::Second;
                start(number, HALF_ECHO, out);
                None
            }
            Stage::AwaitingAnswers {
                half: half @ Half::First,
                ..
            } => {
                *half = Half::Second;
                start(number, HALF_ANSWER, out);
                None
            }
            Stage::AwaitingEcho { .. } | Stage::AwaitingAnswers { .. } | Stage::Closing { .. } => {
                self.on_echo(number, out)
            }
        }
    }

    /// The lock has not been granted for a while.
    fn look_at_lock(&mut self, number: u32, out: &mut Vec<Effect>) -> Option<Progress> {
        let turn = self.find(number)?;
        let Stage::Queued {
            name,
            is_second_queue,
            looks,
            silent_looks,
            has_peer_spoken,
        } = &mut turn.stage
        else {
            return None;
        };
        *looks += 1;
        *silent_looks = if std::mem::take(has_peer_spoken) {
            0
        } else {
            *silent_looks + 1
        };
        if *looks < MOST_LOOKS && *silent_looks < MOST_SILENT_LOOKS {
            start(number, LOOK, out);
            return None;
        }
        let (name, is_second_queue) = (std::mem::take(name), *is_second_queue);
        turn.lock = None;
        out.push(Effect::Log(
            "another tab takes too long to renew the session: not waiting for it",
        ));
        out.push(Effect::EndTurn(number));
        if is_second_queue {
            return Some(Progress::Granted(number));
        }
        self.request(number, name, true, out);
        None
    }

    /// The server is asked: this turn waits for its answer.
    pub fn ask(&mut self, number: u32, out: &mut Vec<Effect>) {
        if self.find(number).is_some() {
            out.push(Effect::StopTimer(number));
        }
    }

    /// The outcome of the renewal was told. The next tab has its turn when every tab has been sent it.
    pub fn close(&mut self, number: u32, out: &mut Vec<Effect>) {
        let has_lock = self.find(number).is_some_and(|turn| turn.lock.is_some());
        if has_lock {
            self.await_echo(number, Stage::Closing { half: Half::First }, out);
        } else {
            self.end(number, out);
        }
    }

    /// Ends a turn.
    pub fn end(&mut self, number: u32, out: &mut Vec<Effect>) {
        let is_it = |turn: &Turn| turn.number == number;
        if let Some(at) = self.turns.iter().position(is_it) {
            self.turns.remove(at);
            out.push(Effect::EndTurn(number));
        }
    }

    /// Ends the turns that nobody wants any more, but for the renewal that waits for its own. A turn lasts until the server
    /// has answered, wanted or not: it may end the old tokens at any moment until then.
    pub fn end_unwanted(&mut self, waiting: Option<u32>, out: &mut Vec<Effect>) {
        let is_unwanted = |turn: &&Turn| turn.waits_for_renewal() && waiting != Some(turn.number);
        while let Some(turn) = self.turns.iter().find(is_unwanted) {
            self.end(turn.number, out);
        }
    }
}

impl Turn {
    /// Whether the server has not been asked yet.
    fn waits_for_renewal(&self) -> bool {
        matches!(
            self.stage,
            Stage::Queued { .. }
                | Stage::AwaitingEcho {
                    then: CaughtUp::TakeTurn,
                    ..
                }
                | Stage::AwaitingAnswers {
                    then: CaughtUp::TakeTurn,
                    ..
                }
        )
    }
}

fn start(turn: u32, span: Duration, out: &mut Vec<Effect>) {
    out.push(Effect::StartTimer { turn, span });
}
