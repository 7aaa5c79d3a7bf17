//! What an app gives besides plain options.

use std::cell::RefCell;
use std::rc::Rc;

/// Called with one line per step, never with a secret in it.
pub type Log = Rc<dyn Fn(&str)>;

/// Goes to the page the user left for sign-in, given its whole URL. Says whether it did.
pub type Navigate = Rc<dyn Fn(&str) -> bool>;

/// What an app gives besides plain options.
#[derive(Clone, Default)]
pub struct Hooks {
    /// Default: nothing is logged.
    pub log: Option<Log>,
    /// Default: `history.replaceState` when only query or fragment differ, else `location.replace`.
    pub navigate: Option<Navigate>,
}

/// The hooks of all clients of one configuration: those given last.
pub struct AppHooks(RefCell<Hooks>);

impl AppHooks {
    /// These are given first.
    pub fn new(hooks: Hooks) -> Self {
        AppHooks(RefCell::new(hooks))
    }

    /// These are given as well, in place of those of before.
    pub fn add(&self, hooks: Hooks) {
        let mut kept = self.0.borrow_mut();
        kept.log = hooks.log.or(kept.log.take());
        kept.navigate = hooks.navigate.or(kept.navigate.take());
    }

    /// Writes a line to the app's log.
    pub fn log(&self, line: &str) {
        let log = self.0.borrow().log.clone();
        if let Some(log) = log {
            log(line);
        }
    }

    /// Has the app navigate; says whether it did.
    pub fn navigate(&self, href: &str) -> bool {
        let navigate = self.0.borrow().navigate.clone();
        navigate.is_some_and(|navigate| navigate(href))
    }
}
