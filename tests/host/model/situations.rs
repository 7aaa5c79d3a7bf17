//! Where the model begins, and what may happen from there.

use super::action::Action::{self, *};
use super::server::Verdict::{Fails, Honest};
use super::world::{Duties, Limits, Start};

/// How many wishes, faults, troubles and spans of time there may be.
const fn limits(wishes: u8, faults: u8, troubles: u8, waits: u8) -> Limits {
    Limits {
        wishes,
        faults,
        troubles,
        waits,
    }
}

pub const LOCAL: Start = Start {
    name: "two tabs, local storage",
    duties: Duties::ALL,
    tabs: 2,
    is_local: true,
    by_frame: false,
    has_locks: true,
    demands_sign_in: false,
    is_blocked: false,
    is_slow: false,
    is_late: false,
    begin: &[],
    limits: limits(2, 0, 0, 0),
};

pub const DUPLICATES: Start = Start {
    name: "two duplicates, session storage",
    is_local: false,
    ..LOCAL
};

pub const THREE: Start = Start {
    name: "three tabs, local storage",
    tabs: 3,
    ..LOCAL
};

pub const FRAMES: Start = Start {
    name: "two tabs, local storage, no refresh token",
    by_frame: true,
    ..LOCAL
};

pub const SLOW: Start = Start {
    name: "two tabs, local storage, another request first",
    is_slow: true,
    ..LOCAL
};

pub const LATE: Start = Start {
    name: "two tabs, local storage, all of it late",
    is_late: true,
    ..LOCAL
};

/// The first tab has sent its refresh token.
const ONE: &[Action] = &[Want(0), Granted(0), Hear(0), Hear(1), Hear(0), Hear(1)];

/// The same, and the second waits for its turn.
const BOTH: &[Action] = &[
    Want(0),
    Want(1),
    Granted(0),
    Hear(0),
    Hear(1),
    Hear(0),
    Hear(1),
];

/// The same, and the third, too.
const ALL_THREE: &[Action] = &[
    Want(0),
    Want(1),
    Want(2),
    Granted(0),
    Hear(0),
    Hear(1),
    Hear(2),
    Hear(0),
    Hear(1),
    Hear(2),
];

/// Both; then the first is frozen, and the second has asked without its turn, and gets the new tokens.
const OVERTAKEN: &[Action] = &[
    Want(0),
    Want(1),
    Granted(0),
    Hear(0),
    Hear(1),
    Hear(0),
    Hear(1),
    Freeze(0),
    Wait,
    GiveUp(1),
    Hear(1),
    Hear(1),
    Serve(1, Honest),
];

/// All three; then the first is frozen, and the patience of the others comes to its end.
const TWO_BEHIND: &[Action] = &[
    Want(0),
    Want(1),
    Want(2),
    Granted(0),
    Hear(0),
    Hear(1),
    Hear(2),
    Hear(0),
    Hear(1),
    Hear(2),
    Freeze(0),
    Wait,
    GiveUp(1),
    GiveUp(2),
    Hear(1),
    Hear(2),
    Hear(1),
    Hear(2),
];

