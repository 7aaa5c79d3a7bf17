//! What tabs that share a session do for each other.

use crate::driver::{names, peer_asks, peer_ends, peer_fails, peer_tokens};
use crate::renewal::{ask, begun, renewable, turn};
use crate::session::{machine, seconds};
use crate::staying::{further, network, new, unauthorized};
use crate::support::{NOW, judged, judged_with};
use placeos_auth::AuthError;
use placeos_auth::oauth::tokens::{Generation, Tokens};
use placeos_auth::secret::Secret;
use placeos_auth::session::effect::{Change, Effect};
use placeos_auth::session::end_reason::EndReason;
use placeos_auth::session::event::Event;
use placeos_auth::session::failure::login_required;
use placeos_auth::session::tab_message::TabMessage;
use proptest::prelude::*;

/// The generation of the session there is, after so many renewals.
fn generation(renewals: u32) -> Generation {
    Generation {
        signed_in_at: NOW,
        renewals,
    }
}

#[test]
fn what_another_tab_has_got_is_adopted_and_the_own_wait_is_over() {
    let mut machine = renewable();
    let number = begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
    let heard = further(1, "heard").to_text();
    let effects = machine.step(peer_tokens(heard.clone()), seconds(61));
    assert_eq!(names(&effects), ["store", "renewed"]);
    assert!(matches!(&effects[0], Effect::Store(text) if text.reveal() == heard.reveal()));
    assert!(!machine.is_renewing());
    assert_eq!(machine.token(seconds(61)).unwrap().reveal(), "heard");
    // The turn comes too late; and what is heard twice is heard once.
    assert_eq!(names(&machine.turn(number, seconds(61))), [] as [&str; 0]);
    assert_eq!(
        names(&machine.step(peer_tokens(heard), seconds(61))),
        [] as [&str; 0]
    );
    let number = begun(&machine.step(Event::RenewalWanted, seconds(61))).unwrap();
    let sent = turn(&mut machine, number, seconds(61));
    assert_eq!(sent.as_deref(), Some("heard-refresh"));
}

#[test]
fn what_is_heard_while_the_server_is_asked_makes_its_answer_a_late_one() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    machine.step(peer_tokens(further(1, "heard").to_text()), NOW);
    let refused = AuthError::from_server("invalid_grant", None, None);
    let effects = machine.renewed(number, Err(refused), NOW);
    assert_eq!(names(&effects), [] as [&str; 0]);
    let effects = machine.renewed(number, Ok(new("late", "r", NOW)), NOW);
    assert_eq!(names(&effects), ["revoke"]);
    assert_eq!(machine.token(NOW).unwrap().reveal(), "heard");
}

#[test]
fn a_turn_and_an_answer_are_those_of_the_renewal_that_has_their_number() {
    let mut machine = renewable();
    let first = ask(&mut machine, NOW);
    machine.step(Event::SignOut, NOW);
    machine.sign_in(new("other", "other-refresh", NOW), NOW);
    let second = begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
    assert_eq!(machine.renewal(), Some(second));
    assert_eq!(names(&machine.turn(first, NOW)), [] as [&str; 0]);
    let refused = || AuthError::from_server("invalid_grant", None, None);
    for is_asked in [false, true] {
        if is_asked {
            turn(&mut machine, second, NOW);
        }
        let late = machine.renewed(first, Ok(new("late", "r", NOW)), NOW);
        assert_eq!(names(&late), ["revoke"]);
        let late = machine.renewed(first, Err(refused()), NOW);
        assert_eq!(names(&late), [] as [&str; 0]);
        assert_eq!(machine.renewal(), Some(second));
        assert_eq!(machine.token(NOW).unwrap().reveal(), "other");
    }
}

#[test]
fn what_is_heard_ends_a_failure() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    machine.renewed(number, Err(network()), NOW);
    assert!(machine.failure().is_some());
    machine.step(peer_tokens(further(1, "heard").to_text()), NOW);
    assert!(machine.failure().is_none());
}

#[test]
fn older_tokens_and_those_of_another_session_are_ignored() {
    let mut machine = renewable();
    machine.step(peer_tokens(further(5, "fifth").to_text()), NOW);
    begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
    let other = Tokens {
        signed_in_at: seconds(1),
        ..further(9, "other")
    };
    for text in [
        further(4, "fourth").to_text(),
        further(5, "another-fifth").to_text(),
        other.to_text(),
        Secret::new("v=1".to_owned()),
        Secret::new(String::new()),
    ] {
        assert_eq!(
            names(&machine.step(peer_tokens(text), NOW)),
            [] as [&str; 0]
        );
        assert!(machine.is_renewing());
        assert_eq!(machine.token(NOW).unwrap().reveal(), "fifth");
    }
    let mut nobody = self::machine();
    let effects = nobody.step(peer_tokens(other.to_text()), NOW);
    assert_eq!(names(&effects), [] as [&str; 0]);
    assert!(nobody.session(NOW).is_none());
}

