use placeos_auth::oauth::jwt;
use placeos_auth::session::frame::{Silence, silence};
use std::time::Duration;

#[test]
fn a_frame_is_waited_for_doubted_or_given_up_by_what_it_shows_and_for_how_long() {
    use Silence::{Doubt, End, Wait};
    for (is_foreign, loads, after) in [
        // Nothing yet: a slow server, or one out of reach (WebKit). Nobody but the time for all of it ends that.
        (false, 0, [Wait, Doubt, Doubt, Doubt]),
        // The browser's own page, which says nothing (Firefox), or one of another origin that takes its time.
        (true, 0, [Wait, Doubt, Doubt, End]),
        // A login page of another origin; or Chromium's own about a server out of reach.
        (true, 1, [Wait, End, End, End]),
        (true, 3, [Wait, End, End, End]),
        // On its way from one page to the next.
        (false, 2, [Wait, Wait, Wait, Wait]),
    ] {
        for (seconds, expected) in [1.9, 2.0, 5.9, 6.0].into_iter().zip(after) {
            let seen = silence(is_foreign, loads, Duration::from_secs_f64(seconds));
            assert_eq!(seen, expected, "{is_foreign} {loads} {seconds}");
        }
    }
}

#[test]
fn the_claims_of_a_jwt_are_read_and_nothing_else_is_taken_for_one() {
    for (token, claims) in [
        // {"sub":"user-1"}
        (
            "e30.eyJzdWIiOiJ1c2VyLTEifQ.sig",
            Some(r#"{"sub":"user-1"}"#),
        ),
        // {"sub":"ÿ?>"}, with both characters that base64 alone hasn't.
        ("e30.eyJzdWIiOiLDvz8-In0.sig", Some("{\"sub\":\"ÿ?>\"}")),
        ("e30.IkRfX18i.", Some(r#""D___""#)),
        ("e30..sig", Some("")),
        ("opaque-token", None),
        ("id.secret", None),
        ("a.b.c.d", None),
        ("e30.e30=.sig", None),
        ("e30.e3+0.sig", None),
        ("e30.____.sig", None),
        ("", None),
    ] {
        assert_eq!(jwt::claims(token).as_deref(), claims, "{token}");
    }
}
