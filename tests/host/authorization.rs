use crate::support::{config, config_of, state, verifier};
use placeos_auth::oauth::authorization;
use placeos_auth::oauth::pkce::Verifier;
use placeos_auth::oauth::state::{State, is_marked};
use proptest::prelude::*;

#[test]
fn the_request_has_what_the_implicit_grant_asks_for_and_no_more() {
    let request = authorization::request(&config(), "public", &state(), None);
    assert_eq!(
        request,
        format!(
            "https://placeos.example.com/auth/oauth/authorize?response_type=token&client_id={}\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2Fdash%2F&scope=public&state={}",
            config().client_id,
            state().as_str()
        )
    );
}

#[test]
fn the_request_has_what_the_code_grant_and_pkce_ask_for_and_no_more() {
    let request = authorization::request(&config(), "public", &state(), Some(&verifier()));
    assert_eq!(
        request,
        format!(
            "https://placeos.example.com/auth/oauth/authorize?response_type=code&client_id={}\
             &redirect_uri=https%3A%2F%2Fapp.example.com%2Fdash%2F&scope=public&state={}\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            config().client_id,
            state().as_str()
        )
    );
}

#[test]
fn an_endpoint_keeps_its_own_query() {
    let config = config_of(|options| {
        options.authorize_endpoint = Some("https://id.example.com/go?tenant=1".to_owned());
    });
    let request = authorization::request(&config, "a b", &state(), None);
    assert!(request.starts_with("https://id.example.com/go?tenant=1&response_type=token&"));
    assert!(request.contains("&scope=a+b&"));
}

#[test]
fn a_state_that_isnt_exactly_ours_is_not_recognised() {
    let ours = state();
    assert_eq!(State::recognise(ours.as_str()), Some(ours.clone()));
    let text = ours.as_str();
    for wrong in [
        String::new(),
        "placeos-auth.".to_owned(),
        text.to_uppercase(),
        format!("{text}0"),
        format!(" {text}"),
        text.replace("07", "0g"),
        text.trim_end_matches('7').to_owned(),
        "placeos-auth.".to_owned() + &"é".repeat(32),
        text.replace("auth.", "auth.popup.popup."),
        text.replace("auth.", "auth.pop."),
    ] {
        assert_eq!(State::recognise(&wrong), None, "{wrong:?}");
    }
}

proptest! {
    #[test]
    fn no_request_tells_the_verifier(bytes in any::<[u8; 32]>()) {
        let verifier = Verifier::from_random(&bytes);
        let request = authorization::request(&config(), "public", &state(), Some(&verifier));
        prop_assert!(!request.contains(verifier.reveal()));
    }

    #[test]
    fn every_state_is_marked_and_no_encoding_changes_it(bytes in any::<[u8; 32]>()) {
        for (state, is_popup) in [(State::from_random(&bytes), false), (State::for_popup(&bytes), true)] {
            prop_assert!(is_marked(state.as_str()));
            prop_assert_eq!(state.is_popup(), is_popup);
            prop_assert!(state.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-'));
            prop_assert_eq!(State::recognise(state.as_str()), Some(state));
        }
    }

    #[test]
    fn two_states_are_the_same_only_for_the_same_randomness(a in any::<[u8; 32]>(), b in any::<[u8; 32]>()) {
        prop_assert_eq!(State::from_random(&a) == State::from_random(&b), a == b);
    }
}
