use crate::driver::{Driver, names};
use crate::support::NOW;
use placeos_auth::ErrorCode;
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::{Flow, StorageKind};
use placeos_auth::session::effect::{Change, Effect};
use placeos_auth::session::event::Event;
use placeos_auth::session::failure::login_required;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use proptest::prelude::*;
use std::time::Duration;

/// Tokens that nothing renews.
fn tokens(expires_in: Option<&str>) -> Tokens {
    tokens_of(Flow::Password, expires_in)
}

fn tokens_of(flow: Flow, expires_in: Option<&str>) -> Tokens {
    let unjudged = Unjudged {
        access_token: Some("abc"),
        token_type: Some("bearer"),
        expires_in: Lifetime::of(expires_in),
        scope: None,
    };
    unjudged.judge(flow, "public", NOW).unwrap()
}

pub fn machine() -> Driver {
    Driver::new(Duration::from_secs(60), StorageKind::Session)
}

pub fn seconds(seconds: u64) -> Instant {
    NOW.after(Duration::from_secs(seconds))
}

fn signed_in(expires_in: Option<&str>) -> Driver {
    let mut machine = self::machine();
    machine.sign_in(tokens(expires_in), NOW);
    machine
}

/// A session that a frame could have renewed, if the server hadn't said that it wants the user.
fn refused_in_a_frame(flow: Flow, expires_in: Option<&str>) -> Driver {
    let mut machine = self::machine();
    let mut effects = machine.sign_in(tokens_of(flow, expires_in), NOW);
    // What lives hardly any time is renewed at once.
    effects.extend(machine.step(Event::RenewalWanted, NOW));
    assert!(names(&effects).contains(&"lock"));
    assert_eq!(names(&machine.turn(1, NOW)), ["ask"]);
    machine.renewed(1, Err(login_required()), NOW);
    machine
}

/// One of each kind of session that ends when its token does.
fn that_end(expires_in: Option<&str>) -> [Driver; 3] {
    [
        signed_in(expires_in),
        refused_in_a_frame(Flow::Implicit, expires_in),
        refused_in_a_frame(Flow::Code, expires_in),
    ]
}

#[test]
fn a_session_is_stored_before_anyone_hears_of_it() {
    let effects = machine().sign_in(tokens(Some("60")), NOW);
    assert_eq!(names(&effects), ["store", "signed-in"]);
}

#[test]
fn a_stored_session_is_taken_up_without_a_word() {
    let stored = tokens(Some("60")).to_text();
    let mut machine = self::machine();
    assert_eq!(names(&machine.load(Some(stored), NOW)), ["log"]);
    assert!(machine.session(NOW).is_some());
}

#[test]
fn broken_text_in_storage_is_removed_with_one_line() {
    use placeos_auth::secret::Secret;
    for text in ["", "{}", "v=0", "access_token=abc"] {
        let mut machine = self::machine();
        let effects = machine.load(Some(Secret::new(text.to_owned())), NOW);
        assert_eq!(names(&effects), ["remove", "log"]);
        assert_eq!(machine.session(NOW), None);
    }
}

#[test]
fn an_expired_session_in_storage_is_removed_and_not_taken_up() {
    for flow in [Flow::Password, Flow::Implicit, Flow::Code] {
        let stored = tokens_of(flow, Some("60")).to_text();
        let mut machine = self::machine();
        assert_eq!(
            names(&machine.load(Some(stored), seconds(60))),
            ["remove", "log"]
        );
        assert_eq!(machine.session(seconds(60)), None);
    }
}

#[test]
fn a_session_expires_once() {
    for mut machine in that_end(Some("60")) {
        assert_eq!(
            names(&machine.step(Event::Tick, seconds(58))),
            [] as [&str; 0]
        );
        assert_eq!(
            names(&machine.step(Event::Tick, seconds(60))),
            ["remove", "expired"]
        );
        assert_eq!(
            names(&machine.step(Event::Tick, seconds(61))),
            [] as [&str; 0]
        );
        assert_eq!(
            machine.token(seconds(61)).unwrap_err().code(),
            ErrorCode::LoginRequired
        );
    }
}

#[test]
fn a_token_about_to_expire_is_not_handed_out() {
    for machine in that_end(Some("60")) {
        let last = seconds(59).before(Duration::from_millis(1));
        assert!(machine.token(last).is_ok());
        assert!(machine.token(seconds(59)).is_err());
        assert!(machine.session(seconds(59)).is_none());
    }
}

#[test]
fn a_token_of_a_short_life_is_good_for_most_of_it() {
    for (life, good) in [("1", 899), ("0.01", 8), ("5", 4499)] {
        for machine in that_end(Some(life)) {
            let last = NOW.after(Duration::from_millis(good));
            assert!(machine.session(last).is_some(), "{life}");
            assert!(
                machine
                    .session(last.after(Duration::from_millis(1)))
                    .is_none(),
                "{life}"
            );
        }
    }
}

#[test]
fn listeners_hear_of_the_end_when_it_is_there() {
    for mut machine in that_end(Some("20")) {
        machine.step(Event::Tick, NOW);
        let end = machine.wake_up_at(NOW).expect("something to wait for");
        assert!(
            machine
                .session(end.before(Duration::from_millis(1)))
                .is_some()
        );
        assert!(machine.session(end).is_none());
        assert_eq!(
            names(&machine.step(Event::Tick, end)),
            ["remove", "expired"]
        );
    }
}

