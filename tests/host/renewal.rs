use crate::driver::{Driver, names, tokens};
use crate::session::{machine, seconds};
use crate::support::NOW;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::options::{Flow, StorageKind};
use placeos_auth::session::effect::{Change, Effect, RenewalMethod};
use placeos_auth::session::event::Event;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};
use std::time::Duration;

/// When a token of two hours is to be renewed, in seconds.
const DUE: u64 = 7140;

/// A session of two hours that can be renewed.
pub fn renewable() -> Driver {
    let mut machine = machine();
    let tokens = tokens("old", Some("old-refresh"), Some(7200), NOW);
    machine.sign_in(tokens, NOW);
    machine
}

/// The renewal that these effects begin: it waits for its turn.
pub fn begun(effects: &[Effect]) -> Option<u32> {
    effects.iter().find_map(|effect| match effect {
        Effect::RequestLock { turn: number, .. } => Some(*number),
        _ => None,
    })
}

/// What these effects ask the server with: a refresh token, or `None` for a frame.
fn asked(effects: &[Effect]) -> Option<(u32, Option<String>)> {
    effects.iter().find_map(|effect| match effect {
        Effect::AskServer {
            renewal, method, ..
        } => Some((
            *renewal,
            match method {
                RenewalMethod::RefreshToken(secret) => Some(secret.reveal().to_owned()),
                RenewalMethod::Frame => None,
            },
        )),
        _ => None,
    })
}

/// Lets that renewal have its turn, and gives the refresh token that it sends.
pub fn turn(machine: &mut Driver, number: u32, now: Instant) -> Option<String> {
    let effects = machine.turn(number, now);
    let (asked, refresh_token) = asked(&effects).expect("a question");
    assert_eq!(asked, number);
    refresh_token
}

/// A renewal that the app wants, and that has come to the server.
pub fn ask(machine: &mut Driver, now: Instant) -> u32 {
    let number = begun(&machine.step(Event::RenewalWanted, now)).unwrap();
    turn(machine, number, now);
    number
}

fn revoked(effects: &[Effect]) -> Vec<&str> {
    let revoked = effects.iter().filter_map(|effect| match effect {
        Effect::Revoke(tokens) => Some(tokens.access_token.reveal()),
        _ => None,
    });
    revoked.collect()
}

fn new(now: Instant) -> Tokens {
    tokens("new", Some("new-refresh"), Some(7200), now)
}

fn failure(code: ErrorCode) -> AuthError {
    AuthError::new(code, "")
}

#[test]
fn a_renewal_begins_when_it_is_due_and_only_once() {
    let mut machine = renewable();
    let before = seconds(DUE).before(Duration::from_millis(1));
    let effects = machine.step(Event::Tick, before);
    assert_eq!(names(&effects), [] as [&str; 0]);
    assert_eq!(machine.wake_up_at(before), Some(seconds(DUE)));
    let effects = machine.step(Event::Tick, seconds(DUE));
    let number = begun(&effects).unwrap();
    // Nothing is asked before its turn.
    assert_eq!(asked(&effects), None);
    for _ in 0..2 {
        assert!(machine.is_renewing());
        for event in [
            Event::Tick,
            Event::RenewalWanted,
            Event::Online,
            Event::Tick,
        ] {
            let effects = machine.step(event, seconds(DUE + 1));
            assert_eq!((begun(&effects), asked(&effects)), (None, None));
        }
        let effects = machine.turn(number, seconds(DUE + 1));
        if let Some((asked, refresh_token)) = asked(&effects) {
            assert_eq!(asked, number);
            assert_eq!(refresh_token.as_deref(), Some("old-refresh"));
        }
    }
    // It has one turn, and no other has one in its place.
    for number in [number, number + 1] {
        let effects = machine.turn(number, seconds(DUE + 1));
        assert_eq!(asked(&effects), None);
    }
}

#[test]
fn a_renewal_is_due_as_long_before_the_end_as_the_app_says_or_a_tenth_of_the_life() {
    for (renew_before, life, due) in [
        (60, 7200, 7_140_000),
        (60, 100, 90_000),
        (5, 100, 95_000),
        // Before it is of no use, whatever the app says.
        (0, 100, 98_900),
    ] {
        let mut machine = Driver::new(Duration::from_secs(renew_before), StorageKind::Session);
        let tokens = tokens("a", Some("b"), Some(life), NOW);
        machine.sign_in(tokens, NOW);
        let due = NOW.after(Duration::from_millis(due));
        let last = due.before(Duration::from_millis(1));
        assert!(!machine.is_due(last), "{renew_before} {life}");
        assert!(machine.is_due(due), "{renew_before} {life}");
    }
}

