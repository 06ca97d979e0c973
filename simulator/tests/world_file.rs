//! The world as JSON that a person writes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use rootwarden_simulator::{
    Caller, CreateAccountRequest, Fault, Feature, Member, MemberBucket, MemberQueue, Simulator, World,
};
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
        .member(
            Member::new("777777777777")
                .role("service-role/reader")
                .user("alice")
                .bucket(
                    MemberBucket::new("a")
                        .region("eu-central-1")
                        .policy(json!({"Statement": []}))
                        .block_public_policy(),
                )
                .bucket(MemberBucket::new("b").policy("no JSON"))
                .bucket(MemberBucket::new("c"))
                .queue(MemberQueue::new("q").policy("{ \"Statement\" : [ ] }")),
        )
        .queue_propagation_seconds(60)
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
fn shows_a_policy_as_an_object_if_it_is_one() {
    let account = |bucket: MemberBucket| World::new(MANAGEMENT).member(Member::new("444444444444").bucket(bucket));
    let shown = |world: &World| serde_json::to_value(world).unwrap()["accounts"][1]["buckets"][0]["policy"].clone();
    let plain = account(MemberBucket::new("b"));
    let spaced = account(MemberBucket::new("b").policy("{ \"Statement\": [] }"));
    let compact = account(MemberBucket::new("b").policy(json!({"Statement": []})));
    let other = account(MemberBucket::new("b").policy(json!({"Statement": [{}]})));
    let text = account(MemberBucket::new("b").policy("[]"));
    assert_eq!(shown(&plain), json!(null));
    assert_eq!(shown(&spaced), json!({"Statement": []}));
    assert_eq!(shown(&text), json!("[]"));
    assert_eq!(spaced, compact);
    for different in [&plain, &other, &text] {
        assert_ne!(different, &compact);
    }
    assert_eq!(spaced.member_bucket("b").unwrap().policy.as_deref(), Some("{ \"Statement\": [] }"));
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
        (
            json!({"management_account": MANAGEMENT, "buckets": ["b"],
                "accounts": [{"id": "444444444444", "buckets": [{"name": "b"}]}]}),
            "bucket `b` is listed twice",
        ),
        (
            json!({"management_account": MANAGEMENT,
                "accounts": [{"id": "444444444444", "queues": [{"name": "q"}, {"name": "q"}]}]}),
            "queue `arn:aws:sqs:us-east-1:444444444444:q` is listed twice",
        ),
        (
            json!({"management_account": MANAGEMENT,
                "accounts": [{"id": "444444444444", "queues": [{"name": "q", "policy": 1}]}]}),
            "a policy is an object, a string or null",
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
