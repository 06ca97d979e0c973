//! What we refuse ourselves: bad input, objects that were altered, approvals.

use rootwarden_tests::{BUCKET, Deployment, RUN, Rehearsal, url_event};
use serde_json::{Value, json};

use super::{Told, making::answered, told};
use crate::{
    access_requests, organization,
    unlock::{self, JANE, JOE, ORDERS, OTHER, about_bucket, about_queue},
};

pub(super) fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

pub async fn input() -> Vec<Told> {
    let rehearsal = unlock::rehearsal();
    let asked = async |body: Value| answered(&rehearsal, JANE, &body).await;
    let report_only = organization::rehearsal().redeployed(&Deployment { mode: "report", ..Deployment::default() });
    let stronger = json!({"action": "secure", "selection": "all", "mode": "enforce", "reason": "CHG-1"});
    let mut neither = about_bucket("plan");
    neither.as_object_mut().unwrap().remove("bucket");
    let not_json = rehearsal.access_event(url_event(Some(JANE), "approve\nit")).await.unwrap();
    let not_json: Value = serde_json::from_str(not_json["body"].as_str().unwrap()).unwrap();
    let misset =
        Rehearsal::deployed(unlock::world(), &Deployment { require_approval: "perhaps", ..Deployment::default() });
    let misset = misset.unlock(json!({"step": "plan"})).await.unwrap_err().to_string();
    vec![
        told(
            "a field that nobody knows",
            asked(with(about_bucket("plan"), "dry_run", json!(true))).await,
            "`dry_run`",
            "expected one of",
            "invalid request: unknown field `dry_run`, expected one of `account`, `bucket`, `queue`, `region`, `reason`, `ticket`, `change`, `force`, `stored`, `leave_out`",
        ),
        told(
            "a value in lines, as an account",
            asked(with(about_bucket("plan"), "account", json!("3000\n0000"))).await,
            r"`3000\n0000`",
            "12 digits",
            r"invalid request: `account`: `3000\n0000` is not an account id (12 digits)",
        ),
        told(
            "a reason in lines",
            asked(with(about_bucket("plan"), "reason", json!("moved\nApproved by: jane"))).await,
            "`reason`",
            "one line",
            "invalid request: `reason`: a reason is one line, without control characters and characters that are not seen",
        ),
        told(
            "an action that is not one",
            asked(with(about_bucket("plan"), "action", json!("unlock"))).await,
            "`unlock`",
            "expected one of",
            "invalid request: `action`: unknown variant `unlock`, expected one of `show`, `approve`, `reject`, `secure`, `inspect`, `plan`, `apply`, `restore`, `release-key`, `allow-recovery`, `extend-recovery`, `end-recovery`",
        ),
        told(
            "no JSON",
            not_json["error"].as_str().unwrap(),
            "request",
            "not JSON",
            "invalid request: not JSON: expected value at line 1 column 1",
        ),
        told(
            "neither bucket nor queue",
            asked(neither).await,
            "`bucket`",
            "name one of them",
            "invalid request: it names neither a `bucket` nor a `queue`: name one of them",
        ),
        told(
            "both",
            asked(with(about_bucket("plan"), "queue", json!(ORDERS))).await,
            "`queue`",
            "name one of them",
            "invalid request: it names both a `bucket` and a `queue`: name one of them",
        ),
        told(
            "a queue of another account",
            asked(with(about_queue("plan"), "account", json!(OTHER))).await,
            OTHER,
            "one of the two is not right",
            "invalid request: `queue`: it is in account `300000000001`, not `300000000002`: one of the two is not right",
        ),
        told(
            "more than the deployment does",
            answered(&report_only, JANE, &stronger).await,
            "report mode",
            "report",
            "invalid request: `mode`: this deployment is in report mode, and a run may only weaken it",
        ),
        told(
            "a setting that cannot be read",
            misset,
            "`ROOTWARDEN_REQUIRE_APPROVAL`",
            "true",
            "invalid setting: `ROOTWARDEN_REQUIRE_APPROVAL`: provided string was not `true` or `false`",
        ),
    ]
}