#[test]
fn new_tokens_are_stored_before_anyone_hears_of_them() {
    let mut machine = renewable();
    let number = ask(&mut machine, seconds(60));
    let effects = machine.renewed(number, Ok(new(seconds(61))), seconds(61));
    assert_eq!(names(&effects), ["store", "post-tokens", "renewed"]);
    let (Effect::Store(text), Effect::Post(TabMessage::Tokens(told))) = (&effects[0], &effects[1])
    else {
        panic!("nothing stored");
    };
    assert_eq!(told.reveal(), text.reveal());
    let stored = Tokens::from_text(text.reveal()).unwrap();
    assert_eq!(stored.access_token.reveal(), "new");
    assert_eq!(stored.refresh_token.unwrap().reveal(), "new-refresh");
    // Still the session that the user began.
    assert_eq!((stored.signed_in_at, stored.renewals), (NOW, 1));
    assert_eq!(machine.token(seconds(61)).unwrap().reveal(), "new");
    assert!(!machine.is_renewing());
}

#[test]
fn an_answer_that_comes_too_late_is_revoked() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    let effects = machine.step(Event::SignOut, NOW);
    assert_eq!(
        names(&effects),
        ["post-end", "revoke", "clear", "signed-out"]
    );
    assert_eq!(revoked(&effects), ["old"]);
    let effects = machine.renewed(number, Ok(new(NOW)), NOW);
    assert_eq!(names(&effects), ["revoke"]);
    assert_eq!(revoked(&effects), ["new"]);
    assert!(machine.tokens().is_none() && machine.session(NOW).is_none());
}

#[test]
fn a_renewal_of_the_session_before_leaves_the_new_one_alone() {
    for code in [
        None,
        Some(ErrorCode::InvalidGrant),
        Some(ErrorCode::Network),
    ] {
        let mut machine = renewable();
        let number = ask(&mut machine, NOW);
        let other = tokens("other", Some("other-refresh"), Some(7200), seconds(1));
        machine.sign_in(other, seconds(1));
        assert!(!machine.is_renewing());
        let outcome = code.map_or_else(|| Ok(new(NOW)), |code| Err(failure(code)));
        let late = machine.renewed(number, outcome, NOW);
        // Other tabs may have that session.
        let told = match code {
            None => "post-tokens",
            Some(ErrorCode::InvalidGrant) => "post-end",
            Some(_) => "post-failure",
        };
        assert_eq!(names(&late), [told]);
        if let Effect::Post(TabMessage::Tokens(text)) = &late[0] {
            let told = Tokens::from_text(text.reveal()).unwrap();
            assert_eq!(told.access_token.reveal(), "new");
            assert_eq!((told.signed_in_at, told.renewals), (NOW, 1));
        }
        assert_eq!(machine.token(NOW).unwrap().reveal(), "other");
        assert!(machine.failure().is_none());
        // The next renewal has a number of its own, which the late answer hasn't.
        assert_ne!(ask(&mut machine, NOW), number);
    }
}

#[test]
fn what_may_be_over_in_a_minute_keeps_the_session() {
    for code in [
        ErrorCode::Network,
        ErrorCode::Timeout,
        ErrorCode::ServerError,
        ErrorCode::TemporarilyUnavailable,
        ErrorCode::InvalidResponse,
    ] {
        let mut machine = renewable();
        let number = ask(&mut machine, NOW);
        let effects = machine.renewed(number, Err(failure(code)), NOW);
        assert_eq!(names(&effects), ["post-failure", "renewal-failed"]);
        let told = effects.iter().find_map(|effect| match effect {
            Effect::Notify(change) => Some(change.clone()),
            _ => None,
        });
        assert_eq!(told, Some(Change::RenewalFailed(failure(code))));
        // Its token is as good as before; when it is over, the reason is told.
        assert_eq!(machine.token(NOW).unwrap().reveal(), "old");
        assert!(machine.session(seconds(9999)).unwrap().can_renew);
        let error = machine.token(seconds(9999)).unwrap_err();
        assert_eq!(error.code(), code);
    }
}

/// Fails the renewal that is begun at this instant.
fn fail(machine: &mut Driver, now: Instant) {
    let number = begun(&machine.step(Event::Tick, now)).expect("a renewal");
    turn(machine, number, now);
    machine.renewed(number, Err(failure(ErrorCode::Network)), now);
}

#[test]
fn a_failed_renewal_is_tried_again_after_ever_longer_waits() {
    let mut machine = renewable();
    let mut now = seconds(DUE);
    for delay in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        fail(&mut machine, now);
        let next = now.after(Duration::from_secs(delay));
        let early = next.before(Duration::from_millis(1));
        let effects = machine.step(Event::Tick, early);
        assert_eq!(names(&effects), [] as [&str; 0], "{delay}");
        assert_eq!(machine.wake_up_at(early), Some(next), "{delay}");
        now = next;
    }
}