#[test]
fn the_clock_is_looked_at_every_half_minute_and_at_the_end() {
    let wake = |expires_in| {
        let at = signed_in(Some(expires_in)).wake_up_at(NOW);
        at.map(|at| at.since(NOW))
    };
    assert_eq!(wake("7200"), Some(Duration::from_secs(30)));
    assert_eq!(wake("20"), Some(Duration::from_secs(19)));
    // Longer than a browser's timer can be: 24.8 days.
    assert_eq!(wake("3000000"), Some(Duration::from_secs(30)));
}

#[test]
fn a_session_without_a_lifetime_needs_no_looking_at() {
    let mut machine = signed_in(None);
    assert_eq!(
        names(&machine.step(Event::Tick, Instant::from_millis(u64::MAX))),
        [] as [&str; 0]
    );
    assert_eq!(machine.session(NOW).unwrap().expires_at, None);
}

#[test]
fn signing_out_removes_even_what_nobody_had_taken_up() {
    assert_eq!(names(&machine().step(Event::SignOut, NOW)), ["clear"]);
    assert_eq!(
        names(&signed_in(None).step(Event::SignOut, NOW)),
        ["post-end", "revoke", "clear", "signed-out"]
    );
}

#[test]
fn an_app_sees_all_but_the_token() {
    let mut machine = machine();
    let tokens = tokens_of(Flow::Implicit, Some("60"));
    machine.sign_in(tokens, NOW);
    let session = machine.session(NOW).unwrap();
    assert_eq!(session.flow, "implicit");
    assert_eq!(session.token_type, "Bearer");
    assert_eq!(session.scope, "public");
    assert_eq!(session.expires_at, Some(seconds(60).as_millis() as f64));
    assert!(session.can_renew);
    let session = refused_in_a_frame(Flow::Implicit, Some("60")).session(NOW);
    assert!(!session.unwrap().can_renew);
    assert!(!signed_in(Some("60")).session(NOW).unwrap().can_renew);
}

#[test]
fn of_two_sign_ins_under_way_the_one_that_was_begun_last_has_its_way() {
    for (first_to_end, flows) in [(0, ["password", "code"]), (1, ["code", "code"])] {
        let mut machine = self::machine();
        let attempts = [Flow::Password, Flow::Code].map(|flow| (flow, machine.begin_sign_in()));
        let mut seen = Vec::new();
        let mut effects = Vec::new();
        for at in [first_to_end, 1 - first_to_end] {
            let (flow, attempt) = attempts[at];
            let tokens = tokens_of(flow, None);
            effects = machine.step(Event::SignedIn { tokens, attempt }, NOW);
            seen.push(machine.session(NOW).unwrap().flow);
        }
        assert_eq!(seen, flows);
        let is_in_vain = first_to_end == 1;
        assert_eq!(names(&effects).contains(&"revoke"), is_in_vain);
        let is_current = attempts.map(|(_, attempt)| machine.is_current(attempt));
        assert_eq!(is_current, [false, true]);
    }
}

#[derive(Clone, Debug)]
enum Step {
    SignIn(u64),
    SignOut,
    Tick,
    Wait(u64),
    SetClockBack(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1u64..200).prop_map(Step::SignIn),
        Just(Step::SignOut),
        Just(Step::Tick),
        (0u64..100).prop_map(Step::Wait),
        (0u64..60).prop_map(Step::SetClockBack),
    ];
    prop::collection::vec(step, 0..60)
}

proptest! {
    #[test]
    fn storage_and_listeners_always_know_what_the_machine_knows(steps in steps()) {
        let mut subject = machine();
        let (mut now, mut stored, mut told) = (NOW, None, false);
        for step in steps {
            let event = match step {
                Step::SignIn(lifetime) => {
                    let unjudged = Unjudged { access_token: Some("abc"), token_type: Some("bearer"), expires_in: Lifetime::Text(&lifetime.to_string()), scope: None };
                    let tokens = unjudged.judge(Flow::Password, "public", now).unwrap();
                    Event::SignedIn { tokens, attempt: subject.begin_sign_in() }
                }
                Step::SignOut => Event::SignOut,
                Step::Tick => Event::Tick,
                Step::Wait(span) => { now = now.after(Duration::from_secs(span)); continue; }
                Step::SetClockBack(span) => { now = Instant::from_millis(now.as_millis() - span * 10); continue; }
            };
            for effect in subject.step(event, now) {
                match effect {
                    Effect::Store(text) => stored = Some(text),
                    Effect::Remove | Effect::Clear => stored = None,
                    Effect::Notify(Change::SignedIn) => told = true,
                    Effect::Notify(_) => { prop_assert!(told); told = false; }
                    Effect::Log(_) | Effect::Revoke(_) | Effect::Post(TabMessage::End(..)) => {}
                    other => prop_assert!(false, "there is nothing to renew with: {other:?}"),
                }
            }
            let wake_up_at = subject.wake_up_at(now);
            prop_assert_eq!(wake_up_at.is_some(), told);
            prop_assert!(wake_up_at.is_none_or(|at| at.since(now) <= Duration::from_secs(30)));
            prop_assert_eq!(stored.is_some(), told);
            prop_assert!(subject.session(now).is_none() || stored.is_some());
            // What another page would restore is what this one has.
            let mut next = machine();
            next.load(stored.clone(), now);
            prop_assert_eq!(next.session(now), subject.session(now));
        }
    }
}