#[test]
fn whoever_asks_is_told_what_is_newer_of_the_same_session() {
    let mut machine = renewable();
    machine.step(peer_tokens(further(2, "heard").to_text()), NOW);
    for (began, renewals, is_told) in [
        (NOW, 0, true),
        (NOW, 1, true),
        (NOW, 2, false),
        (NOW, 3, false),
        (seconds(1), 0, false),
    ] {
        let generation = Generation {
            signed_in_at: began,
            renewals,
        };
        let effects = machine.step(peer_asks(generation), NOW);
        let told = effects.iter().find_map(|effect| match effect {
            Effect::Post(TabMessage::Tokens(text)) => Some(text.reveal().to_owned()),
            _ => None,
        });
        let expected = further(2, "heard").to_text().reveal().to_owned();
        assert_eq!(told, is_told.then_some(expected), "{renewals}");
    }
    let mut nobody = self::machine();
    let effects = nobody.step(peer_asks(generation(0)), NOW);
    assert_eq!(names(&effects), [] as [&str; 0]);
}

#[test]
fn the_end_that_is_heard_ends_that_session_only_and_is_not_told_on() {
    for ending in [
        EndReason::SignedOut,
        EndReason::Expired(None),
        EndReason::Expired(Some(network())),
    ] {
        let mut machine = renewable();
        let other = peer_ends(
            Generation {
                signed_in_at: seconds(1),
                renewals: 0,
            },
            ending.clone(),
        );
        assert_eq!(names(&machine.step(other, NOW)), [] as [&str; 0]);
        assert!(machine.session(NOW).is_some());
        begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
        let effects = machine.step(peer_ends(generation(0), ending.clone()), NOW);
        let heard = names(&effects);
        for effect in ["remove", ending.as_str()] {
            assert_eq!(heard.iter().filter(|name| **name == effect).count(), 1);
        }
        assert!(!heard.contains(&"post-end") && !heard.contains(&"post-tokens"));
        // Whoever has signed out has revoked these.
        assert!(!heard.contains(&"revoke"));
        // The end of its turn comes after.
        let notifies = |effect: &&Effect| matches!(effect, Effect::Notify(_));
        let last = effects.iter().rev().find(notifies);
        assert!(matches!(last, Some(Effect::Notify(Change::Ended(end))) if *end == ending));
        assert!(machine.session(NOW).is_none() && !machine.is_renewing());
        // Once.
        let effects = machine.step(peer_ends(generation(0), ending.clone()), NOW);
        assert_eq!(names(&effects), [] as [&str; 0]);
    }
}

#[test]
fn an_end_that_only_older_tokens_have_come_to_is_none() {
    let mut machine = renewable();
    machine.step(peer_tokens(further(2, "heard").to_text()), NOW);
    let effects = machine.step(peer_ends(generation(1), EndReason::Expired(None)), NOW);
    assert_eq!(names(&effects), ["post-tokens"]);
    assert_eq!(machine.token(NOW).unwrap().reveal(), "heard");
    // A sign-out is one whatever it knew of, and what it didn't know is revoked.
    let effects = machine.step(peer_ends(generation(1), EndReason::SignedOut), NOW);
    assert_eq!(names(&effects), ["revoke", "remove", "signed-out"]);
    assert!(matches!(&effects[0], Effect::Revoke(tokens) if tokens.renewals == 2));
}

#[test]
fn whoever_has_asked_the_server_itself_believes_its_own_answer() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    let effects = machine.step(peer_ends(generation(0), EndReason::Expired(None)), NOW);
    assert_eq!(names(&effects), [] as [&str; 0]);
    machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
    assert_eq!(machine.token(NOW).unwrap().reveal(), "new");
    // But it believes the user.
    ask(&mut machine, NOW);
    machine.step(peer_ends(generation(1), EndReason::SignedOut), NOW);
    assert!(machine.session(NOW).is_none());
}

#[test]
fn whoever_has_asked_the_server_and_gets_no_answer_believes_the_end_that_it_was_told_of() {
    for error in [None, Some(network())] {
        let mut machine = renewable();
        let number = ask(&mut machine, NOW);
        let ending = EndReason::Expired(error);
        machine.step(peer_ends(generation(0), ending.clone()), NOW);
        let effects = machine.renewed(number, Err(network()), NOW);
        let notified = effects.iter().filter_map(|effect| match effect {
            Effect::Notify(change) => Some(change.clone()),
            _ => None,
        });
        assert_eq!(notified.collect::<Vec<_>>(), [Change::Ended(ending)]);
        assert!(!names(&effects).contains(&"post-end") && machine.stored.is_none());
        assert!(machine.session(NOW).is_none() && !machine.is_renewing());
    }
}

