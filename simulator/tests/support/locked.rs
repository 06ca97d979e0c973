//! A member account with a bucket and a queue that deny everybody everything, and others beside them.

use aws_types::SdkConfig;
use aws_types::region::Region;
use rootwarden_simulator::{Caller, Member, MemberBucket, MemberQueue, Simulator, World};
use serde_json::{Value, json};

use super::{DIRTY, MEMBER, world as clean_world};

pub const BUCKET: &str = "locked-bucket";
pub const FAR_BUCKET: &str = "far-bucket";
pub const OPEN_BUCKET: &str = "open-bucket";
pub const FOREIGN_BUCKET: &str = "foreign-bucket";
pub const QUEUE_ARN: &str = "arn:aws:sqs:us-east-1:333333333333:locked-queue";
pub const QUEUE_URL: &str = "https://sqs.us-east-1.amazonaws.com/333333333333/locked-queue";
pub const FOREIGN_QUEUE_URL: &str = "https://sqs.us-east-1.amazonaws.com/444444444444/foreign-queue";

pub fn deny_all(service: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "DenyAll", "Effect": "Deny", "Principal": "*", "Action": format!("{service}:*"),
        "Resource": [resource, format!("{resource}/*")],
    }]})
}

pub fn allow(principal: &str, service: &str, resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": principal}, "Action": format!("{service}:*"),
        "Resource": [resource, format!("{resource}/*")],
    }]})
}

pub fn world() -> World {
    let member = Member::new(MEMBER)
        .role("admin")
        .role("service-role/reader")
        .user("alice")
        .bucket(MemberBucket::new(BUCKET).policy(deny_all("s3", "arn:aws:s3:::locked-bucket")))
        .bucket(MemberBucket::new(OPEN_BUCKET).block_public_policy())
        .bucket(MemberBucket::new(FAR_BUCKET).region("eu-central-1"))
        .queue(MemberQueue::new("locked-queue").policy(deny_all("sqs", QUEUE_ARN)))
        .queue(MemberQueue::new("far-queue").region("eu-central-1"));
    let other = Member::new(DIRTY)
        .bucket(MemberBucket::new(FOREIGN_BUCKET).policy(allow(MEMBER, "s3", "arn:aws:s3:::foreign-bucket")))
        .queue(MemberQueue::new("foreign-queue").policy(allow(MEMBER, "sqs", "*")));
    clean_world().member(member).member(other)
}

/// The configuration of an ordinary role that may do everything in its account.
pub fn admin(simulator: &Simulator) -> SdkConfig {
    simulator.sdk_config(&Caller::role(MEMBER, "admin"))
}

pub fn in_region(config: &SdkConfig, region: &'static str) -> SdkConfig {
    config.clone().into_builder().region(Region::from_static(region)).build()
}
