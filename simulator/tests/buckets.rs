//! Buckets of member accounts: locked out before, unlocked by a root session, at work after.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use std::collections::BTreeSet;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use rootwarden_simulator::{Caller, Fault, Member, MemberBucket, Simulator};
use serde_json::json;
use support::locked::{BUCKET, FAR_BUCKET, FOREIGN_BUCKET, OPEN_BUCKET, admin, deny_all, in_region, world};
use support::{
    AUDIT, DELETE, DIRTY, MANAGEMENT, MEMBER, UNLOCK_BUCKET, UNLOCK_QUEUE, code, management, refusal, root_session,
};

async fn as_root(simulator: &Simulator) -> Client {
    Client::new(&root_session(simulator, MEMBER, UNLOCK_BUCKET).await)
}

async fn put_object(s3: &Client, bucket: &str) -> Result<(), String> {
    let body = ByteStream::from_static(b"bytes");
    let answer = s3.put_object().bucket(bucket).key("a/b").body(body).send().await;
    answer.map(drop).map_err(|error| error.message().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn shows_a_bucket_locked_before_and_at_work_after() {
    let simulator = Simulator::new(world());
    let admin = Client::new(&admin(&simulator));
    let refused = refusal(admin.get_bucket_policy().bucket(BUCKET).send().await);
    let message = "User: arn:aws:sts::333333333333:assumed-role/admin/session is not authorized to perform: \
                   s3:GetBucketPolicy on resource: \"arn:aws:s3:::locked-bucket\" with an explicit deny in a \
                   resource-based policy";
    assert_eq!(refused, ("AccessDenied".to_owned(), 403, message.to_owned()));
    assert_eq!(code(admin.delete_bucket_policy().bucket(BUCKET).send().await), "AccessDenied");
    assert!(put_object(&admin, BUCKET).await.unwrap_err().contains("s3:PutObject on resource"));

    let root = as_root(&simulator).await;
    let before = root.get_bucket_policy().bucket(BUCKET).expected_bucket_owner(MEMBER).send().await.unwrap();
    let put = serde_json::from_str::<serde_json::Value>(before.policy().unwrap()).unwrap();
    assert_eq!(put, deny_all("s3", "arn:aws:s3:::locked-bucket"));
    root.delete_bucket_policy().bucket(BUCKET).expected_bucket_owner(MEMBER).send().await.unwrap();
    let none = refusal(root.get_bucket_policy().bucket(BUCKET).send().await);
    assert_eq!(none, ("NoSuchBucketPolicy".to_owned(), 404, "The bucket policy does not exist".to_owned()));
    root.delete_bucket_policy().bucket(BUCKET).send().await.unwrap();

    put_object(&admin, BUCKET).await.unwrap();
    let listed = admin.list_objects_v2().bucket(BUCKET).send().await.unwrap();
    assert_eq!(listed.contents()[0].key(), Some("a/b"));
    let object = admin.get_object().bucket(BUCKET).key("a/b").send().await.unwrap();
    assert_eq!(object.body.collect().await.unwrap().into_bytes(), "bytes");

    // And back: the policy is in force at once, for everybody but the owner's root.
    root.put_bucket_policy().bucket(BUCKET).policy(before.policy().unwrap()).send().await.unwrap();
    assert_eq!(code(admin.get_object().bucket(BUCKET).key("a/b").send().await), "AccessDenied");
    assert!(root.get_bucket_policy().bucket(BUCKET).send().await.is_ok());
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn keeps_the_text_of_a_policy_as_it_was_put() {
    let simulator = Simulator::new(world());
    let s3 = Client::new(&admin(&simulator));
    let text = deny_all("s3", "arn:aws:s3:::open-bucket").to_string().replace("\"s3:*\"", "[ \"s3:DeleteBucket\" ]");
    s3.put_bucket_policy().bucket(OPEN_BUCKET).policy(&text).send().await.unwrap();
    let read = s3.get_bucket_policy().bucket(OPEN_BUCKET).send().await.unwrap();
    assert_eq!(read.policy(), Some(text.as_str()));
    assert_eq!(simulator.world().member_bucket(OPEN_BUCKET).unwrap().policy.as_deref(), Some(text.as_str()));
}

#[tokio::test]
async fn lets_a_root_session_do_nothing_but_its_task() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    assert!(put_object(&root, OPEN_BUCKET).await.unwrap_err().contains("with an explicit deny in a session policy"));
    assert_eq!(code(root.get_object().bucket(OPEN_BUCKET).key("k").send().await), "AccessDenied");
    assert_eq!(code(root.list_objects_v2().bucket(OPEN_BUCKET).send().await), "AccessDenied");
    assert_eq!(code(root.get_bucket_location().bucket(OPEN_BUCKET).send().await), "AccessDenied");
    for task in [AUDIT, DELETE, UNLOCK_QUEUE] {
        let wrong = Client::new(&root_session(&simulator, MEMBER, task).await);
        assert_eq!(code(wrong.get_bucket_policy().bucket(BUCKET).send().await), "AccessDenied", "{task}");
        assert_eq!(code(wrong.delete_bucket_policy().bucket(BUCKET).send().await), "AccessDenied", "{task}");
        assert_eq!(code(wrong.list_buckets().send().await), "AccessDenied", "{task}");
    }
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn binds_root_sessions_and_members_by_service_control_policies() {
    let scp = json!({"Statement": {"Effect": "Deny", "Action": "s3:PutBucketPolicy", "Resource": "*"}});
    let bound = Member::new(MEMBER).bucket(MemberBucket::new(OPEN_BUCKET)).scp(scp);
    let simulator = Simulator::new(world().member(bound));
    for s3 in [as_root(&simulator).await, Client::new(&admin(&simulator))] {
        let (_, _, message) = refusal(s3.put_bucket_policy().bucket(OPEN_BUCKET).policy("{}").send().await);
        assert!(
            message.contains("with an explicit deny in a service control policy: arn:aws:organizations::"),
            "{message}"
        );
        assert_eq!(code(s3.get_bucket_policy().bucket(OPEN_BUCKET).send().await), "NoSuchBucketPolicy");
    }
}

#[tokio::test]
async fn refuses_requests_of_another_region_and_says_which_is_right() {
    let simulator = Simulator::new(world());
    let config = root_session(&simulator, MEMBER, UNLOCK_BUCKET).await;
    let error = Client::new(&config).get_bucket_policy().bucket(FAR_BUCKET).send().await.unwrap_err();
    let answer = error.raw_response().unwrap();
    assert_eq!(answer.status().as_u16(), 301);
    assert_eq!(answer.headers().get("x-amz-bucket-region"), Some("eu-central-1"));
    assert_eq!(error.code(), Some("PermanentRedirect"));
    let body = std::str::from_utf8(answer.body().bytes().unwrap()).unwrap();
    assert!(body.contains("<Endpoint>far-bucket.s3.amazonaws.com</Endpoint><Bucket>far-bucket</Bucket>"), "{body}");

    // A host that names no Region: the signature decides.
    let anywhere = aws_sdk_s3::config::Builder::from(&config).endpoint_url("http://127.0.0.1:1").build();
    let error = Client::from_conf(anywhere).get_bucket_policy().bucket(FAR_BUCKET).send().await.unwrap_err();
    let answer = error.raw_response().unwrap();
    assert_eq!(answer.status().as_u16(), 400);
    assert_eq!(answer.headers().get("x-amz-bucket-region"), Some("eu-central-1"));
    assert_eq!(error.code(), Some("AuthorizationHeaderMalformed"));
    assert!(error.message().unwrap().ends_with("the region 'us-east-1' is wrong; expecting 'eu-central-1'"));

    let right = Client::new(&in_region(&config, "eu-central-1"));
    assert_eq!(code(right.get_bucket_policy().bucket(FAR_BUCKET).send().await), "NoSuchBucketPolicy");
    assert_eq!(code(right.get_bucket_policy().bucket(BUCKET).send().await), "PermanentRedirect");
}

#[tokio::test]
async fn refuses_another_owner_than_the_expected_one() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    let denied = ("AccessDenied".to_owned(), 403, "Access Denied".to_owned());
    let wrong = root.get_bucket_policy().bucket(BUCKET).expected_bucket_owner(DIRTY).send().await;
    assert_eq!(refusal(wrong), denied);
    let wrong = root.delete_bucket_policy().bucket(BUCKET).expected_bucket_owner(DIRTY).send().await;
    assert_eq!(refusal(wrong), denied);
    assert_eq!(code(root.get_bucket_policy().bucket("no-such-bucket").send().await), "NoSuchBucket");
    assert_eq!(code(root.get_bucket_policy().bucket("rootwarden-bucket").send().await), "AccessDenied");
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn keeps_policies_to_the_owners_account() {
    let simulator = Simulator::new(world());
    for s3 in [as_root(&simulator).await, Client::new(&admin(&simulator))] {
        let (code_of_allowed, status, message) = refusal(s3.get_bucket_policy().bucket(FOREIGN_BUCKET).send().await);
        assert_eq!((code_of_allowed.as_str(), status), ("MethodNotAllowed", 405));
        assert_eq!(message, "The specified method is not allowed against this resource.");
        assert_eq!(code(s3.delete_bucket_policy().bucket(FOREIGN_BUCKET).send().await), "MethodNotAllowed");
    }
    let stranger = Client::new(&simulator.sdk_config(&Caller::role(DIRTY, "admin")));
    let (code_of_denied, _, message) = refusal(stranger.get_bucket_policy().bucket(OPEN_BUCKET).send().await);
    assert_eq!(code_of_denied, "AccessDenied");
    assert!(message.ends_with("because no resource-based policy allows the s3:GetBucketPolicy action"), "{message}");
    assert_eq!(simulator.world(), world());
}

#[tokio::test]
async fn lets_strangers_at_objects_where_both_sides_allow_it() {
    let simulator = Simulator::new(world());
    put_object(&Client::new(&admin(&simulator)), FOREIGN_BUCKET).await.unwrap();
    let statements = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]);
    let reader = Caller::role(MEMBER, "reader").with_statements(statements);
    let reader = Client::new(&simulator.sdk_config(&reader));
    assert!(reader.get_object().bucket(FOREIGN_BUCKET).key("a/b").send().await.is_ok());
    let message = put_object(&reader, FOREIGN_BUCKET).await.unwrap_err();
    assert!(message.ends_with("because no identity-based policy allows the s3:PutObject action"), "{message}");
    let denying = json!([
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::open-bucket/*"},
    ]);
    let denied = Caller::role(MEMBER, "denied").with_statements(denying);
    let message = put_object(&Client::new(&simulator.sdk_config(&denied)), OPEN_BUCKET).await.unwrap_err();
    assert!(message.ends_with("with an explicit deny in an identity-based policy"), "{message}");
}

#[tokio::test]
async fn lists_the_accounts_own_buckets_with_their_regions() {
    let many = (0..5).fold(Member::new(DIRTY), |account, number| {
        let region = if number % 2 == 0 { "us-east-1" } else { "eu-west-1" };
        account.bucket(MemberBucket::new(format!("logs-{number}")).region(region))
    });
    let simulator = Simulator::new(world().member(many));
    let s3 = Client::new(&root_session(&simulator, DIRTY, UNLOCK_BUCKET).await);
    let plain = s3.list_buckets().send().await.unwrap();
    assert_eq!(plain.buckets().len(), 5);
    assert!(plain.buckets().iter().all(|bucket| bucket.bucket_region().is_none()));

    let mut pages = s3.list_buckets().prefix("logs-").max_buckets(2).into_paginator().send();
    let (mut found, mut count) = (Vec::new(), 0);
    while let Some(page) = pages.next().await {
        count += 1;
        let page = page.unwrap();
        let entry = |bucket: &aws_sdk_s3::types::Bucket| {
            (bucket.name().unwrap().to_owned(), bucket.bucket_region().unwrap().to_owned())
        };
        found.extend(page.buckets().iter().map(entry));
    }
    assert_eq!(count, 3);
    assert_eq!(found[3], ("logs-3".to_owned(), "eu-west-1".to_owned()));
    assert_eq!(found.len(), 5);
    let one = s3.list_buckets().prefix("logs-4").send().await.unwrap();
    assert_eq!((one.buckets().len(), one.continuation_token()), (1, None));
    assert!(s3.list_buckets().prefix("another").send().await.unwrap().buckets().is_empty());

    assert_eq!(code(s3.list_buckets().bucket_region("eu-west-1").send().await), "InvalidArgument");
    let there = Client::new(&in_region(&root_session(&simulator, DIRTY, UNLOCK_BUCKET).await, "eu-west-1"));
    assert_eq!(there.list_buckets().bucket_region("eu-west-1").send().await.unwrap().buckets().len(), 2);
    assert_eq!(code(s3.list_buckets().max_buckets(0).send().await), "InvalidArgument");
    assert_eq!(code(s3.list_buckets().continuation_token("x").send().await), "InvalidArgument");
    let project = Client::new(&management(&simulator)).list_buckets().send().await.unwrap();
    assert_eq!(project.buckets()[0].name(), Some("rootwarden-bucket"));
}

#[tokio::test]
async fn says_where_a_bucket_is_whatever_the_permission() {
    let simulator = Simulator::new(world());
    let denied = Client::new(&admin(&simulator)).head_bucket().bucket(BUCKET).send().await.unwrap_err();
    let answer = denied.raw_response().unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("x-amz-bucket-region")), (403, Some("us-east-1")));
    let head = Client::new(&admin(&simulator)).head_bucket().bucket(OPEN_BUCKET).send().await.unwrap();
    assert_eq!(head.bucket_region(), Some("us-east-1"));
}

fn without_retries(config: SdkConfig) -> SdkConfig {
    config.into_builder().retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled()).build()
}

#[tokio::test]
async fn meets_faults_on_the_calls_about_policies() {
    let simulator = Simulator::new(world());
    let config = without_retries(root_session(&simulator, MEMBER, UNLOCK_BUCKET).await);
    let s3 = Client::new(&config);
    let delete = || s3.delete_bucket_policy().bucket(BUCKET).send();
    simulator.inject(Fault::on("s3:DeleteBucketPolicy").account(DIRTY).throttle());
    simulator.inject(Fault::on("s3:DeleteBucketPolicy").account(MEMBER).nth(1).ignored());
    simulator.inject(Fault::on("s3:DeleteBucketPolicy").nth(2).throttle());
    simulator.inject(Fault::on("s3:DeleteBucketPolicy").nth(3).lost_response());
    delete().await.unwrap();
    assert_eq!(simulator.world(), world());
    assert_eq!(code(delete().await), "SlowDown");
    assert_eq!(simulator.world(), world());
    assert!(delete().await.unwrap_err().raw_response().is_none());
    assert!(simulator.world().member_bucket(BUCKET).unwrap().policy.is_none());

    let policy = deny_all("s3", "arn:aws:s3:::locked-bucket").to_string();
    simulator.inject(Fault::on("s3:PutBucketPolicy").nth(2).vanished());
    let put = || s3.put_bucket_policy().bucket(BUCKET).policy(&policy).send();
    put().await.unwrap();
    simulator.inject(Fault::on("s3:GetBucketPolicy").vanished());
    assert_eq!(code(s3.get_bucket_policy().bucket(BUCKET).send().await), "NoSuchBucketPolicy");
    assert_eq!(code(put().await), "NoSuchBucket");
    simulator.inject(Fault::on("s3:GetBucketPolicy").denied());
    let (_, _, message) = refusal(s3.get_bucket_policy().bucket(OPEN_BUCKET).send().await);
    assert!(message.ends_with("s3:GetBucketPolicy on resource: \"arn:aws:s3:::open-bucket\""), "{message}");
}

#[tokio::test]
async fn logs_whose_bucket_was_called_by_whom() {
    let simulator = Simulator::new(world());
    let root = as_root(&simulator).await;
    let first = simulator.calls().len();
    root.list_buckets().send().await.unwrap();
    root.get_bucket_policy().bucket(BUCKET).send().await.unwrap();
    put_object(&Client::new(&admin(&simulator)), FOREIGN_BUCKET).await.unwrap();
    put_object(&Client::new(&management(&simulator)), "rootwarden-bucket").await.unwrap();
    let calls: Vec<_> = simulator.calls_since(first);
    let seen: Vec<_> = calls
        .iter()
        .map(|call| (call.action.as_str(), call.account.as_deref(), call.resource.as_deref(), call.result.as_str()))
        .collect();
    let expected = [
        ("s3:ListAllMyBuckets", Some(MEMBER), None, "Success"),
        ("s3:GetBucketPolicy", Some(MEMBER), Some("arn:aws:s3:::locked-bucket"), "Success"),
        ("s3:PutObject", Some(DIRTY), Some("foreign-bucket/a/b"), "Success"),
        ("s3:PutObject", None, Some("rootwarden-bucket/a/b"), "Success"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(calls[1].session.as_ref().unwrap().task, UNLOCK_BUCKET);
    assert!(calls[3].caller.starts_with(&format!("arn:aws:sts::{MANAGEMENT}:")));
    let sessions: BTreeSet<_> = calls.iter().filter_map(|call| call.session.as_ref()).map(|s| &s.task).collect();
    assert_eq!(sessions.len(), 1);
}