#[test]
fn a_page_that_has_signed_out_does_not_take_up_the_same_session_when_it_is_shown_again() {
    let mut machine = renewable();
    machine.step(Event::SignOut, NOW);
    // A tab that has not heard of it yet stores what its renewal gave.
    machine.stored = Some(further(1, "late").to_text());
    let effects = machine.step(Event::PageShown, NOW);
    assert_eq!(names(&effects), ["post-end", "revoke", "clear"]);
    assert!(machine.session(NOW).is_none());
    // Another session is another matter.
    machine.stored = Some(new("other", "r", seconds(61)).to_text());
    let effects = machine.step(Event::PageShown, seconds(61));
    assert_eq!(names(&effects), ["log", "signed-in"]);
}

#[test]
fn a_sign_out_in_another_tab_is_remembered_and_no_other_end() {
    for (reason, at) in [
        (EndReason::Expired(None), None),
        (EndReason::SignedOut, Some(seconds(5))),
    ] {
        let mut machine = renewable();
        machine.step(peer_ends(generation(0), reason), seconds(5));
        assert!(machine.session(seconds(5)).is_none());
        assert_eq!(machine.signed_out_elsewhere(), at);
    }
}

#[test]
fn tokens_that_come_after_a_sign_out_are_revoked_and_nobody_keeps_them() {
    let mut machine = renewable();
    machine.step(Event::SignOut, NOW);
    // The tab that renewed has stored them, and may be closed before it hears of the sign-out.
    let late = further(1, "late");
    machine.stored = Some(late.to_text());
    let effects = machine.step(peer_tokens(late.to_text()), NOW);
    assert_eq!(names(&effects), ["post-end", "revoke", "clear"]);
    let Effect::Post(TabMessage::End(ended, EndReason::SignedOut)) = &effects[0] else {
        panic!("{effects:?}");
    };
    assert_eq!(*ended, late.generation());
    // Another session that is there stays.
    machine.stored = Some(new("other", "r", seconds(61)).to_text());
    let effects = machine.step(peer_tokens(late.to_text()), NOW);
    assert_eq!(names(&effects), ["post-end", "revoke"]);
}

#[test]
fn who_waits_for_a_turn_fails_with_the_one_before() {
    for error in failures() {
        let heard = || peer_fails(generation(0), error.clone());
        let mut machine = renewable();
        // Whoever waits for nothing hears nothing.
        assert_eq!(names(&machine.step(heard(), NOW)), [] as [&str; 0]);
        let number = begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
        let effects = machine.step(heard(), NOW);
        assert_eq!(names(&effects), ["renewal-failed"]);
        assert_eq!(machine.failure(), Some(error.clone()));
        assert!(!machine.is_renewing());
        assert_eq!(names(&machine.turn(number, NOW)), [] as [&str; 0]);
        // Nor is it of use to whoever has asked, or has other tokens.
        let number = ask(&mut machine, NOW);
        assert_eq!(names(&machine.step(heard(), NOW)), [] as [&str; 0]);
        machine.renewed(number, Ok(new("new", "r", NOW)), NOW);
        begun(&machine.step(Event::RenewalWanted, NOW)).unwrap();
        assert_eq!(names(&machine.step(heard(), NOW)), [] as [&str; 0]);
        assert!(machine.is_renewing() && machine.failure().is_none());
    }
}

#[test]
fn a_late_answer_that_brings_what_is_in_use_is_not_revoked() {
    for (access_token, refresh_token, is_revoked) in [
        ("heard", "other-refresh", false),
        ("other", "heard-refresh", false),
        ("other", "other-refresh", true),
    ] {
        let mut machine = renewable();
        let number = ask(&mut machine, NOW);
        machine.step(peer_tokens(further(1, "heard").to_text()), NOW);
        let late = Ok(new(access_token, refresh_token, NOW));
        let effects = machine.renewed(number, late, NOW);
        let revokes = names(&effects).contains(&"revoke");
        assert_eq!(revokes, is_revoked, "{access_token} {refresh_token}");
    }
}

