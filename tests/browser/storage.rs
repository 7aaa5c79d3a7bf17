use crate::page::{
    begin, create, create_with_log, keys_of, local_storage, options, restored, session_key,
    session_storage, signed_in,
};
use placeos_auth::auth::{Login, Logout};
use placeos_auth::{ErrorCode, Options, StorageKind};
use wasm_bindgen_test::wasm_bindgen_test;

fn local() -> Logout {
    Logout {
        local: true,
        ..Logout::default()
    }
}

#[wasm_bindgen_test]
async fn a_session_is_kept_where_the_app_wants_it() {
    let kinds = [
        (StorageKind::Session, 1, 0),
        (StorageKind::Local, 0, 1),
        (StorageKind::Memory, 0, 0),
    ];
    for (storage, in_session, in_local) in kinds {
        let options = Options {
            storage,
            ..options()
        };
        let auth = signed_in(&options, 7200).await;
        assert_eq!(keys_of(&session_storage(), &options).len(), in_session);
        assert_eq!(keys_of(&local_storage(), &options).len(), in_local);
        auth.logout(local()).await.unwrap();
        assert_eq!(keys_of(&session_storage(), &options).len(), 0);
        assert_eq!(keys_of(&local_storage(), &options).len(), 0);
    }
}

#[wasm_bindgen_test]
async fn another_page_finds_the_session() {
    let options = options();
    signed_in(&options, 7200).await;
    // Other options, so another client; the same server and client id, so the same session.
    let elsewhere = Options {
        scope: Some("other".to_owned()),
        ..options
    };
    assert_eq!(
        create(&elsewhere).await.token().await.unwrap(),
        "secret-token"
    );
}

#[wasm_bindgen_test]
async fn broken_text_under_our_key_is_removed_with_one_line() {
    for text in [
        "",
        "{}",
        "v=2&access_token=a",
        "v=1&flow=implicit&scope=a&access_token=",
        "\u{0}",
    ] {
        let options = options();
        session_storage()
            .set_item(&session_key(&options), text)
            .unwrap();
        let (auth, lines) = create_with_log(&options).await;
        assert!(auth.session().is_none());
        assert_eq!(lines.borrow().len(), 1, "{text:?}: {lines:?}");
        assert_eq!(
            session_storage().get_item(&session_key(&options)).unwrap(),
            None
        );
    }
}

#[wasm_bindgen_test]
async fn a_full_storage_leaves_a_session_for_this_page() {
    let options = options();
    let storage = session_storage();
    let state = begin(&options, &crate::page::address());
    // Longer than the record of the sign-in, whose place becomes free.
    let answer = crate::page::answer(&state, 7200) + "&scope=" + &"x".repeat(2000);
    crate::page::show(&answer);
    fill(&storage);
    let (auth, lines) = create_with_log(&options).await;
    let (token, kept) = (auth.token().await, keys_of(&storage, &options));
    unfill(&storage);
    assert_eq!(token.unwrap(), "secret-token");
    assert!(kept.is_empty());
    assert!(
        lines.borrow().iter().any(|line| line.contains("storage")),
        "{lines:?}"
    );
}

#[wasm_bindgen_test]
async fn a_sign_in_that_could_not_be_recognised_does_not_begin() {
    let auth = create(&options()).await;
    fill(&session_storage());
    fill(&local_storage());
    let refused = auth.login(Login::default()).await;
    unfill(&session_storage());
    unfill(&local_storage());
    assert_eq!(
        refused.unwrap_err().code(),
        ErrorCode::UnsupportedEnvironment
    );
}

/// Fills a storage area to its last character.
fn fill(storage: &web_sys::Storage) {
    let mut size = 1 << 22;
    let mut number = 0;
    while size > 0 {
        if storage
            .set_item(&format!("fill-{number}"), &"x".repeat(size))
            .is_ok()
        {
            number += 1;
        } else {
            size /= 2;
        }
    }
    while storage.set_item(&format!("{number}"), "").is_ok() {
        number += 1;
    }
}

fn unfill(storage: &web_sys::Storage) {
    storage.clear().unwrap();
}

