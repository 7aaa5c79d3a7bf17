//! The table of transitions at the top of `src/session/mod.rs`.

use std::collections::{BTreeMap, BTreeSet};

const STATES: [&str; 4] = ["signed out", "idle", "waiting", "asking"];

/// For each event and state, the states that the machine may be in afterwards.
pub type Table = BTreeMap<(String, String), BTreeSet<String>>;

/// The table of these transitions: the state before, the event, the state afterwards.
pub fn of(transitions: &BTreeSet<(&str, &str, &str)>) -> Table {
    let mut table = Table::new();
    for (from, event, to) in transitions {
        let cell = table.entry(((*event).to_owned(), (*from).to_owned()));
        cell.or_default().insert((*to).to_owned());
    }
    table
}

/// The table that is written there.
pub fn written() -> Table {
    let source = include_str!("../../../src/session/mod.rs");
    let lines = source
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `"));
    let mut table = Table::new();
    for line in lines {
        let (event, cells) = line.split_once("` |").expect("an event");
        for (state, cell) in STATES.iter().zip(cells.split('|')) {
            let states = cell.split(',').map(str::trim);
            let states: BTreeSet<_> = states
                .filter(|state| !state.is_empty())
                .map(str::to_owned)
                .collect();
            if !states.is_empty() {
                table.insert((event.to_owned(), (*state).to_owned()), states);
            }
        }
    }
    table
}

/// The same as Markdown, in the order of the machine's own.
pub fn print(table: &Table) -> String {
    let events: BTreeSet<_> = table.keys().map(|(event, _)| event).collect();
    let row = |event: &String| {
        let cells = STATES.map(|state| {
            let cell = table.get(&(event.clone(), state.to_owned()));
            let states = STATES.iter().filter(|state| {
                let state: &str = state;
                cell.is_some_and(|cell| cell.contains(state))
            });
            states.copied().collect::<Vec<_>>().join(", ")
        });
        format!("//! | `{event}` | {} |\n", cells.join(" | "))
    };
    events.into_iter().map(row).collect()
}
