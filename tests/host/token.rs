//! The token endpoint's requests.

use crate::support::{NOW, PAGE, VERIFIER, config, config_of, url, verifier};
use placeos_auth::config::Config;
use placeos_auth::oauth::form::Form;
use placeos_auth::oauth::http::Post;
use placeos_auth::oauth::redirect::Code;
use placeos_auth::oauth::token::{self, Credentials, Exchange};
use placeos_auth::oauth::tokens::{Lifetime, Tokens, Unjudged};
use placeos_auth::options::Flow;
use placeos_auth::secret::Secret;
use proptest::prelude::*;

const SERVER: &str = "https://placeos.example.com";

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn code() -> Code {
    Code {
        code: secret("the-code"),
        verifier: verifier(),
    }
}

fn credentials() -> Credentials {
    Credentials {
        username: "a@b.test".to_owned(),
        password: secret("p&s=s w+rd"),
        scope: None,
        authority: None,
        client_secret: None,
    }
}

fn exchange(subject_token: &str) -> Exchange {
    Exchange {
        subject_token: secret(subject_token),
        subject_token_type: None,
        scope: None,
    }
}

fn tokens(refresh_token: Option<&str>) -> Tokens {
    let unjudged = Unjudged {
        access_token: Some("the-token"),
        token_type: Some("bearer"),
        expires_in: Lifetime::Unknown,
        scope: None,
    };
    Tokens {
        refresh_token: refresh_token.map(secret),
        ..unjudged.judge(Flow::Code, "public", NOW).unwrap()
    }
}

fn fields(post: &Post) -> Vec<(String, String)> {
    Form::parse(post.body.reveal())
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// These fields and no others, in any order.
fn assert_sent(post: &Post, expected: &[(&str, &str)]) {
    let mut sent = fields(post);
    let mut expected: Vec<_> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected);
}

#[test]
fn a_code_is_redeemed_with_its_verifier_and_redirect_uri() {
    let post = token::redeem(&config(), false, &code());
    assert_eq!(post.url, format!("{SERVER}/auth/oauth/token"));
    let id = config().client_id;
    assert_sent(
        &post,
        &[
            ("grant_type", "authorization_code"),
            ("client_id", &id),
            ("redirect_uri", PAGE),
            ("code", "the-code"),
            ("code_verifier", VERIFIER),
        ],
    );
}

#[test]
fn a_refresh_token_is_sent_with_the_client_alone() {
    let post = token::refresh(&config(), false, &secret("the-refresh"));
    assert_eq!(post.url, format!("{SERVER}/auth/oauth/token"));
    let id = config().client_id;
    assert_sent(
        &post,
        &[
            ("grant_type", "refresh_token"),
            ("client_id", &id),
            ("refresh_token", "the-refresh"),
        ],
    );
}

#[test]
fn a_password_is_sent_with_what_was_given_and_no_more() {
    let id = config().client_id;
    let bare = [
        ("grant_type", "password"),
        ("client_id", id.as_str()),
        ("username", "a@b.test"),
        ("password", "p&s=s w+rd"),
        ("scope", "public"),
    ];
    let post = token::password(&config(), "public", &credentials());
    assert_sent(&post, &bare);
    let full = Credentials {
        authority: Some("authority-1".to_owned()),
        client_secret: Some(secret("hush")),
        ..credentials()
    };
    let post = token::password(&config(), "public", &full);
    let more = [("authority", "authority-1"), ("client_secret", "hush")];
    assert_sent(&post, &[&bare[..], &more].concat());
}

#[test]
fn a_token_of_another_issuer_is_sent_with_its_type_and_without_an_actor() {
    let id = config().client_id;
    let access_token = "urn:ietf:params:oauth:token-type:access_token";
    let id_token = "urn:ietf:params:oauth:token-type:id_token";
    for (given, sent) in [(None, access_token), (Some(id_token), id_token)] {
        let given = Exchange {
            subject_token_type: given.map(str::to_owned),
            ..exchange("theirs")
        };
        let post = token::exchange(&config(), "public", &given).unwrap();
        assert_eq!(post.url, format!("{SERVER}/auth/oauth/token"));
        assert_sent(
            &post,
            &[
                (
                    "grant_type",
                    "urn:ietf:params:oauth:grant-type:token-exchange",
                ),
                ("client_id", &id),
                ("subject_token", "theirs"),
                ("subject_token_type", sent),
                ("scope", "public"),
            ],
        );
    }
}

