//! Secrets of sessions, of the caller and of executions that wait: in no output, no file, and no list of processes.

use std::{fs, process::Child};

use rootwarden_simulator::{Member, MemberBucket, World};
use serde_json::json;

use crate::support::{
    CLEAN, EVERYTHING, KEYS, MANAGEMENT, Ran, busy,
    deployed::{ASKED, Deployed, SECOND_KEY, TOKEN},
    world,
};

/// What every process of this command says of itself to whoever lists processes, until it ends.
fn listed(child: &mut Child) -> String {
    let mut seen = String::new();
    let read = |path: &str| fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "));
    while child.try_wait().unwrap().is_none() {
        for file in ["cmdline", "comm", "stat"] {
            seen += &read(&format!("/proc/{}/{file}", child.id())).unwrap_or_default();
        }
    }
    seen
}

fn locked() -> World {
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"]}]});
    let bucket = MemberBucket::new("payroll").policy(policy);
    let mut world = world().bucket("kept-policies").member(busy());
    world = world.member(Member::new("222200000009").name("locked").bucket(bucket));
    world
}

#[test]
fn i9_no_secret_stands_in_any_output_file_or_list_of_processes() {
    let deployed = Deployed::new(locked());
    deployed.asks();
    deployed.reports();
    deployed.set_execution("SUCCEEDED");
    let hash = deployed.hash(ASKED);
    let bucket = ["unlock", "bucket", "payroll", "--account", "222200000009", "--confirm-name", "payroll"];
    let said = ["--reason", "x", "--ticket", "y"];
    let alone = ["--ignore-deployment"];
    let unlock = |more: &[&'static str]| [&bucket[..], more, &alone].concat();
    let commands: Vec<Vec<&str>> = vec![
        unlock(&["--plan"]),
        unlock(&["--apply", "--store", "s3://kept-policies/before.json"]),
        unlock(&["--restore", "s3://kept-policies/before.json"]),
        unlock(&["--apply", "--store", "before.json"]),
        unlock(&["--restore", "before.json"]),
        [&["unlock", "bucket", "payroll", "--account", CLEAN, "--request"][..], &said].concat(),
        vec!["recovery", "allow", CLEAN, "--confirm-account", CLEAN, "--ignore-deployment"],
        vec!["recovery", "status", CLEAN],
        vec!["recovery", "end", CLEAN, "--confirm-account", CLEAN],
        [&["recovery", "allow", CLEAN, "--request"][..], &said].concat(),
        [&["recovery", "extend", CLEAN, "--request"][..], &said].concat(),
        [&["recovery", "end", CLEAN, "--request"][..], &said].concat(),
        [&["release-key", "333300000003", "AKIAROOTKEY000000003"][..], &said].concat(),
        vec!["run", "--follow", "--reason", "x"],
        vec!["runs"],
        vec!["report"],
        vec!["requests"],
        vec!["show", ASKED],
        vec!["approve", ASKED, "--reason", "x", "--plan-sha256", &hash],
        vec!["exempt", KEYS, "--reason", "x"],
        vec!["status"],
        vec!["check"],
        vec!["session", EVERYTHING, "--task", "delete", "--confirm-account", EVERYTHING, "--", "true"],
        vec!["enable", "--sessions", "--confirm-account", MANAGEMENT],
    ];
    let mut seen = String::new();
    for arguments in commands {
        for key in [crate::support::CALLER_KEY, SECOND_KEY] {
            let mut command = deployed.command(&arguments);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            let mut child = command.env("AWS_ACCESS_KEY_ID", key).spawn().unwrap();
            seen += &listed(&mut child);
            let Ran { code: _, out, err } = Ran::of(child.wait_with_output().unwrap());
            seen += &(out + &err);
        }
    }
    for (path, text) in deployed.files() {
        seen += &(path.to_string_lossy().into_owned() + &text);
    }
    let secrets = deployed.secrets();
    assert!(secrets.len() > 20, "sessions were opened: {}", secrets.len());
    for secret in secrets.iter().map(String::as_str).chain([TOKEN]) {
        assert!(!seen.contains(secret), "a secret was written");
    }
    assert!(seen.contains("--confirm-name payroll"), "processes were listed");
}
