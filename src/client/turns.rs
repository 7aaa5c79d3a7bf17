//! The locks and timers of turns.

use crate::browser::lock::Lock;
use crate::browser::timer::Timer;
use std::cell::RefCell;

/// What the browser holds for the turns of this tab.
#[derive(Default)]
pub struct TurnHandles(RefCell<Vec<TurnHandle>>);

struct TurnHandle {
    turn: u32,
    lock: Option<Lock>,
    timer: Option<Timer>,
}

impl TurnHandles {
    fn with<T>(&self, turn: u32, set: impl FnOnce(&mut TurnHandle) -> T) -> Option<T> {
        let mut handles = self.0.borrow_mut();
        if !handles.iter().any(|handle| handle.turn == turn) {
            handles.push(TurnHandle {
                turn,
                lock: None,
                timer: None,
            });
        }
        let handle = handles.iter_mut().find(|handle| handle.turn == turn);
        handle.map(set)
    }

    /// The lock of a turn. One that it had before is released.
    pub fn set_lock(&self, turn: u32, lock: Lock) {
        let before = self.with(turn, |handle| handle.lock.replace(lock));
        drop(before);
    }

    /// The timer of a turn. One that it had before is stopped.
    pub fn set_timer(&self, turn: u32, timer: Timer) {
        let before = self.with(turn, |handle| handle.timer.replace(timer));
        drop(before);
    }

    /// Stops the timer of a turn.
    pub fn stop_timer(&self, turn: u32) {
        let timer = self.with(turn, |handle| handle.timer.take());
        drop(timer);
    }

    /// Releases the lock of a turn, and stops its timer.
    pub fn end(&self, turn: u32) {
        let mut handles = self.0.borrow_mut();
        let at = handles.iter().position(|handle| handle.turn == turn);
        let gone = at.map(|at| handles.remove(at));
        drop(handles);
        drop(gone);
    }
}
