//! Every command in the documents is run by a test, or stands in a block that says that it needs AWS.

use std::{fs, path::Path, process::Command};

use rootwarden_tests::{BUCKET, MANAGEMENT, url_event};
use serde_json::{Value, json};

use crate::{documents::guides, organization::*};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const NEEDS_AWS: &str = "<!-- needs AWS -->";

/// It runs every block of `docs/evidence.md` that needs no AWS, in bash.
const EVIDENCE: RunBy = RunBy::Test { file: "tests/functions/evidence_chain.rs", names: "docs/evidence.md" };

/// Where the command line's documents are replayed.
const REPLAY: &str = "cli/tests/command_line/documents.rs";

/// Which test runs a command, by how it begins.
const RUN_BY: [(&str, RunBy); 30] = [
    ("cargo install --path cli", RunBy::Test { file: REPLAY, names: "cargo install" }),
    ("target/debug/simulator", RunBy::Test { file: REPLAY, names: "demo/command-line.json" }),
    ("export AWS_ENDPOINT_URL=http", RunBy::Test { file: REPLAY, names: "\"export \"" }),
    ("rootwarden ", RunBy::Test { file: REPLAY, names: "docs/command-line.md" }),
    ("make demo", RunBy::Test { file: "end-to-end/test_demo.py", names: "\"-m\", \"demo\"" }),
    ("make test", RunBy::Test { file: ".ci/run", names: "make test" }),
    ("make format", RunBy::MakeTest),
    ("make lint", RunBy::MakeTest),
    ("make unit", RunBy::MakeTest),
    ("make docs", RunBy::MakeTest),
    ("make end-to-end", RunBy::MakeTest),
    (
        "make prove-permissions",
        RunBy::Test { file: "end-to-end/test_permission_lists.py", names: "end-to-end/prove_permissions.py" },
    ),
    ("make browser", RunBy::MakeTest),
    ("make bench-report", RunBy::Test { file: "browser/test_bench.py", names: "browser.bench" }),
    (
        "target/browser/bin/python -m browser.screenshots",
        RunBy::Test { file: "browser/test_bench.py", names: "browser.screenshots" },
    ),
    (
        "UPDATE_SCHEMA=1 cargo test -p rootwarden-report",
        RunBy::Test { file: "shared/report/src/tests/document.rs", names: "UPDATE_SCHEMA" },
    ),
    ("make bench-sweep", RunBy::Test { file: "end-to-end/test_demo.py", names: "\"-m\", \"bench.sweep\"" }),
    ("cargo ", RunBy::MakeTest),
    ("target/emulator/bin/python -m pytest ", RunBy::MakeTest),
    ("request() {", RunBy::Test { file: "end-to-end/test_curl.py", names: "operating.md" }),
    ("set -o pipefail", EVIDENCE),
    ("sums() ", EVIDENCE),
    ("holds() ", EVIDENCE),
    ("chain() ", EVIDENCE),
    ("chain ", EVIDENCE),
    ("jq -r 'select(.scope", EVIDENCE),
    ("holds ", EVIDENCE),
    ("sha256sum reports/", EVIDENCE),
    ("request ", RunBy::Url),
    ("decide ", RunBy::Url),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum RunBy {
    /// A test in this file does, which `names` shows.
    Test { file: &'static str, names: &'static str },
    /// `make test` does, in one of its recipes.
    MakeTest,
    /// [`every_request_of_the_documents_is_taken`], in this file.
    Url,
}

/// The commands of one block.
struct Block {
    place: String,
    commands: Vec<String>,
    needs_aws: bool,
}

/// The blocks that say `sh`, in all documents.
fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for document in guides() {
        let mut lines = document.text.lines().map(str::trim).enumerate();
        let mut before = "";
        while let Some((number, line)) = lines.next() {
            if line == "```sh" {
                let inside: Vec<&str> =
                    lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
                let place = format!("{}:{}", document.path.display(), number + 1);
                blocks.push(Block { place, commands: commands(&inside), needs_aws: before == NEEDS_AWS });
            }
            before = line;
        }
    }
    blocks
}

