//! Credentials that expire in the middle, a network that goes away, an account that hangs.

use serde_json::{Value, json};

use crate::support::{CLEAN, EVERYTHING, KEYS, Organization, Ran, world};

fn expired() -> Value {
    json!({"error": {"code": "ExpiredToken", "status": 403, "message": "The security token included in the request is expired"}})
}

/// Clean accounts enough that not all are in hand at once.
fn large() -> Organization {
    let accounts: Vec<Value> = (1..=400).map(|n| json!({"id": format!("444400000{n:03}")})).collect();
    Organization::new(
        serde_json::from_value(json!({"management_account": "111122223333", "accounts": accounts})).unwrap(),
    )
}

/// Every account is clean or unknown, or the output says that there are more accounts than these.
#[track_caller]
fn says_how_many_are_not_known(ran: &Ran) {
    let (report, count) = (ran.json(), |name: &str| ran.json()["counts"][name].as_u64().unwrap());
    assert!(count("unknown") > 0, "{}", ran.err);
    let is_whole = count("clean") + count("unknown") == 400;
    assert_eq!(report["list_is_whole"], is_whole, "{}", ran.err);
    assert_eq!(!is_whole, ran.err.contains("there are more accounts than these"), "{}", ran.err);
}

fn summaries(organization: &Organization) -> usize {
    let calls = organization.calls();
    calls.iter().filter(|call| call["action"] == "iam:GetAccountSummary" && call["result"] == "Success").count()
}

#[test]
fn i2_expired_credentials_stop_the_audit_and_leave_the_rest_unknown() {
    let organization = large();
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "nth": 21, "times": "always", "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "times": "always", "effect": expired()},
    ]));
    let mut command = organization.command(&["audit", "--output", "json", "--profile", "work"]);
    std::fs::create_dir_all(organization.home.join(".aws")).unwrap();
    let keys = "[work]\naws_access_key_id = AKIAOPERATOR00000001\naws_secret_access_key = any\n";
    std::fs::write(organization.home.join(".aws/credentials"), keys).unwrap();
    let ran = Ran::of(command.output().unwrap()).ends_with(3);
    assert!(ran.err.contains("aws sso login --profile work"), "{}", ran.err);
    assert_eq!(ran.json()["counts"]["clean"], 20);
    says_how_many_are_not_known(&ran);
    let asked = organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot").count();
    assert!(asked < 250, "it stops at once: {asked} sessions were asked for");
}

#[test]
fn after_signing_in_again_the_same_command_goes_on() {
    let organization = large();
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "nth": 21, "times": 120, "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let ran = organization.run(&["audit"]).ends_with(3);
    assert!(ran.err.contains("AWS no longer takes your credentials: put new ones into the environment"), "{}", ran.err);
    let before = summaries(&organization);
    let mut ran = organization.run(&["audit", "--output", "json"]);
    // The faults may outlast the first run.
    while ran.code == Some(3) {
        ran = organization.run(&["audit", "--output", "json"]);
    }
    assert_eq!(ran.json()["counts"]["clean"], 400, "{}", ran.err);
    assert!(before > 0 && summaries(&organization) == 400, "each account is read once");
}

#[test]
fn expired_in_the_deletion_what_is_reported_is_what_the_world_says() {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "organizations:DescribeAccount", "nth": 2, "times": "always", "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "times": "always", "effect": expired()},
    ]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(3);
    assert!(ran.err.contains("AWS no longer takes your credentials"), "{ran:#?}");
    for account in [KEYS, EVERYTHING] {
        let is_cleaned = ran.account(account)["status"] == "cleaned";
        assert_eq!(is_cleaned, organization.root(account).is_null(), "{account}: {ran:#?}");
    }
}

#[test]
fn a_network_that_goes_away_leaves_the_rest_unknown() {
    let organization = large();
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "nth": 31, "times": "always", "effect": "connection_reset"},
        {"on": "sts:GetCallerIdentity", "nth": 2, "times": "always", "effect": "connection_reset"},
    ]));
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(3);
    assert!(ran.err.contains("stopped: cannot find out who you are"), "{}", ran.err);
    assert_eq!(ran.json()["counts"]["clean"], summaries(&organization));
    says_how_many_are_not_known(&ran);
}

#[test]
fn one_account_that_hangs_is_named_and_costs_nobody_else_anything() {
    let organization = Organization::new(world());
    organization
        .inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "times": "always", "effect": "timeout"}]));
    let ran = organization.run(&["audit", "--output", "json", "--progress-seconds", "3"]).ends_with(3);
    assert!(ran.err.contains("2 of 3 accounts audited"), "{ran:#?}");
    assert!(ran.err.contains("in hand longest: 222200000001, for "), "{ran:#?}");
    assert_eq!(ran.account(CLEAN)["status"], "unknown");
    assert_eq!(ran.account(KEYS)["status"], "found");
}
