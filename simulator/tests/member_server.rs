//! Buckets and queues of member accounts on a port, with another emulator behind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_credential_types::Credentials;
use aws_types::SdkConfig;
use aws_types::region::Region;
use http::StatusCode;
use rootwarden_simulator::World;
use serde_json::json;
use support::locked::{BUCKET, OPEN_BUCKET, QUEUE_URL, world};
use support::server::{Running, signed, upstream};
use support::{MEMBER, UNLOCK_BUCKET, UNLOCK_QUEUE, code, task_policy};

const OPERATOR: &str = "AKIAOPERATOR00000001";
const ADMIN: &str = "AKIAADMIN00000000001";

async fn start() -> (Running, support::server::Received) {
    let (uri, received) = upstream().await;
    let server = Running::start(world(), Some(uri)).await;
    server.put_caller(OPERATOR, json!({"arn": "arn:aws:iam::111111111111:user/operator"})).await;
    server.put_caller(ADMIN, json!({"arn": "arn:aws:sts::333333333333:assumed-role/admin/s"})).await;
    (server, received)
}

fn config(server: &Running, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .endpoint_url(&server.url)
        .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(credentials))
        .retry_config(aws_sdk_s3::config::retry::RetryConfig::disabled())
        .build()
}

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).build())
}

fn as_key(server: &Running, key: &str) -> SdkConfig {
    config(server, Credentials::new(key, "secret", None, None, "test"))
}

async fn as_root(server: &Running, task: &str) -> SdkConfig {
    let session = server.sts(OPERATOR).assume_root().target_principal(MEMBER).task_policy_arn(task_policy(task));
    let issued = session.send().await.unwrap().credentials.unwrap();
    let token = Some(issued.session_token);
    config(server, Credentials::new(issued.access_key_id, issued.secret_access_key, token, None, "root"))
}

#[tokio::test]
async fn unlocks_a_bucket_and_a_queue_in_front_of_an_emulator() {
    let (server, received) = start().await;
    let admin = as_key(&server, ADMIN);
    let (bucket, queue) = (s3(&admin), aws_sdk_sqs::Client::new(&admin));
    let put =
        || bucket.put_object().bucket(BUCKET).key("k").body(aws_sdk_s3::primitives::ByteStream::from_static(b"x"));
    let send = || queue.send_message().queue_url(QUEUE_URL).message_body("m");
    assert_eq!(code(put().send().await), "AccessDenied");
    assert_eq!(code(send().send().await), "AccessDenied");

    let root = s3(&as_root(&server, UNLOCK_BUCKET).await);
    root.get_bucket_policy().bucket(BUCKET).send().await.unwrap();
    root.delete_bucket_policy().bucket(BUCKET).send().await.unwrap();
    let listed = root.list_buckets().prefix("open").send().await.unwrap();
    assert_eq!(listed.buckets()[0].bucket_region(), Some("us-east-1"));
    let root = aws_sdk_sqs::Client::new(&as_root(&server, UNLOCK_QUEUE).await);
    let policy = aws_sdk_sqs::types::QueueAttributeName::Policy;
    root.set_queue_attributes().queue_url(QUEUE_URL).attributes(policy, "").send().await.unwrap();

    put().send().await.unwrap();
    send().send().await.unwrap();
    assert!(received.lock().unwrap().is_empty());
    let world: World = serde_json::from_value(server.get("/_world").await).unwrap();
    assert!(world.member_bucket(BUCKET).unwrap().policy.is_none());
}

#[tokio::test]
async fn forwards_what_is_no_members() {
    let (server, received) = start().await;
    let operator = signed(OPERATOR, "s3");
    let get = async |path: &str, authorization: &str| {
        server.send("GET", path, &[("authorization", authorization)], "").await.unwrap().status()
    };
    let behind = StatusCode::IM_A_TEAPOT;
    assert_eq!(get("/rootwarden-bucket/k", &operator).await, behind);
    assert_eq!(get("/?prefix=r", &operator).await, behind);
    assert_eq!(get("/", &signed("AKIAEMULATOR", "s3")).await, behind);
    // A member's bucket is the simulator's whoever asks.
    assert_eq!(get(&format!("/{OPEN_BUCKET}/k"), &operator).await, StatusCode::FORBIDDEN);
    assert_eq!(get(&format!("/{OPEN_BUCKET}?policy"), &signed("AKIAEMULATOR", "s3")).await, StatusCode::FORBIDDEN);
    // And so are the lists that a member asks for, but not a bucket that the world does not know.
    assert_eq!(get("/", &signed(ADMIN, "s3")).await, StatusCode::OK);
    assert_eq!(get("/rootwarden-bucket/k", &signed(ADMIN, "s3")).await, behind);

    let sqs = async |key: &str, operation: &str, url: &str| {
        let target = format!("AmazonSQS.{operation}");
        let headers =
            [("authorization", &*signed(key, "sqs")), ("x-amz-target", &*target)].map(|(a, b)| (a, b.to_owned()));
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = json!({"QueueUrl": url, "MessageBody": "m"}).to_string();
        server.send("POST", "/", &headers, &body).await.unwrap().status()
    };
    let inbox = "http://127.0.0.1:4566/111111111111/inbox";
    assert_eq!(sqs(OPERATOR, "SendMessage", inbox).await, behind);
    assert_eq!(sqs(OPERATOR, "ListQueues", inbox).await, behind);
    assert_eq!(sqs(OPERATOR, "SendMessage", QUEUE_URL).await, StatusCode::FORBIDDEN);
    assert_eq!(sqs(ADMIN, "ListQueues", "").await, StatusCode::OK);
    assert_eq!(sqs(ADMIN, "SendMessage", inbox).await, behind);
    assert_eq!(received.lock().unwrap().len(), 7);
}
