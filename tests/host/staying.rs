//! Staying signed in, whatever the world does to a tab.

use crate::driver::{Driver, names, tokens};
use crate::renewal::{begun, renewable, turn};
use crate::session::{machine, seconds};
use crate::support::{NOW, judged_with};
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::options::{Flow, StorageKind};
use placeos_auth::secret::Secret;
use placeos_auth::session::event::Event;
use placeos_auth::session::failure::login_required;
use placeos_auth::time::Instant;
use placeos_auth::{AuthError, ErrorCode};
use proptest::prelude::*;
use std::time::Duration;

/// When a token of two hours is to be renewed, in seconds.
const DUE: u64 = 7140;

pub fn unauthorized(token: &str) -> Event {
    Event::TokenRejected(Secret::new(token.to_owned()))
}

pub fn new(access_token: &str, refresh_token: &str, now: Instant) -> Tokens {
    tokens(access_token, Some(refresh_token), Some(7200), now)
}

/// What another tab has, so many renewals later.
pub fn further(renewals: u32, access_token: &str) -> Tokens {
    Tokens {
        renewals,
        signed_in_at: NOW,
        ..new(access_token, "heard-refresh", seconds(60))
    }
}

pub fn network() -> AuthError {
    AuthError::new(ErrorCode::Network, "")
}

#[test]
fn a_clock_that_is_set_back_makes_no_token_live_longer() {
    let hour = |hours: u64| seconds(3600 * hours);
    let expiry = |machine: &Driver, now| machine.session(now).unwrap().expires_at.unwrap() as u64;
    // An hour has passed; then it is set back by five.
    let mut machine = Driver::new(Duration::from_secs(60), StorageKind::Session);
    let tokens = tokens("a", Some("b"), Some(7200), hour(10));
    machine.sign_in(tokens.clone(), hour(10));
    machine.step(Event::Tick, hour(11));
    machine.step(Event::Tick, hour(6));
    assert_eq!(expiry(&machine, hour(6)), hour(7).as_millis());
    assert!(machine.token(hour(6)).is_ok() && machine.token(hour(7)).is_err());
    let due = hour(7).before(Duration::from_secs(60));
    assert!(machine.is_due(due) && !machine.is_due(due.before(Duration::from_millis(1))));
    // What is got then is counted as ever.
    let number = begun(&machine.step(Event::Tick, due)).unwrap();
    turn(&mut machine, number, due);
    machine.renewed(number, Ok(new("c", "d", due)), due);
    assert_eq!(
        expiry(&machine, due),
        due.after(Duration::from_secs(7200)).as_millis()
    );
    // A page that begins later takes what was given at a time that is yet to come for given now.
    let mut later = Driver::new(Duration::from_secs(60), StorageKind::Session);
    later.load(Some(tokens.to_text()), hour(6));
    assert_eq!(expiry(&later, hour(6)), hour(8).as_millis());
    // No clock is exact.
    let mut machine = Driver::new(Duration::from_secs(60), StorageKind::Session);
    machine.sign_in(tokens, hour(10));
    machine.step(Event::Tick, hour(10).before(Duration::from_secs(59)));
    assert_eq!(expiry(&machine, hour(10)), hour(12).as_millis());
}

#[test]
fn a_page_that_nobody_sees_is_not_renewed_until_somebody_asks() {
    let mut machine = renewable();
    for at in [DUE, 7199, 7200, 99_999] {
        let effects = machine.step_hidden(Event::Tick, seconds(at));
        assert_eq!(names(&effects), [] as [&str; 0], "{at}");
    }
    assert!(machine.session(seconds(99_999)).is_some());
    let effects = machine.step(Event::Tick, seconds(99_999));
    assert!(begun(&effects).is_some());
}

#[test]
fn a_page_that_nobody_sees_still_hears_of_the_end() {
    let mut machine = machine();
    let tokens = Tokens {
        flow: Flow::Password,
        ..tokens("a", None, Some(60), NOW)
    };
    machine.sign_in(tokens, NOW);
    let effects = machine.step_hidden(Event::Tick, seconds(60));
    assert_eq!(names(&effects), ["remove", "expired"]);
}

