//! What a 401 means for the session, and a 511.

use crate::driver::{Driver, names, peer_fails, peer_tokens};
use crate::renewal::{ask, begun, renewable, turn};
use crate::session::seconds;
use crate::staying::{busy, delay_after, further, network, new, unauthorized};
use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::secret::Secret;
use placeos_auth::session::effect::{Change, Effect};
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::event::Event;
use placeos_auth::time::Instant;

/// When a token of two hours is to be renewed, in seconds.
const DUE: u64 = 7140;

/// Whether the server is asked because of this; the other tabs are, anyhow.
fn asks(machine: &mut Driver, event: Event, now: Instant) -> bool {
    let number = begun(&machine.step(event, now)).unwrap();
    let effects = machine.turn(number, now);
    names(&effects).contains(&"ask")
}

/// A session that a 401 has had renewed, at this instant.
fn renewed_for_401() -> Driver {
    let mut machine = renewable();
    let number = begun(&machine.step(unauthorized("old"), NOW)).unwrap();
    turn(&mut machine, number, NOW);
    machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
    machine
}

#[test]
fn a_late_401_for_an_older_token_renews_nothing() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
    let late = machine.step(unauthorized("old"), NOW);
    assert_eq!(names(&late), [] as [&str; 0]);
    assert_eq!(names(&machine.step(unauthorized(""), NOW)), [] as [&str; 0]);
    assert!(!machine.is_renewing());
    // One for the token there is does.
    assert!(asks(&mut machine, unauthorized("new"), NOW));
}

#[test]
fn many_401s_at_once_make_one_renewal() {
    let mut machine = renewable();
    let number = begun(&machine.step(unauthorized("old"), NOW)).unwrap();
    for _ in 0..3 {
        assert_eq!(begun(&machine.step(unauthorized("old"), NOW)), None);
    }
    turn(&mut machine, number, NOW);
    assert_eq!(begun(&machine.step(unauthorized("old"), NOW)), None);
}

#[test]
fn what_401s_ask_for_is_renewed_once_a_minute_whatever_else_succeeds() {
    let mut machine = renewed_for_401();
    for second in [0, 1, 30, 59] {
        assert!(
            !asks(&mut machine, unauthorized("new"), seconds(second)),
            "{second}"
        );
    }
    // Nor for tokens that another tab has got.
    machine.step(peer_tokens(further(2, "heard").to_text()), NOW);
    assert!(!asks(&mut machine, unauthorized("heard"), seconds(59)));
    assert!(asks(&mut machine, unauthorized("heard"), seconds(60)));
}

#[test]
fn what_is_due_or_wanted_by_the_app_is_renewed_all_the_same() {
    let mut machine = renewed_for_401();
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Ok(new("newer", "r", NOW)), NOW);
    assert!(!asks(&mut machine, unauthorized("newer"), NOW));
    // Also while a 401 waits for its turn.
    let number = begun(&machine.step(unauthorized("newer"), NOW)).unwrap();
    machine.step(Event::RenewalWanted, NOW);
    turn(&mut machine, number, NOW);
}

#[test]
fn a_renewal_that_was_due_is_not_counted_against_the_next_401() {
    let mut machine = renewable();
    let due = seconds(DUE);
    let number = begun(&machine.step(Event::Tick, due)).unwrap();
    machine.step(unauthorized("old"), due);
    turn(&mut machine, number, due);
    machine.renewed(number, Ok(new("new", "r", due)), due);
    assert!(asks(&mut machine, unauthorized("new"), due));
}

#[test]
fn a_token_that_may_be_over_by_itself_is_renewed_at_each_401() {
    let mut machine = renewable();
    let number = begun(&machine.step(unauthorized("old"), NOW)).unwrap();
    turn(&mut machine, number, NOW);
    // The answer took three seconds, of a life of ten: it may be over after seven.
    let tokens = crate::driver::tokens("new", Some("r"), Some(10), seconds(3)).asked_for_at(NOW);
    assert_eq!(tokens.certain_until, Some(seconds(10)));
    assert!(tokens.is_usable(seconds(10)));
    machine.renewed(number, Ok(tokens), seconds(3));
    assert!(!asks(&mut machine, unauthorized("new"), seconds(9)));
    assert!(asks(&mut machine, unauthorized("new"), seconds(10)));
}

