//! `delete --plan-out` and `apply`: exactly the plan that was shown.

use std::fs;

use serde_json::{Value, json};

use crate::support::{EVERYTHING, KEYS, Organization, Ran, snapshot, steady, world};

fn planned() -> Organization {
    let organization = Organization::new(world());
    organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(1);
    organization
}

#[test]
fn a_plan_is_written_and_nothing_is_deleted() {
    let organization = Organization::new(world());
    let before = organization.world();
    let ran = organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(1);
    let (shown, hash) = ran.out.split_once("plan SHA-256: ").unwrap();
    snapshot("plan.txt", &steady(shown));
    let file: Value = serde_json::from_str(&fs::read_to_string(organization.home.join("plan.json")).unwrap()).unwrap();
    assert_eq!(file["plan_sha256"], hash.trim());
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(organization.home.join("plan.json")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn exactly_the_plan_is_carried_out() {
    let organization = planned();
    let ran = organization.run(&["apply", "plan.json", "--confirm-accounts", "2", "--output", "json"]).ends_with(0);
    assert_eq!(
        (ran.account(KEYS)["status"].clone(), ran.account(EVERYTHING)["status"].clone()),
        (json!("cleaned"), json!("cleaned"))
    );
    assert_eq!(ran.json()["accounts"].as_array().unwrap().len(), 2, "of the others nothing is known today");
    assert_eq!((organization.root(KEYS), organization.root(EVERYTHING)), (Value::Null, Value::Null));
}

#[track_caller]
fn is_refused(organization: &Organization, arguments: &[&str], why: &str) {
    let (before, calls) = (organization.world(), organization.calls().len());
    let ran = organization.run(arguments).ends_with(2);
    assert!(ran.err.contains(why), "{ran:#?}");
    assert_eq!((organization.world(), organization.calls().len()), (before, calls));
}

#[test]
fn a_plan_that_was_changed_or_is_another_or_too_old_is_refused_without_a_call() {
    let organization = planned();
    let apply = ["apply", "plan.json", "--confirm-accounts", "2"];
    let other = "0".repeat(64);
    is_refused(&organization, &[&apply[..], &["--plan-sha256", &other]].concat(), "its hash is ");
    let path = organization.home.join("plan.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("AKIAROOTKEY000000001", "AKIAROOTKEY000000009")).unwrap();
    is_refused(&organization, &apply, "it was changed since it was written");
    fs::write(&path, text.replace("\"protect_keys_used_within_days\": 30", "\"protect_keys_used_within_days\": 0"))
        .unwrap();
    is_refused(&organization, &apply, "it was changed since it was written");
}

#[test]
fn what_came_later_is_left_alone() {
    let organization = Organization::new(world());
    organization.run(&["delete", "--plan-out", "plan.json"]).ends_with(1);
    // Of an access key that is gone nothing can be deleted, and one that is new was in no plan.
    organization.inject(json!([{"on": "iam:ListAccessKeys", "account": KEYS, "nth": 1, "effect": "vanished"}]));
    let ran = organization.run(&["apply", "plan.json", "--confirm-accounts", "2", "--output", "json"]);
    assert_eq!(ran.account(EVERYTHING)["status"], "cleaned", "{ran:#?}");
}

#[test]
fn a_wrong_number_and_the_guard_keep_a_plan_from_being_carried_out() {
    let organization = planned();
    let before = organization.world();
    organization.run(&["apply", "plan.json", "--confirm-accounts", "1"]).ends_with(3);
    organization.run(&["apply", "plan.json", "--confirm-accounts", "2", "--max-accounts", "1"]).ends_with(3);
    let ran: Ran = organization.run(&["apply", "plan.json"]).ends_with(2);
    assert!(ran.err.contains("say --confirm-accounts N"), "{ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}
