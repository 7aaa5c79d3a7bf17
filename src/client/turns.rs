//! The locks and timers of turns.

use crate::browser::lock::Lock;
use crate::browser::timer::Timer;
use std::cell::RefCell;

/// What the browser holds for the turns of this tab.
#[derive(Default)]
pub struct TurnHandles {
    locks: Slots<Lock>,
    timers: Slots<Timer>,
}

impl TurnHandles {
    /// The lock of a turn. One that it had before is released.
    pub fn set_lock(&self, turn: u32, lock: Lock) {
        self.locks.set(turn, Some(lock));
    }

    /// The timer of a turn, or none. One that it had before is stopped.
    pub fn set_timer(&self, turn: u32, timer: Option<Timer>) {
        self.timers.set(turn, timer);
    }

    /// Releases the lock of a turn, and stops its timer.
    pub fn end(&self, turn: u32) {
        self.locks.set(turn, None);
        self.timers.set(turn, None);
    }
}

/// One thing for each turn.
struct Slots<T>(RefCell<Vec<(u32, T)>>);

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Slots(RefCell::default())
    }
}

impl<T> Slots<T> {
    fn set(&self, turn: u32, value: Option<T>) {
        let mut slots = self.0.borrow_mut();
        let at = slots.iter().position(|(known, _)| *known == turn);
        let before = at.map(|at| slots.swap_remove(at));
        slots.extend(value.map(|value| (turn, value)));
        // In this order: the end of a lock or timer may run the page's code.
        drop(slots);
        drop(before);
    }
}