#[wasm_bindgen_test]
async fn what_cannot_work_is_refused_before_anything_is_stored() {
    let options = options();
    let auth = create(&options).await;
    for return_to in [
        "https://attacker.test/",
        "javascript:alert(1)",
        "//attacker.test",
        "/.//attacker.test/",
        "data:,",
        "http://",
        "\\\\attacker.test",
        "https://u@localhost/",
    ] {
        let login = Login {
            return_to: Some(return_to.to_owned()),
            ..Login::default()
        };
        assert_eq!(
            auth.login(login).await.unwrap_err().code(),
            ErrorCode::UntrustedUrl,
            "{return_to}"
        );
        let logout = Logout {
            return_to: Some(return_to.to_owned()),
            local: true,
        };
        assert_eq!(
            auth.logout(logout).await.unwrap_err().code(),
            ErrorCode::UntrustedUrl,
            "{return_to}"
        );
    }
    let cycle = js_sys::Object::new();
    js_sys::Reflect::set(&cycle, &"self".into(), &cycle).unwrap();
    let login = Login {
        app_state: Some(cycle.into()),
        ..Login::default()
    };
    assert_eq!(
        auth.login(login).await.unwrap_err().code(),
        ErrorCode::Configuration
    );
    assert!(keys_of(&session_storage(), &options).is_empty());
}

#[wasm_bindgen_test]
async fn signing_out_takes_every_key_of_this_client_and_no_other() {
    let (mine, theirs) = (options(), options());
    signed_in(&theirs, 7200).await;
    let auth = signed_in(&mine, 7200).await;
    begin(&mine, &crate::page::address());
    let state = begin(&theirs, &crate::page::address());
    auth.logout(local()).await.unwrap();
    assert!(auth.session().is_none());
    let left = crate::page::keys(&session_storage());
    let id = mine.client_id.unwrap();
    for key in &left {
        let text = session_storage().get_item(key).unwrap().unwrap();
        assert!(
            !key.ends_with(&format!("/{id}")) && !text.contains(&format!("client_id={id}&")),
            "{key}"
        );
    }
    assert!(left.iter().any(|key| key.ends_with(state.as_str())));
    assert_eq!(keys_of(&session_storage(), &theirs).len(), 1);
}

#[wasm_bindgen_test]
async fn signing_out_ends_the_session_of_every_client_that_shares_it() {
    let options = options();
    let auth = signed_in(&options, 7200).await;
    let sibling = create(&Options {
        scope: Some("other".to_owned()),
        ..options
    })
    .await;
    assert!(sibling.session().is_some());
    auth.logout(local()).await.unwrap();
    assert!(sibling.session().is_none());
}

#[wasm_bindgen_test]
async fn no_client_has_the_session_of_another_whose_names_look_alike() {
    let id = options().client_id.unwrap();
    let with = |server: &str, client_id: String| Options {
        server: Some(server.to_owned()),
        client_id: Some(client_id),
        ..options()
    };
    let key = |auth: &str| format!("placeos-auth:session:{auth}");
    let stored =
        "v=1&flow=implicit&access_token=secret&scope=public&signed_in_at=1&renewals=0&issued_at=1";
    session_storage()
        .set_item(&key(&format!("https://h.test/8443:{id}")), stored)
        .unwrap();
    assert!(
        create(&with("https://h.test", format!("8443:{id}")))
            .await
            .session()
            .is_some()
    );
    assert!(
        create(&with("https://h.test:8443", id))
            .await
            .session()
            .is_none()
    );
}

#[wasm_bindgen_test]
async fn a_session_that_expires_takes_no_newer_one_along() {
    let options = options();
    let auth = restored(&options, 1).await;
    let newer =
        "v=1&flow=implicit&access_token=newer&scope=public&signed_in_at=1&renewals=0&issued_at=1";
    session_storage()
        .set_item(&session_key(&options), newer)
        .unwrap();
    while auth.session().is_some() {
        let again = js_sys::Promise::new(&mut |resolve, _| {
            web_sys::window()
                .unwrap()
                .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, 300)
                .unwrap();
        });
        wasm_bindgen_futures::JsFuture::from(again).await.unwrap();
    }
    let kept = session_storage().get_item(&session_key(&options)).unwrap();
    assert_eq!(kept.as_deref(), Some(newer));
}
