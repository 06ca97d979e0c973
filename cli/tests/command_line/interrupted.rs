//! Ctrl-C in each phase, and a second run that goes on.

use serde_json::{Value, json};

use crate::support::{CLEAN, EVERYTHING, KEYS, Organization, screen::Screen, world};

#[test]
fn in_the_list_no_account_is_begun() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "organizations:ListAccounts", "effect": {"slow": 4}}]));
    let mut screen = Screen::start(&organization, &["audit", "--output", "json"], 160);
    screen.wait_for("0 of 0 or more accounts audited");
    screen.press_control_c();
    screen.wait_for("interrupted: the accounts in hand are finished");
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    assert_eq!(
        (text.matches("\"status\": \"unknown\"").count(), text.matches("\"status\": \"clean\"").count()),
        (3, 0)
    );
    assert!(organization.calls_in(CLEAN).is_empty());
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(1);
    assert_eq!(
        (ran.account(CLEAN)["status"].clone(), ran.account(KEYS)["status"].clone()),
        (json!("clean"), json!("found"))
    );
}

#[test]
fn in_the_audit_the_accounts_in_hand_are_finished_and_nothing_is_deleted() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "effect": {"slow": 4}}]));
    let mut screen = Screen::start(&organization, &["delete"], 160);
    screen.wait_for("in hand longest: 222200000001");
    screen.press_control_c();
    screen.wait_for("interrupted: the accounts in hand are finished");
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    assert!(!text.contains("Type the number"), "{text}");
    assert_eq!(organization.changes(), Vec::<String>::new());
    let read = organization.calls_in(CLEAN).len();
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(0);
    assert!(ran.err.contains("going on where the last `rootwarden delete` was stopped"), "{ran:#?}");
    assert_eq!(organization.calls_in(CLEAN).len(), read, "it was in hand, and so it was read");
    assert_eq!(ran.account(CLEAN)["status"], "clean");
}

#[test]
fn what_was_not_come_to_is_unknown_and_the_second_run_comes_to_it() {
    let accounts: Vec<Value> = (1..=300).map(|n| json!({"id": format!("444400000{n:03}")})).collect();
    let organization = Organization::new(
        serde_json::from_value(json!({"management_account": "111122223333", "accounts": accounts})).unwrap(),
    );
    organization.inject(json!([{"on": "iam:GetAccountSummary", "times": 100, "effect": {"slow": 3}}]));
    let mut screen = Screen::start(&organization, &["audit", "--output", "json"], 160);
    screen.wait_for("in hand longest");
    screen.press_control_c();
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    let clean = text.matches("\"status\": \"clean\"").count();
    let unknown = text.matches("\"status\": \"unknown\"").count();
    assert!(clean < 300 && unknown > 0, "{clean} {unknown}");
    let read = organization.calls().iter().filter(|call| call["action"] == "iam:GetAccountSummary").count();
    assert_eq!(clean, read, "clean is what AWS said");
    organization.run(&["audit", "--output", "json"]).ends_with(0);
    let read = organization.calls().iter().filter(|call| call["action"] == "iam:GetAccountSummary").count();
    assert_eq!(read, 300, "each account once");
}

#[test]
fn at_the_question_nothing_is_deleted() {
    let organization = Organization::new(world());
    let before = organization.world();
    let mut screen = Screen::start(&organization, &["delete"], 120);
    screen.wait_for("Type the number of accounts (2)");
    screen.press_control_c();
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    assert!(text.contains("nothing was changed"), "{text}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn in_the_deletion_the_accounts_in_hand_are_finished_and_told_of() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:DeleteAccessKey", "times": 2, "effect": {"slow": 3}}]));
    let mut screen = Screen::start(&organization, &["delete"], 200);
    screen.wait_for("Type the number of accounts (2)");
    screen.type_line("2");
    screen.wait_for("accounts worked on");
    while !organization.changes().iter().any(|action| action == "iam:DeleteAccessKey") {
        std::thread::yield_now();
    }
    screen.press_control_c();
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    for account in [KEYS, EVERYTHING] {
        assert_eq!(organization.root(account), Value::Null, "it was in hand: {text}");
    }
    assert!(text.contains("2 cleaned"), "{text}");
    let changes = organization.changes();
    let ran = organization.run(&["delete", "--confirm-accounts", "0", "--output", "json"]).ends_with(0);
    assert_eq!((ran.account(KEYS)["status"].clone(), organization.changes()), (json!("cleaned"), changes));
}

#[test]
fn while_it_reads_again_the_account_is_still_told_of_as_it_is() {
    let organization = Organization::new(world());
    // The audit lists the keys, then the session that deletes, and then the fresh read.
    organization.inject(json!([{"on": "iam:ListAccessKeys", "account": KEYS, "nth": 3, "effect": {"slow": 4}}]));
    let mut screen = Screen::start(&organization, &["delete", KEYS, "--output", "json"], 160);
    screen.wait_for("Type the number of accounts (1)");
    screen.type_line("1");
    while organization.calls_in(KEYS).iter().filter(|action| *action == "iam:ListAccessKeys").count() < 3 {
        std::thread::yield_now();
    }
    screen.press_control_c();
    screen.wait_for("interrupted: the accounts in hand are finished");
    let (code, text) = screen.end();
    assert_eq!((code, organization.root(KEYS)), (130, Value::Null), "{text}");
    assert!(text.contains("\"status\": \"cleaned\""), "{text}");
    let changes = organization.changes();
    let ran = organization.run(&["delete", KEYS, "--confirm-accounts", "1", "--output", "json"]).ends_with(0);
    assert_eq!((ran.account(KEYS)["status"].clone(), organization.changes()), (json!("cleaned"), changes));
}

#[test]
fn pressed_twice_it_ends_at_once_and_the_second_run_tells_what_was_begun() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:DeleteAccessKey", "account": KEYS, "effect": {"slow": 14}}]));
    let mut screen = Screen::start(&organization, &["delete", KEYS], 120);
    screen.wait_for("Type the number of accounts (1)");
    screen.type_line("1");
    while !organization.changes().iter().any(|action| action == "iam:DeleteAccessKey") {
        std::thread::yield_now();
    }
    screen.press_control_c();
    screen.wait_for("Ctrl-C again ends at once");
    screen.press_control_c();
    let (code, text) = screen.end();
    assert_eq!(code, 130, "{text}");
    assert_eq!(organization.root(KEYS), Value::Null, "it was sent");
    let ran = organization.run(&["delete", KEYS, "--confirm-accounts", "1", "--output", "json"]).ends_with(0);
    assert_eq!(ran.account(KEYS)["status"], "cleaned", "this run had sent it: {ran:#?}");
    assert!(ran.account(KEYS)["credentials"].to_string().contains("\"deleted\""), "{ran:#?}");
}