/// Fails a renewal, with that spread, and says how long the next one has to wait.
pub fn delay_after(machine: &mut Driver, error: AuthError, spread: f64) -> Duration {
    let now = seconds(DUE);
    let number = begun(&machine.step(Event::RenewalWanted, now)).unwrap();
    turn(machine, number, now);
    machine.random = spread;
    machine.renewed(number, Err(error), now);
    machine.random = 0.0;
    let is_due = |span| machine.is_due(now.after(Duration::from_millis(span)));
    let delay = (0..4_000_000).step_by(50).find(|span| is_due(*span));
    Duration::from_millis(delay.unwrap())
}

#[test]
fn when_the_network_is_back_it_is_tried_at_once() {
    let mut machine = renewable();
    for _ in 0..7 {
        delay_after(&mut machine, network(), 0.0);
    }
    assert_eq!(begun(&machine.step(Event::Tick, seconds(DUE + 1))), None);
    let effects = machine.step_hidden(Event::Online, seconds(DUE + 1));
    assert_eq!(begun(&effects), None, "renewed for nobody");
    let effects = machine.step(Event::Tick, seconds(DUE + 1));
    assert!(begun(&effects).is_some());
    let mut machine = renewable();
    for _ in 0..7 {
        delay_after(&mut machine, network(), 0.0);
    }
    let effects = machine.step(Event::Online, seconds(DUE + 1));
    assert!(begun(&effects).is_some());
    // It renews nothing that isn't due.
    let mut machine = renewable();
    machine.step(Event::Online, NOW);
    assert_eq!(begun(&machine.step(Event::Tick, NOW)), None);
}

#[test]
fn a_network_that_is_back_is_no_reason_to_bother_a_server_that_wants_to_be_left_alone() {
    let mut machine = renewable();
    assert_eq!(
        delay_after(&mut machine, busy(Some("90")), 0.0).as_secs(),
        90
    );
    machine.step(Event::Online, seconds(DUE + 1));
    assert_eq!(begun(&machine.step(Event::Tick, seconds(DUE + 89))), None);
    assert!(begun(&machine.step(Event::Tick, seconds(DUE + 90))).is_some());
}

#[test]
fn what_failed_together_is_not_tried_again_together() {
    for (spread, millis) in [(0.0, 1000), (0.5, 1250), (0.999, 1500)] {
        let delay = delay_after(&mut renewable(), network(), spread);
        assert_eq!(delay, Duration::from_millis(millis), "{spread}");
    }
    let mut machine = renewable();
    let delays = [1500, 3000, 6000, 12_000, 24_000, 48_000, 90_000, 90_000];
    for millis in delays {
        let delay = delay_after(&mut machine, network(), 0.9999);
        assert_eq!(delay, Duration::from_millis(millis));
    }
}

/// A server's word that it has too much to do.
pub fn busy(retry_after: Option<&str>) -> AuthError {
    judged_with(429, retry_after, "", |answer| {
        answer.success().err().unwrap()
    })
}

#[test]
fn a_server_is_left_alone_as_long_as_it_asks_but_no_longer_than_an_hour() {
    for (retry_after, seconds) in [
        (None, 1),
        (Some("0"), 1),
        (Some("1"), 1),
        (Some("90"), 90),
        (Some("3600"), 3600),
        (Some("3601"), 3600),
        (Some("18446744073709551615"), 3600),
        // What is no number of seconds is not read.
        (Some("-1"), 1),
        (Some("1.5"), 1),
        (Some(""), 1),
        (Some("Wed, 21 Oct 2026 07:28:00 GMT"), 1),
    ] {
        let delay = delay_after(&mut renewable(), busy(retry_after), 0.0);
        assert_eq!(delay, Duration::from_secs(seconds), "{retry_after:?}");
    }
    // The app may ask all the same.
    let mut machine = renewable();
    delay_after(&mut machine, busy(Some("3600")), 0.0);
    assert!(begun(&machine.step(Event::RenewalWanted, seconds(DUE))).is_some());
}

