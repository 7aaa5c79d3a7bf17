use crate::page::{
    address, answer, begin, create, keys, options, session_storage, show, signed_in, tail,
};
use placeos_auth::ErrorCode;
use placeos_auth::auth::Hooks;
use placeos_auth::oauth::arrival::Redirect;
use placeos_auth::{Auth, Options};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::window;

fn failure(auth: &Auth) -> Option<ErrorCode> {
    match auth.redirect() {
        Redirect::Failed(error) => Some(error.code()),
        _ => None,
    }
}

#[wasm_bindgen_test]
async fn an_answer_becomes_a_session_and_leaves_the_address_bar() {
    let options = options();
    let length = window().unwrap().history().unwrap().length().unwrap();
    let auth = signed_in(&options, 7200).await;
    assert_eq!(tail(), "");
    assert_eq!(
        window().unwrap().history().unwrap().length().unwrap(),
        length
    );
    assert_eq!(auth.token().await.unwrap(), "secret-token");
    assert_eq!(
        auth.redirect(),
        Redirect::SignedIn {
            return_to: address(),
            app_state: Some("[1]".to_owned())
        }
    );
}

#[wasm_bindgen_test]
async fn the_users_page_comes_back_with_query_and_hash() {
    let options = options();
    let state = begin(&options, &(address() + "?room=1#/plan"));
    show(&answer(&state, 7200));
    create(&options).await;
    assert_eq!(tail(), "?room=1#/plan");
    show("");
}

#[wasm_bindgen_test]
async fn the_history_state_is_kept() {
    let options = options();
    let state = begin(&options, &address());
    show(&answer(&state, 7200));
    create(&options).await;
    let kept = window().unwrap().history().unwrap().state().unwrap();
    assert_eq!(kept.as_string().as_deref(), Some("kept"));
}

#[wasm_bindgen_test]
async fn the_same_answer_is_not_taken_twice() {
    let options = options();
    let state = begin(&options, &address());
    show(&answer(&state, 7200));
    create(&options).await.close();
    show(&answer(&state, 7200));
    let other = Options {
        scope: Some("other".to_owned()),
        ..options
    };
    let auth = create(&other).await;
    assert_eq!(failure(&auth), Some(ErrorCode::StateMismatch));
    assert_eq!(tail(), "");
    assert!(auth.session().is_some(), "the session that was there stays");
}

#[wasm_bindgen_test]
async fn mounting_twice_gives_the_same_session_and_the_same_answer() {
    let options = options();
    let first = signed_in(&options, 7200).await;
    first.close();
    let second = create(&options).await;
    assert_eq!(first.redirect(), second.redirect());
    assert_eq!(second.session(), first.session());
    assert!(second.session().is_some());
}

#[wasm_bindgen_test]
async fn two_clients_on_one_page_each_take_their_own_answer() {
    let (mine, theirs) = (options(), options());
    let state = begin(&theirs, &address());
    let fragment = answer(&state, 7200);
    show(&fragment);
    let first = create(&mine).await;
    assert_eq!(first.redirect(), Redirect::None);
    assert_eq!(tail(), "");
    let second = create(&theirs).await;
    assert!(second.session().is_some());
    assert_eq!(tail(), "");
}

#[wasm_bindgen_test]
async fn another_providers_answer_is_left_to_the_letter() {
    let theirs = "?code=1#access_token=a%20b&state=theirs&x";
    show(theirs);
    let auth = create(&options()).await;
    assert_eq!(auth.redirect(), Redirect::None);
    assert_eq!(tail(), theirs);
    show("");
}

#[wasm_bindgen_test]
async fn a_forged_answer_aborts_no_sign_in() {
    let options = options();
    let state = begin(&options, &address());
    show(&format!(
        "#error=access_denied&state=placeos-auth.{}",
        "0".repeat(64)
    ));
    let auth = create(&options).await;
    assert_eq!(failure(&auth), Some(ErrorCode::StateMismatch));
    assert!(
        keys(&session_storage())
            .iter()
            .any(|key| key.ends_with(state.as_str()))
    );
}

#[wasm_bindgen_test]
async fn a_stored_return_to_another_origin_is_not_followed() {
    for target in [
        "https://attacker.test/",
        "javascript:alert(1)",
        "//attacker.test/",
        "data:text/html,x",
    ] {
        let options = options();
        let state = begin(&options, target);
        show(&answer(&state, 7200));
        let followed = Rc::new(RefCell::new(None));
        let seen = Rc::clone(&followed);
        let hooks = Hooks {
            log: None,
            navigate: Some(Rc::new(move |href: &str| {
                seen.replace(Some(href.to_owned())).is_none()
            })),
        };
        let auth = Auth::create(options, hooks).await.unwrap();
        assert!(auth.session().is_some());
        assert_eq!(*followed.borrow(), None, "{target}");
        assert_eq!(tail(), "");
    }
}

#[wasm_bindgen_test]
async fn the_app_may_do_the_navigating() {
    let options = options();
    let target = address() + "rooms/1?a#b";
    let state = begin(&options, &target);
    show(&answer(&state, 7200));
    let followed = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&followed);
    let hooks = Hooks {
        log: None,
        navigate: Some(Rc::new(move |href: &str| {
            seen.borrow_mut().push(href.to_owned());
            true
        })),
    };
    Auth::create(options, hooks).await.unwrap();
    assert_eq!(*followed.borrow(), [target]);
}