#[test]
fn signing_out_tells_the_other_tabs_and_revokes() {
    let mut machine = renewable();
    let effects = machine.step(Event::SignOut, NOW);
    assert_eq!(
        names(&effects),
        ["post-end", "revoke", "clear", "signed-out"]
    );
    assert!(
        matches!(effects[0], Effect::Post(TabMessage::End(told, EndReason::SignedOut)) if told == generation(0))
    );
    assert!(matches!(&effects[1], Effect::Revoke(tokens) if tokens.access_token.reveal() == "old"));
}

#[test]
fn a_refusal_is_told_to_the_other_tabs() {
    let mut machine = renewable();
    let number = ask(&mut machine, NOW);
    let refused = AuthError::from_server("invalid_grant", None, None);
    let effects = machine.renewed(number, Err(refused), NOW);
    assert!(effects.iter().any(
        |effect| matches!(effect, Effect::Post(TabMessage::End(told, EndReason::Expired(_))) if *told == generation(0))
    ));
}

/// One of each kind that tabs tell each other of.
fn failures() -> Vec<AuthError> {
    let body = r#"{"error":"slow+down=&é","error_description":"no, not now"}"#;
    let refused = judged_with(429, Some("120"), body, |answer| {
        answer.success().err().unwrap()
    });
    let unknown = judged(400, body, |answer| answer.granted().err().unwrap());
    vec![network(), login_required(), refused, unknown]
}

#[test]
fn tabs_understand_each_other() {
    let text = further(3, "a+b/c=~").to_text();
    let sent = TabMessage::Tokens(text.clone()).to_text();
    let read = TabMessage::from_text(sent.reveal());
    assert!(matches!(read, Some(TabMessage::Tokens(read)) if read.reveal() == text.reveal()));
    let endings = failures()
        .into_iter()
        .map(|why| EndReason::Expired(Some(why)));
    for ending in endings.chain([EndReason::Expired(None), EndReason::SignedOut]) {
        let reason = ending.error().cloned();
        assert_eq!(
            EndReason::from_name(ending.as_str(), reason),
            Some(ending.clone())
        );
        let sent = TabMessage::End(generation(3), ending.clone()).to_text();
        let read = TabMessage::from_text(sent.reveal());
        assert!(
            matches!(read, Some(TabMessage::End(read, how)) if read == generation(3) && how == ending)
        );
    }
    for renewals in [0, 7, u32::MAX] {
        let sent = TabMessage::Ask(generation(renewals)).to_text();
        let read = TabMessage::from_text(sent.reveal());
        assert!(matches!(read, Some(TabMessage::Ask(read)) if read == generation(renewals)));
    }
    for error in failures() {
        let sent = TabMessage::Failure(generation(2), error.clone()).to_text();
        let read = TabMessage::from_text(sent.reveal());
        assert!(
            matches!(read, Some(TabMessage::Failure(read, why)) if read == generation(2) && why == error)
        );
    }
    for number in [0, 1, u32::MAX] {
        let read = TabMessage::from_text(TabMessage::Echo(number).to_text().reveal());
        assert!(matches!(read, Some(TabMessage::Echo(read)) if read == number));
    }
}

#[test]
fn a_notice_of_another_version_is_none() {
    for text in [
        "",
        "{}",
        "signed_in_at=1",
        "signed_in_at=1&ending=expired",
        "signed_in_at=x&renewals=1&ending=expired",
        "signed_in_at=-1&renewals=1&ending=expired",
        "signed_in_at=1&renewals=1&ending=lost",
        "signed_in_at=1&renewals=1&failure=lost",
        "signed_in_at=1&renewals=",
        "signed_in_at=1&renewals=-1",
        "renewals=1",
        "echo=",
        "echo=x",
        "echo=-1",
        "echo=4294967296",
        "hello",
    ] {
        assert!(TabMessage::from_text(text).is_none(), "{text}");
    }
    for name in ["", "Expired"] {
        assert!(EndReason::from_name(name, None).is_none());
    }
}

#[test]
fn a_notice_prints_no_secret() {
    let notice = TabMessage::Tokens(further(1, "hunter2").to_text());
    let event = || peer_tokens(further(1, "hunter2").to_text());
    let printed = format!(
        "{notice:?} {:?} {:?} {:?} {:?}",
        event(),
        notice.to_text(),
        unauthorized("hunter2"),
        renewable().step(event(), NOW)
    );
    assert!(!printed.contains("hunter2") && !printed.contains("heard-refresh"));
}

proptest! {
    #[test]
    fn whatever_is_heard_panics_not_and_ends_nothing(text in any::<String>()) {
        let _ = TabMessage::from_text(&text);
        let mut machine = renewable();
        machine.step(peer_tokens(Secret::new(text)), NOW);
        prop_assert_eq!(machine.token(NOW).unwrap().reveal(), "old");
    }
}
