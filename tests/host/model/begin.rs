//! How a world begins, and what happens to it as a whole.

use super::tab::{Life, Tab, Task};
use super::world::{Limits, Start, World};
use crate::support::NOW;
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// How long a machine sleeps.
const SLEEP: Duration = Duration::from_secs(3600);

impl World {
    /// The tabs of this start, signed in, with a session that is about to be due.
    pub fn new(start: Start) -> Self {
        let mut world = World {
            start,
            now: NOW,
            passed: 0,
            tabs: vec![Tab::new(start, 0, None)],
            local: None,
            locks: VecDeque::new(),
            server: Default::default(),
            strays: Vec::new(),
            said: Vec::new(),
            limits: Limits::MANY,
            is_excused: false,
            is_lost: false,
            signed_out: Vec::new(),
            is_mixed: false,
            is_set_back: false,
            has_closed_unheard: false,
            violation: None,
            transitions: BTreeSet::new(),
            is_watched: false,
        };
        world.load(0);
        world.sign_in(0);
        for tab in 1..start.tabs {
            let area = world.area(0);
            world.tabs.push(Tab::new(start, tab, area));
            world.load(tab);
        }
        for tab in &mut world.tabs {
            tab.inbox.clear();
        }
        world.said.clear();
        world.pass(Duration::from_secs(super::LIFE - 60));
        world.limits = Limits::MANY;
        for action in start.begin {
            world.act(*action);
        }
        world.limits = start.limits;
        world
    }

    pub fn sleep(&mut self) {
        self.pass(SLEEP);
        for tab in &mut self.tabs {
            tab.queued_at += SLEEP.as_millis() as u64;
            tab.sleeps += 1;
        }
        // A request's time-out is a timer, too; but the answer that came meanwhile is read first.
        for task in self.tabs.iter_mut().flat_map(|tab| &mut tab.tasks) {
            if let Task::Asks(request) = task {
                request.until += SLEEP.as_millis() as u64;
            }
        }
    }

    pub fn freeze(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Frozen;
        self.tabs[tab].was_frozen = true;
        // Its own patience may be over as soon as it goes on, and so may that of all behind it.
        for at in 0..self.locks.len() {
            let name = &self.locks[at].name;
            let mut before = self.locks.iter().take(at + 1);
            if before.any(|lock| lock.owner == tab && lock.name == *name) {
                let owner = self.locks[at].owner;
                self.tabs[owner].was_behind_a_frozen_tab = true;
            }
        }
    }
}
