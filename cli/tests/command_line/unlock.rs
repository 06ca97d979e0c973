//! `unlock` on the simulated organization: nothing changes but what was shown and confirmed, and it can be put back.

use std::fs;

use rootwarden_simulator::{Member, MemberBucket, MemberQueue, World};
use serde_json::{Value, json};

use crate::support::{CALLER_KEY, CLEAN, MANAGEMENT, Organization, screen::Screen};

const QUEUE: &str = "arn:aws:sqs:us-east-1:222200000001:orders";

/// A bucket of the caller's own, for stored policies.
const KEPT: &str = "kept-policies";

fn locked() -> Organization {
    let deny = |action: &str, resources: Value| {
        json!({"Version": "2012-10-17", "Statement": [
            {"Sid": "Locked", "Effect": "Deny", "Principal": "*", "Action": action, "Resource": resources}]})
    };
    let bucket = MemberBucket::new("payroll")
        .region("eu-central-1")
        .policy(deny("s3:*", json!(["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"])));
    let queue = MemberQueue::new("orders").policy(deny("sqs:*", json!(QUEUE)));
    Organization::new(World::new(MANAGEMENT).bucket(KEPT).member(Member::new(CLEAN).bucket(bucket).queue(queue)))
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

fn object(organization: &Organization, key: &str) -> Option<String> {
    let objects = organization.simulator.objects(KEPT);
    objects.into_iter().find(|(name, _)| name == key).map(|(_, body)| String::from_utf8(body.to_vec()).unwrap())
}

/// The line that puts a policy back, in the words of a shell, without the name of the program.
fn line_back(err: &str) -> Vec<String> {
    let line = err.lines().find_map(|line| line.strip_prefix("to put it back: ")).unwrap();
    shell_words::split(line).unwrap().split_off(1)
}

#[test]
fn i6_a_policy_is_stored_in_an_object_read_back_and_put_back_by_the_line_that_was_printed() {
    let organization = locked();
    for (kind, resource, name) in
        [("buckets", &BUCKET[..], "payroll"), ("queues", &["unlock", "queue", QUEUE], "orders")]
    {
        let before = policy(&organization, kind);
        let place = format!("s3://{KEPT}/before {name}.json");
        let apply = ["--apply", "--store", &place, "--confirm-name", name, "--region", "us-east-1"];
        let calls = organization.calls().len();
        let ran = organization.run(&[resource, &apply].concat()).ends_with(0);
        assert_ne!(policy(&organization, kind), before);
        let stored = object(&organization, &format!("before {name}.json")).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap()["account"], CLEAN);
        let actions: Vec<String> = organization
            .calls()
            .split_off(calls)
            .iter()
            .map(|call| call["action"].as_str().unwrap().to_owned())
            .collect();
        let at = |action: &str| actions.iter().position(|one| one.contains(action)).unwrap();
        assert!(at("s3:PutObject") < at("s3:GetObject"), "{actions:?}");
        let change = if kind == "buckets" { "BucketPolicy" } else { "SetQueueAttributes" };
        let change = actions.iter().rposition(|one| one.contains(change) && !one.contains("Get")).unwrap();
        assert!(at("s3:GetObject") < change, "{actions:?}");
        let mut back = line_back(&ran.err);
        assert!(
            back.ends_with(&["--restore".to_owned(), place.clone(), "--region".into(), "us-east-1".into()]),
            "{back:?}"
        );
        back.extend(["--confirm-name".to_owned(), name.to_owned()]);
        organization.run(&back.iter().map(String::as_str).collect::<Vec<_>>()).ends_with(0);
        assert_eq!(policy(&organization, kind), before);
    }
}

