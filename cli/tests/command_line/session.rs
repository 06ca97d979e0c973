//! `session`: one task's root session, in the child's environment and nowhere else.

use std::fs;

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{CLEAN, KEYS, MANAGEMENT, Organization, SUSPENDED, screen::Screen, world};

/// Tasks of the sessions that were opened.
fn opened(organization: &Organization) -> usize {
    organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot" && call["result"] == "Success").count()
}

#[test]
fn the_child_gets_the_session_and_its_exit_code_is_the_commands() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "sh", "-c", "env; exit 7"]).ends_with(7);
    let secrets = organization.secrets();
    for name in ["AWS_ACCESS_KEY_ID=ASIA", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=", "AWS_REGION=us-east-1"] {
        assert!(ran.out.contains(name), "{name}");
    }
    assert!(secrets.iter().any(|secret| ran.out.contains(secret)), "the session's own");
    assert!(!ran.out.contains(crate::support::CALLER_SECRET), "and not the caller's");
    assert_eq!(ran.err, "");
    assert_eq!(opened(&organization), 1);
}

#[test]
fn i9_no_secret_stands_anywhere_but_in_the_childs_environment() {
    let organization = Organization::new(world());
    let mut seen = String::new();
    for arguments in [
        &["check"] as &[&str],
        &["audit", "--output", "json"],
        &[
            "session",
            CLEAN,
            "--task",
            "audit",
            "--",
            "sh",
            "-c",
            "tr '\\0' ' ' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$PPID/cmdline",
        ],
        &["check", "--record", "recorded.json", "--confirm-name", "recorded.json"],
        &["audit", "--html", "audit.html"],
        &["recovery", "allow", CLEAN, "--confirm-account", CLEAN],
        &["recovery", "status", CLEAN],
        &["recovery", "end", CLEAN, "--confirm-account", CLEAN],
        &["enable", "--sessions", "--confirm-account", MANAGEMENT],
        &["delete", "--plan-out", "plan.json"],
        &["apply", "plan.json", "--confirm-accounts", "2"],
        &["delete", "--confirm-accounts", "2"],
        &["session", KEYS, "--task", "delete", "--confirm-account", KEYS, "--", "true"],
    ] {
        let ran = organization.run(arguments);
        seen += &(ran.out + &ran.err);
    }
    for (path, text) in organization.files() {
        seen += &path.to_string_lossy();
        seen += &text;
    }
    let secrets = organization.secrets();
    assert!(secrets.len() > 10, "{}", secrets.len());
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret was written");
    }
}

#[test]
fn signals_are_the_childs() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "sh", "-c", "kill -TERM $$"]);
    assert_eq!(ran.code, None, "the shell that was killed is the process itself");
}

#[test]
fn as_credential_process_it_serves_a_profile() {
    let organization = Organization::new(world());
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--credential-process"]).ends_with(0);
    let printed = ran.json();
    assert_eq!(printed["Version"], 1);
    for field in ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"] {
        assert!(printed[field].is_string(), "{field}");
    }
    assert!(organization.secrets().contains(&printed["SecretAccessKey"].as_str().unwrap().to_owned()));
    assert_eq!(ran.err, "");
}

#[test]
fn i9_a_terminal_never_shows_a_session() {
    let organization = Organization::new(world());
    let (code, text) =
        Screen::start(&organization, &["session", CLEAN, "--task", "audit", "--credential-process"], 120).end();
    assert!(code == 2 && text.contains("and not to a terminal"), "{text}");
    assert!(organization.calls().is_empty());
}

#[test]
fn other_tasks_than_the_audit_are_asked_about_first() {
    for (task, can) in [
        ("delete", "delete root credentials"),
        ("unlock-bucket", "policies of its buckets"),
        ("unlock-queue", "policies of its queues"),
    ] {
        let organization = Organization::new(world());
        let mut screen = Screen::start(&organization, &["session", KEYS, "--task", task, "--", "true"], 120);
        screen.wait_for(can);
        screen.wait_for("Type the account's id:");
        assert!(organization.calls().is_empty());
        screen.type_line("yes");
        let (code, text) = screen.end();
        assert!(code == 2 && text.contains("no session was opened"), "{text}");
        assert_eq!(opened(&organization), 0);
        let mut screen = Screen::start(&organization, &["session", KEYS, "--task", task, "--", "true"], 120);
        screen.wait_for("Type the account's id:");
        screen.type_line(KEYS);
        assert_eq!(screen.end().0, 0);
        assert_eq!(opened(&organization), 1);
    }
}

#[test]
fn i1_no_session_in_the_management_account_nor_in_one_that_is_not_active() {
    let organization = Organization::new(world());
    for (account, why) in [
        (MANAGEMENT, "the management account"),
        (SUSPENDED, "in state SUSPENDED"),
        ("999900000001", "not in the organization"),
    ] {
        let ran = organization.run(&["session", account, "--task", "audit", "--", "true"]).ends_with(2);
        assert!(ran.err.contains(why), "{ran:#?}");
    }
    assert_eq!(opened(&organization), 0);
}

#[test]
fn a_command_that_is_not_there_says_so() {
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN)));
    let ran = organization.run(&["session", CLEAN, "--task", "audit", "--", "no-such-program"]).ends_with(2);
    assert!(ran.err.contains("cannot run `no-such-program`"), "{ran:#?}");
    for secret in organization.secrets() {
        assert!(!ran.err.contains(&secret));
    }
    assert_eq!(json!(fs::read_dir(&organization.home).unwrap().count()), Value::from(0), "nothing in ~/.aws");
}
