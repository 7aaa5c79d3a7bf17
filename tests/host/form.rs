use crate::parameters::PARAMETERS;
use placeos_auth::oauth::form::{self, Form, Repeated};
use proptest::prelude::*;

fn pairs(text: &str) -> Vec<(String, String)> {
    Form::parse(text)
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn parameters_are_read_as_a_browser_reads_them() {
    for (text, expected) in PARAMETERS {
        let read = pairs(text);
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(&read, expected, "{text:?}");
    }
}

#[test]
fn a_parameter_that_comes_twice_is_not_chosen_between() {
    assert_eq!(Form::parse("a=1&a=1").one("a"), Err(Repeated));
    assert_eq!(Form::parse("a=&a=1").one("a"), Err(Repeated));
    assert_eq!(Form::parse("a=1&%61=2").one("a"), Err(Repeated));
}

#[test]
fn a_parameter_without_a_value_counts_as_omitted() {
    assert_eq!(Form::parse("a=&b=1").one("a"), Ok(None));
    assert_eq!(Form::parse("a&b=1").one("a"), Ok(None));
    assert_eq!(Form::parse("b=1").one("a"), Ok(None));
}

#[test]
fn taking_out_names_keeps_even_empty_pairs() {
    for (text, kept) in [
        ("&&a=1&&error=x&state=y", "&&a=1&"),
        ("error=x&a", "a"),
        ("a&error=x", "a"),
        ("error=x", ""),
        ("&error=x&", "&"),
    ] {
        assert_eq!(form::without(text, &["error", "state"]), kept, "{text}");
    }
}

#[test]
fn a_record_of_another_version_is_not_read() {
    let record = form::record(&[("a", Some("1"))]);
    assert!(form::read_record(&record).is_some());
    for text in ["", "a=1", "v=2&a=1", "v=&a=1", "v=1&v=1&a=1", "{\"v\":1}"] {
        assert!(form::read_record(text).is_none(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(given in prop::collection::vec((any::<String>(), any::<String>()), 0..8)) {
        let mut text = String::new();
        for (name, value) in &given {
            form::push(&mut text, name, value);
        }
        prop_assert_eq!(pairs(&text), given);
    }

    #[test]
    fn nothing_written_needs_more_than_plain_characters(name in any::<String>(), value in any::<String>()) {
        let mut text = String::new();
        form::push(&mut text, &name, &value);
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"*-._+%=".contains(&b)), "{}", text);
    }

    #[test]
    fn taking_out_names_keeps_the_rest_to_the_letter(text in "[a-c=&%+€]{0,40}") {
        let kept = form::without(&text, &["a"]);
        prop_assert!(!pairs(&kept).iter().any(|(name, _)| name == "a"));
        let others: Vec<_> = text.split('&').filter(|pair| !pair.is_empty() && pairs(pair).iter().all(|(n, _)| n != "a")).collect();
        let left: Vec<_> = kept.split('&').filter(|pair| !pair.is_empty()).collect();
        prop_assert_eq!(left, others);
    }
}
