//! Every command in `docs/command-line.md` is run, and prints what stands behind it.
//!
//! The binary is the one that `cargo install` installs. `SNAPSHOTS=write` writes what it prints into the document.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;

use crate::support::{
    Organization, Ran,
    deployed::{ASKED, Deployed},
    steady,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// How each command ends on the organization of `demo/command-line.json`, after those before it.
const ENDS_WITH: [(&str, i32); 35] = [
    ("status", 0),
    ("run ", 0),
    ("runs", 0),
    ("report", 1),
    ("requests", 0),
    ("show", 0),
    ("approve", 0),
    // It was approved before.
    ("reject", 2),
    ("release-key", 0),
    ("recovery allow 222200000002 --request", 0),
    ("recovery extend 222200000002 --request", 0),
    ("recovery end 222200000002 --request", 0),
    ("exempt", 0),
    ("pause", 0),
    ("resume", 0),
    ("unlock bucket payments-archive --account 222200000001 --apply --request", 0),
    ("unlock bucket payments-archive --account 222200000001 --request", 0),
    ("check", 0),
    ("audit 2222", 1),
    ("audit --exclude", 0),
    ("audit", 1),
    ("delete --exempt exempt.json --plan-out", 1),
    ("apply", 0),
    ("delete", 0),
    ("unlock bucket payments-archive --account 222200000001 --apply", 0),
    ("unlock bucket payments-archive --account 222200000001 --restore", 0),
    ("unlock", 1),
    ("recovery allow", 0),
    ("recovery status", 1),
    ("recovery end", 0),
    ("session", 0),
    ("enable", 0),
    ("completions", 0),
    ("man", 0),
    ("--version", 0),
];

/// A command, and what stands behind it.
struct Block {
    commands: Vec<String>,
    begins: usize,
    /// Lines of the block of text after it, if there is one.
    text: Option<(usize, usize)>,
}

fn blocks(document: &[&str]) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut at = 0;
    while at < document.len() {
        let end = |from: usize| (from..document.len()).find(|line| document[*line] == "```").unwrap();
        match document[at] {
            "```sh" => {
                let commands = document[at + 1..end(at + 1)].iter().map(|line| (*line).to_owned()).collect();
                blocks.push(Block { commands, begins: at, text: None });
                at = end(at + 1);
            }
            "```text" => {
                if let Some(block) = blocks.last_mut().filter(|block| at - block.begins <= 6 && block.text.is_none()) {
                    block.text = Some((at + 1, end(at + 1)));
                }
                at = end(at + 1);
            }
            _ => {}
        }
        at += 1;
    }
    blocks
}

fn environment(line: &str) -> BTreeMap<String, String> {
    let pairs = line.strip_prefix("export ").unwrap_or_default().split(' ').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The words of a command, as a shell splits them: some are quoted.
fn words(command: &str) -> impl Iterator<Item = String> {
    let parts = command.split('"').enumerate().map(|(number, part)| {
        if number % 2 == 1 { vec![part.to_owned()] } else { part.split_whitespace().map(str::to_owned).collect() }
    });
    parts.collect::<Vec<_>>().into_iter().flatten()
}

/// The hash of the plan that was written last; none before.
fn planned(home: &Path) -> String {
    let text = fs::read_to_string(home.join("plan.json")).unwrap_or_default();
    let plan: Value = serde_json::from_str(&text).unwrap_or_default();
    plan["plan_sha256"].as_str().unwrap_or_default().to_owned()
}

/// Runs every command of a document: how many there were.
fn replay(path: &str) -> usize {
    let mut exported = BTreeMap::new();
    let text = fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let world = fs::read_to_string(Path::new(ROOT).join("demo/command-line.json")).unwrap();
    let alone = Organization::new(serde_json::from_str(&world).unwrap());
    let deployed = Deployed::new(serde_json::from_str(&world).unwrap());
    deployed.asks();
    deployed.reports();
    let hash = deployed.hash(ASKED);
    let document: Vec<&str> = text.lines().collect();
    if let Some(start) = document.iter().position(|line| *line == "```json") {
        fs::write(alone.home.join("exempt.json"), document[start + 1]).unwrap();
    }
    let (mut count, mut written) = (0, document.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>());
    let mut found = Vec::new();
    let through = document.iter().position(|line| *line == "## Through a deployment").unwrap();
    let after = document.iter().position(|line| *line == "## A session for one program").unwrap();
    for block in blocks(&document) {
        let mut out = String::new();
        let organization = if (through..after).contains(&block.begins) { &*deployed } else { &alone };
        for line in &block.commands {
            exported.extend(environment(line));
            let line = line.split_once("  # ").map_or(line.as_str(), |(command, _)| command).trim();
            let Some(arguments) = line.strip_prefix("rootwarden ") else { continue };
            count += 1;
            let words: Vec<String> = words(arguments)
                .map(|word| word.replace("PLAN_SHA256", &planned(&organization.home)).replace("HASH", &hash))
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let mut command: Command = organization.command_without_keys(&words);
            command.envs(&exported).env("AWS_ENDPOINT_URL", &organization.endpoint);
            let ran = Ran::of(command.output().unwrap());
            let (_, code) = ENDS_WITH.iter().find(|(begins, _)| arguments.starts_with(begins)).expect(arguments);
            assert_eq!(ran.code, Some(*code), "{path}: {line}: {ran:#?}");
            out += &steady(&ran.out);
        }
        if let Some((from, to)) = block.text {
            found.push((from, to, out));
        }
    }
    for (from, to, out) in found.into_iter().rev() {
        let stands = document[from..to].join("\n") + "\n";
        if std::env::var_os("SNAPSHOTS").is_some() {
            written.splice(from..to, out.lines().map(str::to_owned));
        } else {
            assert!(stands == out, "{path}, line {from}, is not what is printed:\n{out}");
        }
    }
    if std::env::var_os("SNAPSHOTS").is_some() {
        fs::write(Path::new(ROOT).join(path), written.join("\n") + "\n").unwrap();
    }
    count
}

#[test]
fn every_command_of_the_documents_does_what_they_say() {
    assert!(replay("docs/command-line.md") >= 10);
}

#[test]
fn the_exit_codes_are_documented() {
    let text = fs::read_to_string(Path::new(ROOT).join("docs/command-line.md")).unwrap();
    for code in ["| 0 |", "| 1 |", "| 2 |", "| 3 |", "| 130 |"] {
        assert!(text.contains(code), "{code}");
    }
    let _: Value =
        serde_json::from_str(text.split("```json\n").nth(1).unwrap().split("\n```").next().unwrap()).unwrap();
}
