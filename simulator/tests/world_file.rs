//! The world as JSON that a person writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use rootwarden_simulator::{Caller, CreateAccountRequest, Fault, Feature, Member, Simulator, World};
use serde_json::json;
use support::{DELEGATE, MANAGEMENT, world};

#[test]
fn survives_the_way_through_json() {
    let full = world()
        .member(Member::new("555555555555").state("SUSPENDED").scp(json!({"Statement": {
            "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:AssumedRoot": true}}
        }})))
        .features([Feature::RootSessions])
        .delegated_administrator(DELEGATE)
        .create_account_request("car-1", CreateAccountRequest::succeeds_after_polls(3, "555555555555"))
        .fault(Fault::on("iam:*").always().throttle())
        .fault(Fault::on("sts:AssumeRoot").nth(2).times(3).error("Code", 418, "text"))
        .member(Member::new("666666666666").tag("team", "payments").organizational_unit("ou-aaaa-11111111"))
        .iam_page_size(1)
        .tags_page_size(1)
        .published_limits()
        .latency_milliseconds(60)
        .empty_account_pages();
    let text = serde_json::to_string(&full).unwrap();
    assert_eq!(serde_json::from_str::<World>(&text).unwrap(), full);
}

#[test]
fn fills_in_everything_but_the_management_account() {
    let minimal: World = serde_json::from_value(json!({"management_account": MANAGEMENT})).unwrap();
    assert_eq!(minimal, World::new(MANAGEMENT));
    let with_account: World = serde_json::from_value(json!({
        "management_account": MANAGEMENT,
        "accounts": [{
            "id": "444444444444",
            "root": {"access_keys": [{"id": "AKIA1"}], "password": {}, "mfa_devices": [{"serial": "GAKT000001"}]},
        }],
    }))
    .unwrap();
    let member = Member::new("444444444444").access_key("AKIA1").password().mfa_device("GAKT000001");
    assert_eq!(with_account, World::new(MANAGEMENT).member(member));
}

#[test]
fn refuses_what_it_does_not_know() {
    for (wrong, complaint) in [
        (json!({"management_account": MANAGEMENT, "acounts": []}), "unknown field `acounts`"),
        (json!({"management_account": "1"}), "`1` is not an account id: 12 digits"),
        (json!({"management_account": MANAGEMENT, "accounts": [{"id": "x"}]}), "`x` is not an account id: 12 digits"),
        (
            json!({"management_account": MANAGEMENT, "accounts": [{"id": MANAGEMENT}, {"id": MANAGEMENT}]}),
            "account `111111111111` is listed twice",
        ),
        (json!({"management_account": MANAGEMENT, "faults": [{"on": "*", "effect": "explode"}]}), "unknown variant"),
    ] {
        let error = serde_json::from_value::<World>(wrong).unwrap_err().to_string();
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn reads_the_example_of_the_readme() {
    let readme = include_str!("../README.md");
    let example = readme.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let world: World = serde_json::from_str(example).unwrap();
    assert!(world.accounts.len() > 2);
    assert!(!world.faults.is_empty());
}

#[tokio::test]
async fn knows_the_callers_and_faults_of_the_file() {
    let world: World = serde_json::from_value(json!({
        "management_account": MANAGEMENT,
        "faults": [{"on": "organizations:DescribeOrganization", "effect": {"denied_with": "no"}, "times": "always"}],
    }))
    .unwrap();
    let simulator = Simulator::new(world);
    let client = aws_sdk_organizations::Client::new(&simulator.sdk_config(&Caller::management_role("r")));
    for _ in 0..2 {
        assert_eq!(support::refusal(client.describe_organization().send().await).2, "no");
    }
}