#[test]
fn i6_nothing_is_written_over_and_what_was_not_stored_is_not_changed() {
    let organization = locked();
    organization.put_object(KEPT, "there.json", "somebody's own");
    std::fs::write(organization.home.join("there.json"), "somebody's own").unwrap();
    std::os::unix::fs::symlink("nowhere", organization.home.join("link.json")).unwrap();
    let before = organization.world();
    for (place, why, code) in [
        ("s3://kept-policies/there.json", "something lies there already", 3),
        ("s3://no-such-bucket/before.json", "cannot store the policy in `s3://no-such-bucket/before.json`", 3),
        ("there.json", "is there already", 2),
        ("link.json", "is there already", 2),
        ("s3://kept-policies", "names no object: say s3://BUCKET/KEY", 2),
        ("s3:///before.json", "names no object", 2),
    ] {
        let apply = ["--apply", "--store", place, "--confirm-name", "payroll"];
        let ran = organization.run(&[&BUCKET[..], &apply].concat()).ends_with(code);
        assert!(ran.err.contains(why), "{place}: {ran:#?}");
    }
    let apply = ["--apply", "--store", "s3://kept-policies/new.json", "--confirm-name", "payroll"];
    for effect in ["denied", "internal_error"] {
        organization.inject(json!([{"on": "s3:GetObject", "times": "always", "effect": effect}]));
        let place = format!("s3://kept-policies/{effect}.json");
        let apply = ["--apply", "--store", &place, "--confirm-name", "payroll"];
        let ran = organization.run(&[&BUCKET[..], &apply].concat()).ends_with(3);
        assert!(ran.err.contains("so nothing was changed"), "{ran:#?}");
    }
    assert_eq!(organization.world()["accounts"], before["accounts"]);
    assert_eq!(object(&organization, "there.json").unwrap(), "somebody's own");
    assert_eq!(std::fs::read_to_string(organization.home.join("there.json")).unwrap(), "somebody's own");
    let organization = locked();
    organization.inject(json!([{"on": "s3:PutObject", "effect": "lost_response"}]));
    organization.run(&[&BUCKET[..], &apply].concat()).ends_with(0);
    assert!(object(&organization, "new.json").unwrap().contains(CLEAN), "its own first attempt is no other policy");
}

#[test]
fn what_was_stored_in_an_object_and_changed_since_is_not_put_back() {
    let organization = locked();
    let apply = ["--apply", "--store", "s3://kept-policies/before.json", "--confirm-name", "payroll"];
    organization.run(&[&BUCKET[..], &apply].concat()).ends_with(0);
    let stored = object(&organization, "before.json").unwrap();
    organization.put_object(KEPT, "before.json", &stored.replace("s3:*", "s3:Get*"));
    let after = policy(&organization, "buckets");
    for (place, why, code) in [
        ("s3://kept-policies/before.json", "was changed since", 2),
        ("s3://kept-policies/nothing.json", "nothing is stored in `s3://kept-policies/nothing.json`", 2),
        ("s3://no-such-bucket/before.json", "cannot read what was stored", 2),
    ] {
        let ran = organization.run(&[&BUCKET[..], &["--restore", place, "--confirm-name", "payroll"]].concat());
        let ran = ran.ends_with(code);
        assert!(ran.err.contains(why) && ran.err.lines().count() == 1, "{ran:#?}");
    }
    assert_eq!(policy(&organization, "buckets"), after);
}

#[test]
fn the_line_back_has_the_access_that_was_given() {
    let organization = locked();
    let keys = format!("[work]\naws_access_key_id = {CALLER_KEY}\naws_secret_access_key = any\n");
    std::fs::create_dir_all(organization.home.join(".aws")).unwrap();
    std::fs::write(organization.home.join(".aws/credentials"), keys).unwrap();
    let endpoint = organization.endpoint.clone();
    let apply = ["--apply", "--store", "it's before.json", "--confirm-name", "payroll", "--ignore-deployment"];
    let access = ["--profile", "work", "--endpoint-url", &endpoint, "--stack", "other"];
    let ran = organization.run(&[&BUCKET[..], &apply, &access].concat()).ends_with(0);
    let expected =
        [&BUCKET[..], &["--restore", "it's before.json", "--ignore-deployment"], &["--profile", "work"], &access[2..]];
    assert_eq!(line_back(&ran.err), expected.concat());
}
