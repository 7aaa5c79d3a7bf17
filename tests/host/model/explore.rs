//! Every short way through a world, and many long ones.

use super::action::Action;
use super::tab::digest;
use super::world::{Limits, Start, World};
use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt;
use std::time::{Duration, Instant};

/// What was covered.
#[derive(Clone, Default)]
pub struct Coverage {
    pub states: usize,
    pub steps: usize,
    /// The most actions one after the other.
    pub depth: usize,
    /// Whether there are no others.
    pub is_all: bool,
    pub took: Duration,
    /// Each state and event, with the state afterwards.
    pub transitions: BTreeSet<(&'static str, &'static str, &'static str)>,
}

impl fmt::Debug for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Coverage")
            .field("states", &self.states)
            .field("steps", &self.steps)
            .field("depth", &self.depth)
            .field("is_all", &self.is_all)
            .field("took", &self.took)
            .finish_non_exhaustive()
    }
}

/// A way to what must not be.
pub struct Found {
    pub what: String,
    pub actions: Vec<Action>,
}

impl std::ops::AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.states += other.states;
        self.steps += other.steps;
        self.depth = self.depth.max(other.depth);
        self.took += other.took;
        self.transitions.extend(other.transitions);
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {:?}", self.what, self.actions)
    }
}

/// Goes a way, without the actions that can't be done.
fn go(start: Start, actions: &[Action]) -> World {
    let mut world = World::new(start);
    for action in actions {
        if world.actions().contains(action) {
            world.act(*action);
        }
    }
    world
}

/// Checks a world where it is, and where it comes to rest.
fn verdict(mut world: World) -> Option<String> {
    world.check();
    world.is_watched = false;
    if world.violation.is_none() {
        let is_silent = digest(&world).is_multiple_of(4);
        world.come_to_rest(is_silent);
    }
    world.violation
}

/// All ways, the short ones first, up to so many states.
pub fn exhaust(start: Start, most: usize) -> (Coverage, Option<Found>) {
    let began = Instant::now();
    let mut coverage = Coverage::default();
    let mut seen = HashSet::new();
    let world = World::new(start);
    let mut ahead = VecDeque::from([(Vec::new(), world.actions())]);
    if let Some(what) = verdict(world) {
        let actions = Vec::new();
        return (coverage, Some(Found { what, actions }));
    }
    while let Some((way, nexts)) = ahead.pop_front() {
        for action in nexts {
            let mut world = replay(start, &way);
            world.is_watched = true;
            if !world.act(action) {
                continue;
            }
            coverage.steps += 1;
            coverage.took = began.elapsed();
            if !seen.insert(digest(&world)) {
                continue;
            }
            coverage.states += 1;
            let mut actions = way.clone();
            actions.push(action);
            coverage.depth = actions.len();
            let nexts = world.actions();
            if let Some(what) = verdict(world) {
                return (coverage, Some(Found { what, actions }));
            }
            if coverage.states >= most {
                return (coverage, None);
            }
            ahead.push_back((actions, nexts));
        }
    }
    coverage.is_all = true;
    (coverage, None)
}

/// Goes a way that was gone before.
fn replay(start: Start, way: &[Action]) -> World {
    let mut world = World::new(start);
    for action in way {
        world.act(*action);
    }
    world
}

/// A sequence of numbers that look random and are the same each time (xorshift64*).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn throw(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % sides
    }
}

/// So many random ways of that length.
pub fn wander(start: Start, ways: usize, length: usize) -> (Coverage, Option<Found>) {
    let start = Start {
        limits: Limits::MANY,
        ..start
    };
    let began = Instant::now();
    let mut coverage = Coverage::default();
    let mut seen = HashSet::new();
    for seed in 0..ways as u64 {
        let mut dice = Dice::new(seed + 1);
        let mut world = World::new(start);
        world.is_watched = true;
        let mut actions = Vec::new();
        for _ in 0..length {
            let next = choose(&world, &mut dice);
            actions.push(next);
            world.limits = Limits::MANY;
            world.act(next);
            world.check();
            coverage.steps += 1;
            coverage.states += usize::from(seen.insert(digest(&world)));
            if world.violation.is_some() {
                break;
            }
        }
        coverage.depth = length;
        coverage.took = began.elapsed();
        if world.violation.is_none() {
            world.come_to_rest(seed.is_multiple_of(4));
        }
        coverage.transitions.append(&mut world.transitions);
        if let Some(what) = world.violation {
            let actions = shorten(start, actions, &what);
            return (coverage, Some(Found { what, actions }));
        }
    }
    (coverage, None)
}

/// The way that these numbers choose, one action each.
pub fn follow(start: Start, choices: &[u8], is_silent: bool) -> Option<Found> {
    let start = Start {
        limits: Limits::MANY,
        ..start
    };
    let mut world = World::new(start);
    world.is_watched = true;
    let mut actions = Vec::new();
    for choice in choices {
        let all = world.actions();
        let next = all[usize::from(*choice) % all.len()];
        actions.push(next);
        world.limits = Limits::MANY;
        world.act(next);
        world.check();
        if world.violation.is_some() {
            break;
        }
    }
    if world.violation.is_none() {
        world.come_to_rest(is_silent);
    }
    let what = world.violation?;
    let actions = shorten(start, actions, &what);
    Some(Found { what, actions })
}

/// What goes on is more likely than what begins, and that more than what disturbs.
fn choose(world: &World, dice: &mut Dice) -> Action {
    let actions = world.actions();
    let weight = |action: &Action| {
        let cost = action.cost();
        match (cost.wishes, cost.faults, cost.waits, cost.troubles) {
            (0, 0, 0, 0) => 24,
            (_, 0, 0, 0) => 3,
            (_, 0, _, 0) => 2,
            _ => 1,
        }
    };
    let all = actions.iter().map(weight).sum();
    let mut left = dice.throw(all);
    for action in &actions {
        match left.checked_sub(weight(action)) {
            Some(rest) => left = rest,
            None => return *action,
        }
    }
    Action::Wait
}

/// The same violation by fewer actions.
fn shorten(start: Start, mut actions: Vec<Action>, what: &str) -> Vec<Action> {
    let leads_there = |actions: &[Action]| {
        [false, true].into_iter().any(|is_silent| {
            let mut world = go(start, actions);
            world.check();
            if world.violation.is_none() {
                world.come_to_rest(is_silent);
            }
            world.violation.as_deref() == Some(what)
        })
    };
    let mut chunk = actions.len();
    while chunk > 0 {
        let mut at = 0;
        while at < actions.len() {
            let mut fewer = actions.clone();
            fewer.drain(at..(at + chunk).min(actions.len()));
            if leads_there(&fewer) {
                actions = fewer;
            } else {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    actions
}
