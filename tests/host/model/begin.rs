//! How a world begins, and what happens to it as a whole.

use super::tab::{Life, Request, Tab, Task};
use super::world::{Limits, Start, World};
use crate::support::NOW;
use std::collections::VecDeque;
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
            tabs: vec![Tab::new(None)],
            local: None,
            locks: VecDeque::new(),
            last_lock: 0,
            server: Default::default(),
            strays: Vec::new(),
            said: Vec::new(),
            limits: Limits::MANY,
            is_excused: false,
            is_lost: false,
            signed_out: Vec::new(),
            is_mixed: false,
            is_set_back: false,
            violation: None,
            is_watched: false,
        };
        world.load(0);
        world.sign_in(0);
        for tab in 1..start.tabs {
            let area = world.area(0);
            world.tabs.push(Tab::new(area));
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
        }
        if self.start.rules.awake {
            for task in self.tabs.iter_mut().flat_map(|tab| &mut tab.tasks) {
                if let Task::Waits { latest, .. } = task {
                    *latest += SLEEP.as_millis() as u64;
                }
                if let Task::Waits { until, .. }
                | Task::CatchesUp { until, .. }
                | Task::Asks(Request { until, .. }) = task
                {
                    *until += SLEEP.as_millis() as u64;
                }
            }
        }
    }

    pub fn freeze(&mut self, tab: usize) {
        self.tabs[tab].life = Life::Frozen;
        self.tabs[tab].was_frozen = true;
        let Some(at) = self.locks.iter().position(|lock| lock.owner == tab) else {
            return;
        };
        // Its own patience may be over as soon as it goes on.
        let name = self.locks[at].name;
        let behind = self.locks.iter().skip(at).filter(|lock| lock.name == name);
        let behind: Vec<_> = behind.map(|lock| lock.number).collect();
        for task in self.tabs.iter_mut().flat_map(|tab| &mut tab.tasks) {
            if let Task::Waits {
                lock,
                is_behind_a_frozen_tab,
                ..
            } = task
                && behind.contains(lock)
            {
                *is_behind_a_frozen_tab = true;
            }
        }
    }
}
