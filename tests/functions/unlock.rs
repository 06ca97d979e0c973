//! Unlock requests, from a person's request to the policy that is there afterwards.

mod apply;
mod approval;
mod faults;
mod refused;
mod requests;
mod restore;

use rootwarden_simulator::{Caller, Member, MemberBucket, MemberQueue, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

pub const OWNER: &str = "300000000001";
pub const OTHER: &str = "300000000002";
pub const SUSPENDED: &str = "300000000003";
pub const PAYROLL: &str = "payroll";
pub const ORDERS: &str = "arn:aws:sqs:eu-west-1:300000000001:orders";

pub const JANE: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com";
pub const JANE_ELSEWHERE: &str =
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Read_fedcba9876543210/Jane@example.com";
pub const JOE: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com";
pub const TOKEN: &str = "AQCkAAAAKgAAAAMAAAAAAAAAAUnlock/secret/task/token==";

/// Denies everybody everything, and lets a role of the owner read.
pub fn locked_bucket() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "DenyAll", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"]},
        {"Sid": "TlsOnly", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
         "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"],
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ]})
}

/// The same, narrowed: the policy itself is no longer denied.
pub fn narrowed_bucket() -> Value {
    let mut policy = locked_bucket();
    policy["Statement"][0] = json!({"Sid": "DenyAll", "Effect": "Deny", "Principal": "*",
        "NotAction": ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"],
        "Resource": ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"]});
    policy
}

pub fn locked_queue() -> Value {
    json!({"Version": "2012-10-17", "Statement": {
        "Sid": "DenyAll", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sqs:*", "Resource": ORDERS,
    }})
}

pub fn world() -> World {
    world_with(locked_bucket())
}

/// The world with another policy on the bucket.
pub fn world_with(policy: Value) -> World {
    World::new(MANAGEMENT)
        .member(
            Member::new(OWNER)
                .bucket(MemberBucket::new(PAYROLL).region("eu-central-1").policy(policy))
                .bucket(MemberBucket::new("payroll-copy"))
                .bucket(MemberBucket::new("log-archive-eu").policy(locked_bucket()))
                .queue(MemberQueue::new("orders").region("eu-west-1").policy(locked_queue())),
        )
        .member(Member::new(OTHER).bucket(MemberBucket::new("of-another")))
        .member(Member::new(SUSPENDED).state("SUSPENDED").bucket(MemberBucket::new("suspended")))
}

/// What a person asks for, about the bucket.
pub fn about_bucket(action: &str) -> Value {
    json!({"action": action, "account": OWNER, "bucket": PAYROLL, "reason": "nobody gets in", "ticket": "INC-1"})
}

/// The same about the queue.
pub fn about_queue(action: &str) -> Value {
    json!({"action": action, "account": OWNER, "queue": ORDERS, "reason": "nobody gets in", "ticket": "INC-2"})
}

/// A request that was started, and the input of its execution.
pub struct StartedUnlock {
    pub id: String,
    pub request: Value,
}

/// A request, asked by Jane.
pub async fn ask(rehearsal: &Rehearsal, body: &Value) -> StartedUnlock {
    let (status, answer) = rehearsal.access_requests(JANE, body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let execution = rehearsal.simulator.executions().pop().unwrap();
    let input: Value = serde_json::from_str(&execution.input).unwrap();
    assert_eq!((&input["unlock"], &json!(execution.name)), (&answer["unlock"], &answer["unlock"]));
    StartedUnlock { id: execution.name, request: input["request"].clone() }
}

/// The plan step of a request.
pub async fn plan(rehearsal: &Rehearsal, body: &Value) -> (StartedUnlock, Value) {
    let started = ask(rehearsal, body).await;
    let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
    let planned = rehearsal.unlock(input).await.unwrap();
    (started, planned)
}

/// The same, once the state machine has asked for an approval and Joe has given it.
pub async fn approved(rehearsal: &Rehearsal, body: &Value) -> (StartedUnlock, Value) {
    let (started, planned) = plan(rehearsal, body).await;
    assert_eq!((&planned["outcome"], &planned["approval"]), (&json!("to_apply"), &json!("needed")), "{planned}");
    rehearsal.access_event(question(&started, &planned)).await.unwrap();
    let (status, answer) = rehearsal.access_requests(JOE, &approval(&started, &planned)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    (started, planned)
}

pub fn question(started: &StartedUnlock, planned: &Value) -> Value {
    json!({"approval_request": {
        "approval_id": started.id, "plan": planned["plan"], "started_by": planned["started_by"],
        "task_token": format!("{TOKEN}{}", started.id),
    }})
}

pub fn approval(started: &StartedUnlock, planned: &Value) -> Value {
    json!({"action": "approve", "approval_id": started.id, "plan_sha256": planned["plan"]["sha256"], "reason": "looked at it"})
}

pub fn apply_input(started: &StartedUnlock, planned: &Value) -> Value {
    json!({"step": "apply", "unlock": started.id, "plan": planned["plan"]})
}

/// A request from beginning to end.
pub async fn carry_out(rehearsal: &Rehearsal, body: &Value) -> (StartedUnlock, Value, Value) {
    let (started, planned) = approved(rehearsal, body).await;
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    (started, planned, applied)
}

pub async fn verify(rehearsal: &Rehearsal, started: &StartedUnlock, planned: &Value) -> Value {
    let input = json!({"step": "verify", "unlock": started.id, "plan": planned["plan"], "attempt": 1});
    rehearsal.unlock(input).await.unwrap()
}

/// The policy of the bucket or the queue as it is in the world.
pub fn policy_of(rehearsal: &Rehearsal, name: &str) -> Option<Value> {
    let world = rehearsal.simulator.world();
    let account = world.account(OWNER).unwrap();
    let bucket = account.buckets.iter().find(|bucket| bucket.name == name).and_then(|bucket| bucket.policy.as_ref());
    let queue = account.queues.iter().find(|queue| queue.name == name).and_then(|queue| queue.policy.as_ref());
    bucket.or(queue).map(|policy| serde_json::from_str(policy).unwrap())
}

/// Every object whose key begins so, newest versions.
pub fn objects(rehearsal: &Rehearsal, prefix: &str) -> Vec<(String, Value)> {
    let objects = rehearsal.simulator.objects(BUCKET).into_iter();
    objects
        .filter(|(key, _)| key.starts_with(prefix))
        .map(|(key, body)| (key, serde_json::from_slice(&body).unwrap_or_default()))
        .collect()
}

/// The tasks of the sessions that were opened, each once.
pub fn sessions(rehearsal: &Rehearsal) -> Vec<(String, String)> {
    let calls = rehearsal.simulator.calls().into_iter();
    let mut opened: Vec<_> = calls
        .filter(|call| call.action == "sts:AssumeRoot")
        .map(|call| (call.account.unwrap_or_default(), call.resource.unwrap_or_default()))
        .collect();
    opened.dedup();
    opened
}

/// Whether an administrator of the account is let through.
pub async fn admin_can_read(rehearsal: &Rehearsal, body: &Value) -> bool {
    use rootwarden_aws::SdkConfig;
    let in_region = |config: SdkConfig, region: &'static str| {
        config.into_builder().region(aws_types::region::Region::new(region)).build()
    };
    let config = rehearsal.simulator.sdk_config(&Caller::role(OWNER, "admin"));
    if body["queue"].is_null() {
        let config = aws_sdk_s3::config::Builder::from(&in_region(config, "eu-central-1")).force_path_style(true);
        let s3 = aws_sdk_s3::Client::from_conf(config.build());
        s3.get_bucket_policy().bucket(PAYROLL).send().await.is_ok()
    } else {
        let sqs = aws_sdk_sqs::Client::new(&in_region(config, "eu-west-1"));
        let url = format!("https://sqs.eu-west-1.amazonaws.com/{OWNER}/orders");
        sqs.get_queue_attributes().queue_url(url).send().await.is_ok()
    }
}

pub fn rehearsal() -> Rehearsal {
    Rehearsal::new(world())
}

pub fn deployed(deployment: &Deployment) -> Rehearsal {
    Rehearsal::deployed(world(), deployment)
}
