//! Looking for a deployment, and what its rules mean for a command with the caller's own credentials.

use serde_json::{Value, json};

use crate::support::{
    CLEAN, EVERYTHING, KEYS,
    deployed::{Deployed, Stack},
    world,
};

const DELETE: [&str; 3] = ["delete", "--output", "json"];

#[test]
fn i13_a_deployment_that_is_found_keeps_what_it_pauses_and_exempts() {
    let deployed = Deployed::new(world());
    deployed.run(&["pause", "--reason", "incident 42"]).ends_with(0);
    let before = deployed.world()["accounts"].clone();
    let ran = deployed.run(&[&DELETE[..], &["--confirm-accounts", "2"]].concat()).ends_with(3);
    assert_eq!((&ran.account(KEYS)["status"], &deployed.world()["accounts"]), (&json!("paused"), &before), "{ran:#?}");
    assert_eq!(
        ran.json()["deployment"],
        json!({"state": "found", "stack": "rootwarden", "bucket": "rootwarden-bucket"})
    );
    deployed.run(&["resume", "--reason", "over"]).ends_with(0);
    deployed.run(&["exempt", EVERYTHING, "--reason", "migration"]).ends_with(0);
    let ran = deployed.run(&[&DELETE[..], &["--confirm-accounts", "1"]].concat()).ends_with(0);
    assert!(ran.err.contains("deployment `rootwarden` found"), "{ran:#?}");
    assert_eq!(ran.account(EVERYTHING)["reason"], "migration");
    assert_ne!(deployed.root(EVERYTHING), Value::Null);
    assert_eq!(deployed.root(KEYS), Value::Null);
    deployed.run(&["exempt", EVERYTHING, "--end", "--reason", "migrated"]).ends_with(0);
    deployed.run(&[&DELETE[..], &["--confirm-accounts", "1"]].concat()).ends_with(0);
    assert_eq!(deployed.root(EVERYTHING), Value::Null);
}

#[test]
fn a_deployment_is_ignored_only_where_that_is_typed_in_full() {
    let deployed = Deployed::new(world());
    deployed.run(&["pause", "--reason", "incident 42"]).ends_with(0);
    for short in ["--ignore", "--ignore-deploy"] {
        deployed.run(&["delete", short, "--confirm-accounts", "2"]).ends_with(2);
    }
    assert_ne!(deployed.root(KEYS), Value::Null);
    let ran = deployed.run(&[&DELETE[..], &["--ignore-deployment", "--confirm-accounts", "2"]].concat()).ends_with(0);
    assert_eq!(ran.json()["deployment"], json!({"state": "ignored"}));
    assert!(ran.err.contains("deployment ignored"), "{ran:#?}");
    assert_eq!(deployed.root(KEYS), Value::Null);
}

#[test]
fn where_looking_is_denied_the_output_says_so() {
    let deployed = Deployed::new(world());
    deployed.set_stack(Stack::Denied);
    let ran = deployed.run(&[&DELETE[..], &["--confirm-accounts", "2"]].concat()).ends_with(0);
    assert!(ran.err.contains("deployment not checked") && ran.err.contains("DescribeStacks"), "{ran:#?}");
    assert_eq!(ran.json()["deployment"]["state"], "not_checked");
    let ran = deployed.run(&["status"]).ends_with(2);
    assert!(ran.err.contains("cannot look for the stack `rootwarden`: AccessDenied"), "{ran:#?}");
}

#[test]
fn where_there_is_none_it_is_said_and_a_named_one_has_to_be_there() {
    let deployed = Deployed::new(world());
    deployed.set_stack(Stack::Gone);
    let before = deployed.world();
    for command in [
        &["--stack", "other", "delete", "--confirm-accounts", "2"] as &[&str],
        &["status"],
        &["pause", "--reason", "x"],
    ] {
        let ran = deployed.run(command).ends_with(2);
        assert!(ran.err.contains("no deployment found: there is no stack"), "{ran:#?}");
    }
    assert_eq!(deployed.world(), before);
    let ran = deployed.run(&[&DELETE[..], &["--confirm-accounts", "2"]].concat()).ends_with(0);
    assert!(ran.err.contains("no deployment found"), "{ran:#?}");
    assert_eq!(ran.json()["deployment"], json!({"state": "none", "stack": "rootwarden"}));
}

#[test]
fn a_stack_of_something_else_is_no_deployment() {
    let deployed = Deployed::new(world());
    deployed.set_stack(Stack::OfSomethingElse);
    let ran = deployed.run(&["status"]).ends_with(2);
    assert!(ran.err.contains("the stack `rootwarden` is no deployment: it has no output BucketName"), "{ran:#?}");
    let ran = deployed.run(&[&DELETE[..], &["--confirm-accounts", "2"]].concat()).ends_with(0);
    assert_eq!(ran.json()["deployment"]["state"], "not_checked");
}

#[test]
fn where_nobody_knows_whether_there_is_a_pause_nothing_is_deleted() {
    let deployed = Deployed::new(world());
    let before = deployed.world();
    for (stack, code) in [(Stack::Unavailable, 3), (Stack::Refused, 2)] {
        deployed.set_stack(stack);
        let ran = deployed.run(&["delete", "--confirm-accounts", "2"]).ends_with(code);
        assert!(ran.err.contains("--ignore-deployment decides alone"), "{ran:#?}");
        assert_eq!((deployed.world(), deployed.changes()), (before.clone(), Vec::new()));
    }
}

#[test]
fn unlock_points_to_a_request_where_two_people_would_decide() {
    let deployed = Deployed::new(world());
    let apply = ["unlock", "bucket", "payroll", "--account", CLEAN, "--apply", "--confirm-name", "payroll"];
    let ran = deployed.run(&apply).ends_with(2);
    assert!(
        ran.err.contains("say --request with --reason and --ticket, or --ignore-deployment to decide alone"),
        "{ran:#?}"
    );
    assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
}

#[test]
fn recovery_points_to_a_request_where_two_people_would_decide() {
    let deployed = Deployed::new(world());
    let allow = ["recovery", "allow", CLEAN, "--confirm-account", CLEAN];
    let before = deployed.world();
    let ran = deployed.run(&allow).ends_with(2);
    let request = "say `rootwarden recovery allow 222200000001 --request --reason TEXT --ticket TEXT`";
    assert!(ran.err.contains(request), "{ran:#?}");
    assert!(!deployed.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
    assert_eq!(deployed.world(), before);
    deployed.run(&[&allow[..], &["--ignore-deployment"]].concat()).ends_with(0);
    assert_eq!(deployed.changes(), ["iam:CreateLoginProfile"]);
}
