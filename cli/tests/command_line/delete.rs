//! `delete`, off a terminal: what is deleted, what is not, and what is said of it.

use rootwarden_simulator::{Member, World};
use serde_json::{Value, json};

use crate::support::{
    BUSY, CLEAN, EVERYTHING, KEYS, MANAGEMENT, Organization, Ran, SUSPENDED, busy, snapshot, steady, world,
};

#[test]
fn deletes_what_it_showed_and_nothing_else() {
    let organization = Organization::new(world().member(busy()));
    let suspended = organization.root(SUSPENDED);
    let ran = organization.run(&["delete", "--confirm-accounts", "2"]).ends_with(0);
    snapshot("delete.txt", &without_today(&ran.out));
    assert!(ran.err.contains("5 root credentials in 2 accounts"), "{ran:#?}");
    assert!(ran.err.contains("no deployment found: there is no stack `rootwarden` here"), "{ran:#?}");
    for account in [KEYS, EVERYTHING] {
        assert_eq!(organization.root(account), Value::Null, "{account}");
    }
    assert_ne!(organization.root(BUSY), Value::Null, "a key in use is protected");
    assert_eq!(organization.root(SUSPENDED), suspended);
    let mut deletions = organization.calls_in(EVERYTHING).into_iter();
    let last = deletions.rfind(|action| action.contains(":Delete") || action.contains(":Deactivate"));
    assert_eq!(last.as_deref(), Some("iam:DeactivateMFADevice"), "a password never outlives its MFA");
}

/// The key in use was used on the day of the test.
fn without_today(text: &str) -> String {
    let today = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string();
    steady(text).replace(&today, "YYYY-MM-DD")
}

#[test]
fn is_told_in_every_form() {
    for (format, file) in [("json", "delete.json"), ("csv", "delete.csv")] {
        let organization = Organization::new(world().member(busy()));
        let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", format]).ends_with(0);
        snapshot(file, &without_today(&ran.out));
    }
}

