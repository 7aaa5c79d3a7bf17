use crate::page::{SERVER, create, options, signed_in};
use placeos_auth::{Auth, ErrorCode, Options};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit};

fn authorization(auth: &Auth, request: Request) -> Option<String> {
    let request = auth.sign(request).unwrap();
    request.headers().get("Authorization").unwrap()
}

fn get(url: &str) -> Request {
    Request::new_with_str(url).unwrap()
}

#[wasm_bindgen_test]
async fn a_request_to_the_server_carries_the_token() {
    let auth = signed_in(&options(), 7200).await;
    let request = get(&format!("{SERVER}/api/engine/v2/systems"));
    assert_eq!(
        authorization(&auth, request).as_deref(),
        Some("Bearer secret-token")
    );
}

#[wasm_bindgen_test]
async fn no_other_request_carries_it() {
    let auth = signed_in(&options(), 7200).await;
    for url in [
        "/api/engine/v2/systems",
        "http://placeos.example.com/",
        "https://placeos.example.com:8443/",
        "https://placeos.example.com.attacker.test/",
        "https://placeos.example.com./",
        "//attacker.test/https://placeos.example.com",
        "https://attacker.test\\@placeos.example.com/",
        "blob:https://placeos.example.com/0",
        "data:,",
        "about:blank",
    ] {
        assert_eq!(authorization(&auth, get(url)), None, "{url}");
        assert!(!auth.may_sign(url), "{url}");
        let refused = auth.sign_url(url).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::UntrustedUrl, "{url}");
    }
}

#[wasm_bindgen_test]
async fn the_browser_decides_what_a_url_means() {
    let auth = create(&options()).await;
    for url in [
        "HTTPS://PLACEOS.example.com/",
        "https:\\\\placeos.example.com\\a",
        "https://place\nos.example.com",
        " https://placeos.example.com ",
    ] {
        assert!(auth.may_sign(url), "{url:?}");
    }
    for url in [
        "https://u:p@placeos.example.com/",
        "https://placeos\u{ff0e}example\u{ff0e}com.attacker.test",
        "https://%",
        "http:///",
    ] {
        assert!(!auth.may_sign(url), "{url:?}");
    }
}

#[wasm_bindgen_test]
async fn a_callers_own_authorization_is_left_alone() {
    let auth = signed_in(&options(), 7200).await;
    let request = get(SERVER);
    request.headers().set("authorization", "Basic abc").unwrap();
    assert_eq!(authorization(&auth, request).as_deref(), Some("Basic abc"));
}

#[wasm_bindgen_test]
async fn everything_else_of_a_request_stays() {
    let auth = signed_in(&options(), 7200).await;
    let init = RequestInit::new();
    init.set_method("PUT");
    init.set_body(&"body".into());
    let request = Request::new_with_str_and_init(SERVER, &init).unwrap();
    request.headers().set("X-Mine", "1").unwrap();
    let request = auth.sign(request).unwrap();
    assert_eq!(request.method(), "PUT");
    assert_eq!(
        request.headers().get("X-Mine").unwrap().as_deref(),
        Some("1")
    );
    let text = wasm_bindgen_futures::JsFuture::from(request.text().unwrap())
        .await
        .unwrap();
    assert_eq!(text.as_string().as_deref(), Some("body"));
}

#[wasm_bindgen_test]
async fn without_a_session_a_request_that_needs_one_is_refused_and_others_pass() {
    let auth = create(&options()).await;
    assert_eq!(
        auth.sign(get(SERVER)).unwrap_err().code(),
        ErrorCode::LoginRequired
    );
    assert!(auth.sign(get("https://elsewhere.test/")).is_ok());
    assert_eq!(
        auth.token().await.unwrap_err().code(),
        ErrorCode::LoginRequired
    );
}

#[wasm_bindgen_test]
async fn a_protected_resource_carries_it_too() {
    let options = Options {
        protected_resources: vec!["https://api.test/v2".to_owned()],
        ..options()
    };
    let auth = signed_in(&options, 7200).await;
    assert!(authorization(&auth, get("https://api.test/v2/a")).is_some());
    assert!(authorization(&auth, get("https://api.test/v22")).is_none());
}

#[wasm_bindgen_test]
async fn a_signed_url_has_the_token_once_and_the_rest_to_the_letter() {
    let auth = signed_in(&options(), 7200).await;
    for (url, signed) in [
        ("/a", "/a?bearer_token=secret-token"),
        (
            "/a?b=c%20d&bearer_token=old&e#f",
            "/a?b=c%20d&e&bearer_token=secret-token#f",
        ),
        ("/a?", "/a?bearer_token=secret-token"),
    ] {
        let given = format!("{SERVER}{url}");
        assert_eq!(
            auth.sign_url(&given).await.unwrap(),
            format!("{SERVER}{signed}")
        );
    }
}

#[wasm_bindgen_test]
async fn a_rust_front_end_fetches_with_it() {
    let auth = create(&options()).await;
    let url = web_sys::window().unwrap().location().href().unwrap();
    let request = gloo_net::http::Request::get(&url).build().unwrap();
    assert!(auth.fetch(request).await.unwrap().ok());
    let request = gloo_net::http::Request::get(SERVER).build().unwrap();
    assert_eq!(
        auth.fetch(request).await.unwrap_err().code(),
        ErrorCode::LoginRequired
    );
}
