use crate::support::{parse, url};
use proptest::prelude::*;

#[test]
fn a_web_socket_is_at_the_same_place_as_its_http_url() {
    for (socket, http) in [
        ("wss://a.test/b?c=d#e", "https://a.test/b?c=d#e"),
        ("ws://localhost:8080/b", "http://localhost:8080/b"),
        ("wss://a.test:8443/", "https://a.test:8443/"),
    ] {
        assert_eq!(url(socket).over_http().href(), http);
        assert_eq!(url(http).over_web_socket(), socket);
    }
}

#[test]
fn what_is_no_web_socket_stays_as_it_is() {
    for text in [
        "https://a.test/ws://b",
        "http://a.test/",
        "wsx://a.test/",
        "xws://a.test/",
        "ftp://a.test/",
        "data:ws://a.test/",
    ] {
        assert_eq!(url(text).over_http(), url(text), "{text}");
    }
    assert!(!url("wsx://a.test/").over_http().is_http());
}

#[test]
fn over_http_a_socket_is_as_private_as_it_was() {
    assert!(url("wss://a.test/").over_http().is_private());
    assert!(!url("ws://a.test/").over_http().is_private());
    assert!(url("ws://127.0.0.1/").over_http().is_private());
    assert!(url("wss://user@a.test/").over_http().has_user_info());
}

#[test]
fn what_is_neither_http_nor_https_gets_no_web_socket() {
    for text in ["ws://a.test/", "ftp://a.test/http://b"] {
        assert_eq!(url(text).over_web_socket(), text);
    }
}

proptest! {
    #[test]
    fn there_and_back_is_the_same_url(secure in any::<bool>(), rest in "[a-z.]{1,9}(:[1-9][0-9]{2})?(/[a-z?#&=.:/%]{0,12})?") {
        let mark = if secure { "s" } else { "" };
        let Some(socket) = parse(&format!("ws{mark}://{rest}"), None) else { return Ok(()) };
        let http = socket.clone().over_http();
        prop_assert_eq!(http.origin(), format!("http{mark}{}", &socket.origin()[2 + mark.len()..]));
        prop_assert!(http.is_http());
        prop_assert_eq!(http.tail(), socket.tail());
        prop_assert_eq!(http.over_web_socket(), socket.href());
        prop_assert_eq!(url(&http.over_web_socket()), socket);
    }
}