#[test]
fn what_can_make_new_tokens_is_revoked_first() {
    let id = config().client_id;
    let posts = token::revoke(&config(), &tokens(Some("the-refresh")));
    assert_eq!(posts.len(), 2);
    for (post, token) in posts.iter().zip(["the-refresh", "the-token"]) {
        assert_eq!(post.url, format!("{SERVER}/auth/oauth/revoke"));
        assert_sent(post, &[("token", token), ("client_id", &id)]);
    }
    let posts = token::revoke(&config(), &tokens(None));
    assert_eq!(posts.len(), 1);
    assert_sent(&posts[0], &[("token", "the-token"), ("client_id", &id)]);
}

#[test]
fn an_acaengine_has_its_own_endpoint_for_codes_and_refresh_tokens() {
    let config = config();
    let legacy = format!("{SERVER}/auth/token");
    assert_eq!(token::redeem(&config, true, &code()).url, legacy);
    assert_eq!(token::refresh(&config, true, &secret("a")).url, legacy);
    let password = token::password(&config, "public", &credentials());
    assert_eq!(password.url, format!("{SERVER}/auth/oauth/token"));
    let body = |is_legacy| fields(&token::redeem(&config, is_legacy, &code()));
    assert_eq!(body(true), body(false));
}

#[test]
fn endpoints_that_the_app_names_are_used() {
    let (token_url, revoke_url) = ("https://id.example.com/t?a=1", "https://id.example.com/r");
    let config = config_of(|options| {
        options.token_endpoint = Some(token_url.to_owned());
        options.revoke_endpoint = Some(revoke_url.to_owned());
    });
    assert!(config.endpoints.token_is_given);
    let password = token::password(&config, "public", &credentials());
    assert_eq!(password.url, token_url);
    assert_eq!(token::redeem(&config, false, &code()).url, token_url);
    assert_eq!(token::refresh(&config, false, &secret("a")).url, token_url);
    let posts = token::revoke(&config, &tokens(Some("a")));
    assert!(posts.iter().all(|post| post.url == revoke_url));
}

/// Every request there is.
fn every_post(config: &Config, credentials: &Credentials, text: &str) -> Vec<Post> {
    let code = Code {
        code: secret(text),
        verifier: verifier(),
    };
    let mut posts = token::revoke(config, &tokens(Some(text)));
    for is_legacy in [false, true] {
        posts.push(token::redeem(config, is_legacy, &code));
        posts.push(token::refresh(config, is_legacy, &secret(text)));
    }
    posts.push(token::password(config, "public", credentials));
    posts.push(token::exchange(config, "public", &exchange(text)).unwrap());
    posts
}

#[test]
fn nothing_here_prints_a_secret() {
    let given = Credentials {
        password: secret("hunter2"),
        client_secret: Some(secret("hunter2")),
        ..credentials()
    };
    let posts = every_post(&config(), &given, "hunter2");
    let tokens = tokens(Some("hunter2"));
    let printed = format!("{posts:?} {posts:#?} {given:?} {tokens:?} {:?}", code());
    for secret in ["hunter2", "the-token", "the-code", VERIFIER] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

proptest! {
    #[test]
    fn no_secret_is_ever_part_of_a_url(text in "[!-~]{8,40}") {
        let given = Credentials {
            username: text.clone(),
            password: secret(&text),
            client_secret: Some(secret(&text)),
            ..credentials()
        };
        let plain = every_post(&config(), &credentials(), "another");
        for (post, other) in every_post(&config(), &given, &text).iter().zip(plain) {
            // A URL that depends on nothing secret tells nothing secret.
            prop_assert_eq!(&post.url, &other.url);
            let parsed = url(&post.url);
            prop_assert_eq!(parsed.tail(), parsed.path);
        }
    }

    #[test]
    fn every_password_arrives_as_it_was_typed(password in ".{1,60}", username in ".{1,60}") {
        let given = Credentials { username: username.clone(), password: secret(&password), ..credentials() };
        let post = token::password(&config(), "public", &given);
        let form = Form::parse(post.body.reveal());
        prop_assert_eq!(form.field("password"), Some(password.as_str()));
        prop_assert_eq!(form.field("username"), Some(username.as_str()));
    }
}
