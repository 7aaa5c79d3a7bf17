use crate::support::VERIFIER;
use placeos_auth::oauth::pkce::Verifier;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

#[test]
fn the_challenge_is_that_of_rfc_7636() {
    let octets = [
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ];
    let verifier = Verifier::from_random(&octets);
    assert_eq!(verifier.reveal(), VERIFIER);
    assert_eq!(
        verifier.challenge(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn the_challenge_is_the_sha_256_of_the_verifiers_text() {
    // openssl's answers
    for (verifier, challenge) in [
        (
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "DwBzhbb51LfusnSGBa_hqYSgo7-j8BTQnip4TOnlzRo",
        ),
        (
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "6oZqdX5MOLq_qBJ8vppAnT4fk6AP8UiP9zX8-Rev_9A",
        ),
        (
            "__________________________________________8",
            "Il9-dTKd1FqjVJddc5hzGTCTk686TGczvBNgGk8bh5Y",
        ),
    ] {
        let made = Verifier::from_text(verifier).unwrap();
        assert_eq!(made.reveal(), verifier);
        assert_eq!(made.challenge(), challenge, "{verifier}");
    }
}

#[test]
fn a_text_of_another_length_or_alphabet_is_no_verifier() {
    let long = VERIFIER.repeat(3);
    for text in [
        "",
        "abc",
        &VERIFIER[1..],
        &format!("{VERIFIER}a"),
        &format!("{VERIFIER}="),
        &VERIFIER.replace('-', "+"),
        &VERIFIER.replace('_', "/"),
        &VERIFIER.replace('-', "."),
        &VERIFIER.replace('_', "~"),
        &VERIFIER.replace('d', " "),
        &VERIFIER.replace('d', "\0"),
        // As many bytes, not as many characters; and the other way round.
        &VERIFIER.replacen("dB", "é", 1),
        &VERIFIER.replacen('d', "é", 1),
        &long,
    ] {
        assert!(Verifier::from_text(text).is_none(), "{text:?}");
    }
}

fn is_base64url(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

proptest! {
    #[test]
    fn every_verifier_and_its_challenge_are_43_characters_of_base64url(bytes in any::<[u8; 32]>()) {
        let verifier = Verifier::from_random(&bytes);
        for text in [verifier.reveal(), &verifier.challenge()] {
            prop_assert!(text.len() == 43 && is_base64url(text), "{}", text);
        }
        prop_assert_eq!(Verifier::from_text(verifier.reveal()).unwrap().challenge(), verifier.challenge());
    }

    #[test]
    fn the_challenge_decodes_to_the_digest_of_the_verifier(bytes in any::<[u8; 32]>()) {
        let verifier = Verifier::from_random(&bytes);
        let digest = Sha256::digest(verifier.reveal().as_bytes());
        prop_assert_eq!(decoded(&verifier.challenge()), digest.to_vec());
        prop_assert_eq!(decoded(verifier.reveal()), bytes.to_vec());
    }

    #[test]
    fn only_43_characters_of_base64url_make_a_verifier(text in "[A-Za-z0-9_=+/~.é-]{40,46}") {
        let made = Verifier::from_text(&text);
        prop_assert_eq!(made.is_some(), text.len() == 43 && is_base64url(&text));
    }
}

/// Six bits a character, most significant first; what is left over is dropped.
fn decoded(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: String = text
        .chars()
        .map(|c| format!("{:06b}", DIGITS.find(c).unwrap()))
        .collect();
    bits.as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect()
}
