//! Endpoints that answer with this page: the one server there is here.

use crate::page::{address, begin, create, options, restored, show, signed_in, tail};
use placeos_auth::auth::Credentials;
use placeos_auth::oauth::arrival::Redirect;
use placeos_auth::secret::Secret;
use placeos_auth::{ErrorCode, FlowOption, Options};
use wasm_bindgen_test::wasm_bindgen_test;

/// A client whose endpoints are no endpoints.
fn misled() -> Options {
    Options {
        token_endpoint: Some(address()),
        authority_endpoint: Some(address()),
        revoke_endpoint: Some(address()),
        ..options()
    }
}

#[wasm_bindgen_test]
async fn a_page_in_place_of_the_domains_settings_is_no_answer() {
    let auth = create(&misled()).await;
    let error = auth.authority().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
    assert_eq!(error.status(), Some(200));
}

#[wasm_bindgen_test]
async fn a_password_that_gets_no_tokens_leaves_the_session_that_was_there() {
    let auth = signed_in(&misled(), 7200).await;
    let credentials = Credentials {
        username: "a@b.test".to_owned(),
        password: Secret::new("hunter2".to_owned()),
        scope: None,
        authority: None,
        client_secret: None,
    };
    let error = auth.login_with_password(credentials).await.unwrap_err();
    // The server of these tests takes no posts.
    let codes = [ErrorCode::InvalidResponse, ErrorCode::ServerError];
    assert!(codes.contains(&error.code()), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert_eq!(auth.token().await.unwrap(), "secret-token");
}

#[wasm_bindgen_test]
async fn a_code_that_gets_no_tokens_is_a_failure_and_leaves_the_address_bar() {
    let options = Options {
        flow: FlowOption::Code,
        ..misled()
    };
    let state = begin(&options, &address());
    show(&format!("?code=secret-code&a=b&state={}", state.as_str()));
    let auth = create(&options).await;
    let Redirect::Failed(error) = auth.redirect() else {
        panic!("no failure");
    };
    assert!(
        error.status().is_some(),
        "the endpoint was asked: {error:?}"
    );
    assert!(!format!("{error} {error:?}").contains("secret-code"));
    assert!(auth.session().is_none());
    assert_eq!(tail(), "?a=b");
    show("");
}

#[wasm_bindgen_test]
async fn a_code_in_the_fragment_asks_nobody_for_tokens() {
    let options = Options {
        flow: FlowOption::Code,
        ..misled()
    };
    let state = begin(&options, &address());
    show(&format!("#code=secret-code&state={}", state.as_str()));
    let auth = create(&options).await;
    let Redirect::Failed(error) = auth.redirect() else {
        panic!("no failure");
    };
    assert_eq!(error.code(), ErrorCode::InvalidResponse);
    assert_eq!(error.status(), None);
    assert_eq!(tail(), "");
}

#[wasm_bindgen_test]
async fn a_session_that_nothing_renews_says_so() {
    let auth = restored(&misled(), 7200).await;
    assert!(!auth.session().unwrap().can_renew);
    let error = auth.renew().await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::LoginRequired);
    assert!(auth.session().is_some());
}