#[test]
fn the_plan_says_of_each_credential_what_becomes_of_it_and_why() {
    let organization = Organization::new(world().member(busy()));
    std::fs::write(organization.home.join("exempt.json"), format!(r#"{{"{KEYS}": "break-glass"}}"#)).unwrap();
    for (format, file) in [("table", "plan-kept.txt"), ("json", "plan-kept.json"), ("csv", "plan-kept.csv")] {
        let out = format!("{format}.json");
        let plan = ["delete", "--exempt", "exempt.json", "--plan-out", &out, "--output", format];
        let ran = organization.run(&plan).ends_with(1);
        let written: Value =
            serde_json::from_str(&std::fs::read_to_string(organization.home.join(&out)).unwrap()).unwrap();
        let told = without_today(&ran.out.replace(written["plan_sha256"].as_str().unwrap(), "HASH"));
        snapshot(file, &told);
        let given = organization.run(&["delete", "--exempt", "exempt.json", "--confirm-accounts", "0"]).ends_with(3);
        assert!(given.err.contains("4 root credentials in 1 account to be deleted, 2 to be kept"), "{given:#?}");
    }
    assert_eq!(organization.changes(), Vec::<String>::new());
}

#[test]
fn the_same_again_finds_all_clean_and_deletes_nothing() {
    let organization = Organization::new(world());
    organization.run(&["delete", "--confirm-accounts", "2"]).ends_with(0);
    let (changes, world) = (organization.changes(), organization.world());
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(0);
    assert_eq!(ran.account(KEYS)["status"], "clean");
    assert_eq!((organization.changes(), organization.world()), (changes, world));
}

#[test]
fn another_number_deletes_nothing() {
    let organization = Organization::new(world());
    let before = organization.world();
    for number in ["0", "1", "3"] {
        let ran = organization.run(&["delete", "--confirm-accounts", number, "--output", "json"]).ends_with(3);
        assert!(ran.err.contains("the answer is not 2, the number of accounts"), "{ran:#?}");
        assert_eq!(ran.account(KEYS)["status"], "not_approved");
    }
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn above_the_guard_nothing_is_deleted() {
    let organization = Organization::new(world());
    let before = organization.world();
    let ran = organization.run(&["delete", "--max-accounts", "1", "--confirm-accounts", "2"]).ends_with(3);
    assert!(ran.err.contains("2 accounts are planned, and the guard is at 1"), "{ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
    let members = (1..=26)
        .fold(World::new(MANAGEMENT), |world, n| world.member(Member::new(format!("4444000000{n:02}")).password()));
    let organization = Organization::new(members);
    organization.run(&["delete", "--confirm-accounts", "26"]).ends_with(3);
    assert_eq!(organization.changes(), Vec::<String>::new(), "25 is the guard without an option");
}

#[test]
fn i1_exempt_accounts_keep_everything() {
    let organization = Organization::new(world());
    std::fs::write(
        organization.home.join("exempt.json"),
        format!(r#"{{"{EVERYTHING}": {{"reason": "break-glass", "until": "2099-01-01T00:00:00Z"}}}}"#),
    )
    .unwrap();
    let before = organization.root(EVERYTHING);
    let ran = organization
        .run(&["delete", "--exempt", "exempt.json", "--confirm-accounts", "1", "--output", "json"])
        .ends_with(0);
    assert_eq!((ran.account(EVERYTHING)["status"].clone(), organization.root(EVERYTHING)), (json!("exempt"), before));
    assert_eq!(ran.account(KEYS)["status"], "cleaned");
}

#[test]
fn i3_deleted_is_said_only_of_what_a_fresh_read_shows_gone() {
    let organization = Organization::new(world());
    organization
        .inject(json!([{"on": "iam:DeleteAccessKey", "account": KEYS, "times": "always", "effect": "ignored"}]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(3);
    assert_eq!(ran.account(KEYS)["status"], "failed", "{ran:#?}");
    assert_ne!(organization.root(KEYS), Value::Null);
    assert_eq!(ran.account(EVERYTHING)["status"], "cleaned");
}

#[test]
fn i11_a_broken_account_stops_no_other_and_an_answer_that_was_lost_is_read_again() {
    let organization = Organization::new(world());
    organization.inject(json!([
        {"on": "iam:DeleteLoginProfile", "account": EVERYTHING, "times": "always", "effect": "denied"},
        {"on": "iam:DeleteAccessKey", "account": KEYS, "effect": "lost_response"},
    ]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(3);
    assert_eq!(ran.account(KEYS)["status"], "cleaned", "{ran:#?}");
    assert_eq!(ran.account(EVERYTHING)["status"], "failed");
    let left = organization.root(EVERYTHING);
    assert!(left["password"].is_object() && !left["mfa_devices"].as_array().unwrap().is_empty(), "{left}");
    let ran = organization.run(&["delete", "--confirm-accounts", "1", "--output", "json"]).ends_with(3);
    assert_eq!(ran.account(KEYS)["status"], "clean", "the first command ended by itself: {ran:#?}");
}

#[test]
fn an_account_that_left_meanwhile_is_not_touched() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "organizations:DescribeAccount", "account": KEYS, "effect": "vanished"}]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]);
    assert_eq!(ran.account(KEYS)["status"], "ineligible", "{ran:#?}");
    let delete_sessions = organization
        .calls()
        .iter()
        .filter(|call| call["account"] == KEYS && call["action"].as_str().unwrap().contains("Delete"))
        .count();
    assert_eq!(delete_sessions, 0);
}

#[test]
fn two_at_once_tell_what_the_world_says() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:DeleteAccessKey", "account": KEYS, "times": 2, "effect": {"slow": 2}}]));
    let here = organization.start(&["delete", "--confirm-accounts", "2", "--output", "json"]);
    let elsewhere = {
        let mut command = organization.command(&["delete", "--confirm-accounts", "2", "--output", "json"]);
        command.env("HOME", organization.home.join("another-machine"));
        Ran::of(command.output().unwrap())
    };
    let here = Ran::of(here.wait_with_output().unwrap());
    for account in [KEYS, EVERYTHING] {
        assert_eq!(organization.root(account), Value::Null);
        for ran in [&here, &elsewhere] {
            let status = ran.account(account)["status"].clone();
            // Whoever reads an account while the other one deletes may see it half way, and then calls it unknown; and whoever has
            // then less to delete than was said before deletes nothing.
            assert!(
                ["cleaned", "clean", "unknown", "not_approved"].contains(&status.as_str().unwrap()),
                "{account}: {ran:#?}"
            );
        }
        let cleaned = [&here, &elsewhere].iter().any(|ran| ran.account(account)["status"] == "cleaned");
        assert!(cleaned, "{here:#?} {elsewhere:#?}");
    }
    let notes = |ran: &Ran| ran.account(KEYS)["credentials"].to_string();
    let deletions = [&here, &elsewhere].iter().filter(|ran| notes(ran).contains("\"deleted\"")).count();
    assert!(deletions >= 1, "{here:#?} {elsewhere:#?}");
}

#[test]
fn the_same_command_does_not_work_beside_itself() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "iam:GetAccountSummary", "account": CLEAN, "effect": {"slow": 5}}]));
    let mut first = organization.start(&["delete", "--confirm-accounts", "2"]);
    while !organization.calls().iter().any(|call| call["action"] == "iam:GetAccountSummary") {
        std::thread::yield_now();
    }
    let second = organization.run(&["delete", "--confirm-accounts", "2"]).ends_with(2);
    assert!(second.err.contains("the same `rootwarden delete` is at work"), "{second:#?}");
    assert_eq!(first.wait().unwrap().code(), Some(0));
}

