//! What lies in storage, and what other tabs say: any text is nothing, or a value that is stored again as the same.

use super::input::Input;
use crate::driver::{Driver, tokens};
use crate::support::NOW;
use placeos_auth::oauth::arrival::Arrival;
use placeos_auth::oauth::sign_in::SignIn;
use placeos_auth::oauth::tokens::Tokens;
use placeos_auth::oauth::{jwt, loop_guard};
use placeos_auth::options::StorageKind;
use placeos_auth::secret::Secret;
use placeos_auth::session::event::Event;
use placeos_auth::session::tab_message::TabMessage;
use placeos_auth::time::Instant;
use std::time::Duration;

pub fn check(data: &[u8]) {
    let mut input = Input::new(data);
    let storage = input.one_of(&[
        StorageKind::Session,
        StorageKind::Local,
        StorageKind::Memory,
    ]);
    let text = input.rest();
    check_read(&text);
    check_loaded(&text, storage);
    check_told(&text, storage);
    check_loop_guard(&text);
    if jwt::claims(&text).is_some() {
        assert_eq!(text.matches('.').count(), 2);
    }
}

/// What is read once is read again from the text that it is stored as.
fn check_same<T>(text: &str, read: impl Fn(&str) -> Option<T>, to_text: impl Fn(&T) -> String) {
    if let Some(value) = read(text) {
        let stored = to_text(&value);
        let again = read(&stored).expect("what was stored");
        assert_eq!(to_text(&again), stored);
    }
}

fn check_read(text: &str) {
    let reveal = |secret: Secret| secret.reveal().to_owned();
    check_same(text, Tokens::from_text, |tokens| reveal(tokens.to_text()));
    check_same(text, SignIn::from_text, |sign_in| reveal(sign_in.to_text()));
    check_same(text, TabMessage::from_text, |message| {
        reveal(message.to_text())
    });
    let arrival = |text: &str| Arrival::from_text(text, NOW);
    check_same(text, arrival, Arrival::to_text);
    if let Some(tokens) = Tokens::from_text(text) {
        let token = tokens.access_token.reveal();
        assert!(!token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic()));
    }
}

/// A page takes up what it can use, and removes what it can't.
fn check_loaded(text: &str, storage: StorageKind) {
    let mut tab = Driver::new(Duration::from_secs(60), storage);
    tab.load(Some(Secret::new(text.to_owned())), NOW);
    let stored = tab.stored.as_ref().map(Secret::reveal);
    match tab.tokens() {
        Some(tokens) => {
            assert_eq!(stored, Some(text));
            let read = Tokens::from_text(text).expect("a session");
            assert_eq!(tokens.to_text().reveal(), read.to_text().reveal());
        }
        None => assert_eq!(stored, None),
    }
    check_view(&tab);
}

/// No other tab gives a session to one that has none, nor another to one that has its own.
fn check_told(text: &str, storage: StorageKind) {
    let told = || TabMessage::from_text(text).map(Event::PeerMessage);
    let Some(message) = told() else {
        return;
    };
    let mut tab = Driver::new(Duration::from_secs(60), storage);
    tab.step(message, NOW);
    assert!(tab.tokens().is_none() && tab.stored.is_none());

    for is_renewing in [false, true] {
        let own = tokens("own", Some("own-refresh"), Some(7200), NOW);
        tab.sign_in(own, NOW);
        let before = tab.tokens().expect("a session").generation();
        if is_renewing {
            tab.step(Event::RenewalWanted, NOW);
        }
        tab.step(told().expect("a message"), NOW);
        if let Some(tokens) = tab.tokens() {
            let now = tokens.generation();
            assert!(
                now == before || now.supersedes(before),
                "{now:?} after {before:?}"
            );
        }
        check_view(&tab);
        tab.step(Event::SignOut, NOW);
        assert!(tab.tokens().is_none() && tab.stored.is_none());
    }
}

/// A token that is handed out is of a session, and good.
fn check_view(tab: &Driver) {
    for now in [NOW, Instant::from_millis(0), Instant::from_millis(u64::MAX)] {
        if tab.token(now).is_ok() {
            assert!(tab.session(now).is_some());
            let end = tab.tokens().and_then(|tokens| tokens.expires_at);
            assert!(end.is_none_or(|end| end > now));
        }
        let longest = now.after(Duration::from_secs(30));
        assert!(
            tab.wake_up_at(now)
                .is_none_or(|at| at <= longest && (at > now || at == longest))
        );
    }
}

/// Three sign-ins, whatever was kept; then no more.
fn check_loop_guard(text: &str) {
    let mut kept = text.to_owned();
    let mut begun = 0;
    while let Ok(next) = loop_guard::begin(Some(&kept), NOW) {
        kept = next;
        begun += 1;
        assert!(begun <= 3);
    }
}
