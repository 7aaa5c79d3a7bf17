//! The model's client and the real one do the same around a machine, as far as their texts tell.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = paths.partition(|path| path.is_dir());
    let nested = folders.iter().flat_map(|folder| rust_files(folder));
    files.into_iter().chain(nested).collect()
}

/// The variants of a type that the files under these folders name.
fn variants(of: &str, folders: &[&str]) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut names = BTreeSet::new();
    for path in folders
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
    {
        let text = fs::read_to_string(path).expect("a text");
        for rest in text.split(&format!("{of}::")).skip(1) {
            let name = rest.split(|c: char| !c.is_alphanumeric()).next();
            names.extend(name.map(str::to_owned));
        }
    }
    names
}

const CLIENT: &[&str] = &["src/client", "src/auth"];
const MODEL: &[&str] = &["tests/host/model"];

#[test]
fn the_client_hands_in_the_events_of_the_model_and_no_others() {
    let mut client = variants("Event", CLIENT);
    client.extend(variants("Event", &["src/bindings"]));
    // `src/auth.rs` lies beside its folder.
    let auth = include_str!("../../src/auth.rs");
    let handed = |name: &str| auth.contains(&format!("Event::{name}"));
    let all = variants("Event", MODEL);
    client.extend(all.iter().filter(|name| handed(name)).cloned());
    assert_eq!(client, all);
}

#[test]
fn the_client_carries_out_the_effects_of_the_model_and_no_others() {
    assert_eq!(variants("Effect", CLIENT), variants("Effect", MODEL));
}

#[test]
fn only_the_client_steps_the_machine_and_only_it_stores_a_session() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["src/auth", "src/client", "src/bindings"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
    {
        let text = fs::read_to_string(&path).expect("a text");
        let is_client = path.ends_with("client/mod.rs");
        for step in [".step(", "store.write(", "store.remove(", "store.clear("] {
            assert!(
                is_client || !text.contains(step),
                "{} {step}",
                path.display()
            );
        }
    }
}
