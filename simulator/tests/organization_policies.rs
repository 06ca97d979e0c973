//! Policies of the organization: listed, described, and in force where they are attached.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_sdk_organizations::{Client, types::PolicyType};
use rootwarden_simulator::{Member, MemberBucket, OrganizationPolicy, Simulator, World};
use serde_json::{Value, json};
use support::{AUDIT, DIRTY, MANAGEMENT, MEMBER, UNLOCK_BUCKET, iam_as_root, management, refusal, root_session};

const POLICY: &str = "p-examplepolicyid111";
const UNIT: &str = "ou-aaaa-11111111";

fn denying_root(action: &str) -> Value {
    json!({"Statement": {
        "Effect": "Deny", "Action": action, "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
    }})
}

fn world(policy: OrganizationPolicy) -> Simulator {
    let bound = Member::new(MEMBER).organizational_unit(UNIT).bucket(MemberBucket::new("bound"));
    let free = Member::new(DIRTY).bucket(MemberBucket::new("free"));
    Simulator::new(World::new(MANAGEMENT).member(bound).member(free).policy(policy))
}

#[tokio::test]
async fn a_policy_is_listed_page_by_page_and_described_with_what_it_is_attached_to() {
    let policy = OrganizationPolicy::service_control(POLICY, denying_root("*")).attached_to(UNIT).attached_to("r-aaaa");
    let simulator = world(policy);
    simulator.update(|world| world.policies_page_size = 1);
    let client = Client::new(&management(&simulator));
    let list = async |token| {
        let request = client.list_policies().filter(PolicyType::ServiceControlPolicy).set_next_token(token);
        request.send().await.unwrap()
    };
    let first = list(None).await;
    assert_eq!(first.policies()[0].id(), Some(POLICY));
    let second = list(first.next_token).await;
    assert_eq!((second.policies()[0].id(), second.next_token()), (Some("p-FullAWSAccess"), None));
    assert!(second.policies()[0].aws_managed());
    let described = client.describe_policy().policy_id(POLICY).send().await.unwrap().policy.unwrap();
    assert_eq!(serde_json::from_str::<Value>(described.content().unwrap()).unwrap(), denying_root("*"));
    let targets = client.list_targets_for_policy().policy_id(POLICY).max_results(20).send().await.unwrap();
    assert_eq!((targets.targets()[0].target_id(), targets.next_token().is_some()), (Some(UNIT), true));
    let (code, _, _) = refusal(client.describe_policy().policy_id("p-nobody").send().await);
    assert_eq!(code, "PolicyNotFoundException");
}

#[tokio::test]
async fn a_service_control_policy_binds_the_accounts_of_its_unit() {
    let simulator = world(OrganizationPolicy::service_control(POLICY, denying_root("*")).attached_to(UNIT));
    let (code, _, message) = refusal(iam_as_root(&simulator, MEMBER, AUDIT).await.get_account_summary().send().await);
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("in a service control policy") && message.ends_with(POLICY), "{message}");
    iam_as_root(&simulator, DIRTY, AUDIT).await.get_account_summary().send().await.unwrap();
}

#[tokio::test]
async fn a_resource_control_policy_binds_the_buckets_of_its_unit() {
    let mut document = denying_root("s3:*");
    document["Statement"]["Principal"] = json!("*");
    let simulator = world(OrganizationPolicy::resource_control(POLICY, document).attached_to(UNIT));
    let read = async |account: &str, bucket: &str| {
        let config = root_session(&simulator, account, UNLOCK_BUCKET).await;
        let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        refusal(aws_sdk_s3::Client::from_conf(config).get_bucket_policy().bucket(bucket).send().await)
    };
    let (code, _, message) = read(MEMBER, "bound").await;
    assert_eq!(code, "AccessDenied");
    assert!(message.contains("in a resource control policy") && message.ends_with(POLICY), "{message}");
    assert_eq!(read(DIRTY, "free").await.0, "NoSuchBucketPolicy");
}
