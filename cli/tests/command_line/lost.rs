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
        {"on": "sts:AssumeRoot", "account": "444400000150", "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "effect": expired()},
    ]));
    let ran = organization.run(&["audit"]).ends_with(3);
    assert!(ran.err.contains("AWS no longer takes your credentials: put new ones into the environment"), "{}", ran.err);
    let before = summaries(&organization);
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(0);
    assert_eq!(ran.json()["counts"]["clean"], 400, "{}", ran.err);
    assert!(before > 0 && before < 400 && summaries(&organization) == 400, "each account is read once");
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

#[test]
fn i2_where_the_list_no_longer_comes_what_was_read_is_told_and_the_rest_is_not_called_anything() {
    let organization = large();
    organization.inject(json!([
        {"on": "organizations:ListAccounts", "nth": 6, "times": "always", "effect": expired()},
        {"on": "sts:GetCallerIdentity", "nth": 2, "times": "always", "effect": expired()},
    ]));
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(3);
    assert!(ran.err.contains("stopped: AWS no longer takes your credentials"), "{}", ran.err);
    assert!(ran.err.contains("there are more accounts than these"), "{}", ran.err);
    assert_eq!(ran.json()["list_is_whole"], false);
    assert_eq!(ran.json()["counts"]["clean"], summaries(&organization));
}

/// What a command says of the two accounts with root credentials is what the world says.
#[track_caller]
fn says_what_the_world_says(organization: &Organization, ran: &Ran) {
    for account in [KEYS, EVERYTHING] {
        let is_cleaned = ran.account(account)["status"] == "cleaned";
        assert_eq!(is_cleaned, organization.root(account).is_null(), "{account}: {ran:#?}");
    }
}

#[test]
fn a_network_that_goes_away_in_the_deletion() {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "iam:Delete*", "account": EVERYTHING, "times": "always", "effect": "connection_reset"},
        {"on": "iam:List*", "account": EVERYTHING, "nth": 7, "times": "always", "effect": "connection_reset"},
        {"on": "sts:GetCallerIdentity", "nth": 2, "times": "always", "effect": "connection_reset"},
    ]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(3);
    assert!(ran.err.contains("stopped: cannot find out who you are"), "{}", ran.err);
    says_what_the_world_says(&organization, &ran);
    assert_eq!(ran.account(EVERYTHING)["status"], "failed", "{ran:#?}");
}

#[test]
fn an_account_that_hangs_in_the_deletion_costs_nobody_else_anything() {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "iam:DeleteAccessKey", "account": KEYS, "times": "always", "effect": "timeout"},
    ]));
    let command = ["delete", "--confirm-accounts", "2", "--output", "json", "--progress-seconds", "3"];
    let ran = organization.run(&command).ends_with(3);
    assert!(ran.err.contains("1 of 2 accounts worked on"), "{ran:#?}");
    assert!(ran.err.contains("in hand longest: 333300000001, for "), "{ran:#?}");
    assert_eq!(ran.account(EVERYTHING)["status"], "cleaned");
    says_what_the_world_says(&organization, &ran);
}

#[test]
fn a_throttled_audit_calls_nothing_clean_that_was_not_read() {
    let organization = large();
    organization.inject(json!([{"on": "sts:AssumeRoot", "nth": 350, "times": 60, "effect": "throttle"}]));
    let ran = organization.run(&["audit", "--output", "json"]);
    let (clean, unknown) = (&ran.json()["counts"]["clean"], &ran.json()["counts"]["unknown"]);
    assert_eq!(*clean, summaries(&organization), "{}", ran.err);
    assert_eq!(clean.as_u64().unwrap() + unknown.as_u64().unwrap(), 400);
    assert_eq!(ran.code, Some(if *unknown == 0 { 0 } else { 3 }), "{}", ran.err);
}

#[test]
fn where_the_first_accounts_all_deny_it_no_other_is_asked() {
    let of = |message: &str| json!({"error": {"code": "AccessDenied", "status": 403, "message": message}});
    let denied =
        "User: arn:aws:iam::111122223333:user/operator is not authorized to perform: sts:AssumeRoot on resource: root";
    let off = "Root credentials management feature is not enabled for your AWS Organization.";
    for (message, why) in [(denied, "you need sts:AssumeRoot"), (off, "switch on root credentials management")] {
        for command in [&["audit"] as &[&str], &["delete", "--confirm-accounts", "1"]] {
            let organization = large();
            organization.inject(json!([{"on": "sts:AssumeRoot", "times": "always", "effect": of(message)}]));
            let ran = organization.run(command).ends_with(2);
            assert!(ran.err.contains("the first 20 accounts all denied it") && ran.err.contains(why), "{ran:#?}");
            assert_eq!((ran.err.lines().count(), ran.out.as_str()), (1, ""), "{ran:#?}");
            let asked = organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot").count();
            assert!(asked < 250, "{asked} sessions were asked for");
            assert!(organization.files().is_empty(), "nothing is left to go on with");
        }
    }
}

#[test]
fn one_account_that_answers_keeps_it_going() {
    let organization = large();
    organization.inject(json!([
        {"on": "sts:AssumeRoot", "account": "444400000001", "effect": "connection_reset"},
        {"on": "sts:AssumeRoot", "nth": 12, "times": "always", "effect": "denied"},
    ]));
    let ran = organization.run(&["audit", "--output", "json"]).ends_with(3);
    let asked = organization.calls().iter().filter(|call| call["action"] == "sts:AssumeRoot").count();
    assert!(asked >= 400 && ran.json()["counts"]["clean"].as_u64().unwrap() > 0, "{asked} {}", ran.err);
}
