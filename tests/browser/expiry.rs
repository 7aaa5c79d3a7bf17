use crate::page::{keys_of, options, restored, session_storage, signed_in};
use gloo_net::http::Request;
use js_sys::Promise;
use placeos_auth::ErrorCode;
use placeos_auth::{Change, EndReason};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

async fn sleep(millis: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        web_sys::window()
            .unwrap()
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, millis)
            .unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_session_ends_with_its_token_and_says_so_once() {
    let options = options();
    let auth = restored(&options, 2).await;
    let heard = Rc::new(RefCell::new(Vec::new()));
    let ears = Rc::clone(&heard);
    let _subscription = auth.subscribe(move |change| ears.borrow_mut().push(change));
    assert!(auth.session().is_some());
    sleep(2500).await;
    assert_eq!(*heard.borrow(), [Change::Ended(EndReason::Expired(None))]);
    assert!(auth.session().is_none());
    assert!(keys_of(&session_storage(), &options).is_empty());
    let request = Request::get(crate::page::SERVER).build().unwrap();
    assert_eq!(
        auth.fetch(request).await.unwrap_err().code(),
        ErrorCode::LoginRequired
    );
}

#[wasm_bindgen_test]
async fn a_client_that_was_closed_hears_nothing_more() {
    let auth = restored(&options(), 2).await;
    let heard = Rc::new(RefCell::new(0));
    let ears = Rc::clone(&heard);
    let _subscription = auth.subscribe(move |_| *ears.borrow_mut() += 1);
    auth.close();
    sleep(2500).await;
    assert_eq!(*heard.borrow(), 0);
    assert!(auth.session().is_none());
}

#[wasm_bindgen_test]
async fn a_clone_keeps_the_client_open_until_it_is_dropped_as_well() {
    let auth = restored(&options(), 2).await;
    let clone = auth.clone();
    let heard = Rc::new(RefCell::new(0));
    let ears = Rc::clone(&heard);
    let _subscription = auth.subscribe(move |_| *ears.borrow_mut() += 1);
    auth.close();
    // A clone of what is closed is closed.
    drop(auth.clone());
    sleep(2500).await;
    assert_eq!(*heard.borrow(), 1);
    assert!(clone.session().is_none());
}

#[wasm_bindgen_test]
async fn a_listener_may_unsubscribe_others_and_itself() {
    let auth = signed_in(&options(), 7200).await;
    let second = Rc::new(RefCell::new(None));
    let heard = Rc::new(RefCell::new(0));
    let (held, ears) = (Rc::clone(&second), Rc::clone(&heard));
    let first = auth.subscribe(move |_| {
        held.replace(None);
        *ears.borrow_mut() += 1;
    });
    let ears = Rc::clone(&heard);
    second.replace(Some(auth.subscribe(move |_| *ears.borrow_mut() += 10)));
    let local = placeos_auth::Logout {
        local: true,
        ..Default::default()
    };
    auth.logout(local).await.unwrap();
    assert_eq!(*heard.borrow(), 1);
    drop(first);
}

#[wasm_bindgen_test]
async fn a_subscription_that_holds_another_ends_both() {
    let auth = Rc::new(signed_in(&options(), 7200).await);
    let heard = Rc::new(RefCell::new(0));
    let ears = Rc::clone(&heard);
    let inner = auth.subscribe(move |_| *ears.borrow_mut() += 1);
    let outer = auth.subscribe(move |_| {
        let _held = &inner;
    });
    drop(outer);
    let local = placeos_auth::Logout {
        local: true,
        ..Default::default()
    };
    auth.logout(local).await.unwrap();
    assert_eq!(*heard.borrow(), 0);
}
