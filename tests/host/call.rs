//! A request of the app's belongs to the session it was begun in, and is sent again as long as there are newer tokens.

use crate::renewal::{ask, begun, renewable, renewed, tokens, turn};
use crate::session::{machine, seconds};
use crate::staying::{busy, further, network, new, unauthorized};
use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::session::{AfterRefusal, Call, Event, Machine};

/// A request that was sent with the token there is.
fn sent(machine: &Machine) -> Call {
    let mut call = machine.begin_call();
    machine.sign(&mut call, NOW).unwrap();
    call
}

/// Another user signs in at the same place.
fn another_user(machine: &mut Machine, at: u64) {
    machine.step(Event::SignedOut, seconds(at));
    let tokens = new("theirs", "theirs-refresh", seconds(at));
    machine.step(Event::SignedIn(tokens), seconds(at));
}

#[test]
fn a_request_is_never_sent_with_the_token_of_a_later_session() {
    // Also where the page has stopped the clock.
    for at in [0, 1] {
        let mut machine = renewable();
        let mut call = machine.begin_call();
        let refused = sent(&machine);
        another_user(&mut machine, at);
        let signed = machine.sign(&mut call, seconds(at));
        assert_eq!(signed.unwrap_err().code(), ErrorCode::LoginRequired, "{at}");
        let after = machine.after_refusal(&refused, seconds(at));
        assert_eq!(after, AfterRefusal::HandOn);
        assert_eq!(
            machine
                .sign(&mut machine.begin_call(), seconds(at))
                .unwrap()
                .reveal(),
            "theirs"
        );
    }
}

#[test]
fn a_request_that_nobody_began_is_not_signed_for_who_signs_in_later() {
    let mut machine = machine();
    let mut call = machine.begin_call();
    assert!(machine.sign(&mut call, NOW).is_err());
    machine.step(Event::SignedIn(new("a", "b", NOW)), NOW);
    assert!(machine.sign(&mut call, NOW).is_err());
}

#[test]
fn a_refused_request_is_sent_again_while_there_are_newer_tokens_five_times_in_all() {
    let mut machine = renewable();
    let mut call = sent(&machine);
    assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::HandOn);
    for renewals in 1..5 {
        let text = further(renewals, &format!("token-{renewals}")).to_text();
        machine.step(Event::Heard(text), NOW);
        assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::SendAgain);
        machine.sign(&mut call, NOW).unwrap();
        assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::HandOn);
    }
    machine.step(Event::Heard(further(9, "token-9").to_text()), NOW);
    assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::HandOn);
}

#[test]
fn a_token_that_is_over_and_can_not_be_renewed_for_now_is_the_reason_and_not_the_401() {
    let mut machine = machine();
    let short = tokens("old", Some("r"), Some(10), seconds(3)).asked_for_at(NOW);
    machine.step(Event::SignedIn(short), seconds(3));
    for (now, error) in [
        (seconds(9), None),
        (seconds(10), Some(ErrorCode::TemporarilyUnavailable)),
        (seconds(100), Some(ErrorCode::TemporarilyUnavailable)),
    ] {
        let mut call = machine.begin_call();
        let _ = machine.sign(&mut call, seconds(5));
        if let Some(number) = begun(&machine.step(unauthorized("old"), now)) {
            turn(&mut machine, number, now);
            machine.step(renewed(number, Err(busy(None))), now);
        }
        match (machine.after_refusal(&call, now), error) {
            (AfterRefusal::Fail(given), Some(code)) => assert_eq!(given.code(), code),
            (after, None) => assert_eq!(after, AfterRefusal::HandOn),
            (after, _) => panic!("{after:?}"),
        }
        machine.step(Event::Online, now);
    }
}

#[test]
fn a_token_that_is_good_for_a_while_leaves_the_401_to_the_app() {
    let mut machine = renewable();
    let call = sent(&machine);
    let number = ask(&mut machine, NOW);
    machine.step(renewed(number, Err(network())), NOW);
    assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::HandOn);
}

#[test]
fn a_request_whose_session_has_ended_gets_its_401() {
    let mut machine = renewable();
    let call = sent(&machine);
    machine.step(Event::SignedOut, NOW);
    assert_eq!(machine.after_refusal(&call, NOW), AfterRefusal::HandOn);
}
