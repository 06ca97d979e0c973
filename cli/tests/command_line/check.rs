//! `check` on the simulated organization.

use rootwarden_simulator::{Member, World};
use serde_json::json;

use crate::support::{CALLER_KEY, CLEAN, KEYS, MANAGEMENT, Organization, SUSPENDED, snapshot, steady, world};

/// Name and state of each check, e.g. `account failed`.
fn states(organization: &Organization, arguments: &[&str], code: i32) -> Vec<String> {
    let ran = organization.run(&[&["check", "--output", "json"], arguments].concat()).ends_with(code);
    let checks = ran.json()["checks"].as_array().unwrap().clone();
    checks
        .iter()
        .map(|check| format!("{} {}", check["name"].as_str().unwrap(), check["state"].as_str().unwrap()))
        .collect()
}

#[test]
fn says_that_all_is_well_and_changes_nothing() {
    let organization = Organization::new(world());
    let before = organization.world();
    for (format, file) in [("table", "check.txt"), ("json", "check.json"), ("csv", "check.csv")] {
        let ran = organization.run(&["check", "--output", format]).ends_with(0);
        assert_eq!(ran.err, "");
        snapshot(file, &steady(&ran.out));
    }
    assert_eq!(organization.world(), before);
    assert_eq!(organization.calls_in(CLEAN), ["sts:AssumeRoot", "iam:GetAccountSummary"].repeat(3));
}

#[test]
fn says_what_is_off_and_what_to_do() {
    let organization = Organization::new(world());
    organization.run(&["check"]).ends_with(0);
    let off = Organization::new(
        serde_json::from_value(json!({"management_account": MANAGEMENT, "features": [], "accounts": [{"id": CLEAN}]}))
            .unwrap(),
    );
    let found = states(&off, &[], 2);
    assert!(found.contains(&"root credentials management failed".to_owned()), "{found:?}");
    assert!(found.contains(&"root sessions off".to_owned()), "{found:?}");
    assert!(off.calls_in(CLEAN).is_empty(), "no session can be opened, so none is tried");
    let untrusted = Organization::new(
        serde_json::from_value(json!({"management_account": MANAGEMENT, "trusted_services": []})).unwrap(),
    );
    assert!(states(&untrusted, &[], 2).contains(&"trusted access failed".to_owned()));
    assert!(untrusted.run(&["check"]).out.contains("rootwarden enable"));
}

#[test]
fn says_that_the_account_is_not_delegated() {
    let organization = Organization::new(world());
    organization.register(CALLER_KEY, &json!({"arn": format!("arn:aws:iam::{KEYS}:user/somebody")}));
    let ran = organization.run(&["check"]).ends_with(2);
    assert!(ran.out.contains("account") && ran.out.contains("failed"), "{ran:#?}");
    assert!(organization.calls_in(CLEAN).is_empty());
}

#[test]
fn says_that_a_service_control_policy_keeps_sessions_out() {
    let scp = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}}]});
    let organization = Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN).scp(scp)));
    let ran = organization.run(&["check", "--output", "json"]).ends_with(2);
    let checks = ran.json()["checks"].clone();
    let last = checks.as_array().unwrap().last().unwrap();
    assert_eq!(last["state"], "failed", "{last}");
    assert!(last["found"].as_str().unwrap().contains("service control policy"), "{last}");
    assert_eq!(last["to_do"], "docs/scp.md has the statement");
}

#[test]
fn what_nobody_answers_is_unknown_and_not_failed() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:GetAccountSummary", "times": "always", "effect": "internal_error"}]));
    assert!(states(&organization, &["--probe", KEYS], 3).contains(&"session in a member unknown".to_owned()));
}

#[test]
fn of_an_account_that_cannot_be_probed_it_says_why() {
    let organization = Organization::new(world());
    for (account, why) in [
        (MANAGEMENT, "is the management account"),
        (SUSPENDED, "is not active: it is in state SUSPENDED"),
        ("999900000001", "is not in the organization"),
    ] {
        let ran = organization.run(&["check", "--probe", account, "--output", "json"]).ends_with(3);
        let last = ran.json()["checks"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["found"], format!("account {account} {why}"));
        assert_eq!(last["to_do"], "name an active member account with --probe");
    }
}

#[test]
fn without_credentials_it_says_so() {
    let organization = Organization::new(world());
    let ran = crate::support::Ran::of(organization.command_without_keys(&["check"]).output().unwrap()).ends_with(2);
    assert!(ran.out.contains("there are no credentials to sign the call with"), "{ran:#?}");
    assert!(organization.calls().is_empty());
}
