//! Policies of a member's buckets and queues: what AWS answers about them, and what it does not take.

use rootwarden_simulator::{Feature, Member, MemberQueue, World};
use rootwarden_tests::{BUCKET, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use super::{
    Told,
    making::{always, denial, of_change, of_plan},
    told,
};
use crate::unlock::{self, ORDERS, OWNER, PAYROLL, about_bucket, about_queue};

const ROOT: &str = "arn:aws:iam::300000000001:root";

pub async fn buckets() -> Vec<Told> {
    let by_scp = denial(
        ROOT,
        "s3:GetBucketPolicy",
        "\"arn:aws:s3:::payroll\"",
        "with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa",
    );
    let mut unknown = about_bucket("plan");
    unknown["bucket"] = json!("payrol");
    vec![
        told(
            "bucket: the sessions are switched off",
            sessions_off().await,
            OWNER,
            "switch on privileged root actions",
            "cannot open a root session in account `300000000001`: AccessDenied: Root sessions feature is not enabled for your AWS Organization (switch on privileged root actions for member accounts in IAM, in the management account)",
        ),
        told(
            "bucket: denied by a service control policy",
            of_plan(&about_bucket("plan"), always("s3:GetBucketPolicy").denied_with(by_scp)).await,
            PAYROLL,
            "it has to exempt root sessions",
            r#"cannot read the policy of bucket `payroll` in account `300000000001`: AccessDenied: User: arn:aws:iam::300000000001:root is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::payroll" with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-aaaaaaaaaa/service_control_policy/p-aaaaaaaa (a service control policy of the account forbids it: it has to exempt root sessions, see aws:AssumedRoot)"#,
        ),
        told(
            "bucket: another account's by now",
            of_plan(&about_bucket("plan"), always("s3:GetBucketPolicy").error("AccessDenied", 403, "Access Denied"))
                .await,
            PAYROLL,
            "look at whose it is by now",
            "cannot read the policy of bucket `payroll` in account `300000000001`: AccessDenied (AWS does not say why: look at whose it is by now, at its policy, at the role's and at the organization's)",
        ),
        told(
            "bucket: not the owner",
            of_plan(
                &about_bucket("plan"),
                always("s3:GetBucketPolicy").error(
                    "MethodNotAllowed",
                    405,
                    "The specified method is not allowed against this resource.",
                ),
            )
            .await,
            PAYROLL,
            "look at whose it is",
            "cannot read the policy of bucket `payroll` in account `300000000001`: MethodNotAllowed: The specified method is not allowed against this resource (the bucket is another account's: look at whose it is)",
        ),
        told(
            "bucket: not there",
            of_plan(&unknown, always("s3:Nothing").throttle()).await,
            "payrol",
            "look at the name",
            "cannot find bucket `payrol` in account `300000000001`: the account has no bucket of this name: look at the name, and at whose it is",
        ),
    ]
}

pub async fn changes() -> Vec<Told> {
    vec![
        told(
            "bucket: a change that is throttled",
            of_change(&about_bucket("apply"), always("s3:PutBucketPolicy").throttle()).await,
            PAYROLL,
            "try again later",
            "cannot put the policy of bucket `payroll` in account `300000000001`: SlowDown: Please reduce your request rate (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well); a fresh read shows the policy as it was before",
        ),
        told(
            "bucket: what cannot be stored is not changed",
            of_change(&about_bucket("apply"), always("s3:PutObject").denied()).await,
            PAYROLL,
            "this attempt changed nothing",
            "cannot store the policy as it is, as `policies/300000000001/bucket/payroll/2026-11-22T02-00-00Z-unlock-ID.json`: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/unlock-policy/session is not authorized to perform: s3:PutObject on resource: * (look at the policies of the function's role, and at service control policies); this attempt changed nothing",
        ),
        told(
            "bucket: a principal that is gone",
            refused_restore(false).await,
            PAYROLL,
            "the result names",
            "the policy of `arn:aws:s3:::payroll` in account 300000000001 was not changed (AWS does not take a part of this policy, which the result names). It is as it was before; a copy is stored as `policies/300000000001/bucket/payroll/2026-11-22T02-00-00Z-unlock-ID.json`",
        ),
        told(
            "bucket: Block Public Access",
            public_again().await,
            PAYROLL,
            "the result names the statements",
            "the policy of `arn:aws:s3:::payroll` in account 300000000001 was not changed (Block Public Access does not take this policy; the result names the statements). It is as it was before; a copy is stored as `policies/300000000001/bucket/payroll/2026-11-22T02-00-00Z-unlock-ID.json`",
        ),
        told(
            "bucket: every change is paused",
            paused().await,
            PAYROLL,
            "`control/paused.json`",
            "the policy of `arn:aws:s3:::payroll` in account 300000000001 was not changed (every change is paused, by `control/paused.json`: incident 42). It is as it was before; nothing was stored",
        ),
        told(
            "bucket: somebody changed the policy after the approval",
            changed_since().await,
            PAYROLL,
            "ask anew",
            "the policy of `arn:aws:s3:::payroll` in account 300000000001 was not changed (it is not the policy any more that was planned for and approved; ask anew). It is neither what it was before nor what was planned; nothing was stored",
        ),
        told(
            "bucket: no room for the narrowing",
            no_room().await,
            PAYROLL,
            "`drop`, `delete` or `replace`",
            "apply of `arn:aws:s3:::payroll` in account 300000000001 (everyone): it is not done: the policy would have 20544 bytes, and AWS takes 20480 at most for a bucket: ask with the change `drop`, `delete` or `replace` instead",
        ),
    ]
}

pub async fn queues() -> Vec<Told> {
    let mut elsewhere = about_queue("plan");
    elsewhere["queue"] = json!("arn:aws:sqs:us-east-1:300000000001:orders");
    vec![
        told(
            "queue: not there",
            of_plan(&elsewhere, always("sqs:Nothing").throttle()).await,
            "arn:aws:sqs:us-east-1:300000000001:orders",
            "look at the account, the Region and the name",
            "cannot read the policy of queue `arn:aws:sqs:us-east-1:300000000001:orders`: AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist (look at the account, the Region and the name: a queue is found by all three)",
        ),
        told(
            "queue: denied in a Region that may be off",
            denied_far_away().await,
            "account `300000000001`",
            "look whether it is",
            "cannot read the policy of queue `arn:aws:sqs:me-south-1:300000000001:orders`: AccessDenied: User: arn:aws:iam::300000000001:root is not authorized to perform: sqs:GetQueueAttributes on resource: arn:aws:sqs:me-south-1:300000000001:orders (look at the organization's policies over the account, which bind its root sessions as well); `me-south-1` is a Region that has to be enabled in account `300000000001`: look whether it is",
        ),
        told(
            "queue: throttled",
            of_plan(&about_queue("plan"), always("sqs:GetQueueAttributes").throttle()).await,
            ORDERS,
            "try again later",
            "cannot read the policy of queue `arn:aws:sqs:eu-west-1:300000000001:orders`: RequestThrottled: The request was denied due to request throttling (AWS asks for fewer calls: try again later; everything else that calls AWS in this account counts as well)",
        ),
        told(
            "queue: a principal that is gone, which SQS does not name",
            refused_restore(true).await,
            ORDERS,
            "what to ask for instead",
            "the policy of `arn:aws:sqs:eu-west-1:300000000001:orders` in account 300000000001 was not changed (AWS does not take a part of this policy and does not say which, a principal that is gone most likely; the result names those in it, and what to ask for instead). It is as it was before; a copy is stored as `policies/300000000001/queue/eu-west-1/orders/2026-11-22T02-00-00Z-unlock-ID.json`",
        ),
        told(
            "queue: HTTP 500 without a message",
            of_change(&about_queue("apply"), always("sqs:SetQueueAttributes").error("InternalFailure", 500, "")).await,
            ORDERS,
            "ask for the same without it",
            "cannot set the policy of queue `arn:aws:sqs:eu-west-1:300000000001:orders`: InternalFailure, HTTP status 500, without a message (try again; if it stays so, look at the AWS Health Dashboard); a fresh read shows the policy as it was before; SQS answers so, too, where a principal that the policy names is gone: if it stays so, ask for the same without it",
        ),
    ]
}

async fn sessions_off() -> String {
    let rehearsal = Rehearsal::new(unlock::world().features([Feature::RootCredentialsManagement]));
    let taken = unlock::ask(&rehearsal, &about_bucket("plan")).await;
    let input = json!({"step": "plan", "unlock": taken.id, "request": taken.request});
    rehearsal.unlock(input).await.unwrap_err().to_string()
}

async fn denied_far_away() -> String {
    let queue = MemberQueue::new("orders").region("me-south-1").policy(unlock::locked_queue());
    let rehearsal = Rehearsal::new(World::new(MANAGEMENT).member(Member::new(OWNER).queue(queue)));
    let mut body = about_queue("inspect");
    body["queue"] = json!("arn:aws:sqs:me-south-1:300000000001:orders");
    let taken = unlock::ask(&rehearsal, &body).await;
    rehearsal.simulator.inject(always("sqs:GetQueueAttributes").denied());
    let input = json!({"step": "plan", "unlock": taken.id, "request": taken.request});
    rehearsal.unlock(input).await.unwrap_err().to_string()
}

/// What a policy that names somebody who is gone is answered with, once it is to be put back.
async fn refused_restore(is_queue: bool) -> String {
    let (mut policy, mut body) = if is_queue {
        (unlock::locked_queue(), about_queue("apply"))
    } else {
        (unlock::locked_bucket(), about_bucket("apply"))
    };
    let gone = json!({"AWS": "AROAEXAMPLEGONE000001"});
    let rehearsal = if is_queue {
        policy["Statement"]["Principal"] = gone;
        let queue = MemberQueue::new("orders").region("eu-west-1").policy(policy);
        Rehearsal::new(World::new(MANAGEMENT).member(Member::new(OWNER).queue(queue)))
    } else {
        policy["Statement"][0]["Principal"] = gone;
        Rehearsal::new(unlock::world_with(policy))
    };
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let (_, _, applied) = unlock::carry_out(&rehearsal, &body).await;
    let mut undo = if is_queue { about_queue("restore") } else { about_bucket("restore") };
    (undo["stored"], undo["force"]) = (applied["stored"].clone(), json!(true));
    let (_, _, applied) = unlock::carry_out(&rehearsal, &undo).await;
    line(&applied)
}

async fn public_again() -> String {
    let mut policy = unlock::locked_bucket();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::payroll/*",
    }));
    let rehearsal = Rehearsal::new(unlock::world_with(policy));
    let mut body = about_bucket("apply");
    (body["change"], body["force"]) = (json!("delete"), json!(true));
    let (_, _, applied) = unlock::carry_out(&rehearsal, &body).await;
    rehearsal.simulator.update(|world| world.account_mut(OWNER).unwrap().buckets[0].block_public_policy = true);
    let mut undo = about_bucket("restore");
    undo["force"] = json!(true);
    undo["stored"] = applied["stored"].clone();
    let (_, _, applied) = unlock::carry_out(&rehearsal, &undo).await;
    line(&applied)
}

/// A policy that fills its 20 KB, so that what the narrowing needs has no room.
async fn no_room() -> String {
    let mut policy = unlock::locked_bucket();
    let resource = |number: usize| json!(format!("arn:aws:s3:::payroll/{number:04}{}", "x".repeat(980)));
    let fill: Vec<Value> = (0..19).map(resource).collect();
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Sid": "Fill", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": fill,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }));
    let room = 20 * 1024 - policy.to_string().len();
    policy["Statement"][2]["Resource"][0] = json!(format!("arn:aws:s3:::payroll/0000{}", "x".repeat(980 + room)));
    let rehearsal = Rehearsal::new(unlock::world_with(policy));
    let (_, planned) = unlock::plan(&rehearsal, &about_bucket("apply")).await;
    planned["summary"].as_str().unwrap().to_owned()
}

async fn paused() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true, "reason": "incident 42"}"#);
    line(&rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap())
}

async fn changed_since() -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.update(|world| {
        world.account_mut(OWNER).unwrap().buckets[0].policy = Some(json!({"Statement": []}).into());
    });
    line(&rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap())
}

/// The one line about a change, without its capital and its full stop: it is a sentence of a message.
fn line(applied: &Value) -> String {
    let summary = applied["summary"].as_str().unwrap();
    let summary = summary.strip_prefix("The p").map_or_else(|| summary.to_owned(), |rest| format!("the p{rest}"));
    summary.trim_end_matches('.').to_owned()
}
