//! What SECURITY.md promises is tested: each test that the threat model names exists.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The names of all tests of the repository, in Rust and in Python.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders: Vec<PathBuf> =
        ["tests", "shared", "functions", "simulator", "end-to-end"].map(|name| Path::new(ROOT).join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some("rs" | "py") = path.extension().and_then(|extension| extension.to_str()) {
                names.extend(fs::read_to_string(&path).unwrap().lines().filter_map(name).map(str::to_owned));
            }
        }
    }
    names
}

/// The function that is defined on this line.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = ["async fn ", "fn ", "def "].iter().find_map(|start| line.strip_prefix(start))?;
    rest.split_once('(').map(|(name, _)| name)
}

/// What stands in backticks and could be a test's name: several words, none of them in capitals.
fn named(text: &str) -> BTreeSet<&str> {
    let is_name = |word: &&str| {
        word.matches('_').count() >= 3
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.split('`').skip(1).step_by(2).filter(is_name).collect()
}

#[test]
fn each_test_that_the_threat_model_names_exists() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/threat-model.md")).unwrap();
    let (all, named) = (tests(), named(&text));
    let missing: Vec<&&str> = named.iter().filter(|name| !all.contains(**name)).collect();
    assert!(missing.is_empty(), "not there any more: {missing:?}");
    assert!(named.len() >= 70, "only {} tests are named", named.len());
}

#[test]
fn each_promise_names_a_test() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/threat-model.md")).unwrap();
    let table = text.split_once("| promise | tests |").unwrap().1;
    let rows: Vec<&str> = table.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() >= 30, "only {} promises", rows.len());
    for row in rows {
        assert!(!named(row).is_empty(), "no test: {row}");
    }
}
