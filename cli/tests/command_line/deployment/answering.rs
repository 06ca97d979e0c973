//! What is said where a URL of the deployment lets nobody through, answers something else, or nothing at all.

use serde_json::Value;

use crate::support::{
    CLEAN, KEYS,
    deployed::{ASKED, Deployed, STRANGER_KEY, Urls},
    snapshot, timeless, world,
};

const DECISION: &str = "approvals/nightly-2026-11-22.0/decision.json";

fn asking() -> [Vec<&'static str>; 3] {
    [
        vec!["run", KEYS, "--reason", "CHG-1"],
        vec!["recovery", "allow", CLEAN, "--request", "--reason", "close it", "--ticket", "CHG-7"],
        vec!["unlock", "bucket", "payroll", "--account", CLEAN, "--request", "--reason", "x", "--ticket", "y"],
    ]
}

#[test]
fn whom_iam_does_not_let_through_is_told_which_policy_does() {
    let deployed = Deployed::new(world());
    deployed.asks();
    for arguments in asking() {
        let ran = deployed.run_as(STRANGER_KEY, &arguments).ends_with(2);
        assert!(
            ran.err.contains("`arn:aws:iam::111122223333:policy/requesters` (output RequestersPolicyArn)"),
            "{ran:#?}"
        );
    }
    let hash = deployed.hash(ASKED);
    for action in ["approve", "reject"] {
        let decide = [action, ASKED, "--reason", "x", "--plan-sha256", &hash];
        let ran = deployed.run_as(STRANGER_KEY, &decide).ends_with(2);
        assert!(
            ran.err.contains("`arn:aws:iam::111122223333:policy/approvers` (output ApproversPolicyArn)"),
            "{ran:#?}"
        );
    }
    assert_eq!(deployed.object(DECISION), Value::Null);
    assert!(deployed.simulator.executions().is_empty());
}

#[test]
fn what_was_not_answered_is_not_called_done() {
    let deployed = Deployed::new(world());
    deployed.asks();
    let hash = deployed.hash(ASKED);
    for urls in [Urls::LostAnswer, Urls::Page(200), Urls::Page(503), Urls::Page(404)] {
        deployed.set_urls(urls);
        for arguments in asking() {
            let ran = deployed.run(&arguments).ends_with(3);
            assert!(ran.err.contains("it is not known whether it was taken"), "{urls:?}: {ran:#?}");
            assert!(ran.out.is_empty() && ran.err.lines().count() == 1, "{urls:?}: {ran:#?}");
        }
        let ran = deployed.run(&["approve", ASKED, "--reason", "x", "--plan-sha256", &hash]).ends_with(3);
        assert!(ran.out.is_empty() && !ran.err.contains("approved"), "{urls:?}: {ran:#?}");
    }
    assert_eq!(deployed.object(DECISION), Value::Null, "nobody decides about what was not shown");
}

/// What changes from run to run: times, hashes, and the ids that are made of them.
fn steady_answer(text: &str) -> String {
    let mut steady = String::new();
    for line in timeless(text).lines() {
        let words = line.split_inclusive([' ', ',', '"', '`']).map(|word| {
            let bare = word.trim_end_matches([' ', ',', '"', '`']);
            let is_hash = bare.len() == 64 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_id = ["by-hand-", "unlock-", "recovery-", "release-"]
                .iter()
                .any(|kind| bare.strip_prefix(kind).is_some_and(|rest| rest.bytes().any(|byte| byte.is_ascii_digit())));
            match (is_hash, is_id) {
                (true, _) => word.replace(bare, "HASH"),
                (false, true) => word.replace(bare, "ID"),
                (false, false) => word.to_owned(),
            }
        });
        let line = words.collect::<String>();
        let is_version = line.contains("ersion");
        steady += &if is_version {
            line.split_inclusive(['n', ':', ',']).next().unwrap_or_default().to_owned()
        } else {
            line
        };
        steady.push('\n');
    }
    steady
}

#[test]
fn every_answer_in_every_format() {
    for format in ["table", "json", "csv"] {
        let deployed = Deployed::new(world().member(crate::support::busy()));
        deployed.asks();
        let hash = deployed.hash(ASKED);
        let mut text = String::new();
        for arguments in [
            &["run", KEYS, "--reason", "CHG-1"] as &[&str],
            &[
                "unlock",
                "bucket",
                "payroll",
                "--account",
                CLEAN,
                "--apply",
                "--request",
                "--reason",
                "x",
                "--ticket",
                "y",
            ],
            &["recovery", "allow", CLEAN, "--request", "--reason", "close it", "--ticket", "CHG-7"],
            &["recovery", "extend", CLEAN, "--request", "--reason", "longer", "--ticket", "CHG-7"],
            &["recovery", "end", CLEAN, "--request", "--reason", "done", "--ticket", "CHG-7"],
            &["release-key", "333300000003", "AKIAROOTKEY000000003", "--reason", "moved", "--ticket", "INC-43"],
            &["reject", ASKED, "--reason", "not before the audit", "--plan-sha256", &hash],
            &["exempt", KEYS, "--reason", "migration", "--until", "2099-01-01T00:00:00Z"],
            &["pause", "--reason", "incident 42"],
            &["resume", "--reason", "it is over"],
        ] {
            let ran = deployed.run(&[arguments, &["--output", format]].concat()).ends_with(0);
            let typed = arguments.join(" ").replace(&hash, "HASH");
            text += &["$ rootwarden ", &typed, "\n", &steady_answer(&ran.out)].concat();
        }
        snapshot(&format!("answers.{format}"), &text);
    }
}