/// What people take for a bucket.
pub async fn no_buckets() -> Vec<Told> {
    let rehearsal = unlock::rehearsal();
    let bucket =
        async |name: &str| answered(&rehearsal, JANE, &with(about_bucket("plan"), "bucket", json!(name))).await;
    vec![
        told(
            "an access point",
            bucket("arn:aws:s3:eu-west-1:300000000001:accesspoint/finance").await,
            "accesspoint/finance",
            "give the bucket behind it",
            "invalid request: `bucket`: `arn:aws:s3:eu-west-1:300000000001:accesspoint/finance` is an S3 access point, which is not supported: give the bucket behind it, by its name or ARN, if that is locked",
        ),
        told(
            "an access point's alias",
            bucket("finance-dfn7wjs8xq1ph4k2m0b3z5c6v8n9meuw1a-s3alias").await,
            "finance-",
            "give the bucket behind it",
            "invalid request: `bucket`: `finance-dfn7wjs8xq1ph4k2m0b3z5c6v8n9meuw1a-s3alias` is an S3 access point, which is not supported: give the bucket behind it, by its name or ARN, if that is locked",
        ),
        told(
            "a Multi-Region Access Point",
            bucket("arn:aws:s3::300000000001:accesspoint/mfzwi23gnjvgw.mrap").await,
            "mfzwi23gnjvgw.mrap",
            "give the bucket behind it",
            "invalid request: `bucket`: `arn:aws:s3::300000000001:accesspoint/mfzwi23gnjvgw.mrap` is an S3 Multi-Region Access Point, which is not supported: give the bucket behind it, by its name or ARN, if that is locked",
        ),
        told(
            "an Object Lambda Access Point",
            bucket("arn:aws:s3-object-lambda:us-east-1:300000000001:accesspoint/thumbs").await,
            "accesspoint/thumbs",
            "give the bucket behind it",
            "invalid request: `bucket`: `arn:aws:s3-object-lambda:us-east-1:300000000001:accesspoint/thumbs` is an S3 Object Lambda Access Point, which is not supported: give the bucket behind it, by its name or ARN, if that is locked",
        ),
        told(
            "a directory bucket",
            bucket("logs--usw2-az1--x-s3").await,
            "`logs--usw2-az1--x-s3`",
            "ask its account's administrators",
            "invalid request: `bucket`: `logs--usw2-az1--x-s3` is an S3 directory bucket or an access point of one, which is not supported: root sessions can only change policies of general purpose buckets; ask its account's administrators",
        ),
        told(
            "a bucket on an Outpost",
            bucket("arn:aws:s3-outposts:us-west-2:300000000001:outpost/op-0123456789abcdef0/bucket/logs").await,
            "bucket/logs",
            "ask its account's administrators",
            "invalid request: `bucket`: `arn:aws:s3-outposts:us-west-2:300000000001:outpost/op-0123456789abcdef0/bucket/logs` is an S3 on Outposts bucket or an access point of one, which is not supported: root sessions can only change policies of general purpose buckets; ask its account's administrators",
        ),
        told(
            "a table bucket",
            bucket("arn:aws:s3tables:us-east-1:300000000001:bucket/sales").await,
            "bucket/sales",
            "ask its account's administrators",
            "invalid request: `bucket`: `arn:aws:s3tables:us-east-1:300000000001:bucket/sales` is an S3 table bucket, which is not supported: root sessions can only change policies of general purpose buckets; ask its account's administrators",
        ),
        told(
            "an address of a bucket",
            bucket("s3://payroll").await,
            "`s3://payroll`",
            "give the bucket's name",
            "invalid request: `bucket`: `s3://payroll` is a URL: give the bucket's name or its ARN",
        ),
    ]
}

