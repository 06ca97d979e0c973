//! `unlock` on the simulated organization: nothing changes but what was shown and confirmed, and it can be put back.

use std::fs;

use rootwarden_simulator::{Member, MemberBucket, MemberQueue, World};
use serde_json::{Value, json};

use crate::support::{CLEAN, MANAGEMENT, Organization, screen::Screen};

const QUEUE: &str = "arn:aws:sqs:us-east-1:222200000001:orders";

fn locked() -> Organization {
    let deny = |action: &str, resources: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "Locked", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resources}]})
    };
    let bucket = MemberBucket::new("payroll")
        .region("eu-central-1")
        .policy(deny("s3:*", json!(["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"])));
    let queue = MemberQueue::new("orders").policy(deny("sqs:*", json!(QUEUE)));
    Organization::new(World::new(MANAGEMENT).member(Member::new(CLEAN).bucket(bucket).queue(queue)))
}

fn policy(organization: &Organization, kind: &str) -> Value {
    let world = organization.world();
    let account = world["accounts"].as_array().unwrap().iter().find(|account| account["id"] == CLEAN).unwrap().clone();
    account[kind][0]["policy"].clone()
}

const BUCKET: [&str; 5] = ["unlock", "bucket", "payroll", "--account", CLEAN];

#[test]
fn i5_it_inspects_by_default_and_changes_nothing() {
    let organization = locked();
    let before = organization.world();
    for more in [&[] as &[&str], &["--plan"]] {
        let ran = organization.run(&[&BUCKET, more].concat()).ends_with(1);
        assert!(ran.out.contains("- everyone"), "{ran:#?}");
    }
    let ran = organization.run(&["unlock", "queue", QUEUE, "--output", "json"]).ends_with(1);
    assert_eq!(ran.json()["locked_out"], "everyone", "{ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn i6_a_policy_is_stored_changed_and_put_back() {
    let organization = locked();
    let before = policy(&organization, "buckets");
    let apply = ["--apply", "--store", "before.json", "--confirm-name", "payroll"];
    let ran = organization.run(&[&BUCKET[..], &apply].concat()).ends_with(0);
    assert!(ran.err.contains("here one person decides"), "{ran:#?}");
    assert_ne!(policy(&organization, "buckets"), before);
    let stored: Value =
        serde_json::from_str(&fs::read_to_string(organization.home.join("before.json")).unwrap()).unwrap();
    assert_eq!(stored["account"], CLEAN);
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &fs::metadata(organization.home.join("before.json")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);
    let restore = ["--restore", "before.json", "--force", "--confirm-name", "payroll"];
    organization.run(&[&BUCKET[..], &restore].concat()).ends_with(0);
    assert_eq!(policy(&organization, "buckets"), before);
}

#[test]
fn i9_no_secret_of_its_sessions_stands_anywhere() {
    let organization = locked();
    let apply = ["--apply", "--store", "before.json", "--confirm-name", "payroll"];
    let restore = ["--restore", "before.json", "--force", "--confirm-name", "payroll"];
    let mut seen = String::new();
    for more in [&[] as &[&str], &["--plan"], &apply, &restore] {
        let ran = organization.run(&[&BUCKET, more].concat());
        seen += &(ran.out + &ran.err);
    }
    for (path, text) in organization.files() {
        seen += &(path.to_string_lossy().into_owned() + &text);
    }
    let secrets = organization.secrets();
    assert!(secrets.len() > 8, "{}", secrets.len());
    for secret in secrets {
        assert!(!seen.contains(&secret), "a secret was written");
    }
}

#[test]
fn a_wrong_name_or_no_terminal_changes_nothing() {
    let organization = locked();
    let before = organization.world();
    let ran = organization.run(&[&BUCKET[..], &["--apply"]].concat()).ends_with(2);
    assert!(ran.err.contains("say --confirm-name"), "{ran:#?}");
    assert!(organization.calls().is_empty());
    organization.run(&[&BUCKET[..], &["--apply", "--confirm-name", "payrol"]].concat()).ends_with(2);
    let mut screen = Screen::start(&organization, &[&BUCKET[..], &["--apply"]].concat(), 160);
    screen.wait_for("Type the name (payroll)");
    screen.type_line("yes");
    assert_eq!(screen.end().0, 2);
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn what_cannot_be_stored_is_not_changed() {
    let organization = locked();
    let before = organization.world();
    let apply = ["--apply", "--store", "nowhere/before.json", "--confirm-name", "payroll"];
    let ran = organization.run(&[&BUCKET[..], &apply].concat()).ends_with(3);
    assert!(ran.err.contains("cannot store the policy"), "{ran:#?}");
    assert_eq!((organization.world(), organization.changes()), (before, Vec::new()));
}

#[test]
fn a_stored_policy_of_another_resource_or_a_changed_one_is_refused() {
    let organization = locked();
    let apply = ["--apply", "--store", "before.json", "--confirm-name", "payroll"];
    organization.run(&[&BUCKET[..], &apply].concat()).ends_with(0);
    let after = organization.world();
    let ran = organization
        .run(&["unlock", "queue", QUEUE, "--restore", "before.json", "--confirm-name", "orders"])
        .ends_with(2);
    assert!(ran.err.contains("what was stored is the policy of"), "{ran:#?}");
    let path = organization.home.join("before.json");
    let text = fs::read_to_string(&path).unwrap().replace("s3:*", "s3:Get*");
    fs::write(&path, text).unwrap();
    let restore = ["--restore", "before.json", "--confirm-name", "payroll"];
    let ran = organization.run(&[&BUCKET[..], &restore].concat()).ends_with(2);
    assert!(ran.err.contains("was changed since"), "{ran:#?}");
    assert_eq!(organization.world(), after);
}

#[test]
fn i1_nothing_is_opened_in_the_management_account() {
    let organization = locked();
    let ran = organization.run(&["unlock", "bucket", "payroll", "--account", MANAGEMENT]).ends_with(2);
    assert!(ran.err.contains("the management account"), "{ran:#?}");
    assert!(!organization.calls().iter().any(|call| call["action"] == "sts:AssumeRoot"));
}
