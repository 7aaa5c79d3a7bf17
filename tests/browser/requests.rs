use crate::page::{SERVER, create, options, session_key, signed_in};
use placeos_auth::auth::Hooks;
use placeos_auth::{Auth, ErrorCode, Options};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{BroadcastChannel, MessageEvent, Request, RequestInit};

fn authorization(auth: &Auth, request: Request) -> Option<String> {
    let (request, _) = auth.sign(request).unwrap();
    request.headers().get("Authorization").unwrap()
}

fn get(url: &str) -> Request {
    Request::new_with_str(url).unwrap()
}

#[wasm_bindgen_test]
async fn a_pattern_is_no_host_however_the_browser_writes_it() {
    let options_with = |change: fn(&mut Options, String)| {
        ["https://*.example.com", "https://%2A.example.com"].map(|text| {
            let mut options = options();
            change(&mut options, text.to_owned());
            options
        })
    };
    let patterns = [
        options_with(|options, text| options.protected_resources = vec![text]),
        options_with(|options, text| options.server = Some(text)),
        options_with(|options, text| options.token_endpoint = Some(text)),
        options_with(|options, text| options.logout_endpoint = Some(text)),
    ];
    for options in patterns.into_iter().flatten() {
        let refused = Auth::create(options, Hooks::default()).await;
        assert_eq!(refused.err().unwrap().code(), ErrorCode::Configuration);
    }
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
    let (request, _) = auth.sign(request).unwrap();
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

/// Stands in for the page's `fetch`, and says what it was given: it answers 401 to the first request, and 200 from then on.
fn answer_401_once() -> js_sys::Array {
    let make = js_sys::Function::new_with_args(
        "seen",
        "const original = window.fetch;
         window.fetch = async (request) => {
             seen.push(`${request.method} ${request.headers.get('Authorization')}`);
             return new Response(null, { status: seen.length === 1 ? 401 : 200 });
         };
         seen.end = () => (window.fetch = original);",
    );
    let seen = js_sys::Array::new();
    make.call1(&JsValue::UNDEFINED, &seen).unwrap();
    seen
}

fn end(seen: &js_sys::Array) -> Vec<String> {
    let end = js_sys::Reflect::get(seen, &"end".into()).unwrap();
    let end: js_sys::Function = end.unchecked_into();
    end.call0(&JsValue::UNDEFINED).unwrap();
    seen.iter().filter_map(|text| text.as_string()).collect()
}

/// Another tab renews the session whenever this one says that it has the first tokens of it.
fn renew_elsewhere(options: &Options) -> BroadcastChannel {
    let channel = BroadcastChannel::new(&session_key(options)).unwrap();
    let told = channel.clone();
    let answer = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let asked = event.data().as_string().unwrap();
        let Some(generation) = asked.strip_suffix("&renewals=0") else {
            return;
        };
        let tokens = format!(
            "v=1&flow=implicit&access_token=newer-token&scope=public&{generation}&renewals=1&issued_at=1&expires_at=9000000000000"
        );
        let notice = format!(
            "tokens={}",
            String::from(js_sys::encode_uri_component(&tokens))
        );
        told.post_message(&notice.into()).unwrap();
    });
    channel.set_onmessage(Some(answer.as_ref().unchecked_ref()));
    answer.forget();
    channel
}

#[wasm_bindgen_test]
async fn a_rust_front_end_sends_once_more_after_a_401_what_has_no_body() {
    for (post, sent) in [
        (
            false,
            &["GET Bearer secret-token", "GET Bearer newer-token"][..],
        ),
        (true, &["POST Bearer secret-token"][..]),
    ] {
        let options = options();
        let auth = signed_in(&options, 7200).await;
        let other = renew_elsewhere(&options);
        let seen = answer_401_once();
        let request = match post {
            false => gloo_net::http::Request::get(SERVER).build(),
            true => gloo_net::http::Request::post(SERVER).body("body"),
        };
        let response = auth.fetch(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), if post { 401 } else { 200 });
        assert_eq!(end(&seen), sent);
        other.close();
    }
}
