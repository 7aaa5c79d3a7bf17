//! The app's listeners to a session.

use crate::session::effect::Change;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

type Listener = Rc<dyn Fn(Change)>;

/// Those who are called after every change.
#[derive(Default)]
pub struct Listeners {
    listeners: RefCell<Vec<(u32, Listener)>>,
    next: Cell<u32>,
}

impl Listeners {
    /// Adds one; gives the number that removes it.
    pub fn add(&self, listener: Listener) -> u32 {
        let id = self.next.get();
        self.next.set(id.wrapping_add(1));
        self.listeners.borrow_mut().push((id, listener));
        id
    }

    /// Removes one.
    pub fn remove(&self, id: u32) {
        let mut listeners = self.listeners.borrow_mut();
        let at = listeners.iter().position(|(known, _)| *known == id);
        let gone = at.map(|at| listeners.remove(at));
        // In this order: what a listener holds may be a subscription, whose end comes back here.
        drop(listeners);
        drop(gone);
    }

    /// Calls all of them. One that another has removed meanwhile isn't called any more.
    pub fn notify(&self, change: &Change) {
        let listeners = self.listeners.borrow().clone();
        for (id, listener) in listeners {
            let is_known = self
                .listeners
                .borrow()
                .iter()
                .any(|(known, _)| *known == id);
            if is_known {
                listener(change.clone());
            }
        }
    }
}
