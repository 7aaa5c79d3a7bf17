//! The locks and timers of turns.

use crate::browser::lock::Lock;
use crate::browser::timer::Timer;
use std::cell::RefCell;

/// What the browser holds for the turns of this tab.
#[derive(Default)]
pub struct TurnHandles(RefCell<Vec<(u32, TurnHandle)>>);

#[derive(Default)]
struct TurnHandle {
    lock: Option<Lock>,
    timer: Option<Timer>,
}

impl TurnHandles {
    /// Replaces what a turn has; gives what it had.
    fn replace(&self, turn: u32, mut handle: TurnHandle) -> TurnHandle {
        let mut handles = self.0.borrow_mut();
        match handles.iter_mut().find(|(known, _)| *known == turn) {
            Some((_, known)) => {
                if handle.lock.is_some() {
                    std::mem::swap(&mut known.lock, &mut handle.lock);
                } else {
                    std::mem::swap(&mut known.timer, &mut handle.timer);
                }
                handle
            }
            None => {
                handles.push((turn, handle));
                TurnHandle::default()
            }
        }
    }

    /// The lock of a turn. One that it had before is released.
    pub fn set_lock(&self, turn: u32, lock: Lock) {
        let (lock, timer) = (Some(lock), None);
        drop(self.replace(turn, TurnHandle { lock, timer }));
    }

    /// The timer of a turn, or none. One that it had before is stopped.
    pub fn set_timer(&self, turn: u32, timer: Option<Timer>) {
        let lock = None;
        drop(self.replace(turn, TurnHandle { lock, timer }));
    }

    /// Releases the lock of a turn, and stops its timer.
    pub fn end(&self, turn: u32) {
        let mut handles = self.0.borrow_mut();
        let at = handles.iter().position(|(known, _)| *known == turn);
        let gone = at.map(|at| handles.remove(at));
        drop(handles);
        drop(gone);
    }
}
