//! The page the tests run on: its address bar, its storage, and clients of servers that needn't exist.

use js_sys::Date;
use placeos_auth::auth::Hooks;
use placeos_auth::oauth::pkce::Verifier;
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::state::State;
use placeos_auth::time::Instant;
use placeos_auth::{Auth, Flow, FlowOption, Options};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::{Storage, window};

pub const SERVER: &str = "https://placeos.example.com";

thread_local! {
    static CLIENTS: Cell<u8> = const { Cell::new(0) };
}

/// Options that no other test has, for clients with the same options share all they know.
pub fn options() -> Options {
    let number = CLIENTS.with(|clients| clients.replace(clients.get() + 1));
    Options {
        server: Some(SERVER.to_owned()),
        client_id: Some(format!("client-{number}")),
        redirect_uri: Some(address()),
        ..Options::default()
    }
}

pub async fn create(options: &Options) -> Auth {
    Auth::create(options.clone(), Hooks::default())
        .await
        .unwrap()
}

/// A client that keeps its log.
pub async fn create_with_log(options: &Options) -> (Auth, Rc<RefCell<Vec<String>>>) {
    let lines = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::clone(&lines);
    let hooks = Hooks {
        log: Some(Rc::new(move |line: &str| {
            kept.borrow_mut().push(line.to_owned())
        })),
        navigate: None,
    };
    (Auth::create(options.clone(), hooks).await.unwrap(), lines)
}

pub fn session_storage() -> Storage {
    window().unwrap().session_storage().unwrap().unwrap()
}

pub fn local_storage() -> Storage {
    window().unwrap().local_storage().unwrap().unwrap()
}

/// This page without query and fragment.
pub fn address() -> String {
    let location = window().unwrap().location();
    location.origin().unwrap() + &location.pathname().unwrap()
}

/// What the address bar shows after [`address`].
pub fn tail() -> String {
    window()
        .unwrap()
        .location()
        .href()
        .unwrap()
        .replacen(&address(), "", 1)
}

/// Shows another tail in the address bar.
pub fn show(tail: &str) {
    let history = window().unwrap().history().unwrap();
    history
        .replace_state_with_url(&JsValue::from_str("kept"), "", Some(&(address() + tail)))
        .unwrap();
}

pub fn now() -> Instant {
    Instant::from_millis(Date::now() as u64)
}

/// Stores the record of a sign-in that these options began, as if the page had been left for it just now.
pub fn begin(options: &Options, return_to: &str) -> State {
    let mut random = [0; 32];
    getrandom::fill(&mut random).unwrap();
    let state = State::from_random(&random);
    let is_code = options.flow == FlowOption::Code;
    let sign_in = SignIn {
        flow: if is_code { Flow::Code } else { Flow::Implicit },
        server: SERVER.to_owned(),
        issuer: SERVER.to_owned(),
        named_issuer: None,
        client_id: options.client_id.clone().unwrap(),
        redirect_uri: address(),
        scope: "public".to_owned(),
        storage: options.storage,
        return_to: return_to.to_owned(),
        app_state: Some("[1]".to_owned()),
        history_state: None,
        token_endpoint: None,
        authority_endpoint: None,
        verifier: is_code.then(|| Verifier::from_random(&random)),
        begun: now(),
    };
    let key = format!("placeos-auth:sign-in:{}", state.as_str());
    session_storage()
        .set_item(&key, sign_in.to_text().reveal())
        .unwrap();
    state
}

/// The fragment of a good answer.
pub fn answer(state: &State, expires_in: u32) -> String {
    format!(
        "#access_token=secret-token&token_type=Bearer&expires_in={expires_in}&state={}",
        state.as_str()
    )
}

/// A client that has just been signed in.
pub async fn signed_in(options: &Options, expires_in: u32) -> Auth {
    let state = begin(options, &address());
    show(&answer(&state, expires_in));
    create(options).await
}

/// A client that finds the session of an earlier page, which nothing renews.
pub async fn restored(options: &Options, expires_in: u64) -> Auth {
    let now = now().as_millis();
    let expires_at = now + 1000 * expires_in;
    let text = format!(
        "v=1&flow=password&access_token=secret-token&scope=public&signed_in_at={now}&renewals=0&issued_at={now}\
         &expires_at={expires_at}"
    );
    session_storage()
        .set_item(&session_key(options), &text)
        .unwrap();
    create(options).await
}

/// The key under which a client of these options stores its session.
pub fn session_key(options: &Options) -> String {
    let id = options.client_id.as_deref().unwrap();
    format!("placeos-auth:session:{SERVER}/{id}")
}

/// The keys of ours in a storage area.
pub fn keys(storage: &Storage) -> Vec<String> {
    (0..storage.length().unwrap())
        .filter_map(|index| storage.key(index).unwrap())
        .filter(|key| key.starts_with("placeos-auth"))
        .collect()
}

/// The keys of one client in a storage area.
pub fn keys_of(storage: &Storage, options: &Options) -> Vec<String> {
    let id = options.client_id.clone().unwrap();
    keys(storage)
        .into_iter()
        .filter(|key| key.ends_with(&format!("/{id}")))
        .collect()
}
