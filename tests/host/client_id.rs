use placeos_auth::oauth::client_id::derive;
use proptest::prelude::*;

#[test]
fn the_client_id_is_the_md5_of_the_redirect_uri() {
    // md5sum's answers
    for (uri, id) in [
        ("", "d41d8cd98f00b204e9800998ecf8427e"),
        (
            "https://placeos.example.com/app/oauth-resp.html",
            "dc1d681c4887d8aa5a7dddbfca23fdee",
        ),
    ] {
        assert_eq!(derive(uri).as_deref(), Some(id), "{uri}");
    }
}

#[test]
fn capital_letters_leave_two_answers_so_there_is_none() {
    assert_eq!(derive("https://placeos.example.com/App/"), None);
}

proptest! {
    #[test]
    fn every_client_id_is_32_hex_digits_and_another_for_another_uri(a in "[ -@\\[-~é]{0,200}", b in "[ -@\\[-~é]{0,200}") {
        let (one, other) = (derive(&a).unwrap(), derive(&b).unwrap());
        prop_assert_eq!(one.len(), 32);
        prop_assert!(one.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)));
        prop_assert_eq!(one == other, a == b);
    }
}
