//! The project's own buckets, and executions that are started once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a panic in a helper is a failed test"
)]

mod support;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::primitives::ByteStream;
use rootwarden_simulator::Simulator;
use support::{code, management, refusal, world};

const BUCKET: &str = "rootwarden-bucket";

async fn put(s3: &aws_sdk_s3::Client, key: &str, text: &str) -> String {
    let body = ByteStream::from(text.as_bytes().to_vec());
    let answer = s3.put_object().bucket(BUCKET).key(key).body(body).send().await;
    answer.unwrap().version_id.unwrap()
}

async fn get(s3: &aws_sdk_s3::Client, key: &str, version: Option<&str>) -> (String, String) {
    let answer = s3.get_object().bucket(BUCKET).key(key).set_version_id(version.map(ToOwned::to_owned)).send().await;
    let answer = answer.unwrap();
    let version = answer.version_id().unwrap().to_owned();
    let bytes = answer.body.collect().await.unwrap().into_bytes();
    (String::from_utf8(bytes.to_vec()).unwrap(), version)
}

#[tokio::test]
async fn keeps_every_version_of_an_object() {
    let simulator = Simulator::new(world());
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let key = "runs/run 1/audit/0/0.json";
    let first = put(&s3, key, "one").await;
    let second = put(&s3, key, "two").await;
    assert_ne!(first, second);
    assert_eq!(get(&s3, key, None).await, ("two".to_owned(), second.clone()));
    assert_eq!(get(&s3, key, Some(&first)).await.0, "one");
    let head = s3.head_object().bucket(BUCKET).key(key).send().await.unwrap();
    assert_eq!((head.content_length(), head.version_id()), (Some(3), Some(second.as_str())));

    s3.delete_object().bucket(BUCKET).key(key).send().await.unwrap();
    let (code_of_get, status, _) = refusal(s3.get_object().bucket(BUCKET).key(key).send().await);
    assert_eq!((code_of_get.as_str(), status), ("NoSuchKey", 404));
    assert_eq!(get(&s3, key, Some(&second)).await.0, "two");
    let wrong = s3.get_object().bucket(BUCKET).key(key).version_id("version-99").send().await;
    assert_eq!(code(wrong), "NoSuchVersion");
    assert!(simulator.objects(BUCKET).is_empty());
}

#[tokio::test]
async fn shows_and_tampers_with_objects_behind_the_wire() {
    let simulator = Simulator::new(world());
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let first = put(&s3, "plan.json", "honest").await;
    simulator.put_object(BUCKET, "plan.json", "tampered");
    assert_eq!(simulator.objects(BUCKET), [("plan.json".to_owned(), "tampered".into())]);
    assert_eq!(get(&s3, "plan.json", None).await.0, "tampered");
    assert_eq!(get(&s3, "plan.json", Some(&first)).await.0, "honest");
}

#[tokio::test]
async fn reads_uploads_in_chunks_with_a_checksum_in_the_trailer() {
    let simulator = Simulator::new(world());
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let text = "0123456789".repeat(20_000);
    let path = std::env::temp_dir().join(format!("rootwarden-simulator-{}.txt", std::process::id()));
    std::fs::write(&path, &text).unwrap();
    let body = ByteStream::from_path(&path).await.unwrap();
    s3.put_object().bucket(BUCKET).key("large").body(body).send().await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(get(&s3, "large", None).await.0, text);
}

#[tokio::test]
async fn addresses_buckets_by_path_too() {
    let simulator = Simulator::new(world());
    let config = aws_sdk_s3::config::Builder::from(&management(&simulator)).force_path_style(true).build();
    let s3 = aws_sdk_s3::Client::from_conf(config);
    put(&s3, "a/b c+d.json", "x").await;
    assert_eq!(get(&s3, "a/b c+d.json", None).await.0, "x");
    assert_eq!(simulator.objects(BUCKET)[0].0, "a/b c+d.json");
}

#[tokio::test]
async fn writes_only_once_where_the_writer_asks_for_it() {
    let simulator = Simulator::new(world());
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let write = |text: &'static [u8]| {
        let body = ByteStream::from_static(text);
        s3.put_object().bucket(BUCKET).key("once").if_none_match("*").body(body).send()
    };
    write(b"1").await.unwrap();
    let (code, status, _) = refusal(write(b"2").await);
    assert_eq!((code.as_str(), status), ("PreconditionFailed", 412));
    assert_eq!(get(&s3, "once", None).await.0, "1");
}

#[tokio::test]
async fn lists_objects_in_pages_under_a_prefix() {
    let simulator = Simulator::new(world());
    for number in 0..5 {
        simulator.put_object(BUCKET, &format!("runs/{number}"), "x");
    }
    simulator.put_object(BUCKET, "another", "x");
    simulator.put_object(BUCKET, "zebra", "x");
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let mut pages = s3.list_objects_v2().bucket(BUCKET).prefix("runs/").max_keys(2).into_paginator().send();
    let mut found = Vec::new();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += 1;
        found.extend(page.unwrap().contents().iter().map(|object| object.key().unwrap().to_owned()));
    }
    assert_eq!(count, 3);
    assert_eq!(found, ["runs/0", "runs/1", "runs/2", "runs/3", "runs/4"]);
}

#[tokio::test]
async fn knows_only_the_buckets_of_the_world() {
    let simulator = Simulator::new(world());
    let s3 = aws_sdk_s3::Client::new(&management(&simulator));
    let missing = s3.get_object().bucket("another-bucket").key("k").send().await;
    assert_eq!(code(missing), "NoSuchBucket");
    let absent = s3.head_object().bucket(BUCKET).key("absent").send().await;
    assert!(matches!(absent, Err(SdkError::ServiceError(error)) if error.err().is_not_found()));
}

#[tokio::test]
async fn starts_an_execution_once() {
    let simulator = Simulator::new(world());
    let client = aws_sdk_sfn::Client::new(&management(&simulator));
    let machine = "arn:aws:states:us-east-1:111111111111:stateMachine:secure-accounts";
    let start = |input: &str| client.start_execution().state_machine_arn(machine).name("joined-1").input(input).send();
    let first = start(r#"{"a":1}"#).await.unwrap();
    simulator.advance(std::time::Duration::from_mins(1));
    let second = start(r#"{"a":1}"#).await.unwrap();
    assert_eq!(first.execution_arn(), "arn:aws:states:us-east-1:111111111111:execution:secure-accounts:joined-1");
    assert_eq!((first.execution_arn(), first.start_date()), (second.execution_arn(), second.start_date()));
    let (code_of_other, status, _) = refusal(start(r#"{"a":2}"#).await);
    assert_eq!((code_of_other.as_str(), status), ("ExecutionAlreadyExists", 400));
    let executions = simulator.executions();
    assert_eq!(executions.len(), 1);
    assert_eq!((executions[0].name.as_str(), executions[0].input.as_str()), ("joined-1", r#"{"a":1}"#));
    let bad_name = client.start_execution().state_machine_arn(machine).name("a b").send().await;
    assert_eq!(code(bad_name), "InvalidName");
}