/// Lines joined where they go on, without remarks.
fn commands(lines: &[&str]) -> Vec<String> {
    let text = lines.join("\n").replace("\\\n", " ");
    let without_remarks = text.lines().map(|line| line.split_once("  # ").map_or(line, |(command, _)| command).trim());
    without_remarks.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn run_by(command: &str) -> Option<RunBy> {
    RUN_BY.iter().find(|(begins, _)| command.starts_with(begins)).map(|(_, run_by)| *run_by)
}

#[test]
fn every_command_is_run_by_a_test_or_says_that_it_needs_aws() {
    let blocks = blocks();
    assert!(blocks.len() >= 12, "only {} blocks", blocks.len());
    for Block { place, commands, needs_aws } in &blocks {
        let is_function = commands.iter().any(|command| command.starts_with("request() {"));
        for command in commands.iter().filter(|_| !needs_aws) {
            if !(is_function && command.starts_with("decide()")) {
                assert!(
                    run_by(command).is_some(),
                    "{place}: no test runs `{command}`, and its block does not say {NEEDS_AWS}"
                );
            }
        }
    }
    for (begins, _) in RUN_BY {
        let mut all = blocks.iter().flat_map(|block| &block.commands);
        assert!(all.any(|command| command.starts_with(begins)), "no document has `{begins}` any more");
    }
}

#[test]
fn the_tests_that_run_commands_are_there() {
    for (command, run_by) in RUN_BY {
        if let RunBy::Test { file, names } = run_by {
            let text = fs::read_to_string(Path::new(ROOT).join(file)).unwrap();
            assert!(text.contains(names), "{file} does not run `{command}`: there is no {names} in it");
        }
    }
}

/// What `make` would do, without doing it. Make of the test itself, which may run this, is not asked.
fn recipe(target: &str) -> String {
    let output = Command::new("make")
        .args(["--dry-run", "--always-make", "-C", ROOT, target])
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .output()
        .unwrap();
    assert!(output.status.success(), "make {target}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_make_is_told_it_knows_and_what_tests_run_is_in_make_test() {
    let everything = recipe("test");
    for Block { place, commands, needs_aws: _ } in blocks() {
        for command in commands {
            let target = command.strip_prefix("make ").map(|rest| rest.split(' ').next().unwrap());
            let steps = target.map(recipe);
            if run_by(&command) != Some(RunBy::MakeTest) {
                continue;
            }
            match steps {
                Some(steps) => {
                    let mut own = steps.lines().filter(|line| !line.starts_with("make"));
                    assert!(own.all(|step| everything.contains(step)), "{place}: `make test` does not do `{command}`");
                }
                None => assert!(is_part_of(&command, &everything), "{place}: `make test` does not run `{command}`"),
            }
        }
    }
}

/// Whether a command does a part of what one of these steps does: the same, for fewer targets.
fn is_part_of(command: &str, everything: &str) -> bool {
    let words: Vec<&str> = command.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        ["cargo", "check", ..] => everything.contains("cargo clippy --workspace --all-targets --locked"),
        ["cargo", "test", "-p", name, "--locked"] => {
            let manifests =
                ["shared/domain", "shared/lambda", "simulator"].map(|folder| format!("{ROOT}/{folder}/Cargo.toml"));
            let is_there = manifests
                .iter()
                .any(|manifest| fs::read_to_string(manifest).unwrap().contains(&format!("name = \"{name}\"")));
            is_there && everything.contains("cargo test --workspace --all-targets --locked")
        }
        ["cargo", "test", "--workspace", "--locked", "--test", name] => {
            let manifest = fs::read_to_string(format!("{ROOT}/tests/Cargo.toml")).unwrap();
            manifest.contains(&format!("name = \"{name}\""))
                && everything.contains("cargo test --workspace --all-targets --locked")
        }
        ["target/emulator/bin/python", "-m", "pytest", file] => {
            Path::new(ROOT).join(file).exists()
                && everything.contains("target/emulator/bin/python -m pytest end-to-end")
        }
        _ => everything.lines().any(|step| step.trim() == command),
    }
}

/// The one argument of `request` or `decide`, with something in the places that readers fill in.
fn body(command: &str) -> Value {
    let body = command.split('\'').nth(1).ok_or_else(|| format!("no argument: {command}")).unwrap();
    let unlock = format!("unlock-20261122T0405Z-{}", "0".repeat(40));
    let release = format!("release-111122223333-AKIAIOSFODNN7EXAMPLE-20261122T0405Z-{}", "0".repeat(32));
    let recovery = format!("recovery-111122223333-20261122T0405Z-{}", "0".repeat(32));
    let filled = body
        .replace("unlock-20261122T0405Z-…", &unlock)
        .replace("release-111122223333-AKIA…", &release)
        .replace("recovery-111122223333-…", &recovery)
        .replace("AKIA…", "AKIAIOSFODNN7EXAMPLE")
        .replace("payroll/….json", "payroll/2026-11-22T04-05-06Z-unlock-0.json")
        .replace("\"plan_sha256\": \"…\"", &format!("\"plan_sha256\": \"{}\"", "0".repeat(64)));
    assert!(!filled.contains('…'), "{filled}");
    serde_json::from_str(&filled).map_err(|error| format!("{error}: {filled}")).unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_request_of_the_documents_is_taken() {
    let ann = format!("arn:aws:iam::{MANAGEMENT}:user/ann");
    let mut sent = 0;
    for Block { place, commands, needs_aws: _ } in blocks() {
        for command in commands.iter().filter(|command| run_by(command) == Some(RunBy::Url)) {
            let rehearsal = rehearsal();
            let event = url_event(Some(&ann), &body(command).to_string());
            let answer = match command.split(' ').next() {
                Some("request") => rehearsal.access_event(event).await.unwrap(),
                _ => rehearsal.decision_event(event).await.unwrap(),
            };
            // What is shown or decided about was never asked here; that it is looked for says that it was understood.
            let is_asked_for = answer["statusCode"] == 200;
            let is_looked_for =
                answer["statusCode"] == 404 && answer["body"].as_str().unwrap().contains("nothing is asked under");
            let asks = ["show", "approve", "reject"].iter().all(|action| !command.contains(action));
            assert!(if asks { is_asked_for } else { is_looked_for }, "{place}: {command}\n{answer}");
            sent += 1;
        }
    }
    assert!(sent >= 12, "only {sent} requests");
}

/// What a command pipes into an object of the bucket: its name and its text.
fn written() -> Vec<(String, String)> {
    let all = blocks().into_iter().flat_map(|block| block.commands);
    let echoes = all.filter(|command| command.starts_with("echo '"));
    let parts = echoes.map(|command| {
        let (text, key) = command.strip_prefix("echo '").unwrap().split_once("' | aws s3 cp - s3://BUCKET/").unwrap();
        (key.to_owned(), text.to_owned())
    });
    parts.collect()
}

#[tokio::test(start_paused = true)]
async fn what_the_documents_write_into_the_bucket_is_understood() {
    let written = written();
    assert_eq!(written.len(), 3, "{written:?}");
    for (key, text) in written {
        let rehearsal = rehearsal();
        let key = key.replace("111122223333", KEYS);
        rehearsal.simulator.put_object(BUCKET, &key, text.clone());
        let finished = rehearsal.run(enforce(&[KEYS])).await.unwrap();
        let is_paused = serde_json::from_str::<Value>(&text).unwrap()["paused"].as_bool();
        let status = finished.status(KEYS);
        match is_paused {
            None => assert_eq!(status["exempt"]["reason"], "migration until spring", "{status}"),
            Some(true) => assert_eq!(status["paused"], json!({"reason": "incident 42"})),
            Some(false) => assert!(status["cleaned"].is_object(), "{status}"),
        }
    }
}

/// What a shell would run, wherever it stands.
const PROGRAMS: [&str; 10] =
    ["aws ", "cargo ", "curl ", "decide ", "echo ", "eval ", "export ", "make ", "request ", "rootwarden "];

#[test]
fn no_command_stands_outside_of_a_block_that_says_so() {
    for document in guides() {
        let mut fence = None;
        for (number, line) in document.text.lines().enumerate() {
            let is_code = fence.is_some() || line.starts_with("    ");
            if let Some(kind) = line.trim().strip_prefix("```") {
                fence = if fence.is_some() { None } else { Some(kind.to_owned()) };
            } else if is_code && fence.as_deref() != Some("sh") {
                let begins = PROGRAMS.iter().find(|program| line.trim().starts_with(**program));
                assert!(
                    begins.is_none(),
                    "{}:{}: not in a block that says `sh`: {line}",
                    document.path.display(),
                    number + 1
                );
            }
        }
    }
}
