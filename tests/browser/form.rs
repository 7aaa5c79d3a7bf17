use crate::parameters::PARAMETERS;
use placeos_auth::oauth::form::Form;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::UrlSearchParams;

type Pairs = Vec<(String, String)>;

fn ours(text: &str) -> Pairs {
    Form::parse(text)
        .pairs()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn browsers(text: &str) -> Pairs {
    let params = UrlSearchParams::new_with_str(text).unwrap();
    js_sys::Array::from(&params)
        .iter()
        .map(|pair| {
            let pair: js_sys::Array = pair.unchecked_into();
            (
                pair.get(0).as_string().unwrap(),
                pair.get(1).as_string().unwrap(),
            )
        })
        .collect()
}

#[wasm_bindgen_test]
fn the_browser_reads_the_table_as_it_says() {
    for (text, expected) in PARAMETERS {
        let expected: Pairs = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(browsers(text), expected, "{text:?}");
        assert_eq!(ours(text), expected, "{text:?}");
    }
}

#[wasm_bindgen_test]
fn generated_parameters_are_read_as_the_browser_reads_them() {
    const PIECES: &[&str] = &[
        "&",
        "=",
        "+",
        "%",
        "%2",
        "%25",
        "%26",
        "%3d",
        "%e2%82%ac",
        "%E2%82",
        "%ff",
        "%F0%9F%98%80",
        "%ed%a0%80",
        "%00",
        "a",
        "b",
        "state",
        "access_token",
        "€",
        "😀",
        ";",
        "#",
        "/",
        " ",
        "\u{feff}",
        "%EF%BB%BF",
        "é",
        "%c3",
        "%zz",
        "__proto__",
    ];
    let mut bytes = [0u8; 12];
    for _ in 0..5000 {
        getrandom::fill(&mut bytes).unwrap();
        let text: String = bytes
            .iter()
            .map(|byte| PIECES[usize::from(*byte) % PIECES.len()])
            .collect();
        // The constructor drops a leading question mark, which our caller has dropped already.
        if !text.starts_with('?') {
            assert_eq!(ours(&text), browsers(&text), "{text:?}");
        }
    }
}