/// A session of two hours that has no refresh token.
fn framed(flow: Flow) -> Driver {
    let mut machine = machine();
    let tokens = Tokens {
        flow,
        ..tokens("old", None, Some(7200), NOW)
    };
    machine.sign_in(tokens, NOW);
    machine
}

#[test]
fn without_a_refresh_token_a_frame_renews() {
    for flow in [Flow::Implicit, Flow::Code] {
        let mut machine = framed(flow);
        assert!(machine.session(NOW).unwrap().can_renew);
        let number = begun(&machine.step(Event::Tick, seconds(DUE))).unwrap();
        assert_eq!(turn(&mut machine, number, seconds(DUE)), None);
        let answer = tokens("new", None, Some(7200), seconds(DUE));
        let effects = machine.renewed(number, Ok(answer), seconds(DUE));
        assert_eq!(names(&effects), ["store", "post-tokens", "renewed"]);
        assert_eq!(machine.token(seconds(DUE)).unwrap().reveal(), "new");
    }
    assert!(!framed(Flow::Password).session(NOW).unwrap().can_renew);
}

#[test]
fn a_frame_that_the_server_wants_the_user_in_is_the_last_and_the_session_ends_when_it_does() {
    for flow in [Flow::Implicit, Flow::Code] {
        for error in [
            login_required(),
            AuthError::from_server("access_denied", None, None),
        ] {
            let mut machine = framed(flow);
            let number = begun(&machine.step(Event::Tick, seconds(DUE))).unwrap();
            turn(&mut machine, number, seconds(DUE));
            let effects = machine.renewed(number, Err(error), seconds(DUE));
            assert_eq!(names(&effects), ["post-failure", "renewal-failed"]);
            let session = machine.session(seconds(DUE)).unwrap();
            assert!(!session.can_renew);
            assert!(machine.token(seconds(DUE)).is_ok());
            for event in [
                Event::Tick,
                Event::RenewalWanted,
                Event::Online,
                unauthorized("old"),
            ] {
                assert_eq!(begun(&machine.step(event, seconds(DUE + 1))), None);
            }
            let effects = machine.step(Event::Tick, seconds(7200));
            assert_eq!(names(&effects), ["remove", "expired"]);
            let effects = machine.step(Event::Tick, seconds(7200));
            assert_eq!(names(&effects), [] as [&str; 0]);
        }
    }
}

#[test]
fn a_server_that_has_dropped_the_flow_is_the_reason_and_not_the_user() {
    let mut machine = framed(Flow::Implicit);
    for name in ["access_denied", "unsupported_response_type"] {
        let number = begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
        turn(&mut machine, number, NOW);
        let error = AuthError::from_server(name, None, None);
        machine.renewed(number, Err(error), NOW);
        let told = machine.failure().unwrap().code();
        let is_gone = name == "unsupported_response_type";
        let code = if is_gone {
            ErrorCode::UnsupportedResponseType
        } else {
            ErrorCode::LoginRequired
        };
        assert_eq!(told, code);
        machine = framed(Flow::Implicit);
    }
}

#[test]
fn a_frame_that_may_do_better_later_is_tried_again_even_when_the_token_is_over() {
    let mut machine = framed(Flow::Implicit);
    for error in [
        network(),
        AuthError::new(ErrorCode::Timeout, ""),
        busy(None),
    ] {
        let now = seconds(7300);
        let number = begun(&machine.step(Event::RenewalWanted, now)).unwrap();
        turn(&mut machine, number, now);
        let effects = machine.renewed(number, Err(error), now);
        assert_eq!(names(&effects), ["post-failure", "renewal-failed"]);
        assert!(machine.session(now).unwrap().can_renew);
    }
}

proptest! {
    #[test]
    fn a_delay_is_spread_over_half_of_it(spread in 0.0f64..1.0) {
        let millis = delay_after(&mut renewable(), network(), spread).as_millis();
        prop_assert!((1000..=1500).contains(&millis));
    }
}
