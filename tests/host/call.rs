//! A request of the app's belongs to the session it was begun in, and is sent again as long as there are newer tokens.

use crate::driver::{Driver, peer_tokens, tokens};
use crate::renewal::{ask, begun, renewable, turn};
use crate::session::{machine, seconds};
use crate::staying::{busy, further, network, new, unauthorized};
use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::session::call::{Call, NextStep};
use placeos_auth::session::event::Event;
use placeos_auth::time::Instant;
use std::time::Duration;

/// What is to be done with a request that can be sent again, in a word.
fn next(machine: &Driver, call: &mut Call, now: Instant) -> String {
    match machine.next_step(call, true, now) {
        NextStep::Wait(_) => "wait".to_owned(),
        NextStep::Send(credential) => format!("send {}", credential.reveal()),
        NextStep::HandOn => "hand on".to_owned(),
        NextStep::Fail(error) => format!("fail {}", error.code().as_str()),
    }
}

/// A request that was sent with the token there is.
fn sent(machine: &Driver) -> Call {
    let mut call = machine.begin_call();
    assert_eq!(next(machine, &mut call, NOW), "send old");
    call
}

/// Another user signs in at the same place.
fn another_user(machine: &mut Driver, at: u64) {
    machine.step(Event::SignOut, seconds(at));
    let tokens = new("theirs", "theirs-refresh", seconds(at));
    machine.sign_in(tokens, seconds(at));
}

#[test]
fn a_request_is_never_sent_with_the_token_of_a_later_session() {
    // Also where the page has stopped the clock.
    for at in [0, 1] {
        let mut machine = renewable();
        let mut call = machine.begin_call();
        let mut rejected = sent(&machine);
        another_user(&mut machine, at);
        let now = seconds(at);
        assert_eq!(next(&machine, &mut call, now), "fail login_required");
        assert_eq!(next(&machine, &mut rejected, now), "hand on");
        let mut own = machine.begin_call();
        assert_eq!(next(&machine, &mut own, now), "send theirs");
    }
}

#[test]
fn a_request_that_was_begun_without_a_session_is_not_signed_after_a_later_sign_in() {
    let mut machine = machine();
    let mut call = machine.begin_call();
    assert_eq!(next(&machine, &mut call, NOW), "fail login_required");
    machine.sign_in(new("a", "b", NOW), NOW);
    assert_eq!(next(&machine, &mut call, NOW), "fail login_required");
}

#[test]
fn a_rejected_request_is_sent_again_while_there_are_newer_tokens_five_times_in_all() {
    let mut machine = renewable();
    let mut call = sent(&machine);
    assert_eq!(next(&machine, &mut call, NOW), "hand on");
    for renewals in 1..5 {
        let token = format!("token-{renewals}");
        machine.step(peer_tokens(further(renewals, &token).to_text()), NOW);
        assert_eq!(next(&machine, &mut call, NOW), format!("send {token}"));
        assert_eq!(next(&machine, &mut call, NOW), "hand on");
    }
    machine.step(peer_tokens(further(9, "token-9").to_text()), NOW);
    assert_eq!(next(&machine, &mut call, NOW), "hand on");
}

#[test]
fn a_rejected_request_that_can_not_be_sent_again_is_handed_on_at_once() {
    let mut machine = renewable();
    let mut call = sent(&machine);
    begun(&machine.step(unauthorized("old"), NOW)).unwrap();
    let step = machine.next_step(&mut call, false, NOW);
    assert!(matches!(step, NextStep::HandOn), "{step:?}");
    assert_eq!(next(&machine, &mut call, NOW), "wait");
}

#[test]
fn a_token_that_is_over_and_can_not_be_renewed_for_now_is_the_reason_and_not_the_401() {
    let mut machine = machine();
    let short = tokens("old", Some("r"), Some(10), seconds(3)).asked_for_at(NOW);
    machine.sign_in(short, seconds(3));
    let fails = "fail temporarily_unavailable";
    for (now, expected) in [
        (seconds(9), "hand on"),
        (seconds(10), fails),
        (seconds(100), fails),
    ] {
        let mut call = machine.begin_call();
        let _ = next(&machine, &mut call, seconds(5));
        if let Some(number) = begun(&machine.step(unauthorized("old"), now)) {
            turn(&mut machine, number, now);
            machine.renewed(number, Err(busy(None)), now);
        }
        assert_eq!(next(&machine, &mut call, now), expected);
        machine.step(Event::Online, now);
    }
}

#[test]
fn a_token_that_is_good_for_a_while_leaves_the_401_to_the_app() {
    let mut machine = renewable();
    let mut call = sent(&machine);
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Err(network()), NOW);
    assert_eq!(next(&machine, &mut call, NOW), "hand on");
}

#[test]
fn a_request_whose_session_has_ended_gets_its_401() {
    let mut machine = renewable();
    let mut call = sent(&machine);
    machine.step(Event::SignOut, NOW);
    assert_eq!(next(&machine, &mut call, NOW), "hand on");
}

#[test]
fn a_request_waits_for_two_renewals_and_no_more() {
    let mut machine = renewable();
    ask(&mut machine, NOW);
    let mut call = machine.begin_call();
    assert_eq!(next(&machine, &mut call, NOW), "wait");
    assert_eq!(next(&machine, &mut call, NOW), "wait");
    assert_eq!(next(&machine, &mut call, NOW), "send old");
}

#[test]
fn a_request_that_can_be_sent_again_waits_two_seconds_while_the_token_would_do() {
    let mut machine = renewable();
    ask(&mut machine, NOW);
    for (can_repeat, limit) in [(true, Some(Duration::from_secs(2))), (false, None)] {
        let step = machine.next_step(&mut machine.begin_call(), can_repeat, NOW);
        assert!(matches!(step, NextStep::Wait(span) if span == limit));
    }
    let mut call = machine.begin_call();
    assert_eq!(next(&machine, &mut call, NOW), "wait");
    call.wait_no_longer();
    // A token that is over is not sent: the wait goes on, for as long as it takes.
    let over = seconds(7200);
    let step = machine.next_step(&mut call.clone(), true, over);
    assert!(matches!(step, NextStep::Wait(None)), "{step:?}");
    assert_eq!(next(&machine, &mut call, NOW), "send old");
}

#[test]
fn a_renewal_that_the_app_wants_gives_the_session_or_the_reason() {
    let code = |machine: &Driver, call: &Call| {
        let outcome = machine.after_renewal(call, NOW);
        outcome.map(|_| ()).map_err(|error| error.code())
    };
    let mut nobody = machine();
    let call = nobody.begin_call();
    assert_eq!(code(&nobody, &call), Err(ErrorCode::LoginRequired));
    nobody.sign_in(new("a", "b", NOW), NOW);
    assert_eq!(code(&nobody, &call), Err(ErrorCode::LoginRequired));
    let mut machine = renewable();
    let call = machine.begin_call();
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Err(network()), NOW);
    assert_eq!(code(&machine, &call), Err(ErrorCode::Network));
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
    assert_eq!(code(&machine, &call), Ok(()));
    another_user(&mut machine, 0);
    assert_eq!(code(&machine, &call), Err(ErrorCode::LoginRequired));
}