#[test]
fn who_signs_in_anew_begins_anew() {
    let mut machine = renewed_for_401();
    machine.sign_in(new("other", "r", NOW), NOW);
    assert!(asks(&mut machine, unauthorized("other"), NOW));
}

#[test]
fn after_a_401_whose_renewal_failed_the_next_one_tries_again() {
    let mut machine = renewable();
    let number = begun(&machine.step(unauthorized("old"), NOW)).unwrap();
    turn(&mut machine, number, NOW);
    machine.renewed(number, Err(network()), NOW);
    assert!(asks(&mut machine, unauthorized("old"), NOW));
}

#[test]
fn a_401_has_the_other_tabs_asked_while_the_server_wants_to_be_left_alone() {
    let mut machine = renewable();
    delay_after(&mut machine, busy(Some("90")), 0.0);
    let (early, late) = (seconds(DUE + 89), seconds(DUE + 90));
    let number = begun(&machine.step(unauthorized("old"), early)).unwrap();
    let effects = machine.turn(number, early);
    assert_eq!(names(&effects), [] as [&str; 0]);
    assert!(!machine.is_renewing());
    // The app may want more.
    let number = begun(&machine.step(unauthorized("old"), early)).unwrap();
    machine.step(Event::RenewalWanted, early);
    turn(&mut machine, number, early);
    machine.renewed(number, Err(busy(Some("1"))), early);
    // Another tab may have more.
    let number = begun(&machine.step(unauthorized("old"), early)).unwrap();
    machine.step(peer_tokens(further(1, "heard").to_text()), early);
    assert!(!machine.is_renewing() && machine.failure().is_none());
    assert_eq!(names(&machine.turn(number, early)), [] as [&str; 0]);
    // And the wait ends.
    let mut machine = renewable();
    delay_after(&mut machine, busy(Some("90")), 0.0);
    assert!(asks(&mut machine, unauthorized("old"), late));
}

#[test]
fn a_failure_that_another_tab_tells_late_does_not_end_the_wait_that_a_401_began() {
    for is_due in [false, true] {
        let mut machine = renewable();
        let now = seconds(if is_due { DUE } else { 0 });
        let mut number = None;
        if is_due {
            number = begun(&machine.step(Event::Tick, now));
        }
        let begun = begun(&machine.step(unauthorized("old"), now));
        let number = number.or(begun).unwrap();
        let generation = machine.tokens().unwrap().generation();
        let failed = peer_fails(generation, network());
        let effects = machine.step(failed, now);
        assert_eq!(names(&effects), ["renewal-failed"]);
        assert!(machine.is_renewing(), "newer tokens may be on their way");
        // Such a wait asks nobody; nor does the look at the clock have it ask.
        machine.step(Event::Tick, now);
        let effects = machine.turn(number, now);
        assert_eq!(names(&effects), [] as [&str; 0]);
        assert!(!machine.is_renewing());
    }
}

#[test]
fn a_511_ends_the_session_as_if_a_renewal_had_been_refused() {
    let again = |token: &str| Event::SignInDemanded(Secret::new(token.to_owned()));
    let mut machine = renewable();
    assert_eq!(names(&machine.step(again("older"), NOW)), [] as [&str; 0]);
    let effects = machine.step(again("old"), NOW);
    assert_eq!(names(&effects), ["post-end", "remove", "expired"]);
    let Some(Effect::Notify(Change::Ended(EndReason::Expired(Some(reason))))) = effects.last()
    else {
        panic!("{effects:?}");
    };
    assert_eq!(reason.code(), ErrorCode::LoginRequired);
    assert_eq!(reason.status(), Some(511));
    // A renewal that was asked decides by itself.
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    assert_eq!(names(&machine.step(again("old"), NOW)), [] as [&str; 0]);
    machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
    assert!(machine.session(NOW).is_some());
}
