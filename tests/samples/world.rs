//! The organization of these tests, and our readers on it.

use rootwarden_aws::{
    AwsError, Deadline, MemberAccount, Organization, ResourceSession, RootSessions, SessionBudget, audit,
};
use rootwarden_domain::{AccountId, Candidate, aws::resource::Resource, run::audit::AuditOutcome};
use rootwarden_simulator::{Member, MemberBucket, MemberQueue, World};
use rootwarden_tests::MANAGEMENT;
use serde_json::json;

use crate::exchange::Exchange;

pub const MEMBER: &str = "444455556666";
pub const OTHER: &str = "777788889999";
pub const BUCKET: &str = "amzn-s3-demo-bucket";
pub const OPEN_BUCKET: &str = "amzn-s3-demo-open";
pub const QUEUE: &str = "arn:aws:sqs:us-west-2:444455556666:example";
pub const QUEUE_URL: &str = "https://sqs.us-west-2.amazonaws.com/444455556666/example";

/// A member with a bucket and a queue.
pub fn world() -> World {
    World::new(MANAGEMENT).member(member()).member(Member::new(OTHER)).bucket(rootwarden_tests::BUCKET)
}

pub fn member() -> Member {
    let everyone = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject",
        "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
    }]});
    let senders = json!({"Version": "2012-10-17", "Id": "Foo", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "SQS:SendMessage", "Resource": QUEUE,
    }]});
    Member::new(MEMBER)
        .bucket(MemberBucket::new(BUCKET).policy(everyone))
        .bucket(MemberBucket::new(OPEN_BUCKET).block_public_policy())
        .queue(MemberQueue::new("example").region("us-west-2").policy(senders))
}

pub fn sessions(exchange: &Exchange) -> RootSessions {
    RootSessions::new(&exchange.config(), SessionBudget { per_second: 600, workers: 1 })
}

pub async fn audited(exchange: &Exchange) -> AuditOutcome {
    let account = Candidate { id: MEMBER.parse().unwrap(), name: "member".to_owned(), joined_at: None };
    let sessions = sessions(exchange);
    let deadline = Deadline::after(std::time::Duration::from_mins(2));
    audit(&sessions, &account, &sessions.call_recorder(), deadline).await
}

/// Code, kind and text of why an account is unknown.
pub async fn why_unknown(exchange: &Exchange) -> (Option<String>, &'static str, String) {
    match audited(exchange).await {
        AuditOutcome::Unknown(failure) => (failure.code, failure.kind.name(), failure.message),
        other => panic!("{other:?}"),
    }
}

pub async fn confirmed(exchange: &Exchange) -> MemberAccount {
    let id = |id: &str| -> AccountId { id.parse().unwrap() };
    Organization::new(&exchange.config()).member(id(MANAGEMENT), id(MEMBER)).await.unwrap()
}

/// A session for one bucket or queue of the member.
pub async fn opened(exchange: &Exchange, resource: Resource) -> Result<ResourceSession, AwsError> {
    ResourceSession::open(&sessions(exchange), &confirmed(exchange).await, &resource).await
}

pub fn bucket(name: &str) -> Resource {
    Resource::Bucket(name.parse().unwrap())
}

pub fn queue() -> Resource {
    Resource::Queue(QUEUE.parse().unwrap())
}
