use crate::options::{assert_names, check};
use crate::support::url;
use placeos_auth::ErrorCode;
use placeos_auth::config::Config;
use placeos_auth::error::Result;
use placeos_auth::oauth::api_key::find;
use placeos_auth::options::ApiKey;

fn with_key(text: &str) -> Result<Config> {
    check(|options| options.api_key = Some(ApiKey::new(text.to_owned())))
}

#[test]
fn an_api_key_is_kept_to_the_letter() {
    for text in ["abc.def-_~", "a", "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}"] {
        let config = with_key(text).unwrap();
        assert_eq!(config.api_key.unwrap().reveal(), text);
    }
}

#[test]
fn an_api_key_that_can_not_be_sent_in_a_header_is_refused() {
    for text in [
        "",
        " ",
        "a b",
        " a",
        "a\n",
        "a\r\nX: y",
        "a\tb",
        "é",
        "a\u{7f}",
        "\0",
    ] {
        let error = with_key(text).unwrap_err();
        assert_names(error, ErrorCode::Configuration, "apiKey");
    }
}

#[test]
fn the_error_about_a_key_does_not_repeat_it() {
    let error = with_key("hunter2 ").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter2"));
}

#[test]
fn with_an_api_key_no_client_id_is_needed() {
    let config = check(|options| {
        options.api_key = Some(ApiKey::new("abc.def".to_owned()));
        options.redirect_uri = Some("/App/".to_owned());
    });
    assert_eq!(config.unwrap().client_id, "");
    // One that is given is still looked at.
    let error = check(|options| {
        options.api_key = Some(ApiKey::new("abc.def".to_owned()));
        options.client_id = Some(" ".to_owned());
    });
    assert_names(error.unwrap_err(), ErrorCode::Configuration, "clientId");
}

#[test]
fn clients_of_different_keys_are_different_clients() {
    assert!(with_key("abc") == with_key("abc"));
    assert!(with_key("abc") != with_key("abd"));
    assert!(with_key("abc") != check(|_| {}));
}

#[test]
fn no_config_prints_its_key() {
    let printed = format!("{:?} {0:#?}", with_key("hunter2").unwrap());
    assert!(!printed.contains("hunter2"), "{printed}");
}

#[test]
fn a_key_is_taken_out_of_the_query_and_the_hash_route_and_the_rest_stays() {
    let cases = [
        ("?x-api-key=a.b", Some("a.b"), ""),
        (
            "?a=%zz&x-api-key=a.b&c=1+2#/r?x=1",
            Some("a.b"),
            "?a=%zz&c=1+2#/r?x=1",
        ),
        (
            "?a=1#/room/1?x-api-key=a.b&b=2",
            Some("a.b"),
            "?a=1#/room/1?b=2",
        ),
        ("#/room/1?x-api-key=a%2Eb", Some("a.b"), "#/room/1"),
        ("#x-api-key=a.b", None, "#x-api-key=a.b"),
        ("?X-API-Key=a.b", None, "?X-API-Key=a.b"),
        ("?y-x-api-key=a.b", None, "?y-x-api-key=a.b"),
        ("?x-api-key=", Some(""), ""),
    ];
    for (address, key, rest) in cases {
        let page = url(&format!("https://app.example.com/panel/{address}"));
        let found = find(&page, "x-api-key");
        let texts = found.as_ref().map(|(texts, _)| texts.join(" "));
        assert_eq!(texts.as_deref(), key, "{address}");
        let clean = found.map_or(page, |(_, clean)| clean);
        assert_eq!(
            clean.href(),
            format!("https://app.example.com/panel/{rest}")
        );
    }
}

#[test]
fn every_key_in_an_address_is_found() {
    let page = url("https://app.example.com/?key=a&key=b#/r?key=c");
    let (texts, clean) = find(&page, "key").unwrap();
    assert_eq!(texts, ["a", "b", "c"]);
    assert_eq!(clean.href(), "https://app.example.com/#/r");
}

#[test]
fn the_name_of_a_parameter_is_not_empty() {
    let error = check(|options| options.api_key_parameter = Some(String::new())).unwrap_err();
    assert_names(error, ErrorCode::Configuration, "apiKey.parameter");
}
