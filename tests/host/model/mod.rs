//! Several tabs, and all that they share: storage, lock, channel, server, clock. Whatever happens, in whatever order, no
//! session is lost, nothing is renewed twice, and nobody waits for ever.
//!
//! The machines are the real ones. The model plays the world around them, and a client that hands events in and carries out
//! effects. `MODEL=20` looks twenty times as far.

mod action;
mod begin;
mod calls;
mod channel;
mod check;
mod choice;
mod client;
mod explore;
mod request;
mod server;
mod situations;
mod tab;
mod table;
mod world;

use explore::{Coverage, Found, exhaust, follow, wander};
use situations::{
    BLOCKED, DEMANDED, DUPLICATES, FRAMES, LATE, LOCAL, NEGLECTED, NO_LOCKS, SITUATIONS, SLOW,
    THREE,
};
use world::Start;

/// How long an access token lives, in seconds.
const LIFE: u64 = 7200;

/// Where long ways begin.
const STARTS: &[Start] = &[
    LOCAL, DUPLICATES, THREE, FRAMES, SLOW, LATE, NO_LOCKS, BLOCKED, DEMANDED,
];

/// How much further to look than usual.
fn further() -> usize {
    let factor = std::env::var("MODEL").ok();
    factor.and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// What a line of the table begins with that `npm test` prints.
const MARK: &str = "# staying signed in: ";

fn report(name: &str, coverage: &Coverage) {
    let (states, steps, longest) = (coverage.states, coverage.steps, coverage.depth);
    let seconds = coverage.took.as_secs();
    println!(
        r#"{MARK}{{"case":"model, {name}","states":{states},"steps":{steps},"longest way":{longest},"seconds":{seconds}}}"#
    );
}

/// Goes on where a violation was found, and fails at the end with all of them.
fn cover(
    name: &str,
    starts: &[Start],
    explore: impl Fn(Start) -> (Coverage, Option<Found>),
) -> Coverage {
    let mut total = Coverage::default();
    let mut all = Vec::new();
    for start in starts {
        let (coverage, found) = explore(*start);
        println!("{} {:?}: {coverage:?}", start.name, start.limits);
        total += coverage;
        let begun = start.begin.len();
        all.extend(found.map(|found| format!("{}, {begun} begun: {found:?}", start.name)));
    }
    report(name, &total);
    assert!(all.is_empty(), "{all:#?}");
    total
}

/// The way that these numbers choose: the first says where it begins, the second how the server behaves at its end.
pub fn check_way(numbers: &[u8]) {
    let [start, is_silent, choices @ ..] = numbers else {
        return;
    };
    let start = STARTS[usize::from(*start) % STARTS.len()];
    let found = follow(start, choices, is_silent.is_multiple_of(4));
    assert!(found.is_none(), "{}: {found:?}", start.name);
}

#[test]
fn every_short_way_is_safe() {
    let most = 800 * further();
    let total = cover("every short way", SITUATIONS, |start| exhaust(start, most));
    assert!(total.states >= 5000 && total.steps >= 12_000, "{total:?}");
}

#[test]
fn many_long_ways_are_safe() {
    let ways = 80 * further();
    let total = cover("many long ways", STARTS, |start| wander(start, ways, 200));
    assert!(total.states >= 25_000 && total.steps >= 40_000, "{total:?}");
}

#[test]
fn a_neglected_duty_is_found() {
    let mut unfound = Vec::new();
    for (name, duties, start) in NEGLECTED {
        let start = Start {
            duties: *duties,
            ..*start
        };
        let (coverage, found) = exhaust(start, 2500);
        println!("without {name}: {found:?} ({} states)", coverage.states);
        let Some(found) = found else {
            unfound.push(name);
            continue;
        };
        let (what, after) = (found.what, start.begin.len() + found.actions.len());
        println!(
            r#"{MARK}{{"case":"model, without the duty `{name}`","found":"{what}","after actions":{after}}}"#
        );
    }
    assert!(unfound.is_empty(), "{unfound:?}");
}

#[test]
fn the_table_of_transitions_is_what_the_model_saw() {
    let mut seen = Coverage::default();
    for start in STARTS {
        let (coverage, _) = wander(*start, 100, 200);
        seen += coverage;
    }
    let seen = table::of(&seen.transitions);
    assert_eq!(seen, table::written(), "\n{}", table::print(&seen));
}