/// A queue by another URL than its own.
pub async fn other_urls() -> Vec<Told> {
    let rehearsal = unlock::rehearsal();
    let queue = async |name: &str| answered(&rehearsal, JANE, &with(about_queue("plan"), "queue", json!(name))).await;
    vec![
        told(
            "a queue by its legacy URL",
            queue("https://eu-west-1.queue.amazonaws.com/300000000001/orders").await,
            "queue.amazonaws.com",
            "give `arn:aws:sqs:eu-west-1:300000000001:orders` or `https://sqs.eu-west-1.amazonaws.com/300000000001/orders`",
            "invalid request: `queue`: `https://eu-west-1.queue.amazonaws.com/300000000001/orders` is a legacy URL, which is not supported: give `arn:aws:sqs:eu-west-1:300000000001:orders` or `https://sqs.eu-west-1.amazonaws.com/300000000001/orders`",
        ),
        told(
            "a queue by its oldest URL",
            queue("https://queue.amazonaws.com/300000000001/orders").await,
            "queue.amazonaws.com",
            "or `https://sqs.us-east-1.amazonaws.com/300000000001/orders`",
            "invalid request: `queue`: `https://queue.amazonaws.com/300000000001/orders` is a legacy URL, which is not supported: give `arn:aws:sqs:us-east-1:300000000001:orders` or `https://sqs.us-east-1.amazonaws.com/300000000001/orders`",
        ),
        told(
            "a queue by its dual-stack URL",
            queue("https://sqs.eu-west-1.api.aws/300000000001/orders").await,
            "api.aws",
            "or `https://sqs.eu-west-1.amazonaws.com/300000000001/orders`",
            "invalid request: `queue`: `https://sqs.eu-west-1.api.aws/300000000001/orders` is the URL of a dual-stack endpoint, which is not supported: give `arn:aws:sqs:eu-west-1:300000000001:orders` or `https://sqs.eu-west-1.amazonaws.com/300000000001/orders`",
        ),
        told(
            "a queue by its FIPS URL",
            queue("https://sqs-fips.us-east-1.amazonaws.com/300000000001/orders").await,
            "sqs-fips",
            "or `https://sqs.us-east-1.amazonaws.com/300000000001/orders`",
            "invalid request: `queue`: `https://sqs-fips.us-east-1.amazonaws.com/300000000001/orders` is the URL of a FIPS endpoint, which is not supported: give `arn:aws:sqs:us-east-1:300000000001:orders` or `https://sqs.us-east-1.amazonaws.com/300000000001/orders`",
        ),
    ]
}

pub async fn objects() -> Vec<Told> {
    let rehearsal = organization::rehearsal();
    let (_, plan) = rehearsal.plan_round(&organization::enforce_all()).await.unwrap();
    let pin = plan["plan"].clone();
    let batch = rehearsal.batches(&pin)[0].clone();
    let mut altered = rehearsal.object(&pin);
    altered["batches"][0]["accounts"][0]["account"]["id"] = json!(organization::EXEMPT);
    let delete = async |pin: &Value| {
        let input = json!({"run": RUN, "round": 0, "plan": pin, "batch": batch["batch"]});
        rehearsal.delete(input).await.unwrap_err().to_string()
    };
    let misplaced = delete(&with(pin.clone(), "key", json!("unlocks/unlock-1/plan.json"))).await;
    rehearsal.simulator.put_object(BUCKET, pin["key"].as_str().unwrap(), altered.to_string());
    let altered = delete(&pin).await;

    let unlocking = unlock::rehearsal();
    let (_, _, applied) = unlock::carry_out(&unlocking, &about_bucket("apply")).await;
    let stored = applied["stored"].as_str().unwrap();
    let restored = async |key: &str| {
        let taken = unlock::ask(&unlocking, &with(about_bucket("restore"), "stored", json!(key))).await;
        let input = json!({"step": "plan", "unlock": taken.id, "request": taken.request});
        unlocking.unlock(input).await.unwrap_err().to_string()
    };
    let missing = restored("policies/300000000001/bucket/payroll/2026-01-01T00-00-00Z-unlock-1.json").await;
    let mut tampered = unlock::objects(&unlocking, stored)[0].1.clone();
    tampered["policy"] = json!(unlock::narrowed_bucket().to_string());
    let key = "policies/300000000001/bucket/payroll/2026-01-02T00-00-00Z-unlock-2.json";
    unlocking.simulator.put_object(BUCKET, key, tampered.to_string());
    let tampered = restored(key).await;
    unlocking.simulator.put_object(BUCKET, key, "{\n\"account\": 1}");
    let unreadable = restored(key).await;
    vec![
        told(
            "a plan that somebody wrote over",
            altered,
            "`runs/nightly-2026-11-22/plan/0.json`",
            "find out who wrote it",
            "`runs/nightly-2026-11-22/plan/0.json` is not what was handed on: its SHA-256 is SHA256, not SHA256; nothing is done with it: find out who wrote it",
        ),
        told(
            "a plan from another place",
            misplaced,
            "`unlocks/unlock-1/plan.json`",
            "find out who named it",
            "`unlocks/unlock-1/plan.json` is not where this kind of object lies: find out who named it",
        ),
        told(
            "a stored policy that is not there",
            missing,
            "2026-01-01T00-00-00Z-unlock-1.json",
            "the result of the change names",
            "invalid request: `stored`: there is no `policies/300000000001/bucket/payroll/2026-01-01T00-00-00Z-unlock-1.json`: the result of the change names what was stored",
        ),
        told(
            "a stored policy that was altered",
            tampered,
            "2026-01-02T00-00-00Z-unlock-2.json",
            "find out who wrote it",
            "invalid request: `stored`: `policies/300000000001/bucket/payroll/2026-01-02T00-00-00Z-unlock-2.json` is not the stored policy of this resource, as it was stored: find out who wrote it",
        ),
        told(
            "a stored policy that cannot be read",
            unreadable,
            "2026-01-02T00-00-00Z-unlock-2.json",
            "mend it",
            "cannot read `policies/300000000001/bucket/payroll/2026-01-02T00-00-00Z-unlock-2.json`: invalid type: integer `1`, expected a string at line 2 column 12 (mend it, or find out who wrote it)",
        ),
    ]
}

