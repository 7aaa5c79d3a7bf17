use crate::driver::Driver;
use crate::support::{NOW, VERIFIER, code_sign_in, config_of};
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::{ApiKey, Flow, StorageKind};
use placeos_auth::secret::Secret;
use placeos_auth::session::event::Event;
use std::time::Duration;

#[test]
fn a_secret_never_prints_itself() {
    let secret = Secret::new("hunter2".to_owned());
    assert_eq!(secret.reveal(), "hunter2");
    assert!(!format!("{secret:?} {secret:#?}").contains("hunter2"));
}

#[test]
fn no_value_of_ours_prints_a_token() {
    let tokens = Unjudged {
        access_token: Some("hunter2"),
        token_type: Some("bearer"),
        expires_in: Lifetime::Text("60"),
        scope: None,
    }
    .judge(Flow::Implicit, "public", NOW)
    .map(|tokens| Tokens {
        refresh_token: Some(Secret::new("hunter2".to_owned())),
        ..tokens
    })
    .unwrap();
    let mut machine = Driver::new(Duration::from_secs(60), StorageKind::Session);
    let event = Event::SignedIn {
        tokens: tokens.clone(),
        attempt: machine.begin_sign_in(),
    };
    let key = config_of(|options| options.api_key = Some(ApiKey::new("hunter2".to_owned())));
    let mut printed = format!("{tokens:?} {event:?} {key:?} {:?}", code_sign_in());
    let stored = tokens.to_text();
    printed.push_str(&format!("{:?}", machine.step(event, NOW)));
    printed.push_str(&format!("{:?}", machine.step(Event::RenewalWanted, NOW)));
    printed.push_str(&format!(
        "{machine:?} {:?} {:?}",
        machine.session(NOW),
        machine.token(NOW)
    ));
    printed.push_str(&format!("{:?}", machine.load(Some(stored), NOW)));
    printed.push_str(&format!("{:?}", machine.step(Event::SignOut, NOW)));
    for secret in ["hunter2", VERIFIER] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
