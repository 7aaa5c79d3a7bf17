use placeos_auth::oauth::client_id::derive;

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