/// The second is frozen while the first renews twice.
const LEFT_BEHIND: &[Action] = &[
    Freeze(1),
    Renew(0),
    Granted(0),
    Hear(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
    Hear(0),
    Renew(0),
    Granted(0),
    Hear(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
];

/// The first has signed out and in again, and the answer to a renewal of before is on its way.
const OUTLIVED: &[Action] = &[
    Want(0),
    Granted(0),
    Hear(0),
    Hear(1),
    Hear(0),
    Hear(1),
    Serve(0, Honest),
    LogOut(0),
    SignIn(0),
];

/// The first has renewed, the others have heard of it, and a request of the second's is on its way.
const CALLED: &[Action] = &[
    Renew(0),
    Granted(0),
    Hear(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
    Hear(0),
    Hear(1),
    Hear(1),
    Hear(1),
    Hear(1),
    Call(1),
];

/// The same; then the third could not renew, and the first has: the second is yet to hear of both, and is refused.
const TOLD_LATE: &[Action] = &[
    Renew(0),
    Granted(0),
    Hear(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
    Hear(0),
    Hear(1),
    Hear(1),
    Hear(1),
    Hear(1),
    Hear(2),
    Hear(2),
    Hear(2),
    Hear(2),
    Call(1),
    Renew(2),
    Granted(2),
    Hear(2),
    Hear(2),
    Serve(2, Fails),
    Answered(2),
    Hear(2),
    Hear(2),
    Hear(2),
    Hear(0),
    Hear(0),
    Hear(0),
    Hear(0),
    Hear(0),
    Hear(0),
    Renew(0),
    Granted(0),
    Hear(0),
    Hear(0),
    Serve(0, Honest),
    ServeCall(1, false),
    CallAnswered(1),
];

/// Both want new tokens; the first has got them, and what it has said is on its way.
const BOTH_LATE: &[Action] = &[
    Want(0),
    Want(1),
    Granted(0),
    PassOn(0),
    PassOn(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
    Granted(1),
];

/// The first has renewed twice, which the second is yet to hear of.
const TWICE_LATE: &[Action] = &[
    Renew(0),
    Granted(0),
    PassOn(0),
    PassOn(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
    PassOn(0),
    PassOn(0),
    Hear(0),
    Renew(0),
    Granted(0),
    PassOn(0),
    PassOn(0),
    Hear(0),
    Serve(0, Honest),
    Answered(0),
];

const fn at(start: Start, begin: &'static [Action], limits: Limits) -> Start {
    Start {
        begin,
        limits,
        ..start
    }
}

/// Each situation with what may happen in it.
pub const SITUATIONS: &[Start] = &[
    at(LOCAL, &[], limits(2, 0, 0, 0)),
    at(DUPLICATES, &[], limits(2, 0, 0, 0)),
    at(SLOW, &[], limits(2, 0, 0, 0)),
    at(LOCAL, &[], limits(1, 1, 0, 1)),
    at(FRAMES, &[], limits(1, 1, 0, 1)),
    at(LOCAL, &[], limits(0, 0, 2, 1)),
    at(DUPLICATES, ONE, limits(0, 1, 1, 0)),
    at(SLOW, ONE, limits(1, 0, 1, 0)),
    at(LOCAL, BOTH, limits(1, 1, 0, 1)),
    at(DUPLICATES, BOTH, limits(1, 0, 1, 0)),
    at(FRAMES, BOTH, limits(0, 1, 1, 0)),
    at(THREE, ALL_THREE, limits(0, 1, 0, 1)),
    at(THREE, ALL_THREE, limits(0, 0, 1, 1)),
    at(THREE, TWO_BEHIND, limits(0, 0, 0, 1)),
    at(LOCAL, OVERTAKEN, limits(1, 0, 0, 1)),
    at(DUPLICATES, OVERTAKEN, limits(0, 0, 1, 0)),
    at(LOCAL, OUTLIVED, limits(1, 0, 0, 0)),
    at(LOCAL, LEFT_BEHIND, limits(1, 0, 0, 0)),
    at(DUPLICATES, LEFT_BEHIND, limits(1, 0, 0, 0)),
    at(LOCAL, CALLED, limits(2, 1, 0, 0)),
    at(DUPLICATES, CALLED, limits(2, 0, 0, 0)),
    at(FRAMES, CALLED, limits(1, 1, 0, 1)),
    at(LOCAL, CALLED, limits(1, 0, 1, 0)),
    at(THREE, TOLD_LATE, limits(0, 0, 0, 1)),
    at(LATE, &[], limits(2, 0, 0, 0)),
    at(LATE, BOTH_LATE, limits(0, 0, 0, 1)),
    at(LATE, TWICE_LATE, limits(1, 0, 0, 0)),
];

/// The same without locks, or with a storage that takes nothing.
pub const NO_LOCKS: Start = Start {
    name: "one tab, local storage, no locks",
    tabs: 1,
    has_locks: false,
    ..LOCAL
};

pub const BLOCKED: Start = Start {
    name: "one tab, storage blocked",
    tabs: 1,
    is_local: false,
    is_blocked: true,
    ..LOCAL
};

/// One tab whose API may say 511.
pub const DEMANDED: Start = Start {
    name: "one tab, local storage, status 511",
    tabs: 1,
    demands_sign_in: true,
    ..LOCAL
};

const ALL: Duties = Duties::ALL;

/// That duty, neglected, in that situation.
macro_rules! without {
    ($duty:ident, $start:expr) => {
        (
            stringify!($duty),
            Duties {
                $duty: false,
                ..ALL
            },
            $start,
        )
    };
}

/// Each duty, neglected, and where that does harm. Some are only needed where another is neglected, too.
pub const NEGLECTED: &[(&str, Duties, Start)] = &[
    without!(lock, LOCAL),
    without!(second_queue, at(THREE, TWO_BEHIND, limits(0, 0, 0, 0))),
    without!(hold, at(LOCAL, BOTH, limits(0, 0, 1, 0))),
    without!(give_back, at(LOCAL, BOTH, limits(1, 0, 0, 0))),
    without!(patience, at(LOCAL, BOTH, limits(0, 0, 0, 8))),
    without!(catch_up, at(DUPLICATES, BOTH, limits(0, 0, 0, 0))),
    without!(
        catch_up_after_failure,
        at(LOCAL, OVERTAKEN, limits(0, 0, 0, 0))
    ),
    without!(hear_itself, at(LATE, BOTH_LATE, limits(0, 0, 0, 0))),
    (
        "own_echo",
        Duties {
            own_echo: false,
            time_to_answer: false,
            ..ALL
        },
        DUPLICATES,
    ),
    without!(time_to_answer, at(DUPLICATES, ONE, limits(0, 0, 1, 0))),
    without!(post_tokens, DUPLICATES),
    without!(post_end, at(LOCAL, &[], limits(0, 0, 1, 0))),
    without!(post_end_of_stored, at(LOCAL, &[], limits(0, 0, 2, 0))),
    without!(post_failure, at(THREE, ALL_THREE, limits(0, 0, 0, 8))),
    without!(ask, at(DUPLICATES, ONE, limits(0, 0, 1, 0))),
    (
        "look_into_storage",
        Duties {
            look_into_storage: false,
            store_once: false,
            ..ALL
        },
        at(LOCAL, LEFT_BEHIND, limits(0, 0, 0, 0)),
    ),
    without!(store_once, at(LATE, TWICE_LATE, limits(0, 0, 0, 0))),
];