pub async fn approvals() -> Vec<Told> {
    let (rehearsal, plan) = access_requests::asked(&json!({"person": JANE})).await;
    let approve = access_requests::decision_request("approve", &plan);
    let other_plan = with(approve.clone(), "plan_sha256", json!("0".repeat(64)));
    let unknown = json!({"approval_id": "nightly-2026-11-23.0"});
    let same = answered(&rehearsal, JANE, &approve).await;
    let other = answered(&rehearsal, JOE, &other_plan).await;
    let unknown = answered(&rehearsal, JOE, &unknown).await;
    let unsigned = rehearsal.decision_event(url_event(None, &approve.to_string())).await.unwrap();
    let unsigned: Value = serde_json::from_str(unsigned["body"].as_str().unwrap()).unwrap();
    let root = answered(&rehearsal, access_requests::ROOT, &approve).await;
    let wrong_url = rehearsal.access_event(url_event(Some(JOE), &approve.to_string())).await.unwrap();
    let wrong_url: Value = serde_json::from_str(wrong_url["body"].as_str().unwrap()).unwrap();
    assert_eq!(rehearsal.access_requests(JOE, &approve).await.unwrap().0, 200);
    let refuse = with(approve, "action", json!("reject"));
    let decided = answered(&rehearsal, JOE, &refuse).await;
    let (starterless, plan) = access_requests::asked(&Value::Null).await;
    let starterless = answered(&starterless, JOE, &access_requests::decision_request("approve", &plan)).await;
    vec![
        told(
            "who asked approves",
            same,
            JANE,
            "somebody else has to decide",
            "this was asked for by `arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com`, and somebody else has to decide about it (a session name that a tool made up is nobody's)",
        ),
        told(
            "another plan's hash",
            other,
            "`nightly-2026-11-22.0`",
            "look at it again",
            "this is not the plan that `nightly-2026-11-22.0` is about, whose SHA-256 is SHA256: look at it again with `show`",
        ),
        told(
            "an unknown request",
            unknown,
            "`nightly-2026-11-23.0`",
            "look the id up",
            "nothing is asked under `nightly-2026-11-23.0`: look the id up in the notice",
        ),
        told(
            "not signed",
            unsigned["error"].as_str().unwrap(),
            "request",
            "IAM identity",
            "the request is not signed with an IAM identity: sign it as docs/operating.md shows",
        ),
        told(
            "a root user approves",
            root,
            "root user",
            "sign in through",
            "a root user is nobody in particular: sign in through Identity Center, or as an IAM user",
        ),
        told(
            "the other URL",
            wrong_url["error"].as_str().unwrap(),
            "approvals",
            "send it to the URL",
            "this URL does not take it: send it to the URL for approvals, which is in the stack's outputs",
        ),
        told(
            "decided before",
            decided,
            JOE,
            "ask anew",
            "`arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com` has approved this already, at 2026-11-22T02:00:00Z, and that stands: ask anew for another decision",
        ),
        told(
            "nobody knows who started it",
            starterless,
            "`nightly-2026-11-22.0`",
            "start it",
            "nobody knows who started this run, so it cannot be shown that somebody else decides about `nightly-2026-11-22.0`: start it anew through the URL for requests",
        ),
    ]
}
