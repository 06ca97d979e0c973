//! S3: the project's own bucket, where each step hands on what the next one reads.

use aws_sdk_s3::primitives::ByteStream;
use rootwarden_aws::{Done, Storage, StorageError};
use rootwarden_domain::{ErrorKind, Pin, Sha256};
use rootwarden_simulator::Fault;
use rootwarden_tests::BUCKET;
use serde_json::{Value, json};

use crate::{
    check::Check,
    exchange::{Exchange, Seen},
    sample::Answer,
    world::world,
};

const VERSIONED: &str = "s3.DeleteObject-GetObject.versioned";
const CONDITIONAL: &str = "s3.PutObject.if-none-match-versioned";
const KEY: &str = "test-delete";

pub async fn check(check: &mut Check) {
    an_object_is_written(check).await;
    an_object_is_read(check).await;
    what_is_not_there(check).await;
    a_conditional_write(check).await;
}

async fn an_object_is_written(check: &mut Check) {
    for (sample, case) in [(VERSIONED, "put"), (CONDITIONAL, "put"), (CONDITIONAL, "put after it was deleted")] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        let pin = storage(&exchange).write(KEY.to_owned(), &json!("test-delete")).await.unwrap();
        assert_eq!(pin, pin_of(&answer), "what is handed on is the version that AWS named");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        storage(&exchange).write(KEY.to_owned(), &json!("test-delete")).await.unwrap();
        check.compare(&answer, &exchange.last("s3:PutObject"));
    }
}

async fn an_object_is_read(check: &mut Check) {
    let answer = check.answer(VERSIONED, "a version");
    let exchange = Exchange::new(world()).answering(&answer);
    let read: Value = storage(&exchange).read(&pin_of(&answer), KEY).await.unwrap();
    assert_eq!(read, json!("test-delete"));
    check.reader_took(&answer);

    let exchange = Exchange::new(world());
    let (s3, pin) = (client(&exchange), put(&exchange).await);
    s3.get_object().bucket(BUCKET).key(KEY).version_id(&pin.version_id).send().await.unwrap();
    check.compare(&answer, &exchange.last("s3:GetObject"));
}

/// What is gone is told apart from what never was, and from what cannot be asked for.
async fn what_is_not_there(check: &mut Check) {
    for (sample, case) in [(VERSIONED, "read after it was deleted"), ("s3.GetObject.no-such-key", "no such key")] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        put(&exchange).await;
        assert_eq!(storage(&exchange).find::<Value>(KEY).await.unwrap(), None, "{case}");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        put(&exchange).await;
        client(&exchange).delete_object().bucket(BUCKET).key(KEY).send().await.unwrap();
        assert_eq!(storage(&exchange).find::<Value>(KEY).await.unwrap(), None);
        check.compare(&answer, &exchange.last("s3:GetObject"));
    }
    let answer = check.answer("s3.GetObject.no-such-bucket", "no such bucket");
    let simulated = Exchange::new(world());
    for exchange in [&Exchange::new(world()).answering(&answer), &simulated] {
        let error = Storage::new(&exchange.config(), "no-such-bucket").find::<Value>(KEY).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("The specified bucket does not exist"), "{error}");
    }
    check.reader_took(&answer);
    check.compare(&answer, &simulated.last("s3:GetObject"));
    for (case, is_gone, version) in [
        ("a version that is gone", true, "version-99999999"),
        ("the delete marker", false, "marker"),
        ("no version id", false, "bad-version"),
    ] {
        let answer = check.answer(VERSIONED, case);
        let pin = Pin { version_id: "any".to_owned(), ..pin_of(&check.answer(VERSIONED, "put")) };
        let exchange = Exchange::new(world()).answering(&answer);
        let error = storage(&exchange).read::<Value>(&pin, KEY).await.unwrap_err();
        assert_eq!(matches!(error, StorageError::Altered { .. }), is_gone, "{case}: {error}");
        assert!(error.to_string().contains(KEY), "{error}");
        check.reader_took(&answer);
        check.compare(&answer, &read_version(version).await);
    }
    for sample in [VERSIONED, CONDITIONAL] {
        let exchange = Exchange::new(world());
        put(&exchange).await;
        client(&exchange).delete_object().bucket(BUCKET).key(KEY).send().await.unwrap();
        check.compare(&check.answer(sample, "deleted"), &exchange.last("s3:DeleteObject"));
    }
}

async fn read_version(version: &str) -> Seen {
    let exchange = Exchange::new(world());
    put(&exchange).await;
    let s3 = client(&exchange);
    let deleted = s3.delete_object().bucket(BUCKET).key(KEY).send().await.unwrap();
    let version = if version == "marker" { deleted.version_id().unwrap() } else { version };
    assert!(s3.get_object().bucket(BUCKET).key(KEY).version_id(version).send().await.is_err());
    exchange.last("s3:GetObject")
}

/// Of several writers one does, and the others learn that something is there.
async fn a_conditional_write(check: &mut Check) {
    let there = check.answer(CONDITIONAL, "something is there");
    let multipart = check.answer("s3.conditional-request-conflict", "something is there");
    let conflict = check.answer("s3.conditional-request-conflict", "another write is going on");
    for answer in [&there, &multipart, &conflict] {
        let exchange = Exchange::new(world()).answering_as("s3:PutObject", answer);
        assert_eq!(storage(&exchange).create(KEY, &json!(1)).await.unwrap(), Done::Already, "{}", answer.id());
        check.reader_took(answer);
    }
    // Answered to another operation, with this one's structure.
    let conflict = conflict.of_operation("s3:PutObject");
    let exchange = Exchange::new(world());
    put(&exchange).await;
    assert_eq!(storage(&exchange).create(KEY, &json!(1)).await.unwrap(), Done::Already);
    check.compare(&there, &exchange.last("s3:PutObject"));

    let fault = Fault::on("s3:PutObject").always();
    let exchange =
        Exchange::new(world().fault(fault.error("ConditionalRequestConflict", 409, conflict.text("Error.Message"))));
    assert_eq!(storage(&exchange).create(KEY, &json!(1)).await.unwrap(), Done::Already);
    check.compare(&conflict, &exchange.last("s3:PutObject"));
}

fn storage(exchange: &Exchange) -> Storage {
    Storage::new(&exchange.config(), BUCKET)
}

fn client(exchange: &Exchange) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::config::Builder::from(&exchange.config()).force_path_style(true).build();
    aws_sdk_s3::Client::from_conf(config)
}

/// Puts the object without a content type.
async fn put(exchange: &Exchange) -> Pin {
    let body = ByteStream::from_static(b"\"test-delete\"");
    let output = client(exchange).put_object().bucket(BUCKET).key(KEY).body(body).send().await.unwrap();
    let sha256 = Sha256::of(b"\"test-delete\"");
    Pin { key: KEY.to_owned(), version_id: output.version_id().unwrap_or_default().to_owned(), sha256 }
}

fn pin_of(answer: &Answer) -> Pin {
    let sha256 = Sha256::of(b"\"test-delete\"");
    Pin { key: KEY.to_owned(), version_id: answer.text("VersionId").to_owned(), sha256 }
}