#[test]
fn after_a_renewal_that_went_well_the_waits_begin_anew() {
    let mut machine = renewable();
    fail(&mut machine, seconds(DUE));
    fail(&mut machine, seconds(DUE + 1));
    let now = seconds(DUE + 3);
    let number = begun(&machine.step(Event::Tick, now)).unwrap();
    turn(&mut machine, number, now);
    machine.renewed(number, Ok(new(now)), now);
    assert!(machine.failure().is_none());
    let due = now.after(Duration::from_secs(DUE));
    fail(&mut machine, due);
    let now = due.after(Duration::from_secs(1));
    let number = begun(&machine.step(Event::Tick, now)).unwrap();
    let refresh_token = turn(&mut machine, number, now);
    assert_eq!(refresh_token.as_deref(), Some("new-refresh"));
}

#[test]
fn an_app_that_asks_need_not_wait_for_its_turn() {
    let mut machine = renewable();
    for _ in 0..5 {
        let number = ask(&mut machine, seconds(DUE));
        let failed = Err(failure(ErrorCode::Network));
        machine.renewed(number, failed, seconds(DUE));
    }
}

#[test]
fn a_clock_that_was_set_back_far_stops_no_renewal() {
    for times in [1, 9] {
        let mut machine = renewable();
        let mut now = seconds(100_000);
        for _ in 0..times {
            fail(&mut machine, now);
            now = now.after(Duration::from_secs(60));
        }
        // Still due, and the failure lies in the future.
        let effects = machine.step(Event::Tick, seconds(DUE));
        assert!(begun(&effects).is_some(), "{times}");
    }
}

#[test]
fn without_a_new_refresh_token_the_old_one_stays_good() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    let new = tokens("new", None, Some(7200), NOW);
    let effects = machine.renewed(number, Ok(new), NOW);
    let Effect::Store(text) = &effects[0] else {
        panic!("nothing stored");
    };
    let stored = Tokens::from_text(text.reveal()).unwrap();
    assert_eq!(stored.refresh_token.unwrap().reveal(), "old-refresh");
    let again = begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
    let again = turn(&mut machine, again, NOW);
    assert_eq!(again.as_deref(), Some("old-refresh"));
}

#[test]
fn a_session_that_can_be_renewed_outlives_its_token() {
    let stored = tokens("old", Some("old-refresh"), Some(7200), NOW).to_text();
    let mut machine = machine();
    let effects = machine.load(Some(stored), seconds(99_999));
    assert_eq!(names(&effects), ["log"]);
    assert!(machine.session(seconds(99_999)).unwrap().can_renew);
    let error = machine.token(seconds(99_999)).unwrap_err();
    // Nobody has to sign in again: it is only to be renewed.
    assert!(error.retryable());
    assert!(begun(&machine.step(Event::Tick, seconds(99_999))).is_some());
}

#[test]
fn what_nothing_renews_is_not_renewed() {
    let mut nobody = machine();
    assert_eq!(
        names(&nobody.step(Event::RenewalWanted, NOW)),
        [] as [&str; 0]
    );
    let mut machine = machine();
    let tokens = Tokens {
        flow: Flow::Password,
        ..tokens("a", None, Some(7200), NOW)
    };
    machine.sign_in(tokens, NOW);
    assert!(!machine.session(NOW).unwrap().can_renew);
    for at in [0, 7140, 7198] {
        assert_eq!(
            begun(&machine.step(Event::RenewalWanted, seconds(at))),
            None
        );
        assert!(!machine.is_renewing());
    }
}

#[test]
fn a_session_without_a_lifetime_is_renewed_only_when_asked() {
    let mut machine = machine();
    machine.sign_in(tokens("a", Some("b"), None, NOW), NOW);
    let end = Instant::from_millis(u64::MAX);
    assert_eq!(names(&machine.step(Event::Tick, end)), [] as [&str; 0]);
    assert!(machine.token(end).is_ok());
    ask(&mut machine, NOW);
}

#[test]
fn a_token_that_is_not_due_is_good_for_a_tenth_of_a_second() {
    for (renew_before, life) in [(0, 1), (0, 5), (0, 7200), (1, 2), (60, 3), (60, 7200)] {
        let mut machine = Driver::new(Duration::from_secs(renew_before), StorageKind::Session);
        let tokens = tokens("a", Some("b"), Some(life), NOW);
        machine.sign_in(tokens, NOW);
        for millis in (0..life * 1000).step_by(50) {
            let now = NOW.after(Duration::from_millis(millis));
            let soon = now.after(Duration::from_millis(99));
            assert!(
                machine.is_due(now) || machine.token(soon).is_ok(),
                "{renew_before} {life} {millis}"
            );
        }
    }
}