#[test]
fn a_throttled_organization_is_told_of_and_nothing_is_made_up() {
    let organization = Organization::new(world());
    organization.inject(json!([{"on": "sts:AssumeRoot", "nth": 4, "times": "always", "effect": "throttle"}]));
    let ran = organization.run(&["delete", "--confirm-accounts", "2", "--output", "json"]).ends_with(3);
    let cleaned: Vec<&str> =
        [KEYS, EVERYTHING].into_iter().filter(|account| ran.account(account)["status"] == "cleaned").collect();
    let empty: Vec<&str> =
        [KEYS, EVERYTHING].into_iter().filter(|account| organization.root(account).is_null()).collect();
    assert_eq!(cleaned, empty, "{ran:#?}");
}

const BUCKET: &str = "rootwarden-bucket";

#[test]
fn i13_the_pause_and_the_exemptions_of_a_deployment_count_where_its_bucket_is_named() {
    let organization = Organization::new(world().bucket(BUCKET));
    organization.put_object(BUCKET, "control/paused.json", r#"{"paused": true, "reason": "incident 42"}"#);
    let (before, delete) = (organization.world(), ["delete", "--deployment-bucket", BUCKET, "--output", "json"]);
    let ran = organization.run(&[&delete[..], &["--confirm-accounts", "2"]].concat()).ends_with(3);
    assert_eq!((ran.account(KEYS)["status"].clone(), organization.world()), (json!("paused"), before), "{ran:#?}");
    organization.put_object(BUCKET, "control/paused.json", r#"{"paused": false, "reason": "over"}"#);
    organization.put_object(BUCKET, &format!("exemptions/{EVERYTHING}.json"), r#"{"reason": "migration"}"#);
    let ran = organization.run(&[&delete[..], &["--confirm-accounts", "1"]].concat()).ends_with(0);
    assert!(
        ran.err.contains("the pause, the exemptions and the recovery windows in `rootwarden-bucket` count"),
        "{ran:#?}"
    );
    assert_eq!(ran.account(EVERYTHING)["reason"], "migration");
    assert_ne!(organization.root(EVERYTHING), Value::Null);
    assert_eq!(organization.root(KEYS), Value::Null);
}

#[test]
fn a_deployments_bucket_that_cannot_be_read_keeps_everything_from_being_deleted() {
    let organization = Organization::new(world().bucket(BUCKET));
    organization.inject(json!([{"on": "s3:List*", "times": "always", "effect": "denied"}]));
    let before = organization.world();
    let ran = organization.run(&["delete", "--deployment-bucket", BUCKET, "--confirm-accounts", "2"]).ends_with(2);
    assert!(
        ran.err
            .contains("deployment not checked, so nothing is deleted: its bucket `rootwarden-bucket` cannot be read"),
        "{ran:#?}"
    );
    assert_eq!(organization.world(), before);
}
