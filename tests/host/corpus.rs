//! The inputs that a fuzzer found worth keeping, each held to the claim of its target. `npm run fuzz` looks for others.

use crate::claims::CLAIMS;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

/// The bytes that a line stands for, as `escape_ascii` writes them.
fn bytes(line: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = line;
    while let Some((before, escape)) = rest.split_once('\\') {
        bytes.extend(before.bytes());
        let (byte, length) = match &escape[..1] {
            "n" => (b'\n', 1),
            "r" => (b'\r', 1),
            "t" => (b'\t', 1),
            "x" => (u8::from_str_radix(&escape[1..3], 16).unwrap(), 3),
            other => (other.as_bytes()[0], 1),
        };
        bytes.push(byte);
        rest = &escape[length..];
    }
    bytes.extend(rest.bytes());
    bytes
}

#[test]
fn an_escaped_line_is_read_as_what_it_was() {
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(bytes(&all.escape_ascii().to_string()), all);
}

#[test]
fn every_input_that_was_kept_is_as_claimed() {
    let mut broken = Vec::new();
    for (name, check) in CLAIMS {
        let lines = fs::read_to_string(corpus().join(format!("{name}.txt"))).unwrap();
        assert!(lines.lines().count() > 3, "{name}");
        for line in lines.lines() {
            let input = bytes(line);
            if std::panic::catch_unwind(|| check(&input)).is_err() {
                broken.push(format!("{name}: {line}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_claim_has_a_target_and_a_corpus_and_there_are_no_others() {
    let claims: BTreeSet<_> = CLAIMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let files = fs::read_dir(corpus()).unwrap();
    let files: BTreeSet<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .map(|file| file.strip_suffix(".txt").unwrap().to_owned())
        .collect();
    assert_eq!(files, claims);
    let manifest = include_str!("../fuzz/Cargo.toml");
    let targets = manifest.split("[[bin]]\nname = \"").skip(1);
    let targets: BTreeSet<_> = targets
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(targets, claims);
}
