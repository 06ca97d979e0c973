//! What is not taken, from whom, and in what words.

use rootwarden_domain::ErrorKind;
use rootwarden_tests::{question, url_event};
use serde_json::json;

use super::*;

#[tokio::test(start_paused = true)]
async fn bad_input_gets_one_line_and_no_call() {
    let rehearsal = rehearsal();
    let digest = "0".repeat(64);
    for (body, named) in [
        (json!({}), "missing field `approval_id`"),
        (json!([]), "invalid request"),
        (json!("approve"), "invalid request"),
        (json!({"action": "delete", "approval_id": REQUEST}), "unknown variant `delete`"),
        (json!({"approval_id": "unlock-../x"}), "is not an approval id"),
        (json!({"approval_id": "../policies.0"}), "is not an approval id"),
        (json!({"approval_id": REQUEST, "force": true}), "unknown field `force`"),
        (
            json!({"action": "approve", "approval_id": REQUEST, "plan_sha256": "abc123", "reason": "r"}),
            "`abc123` is not a SHA-256",
        ),
        (json!({"action": "approve", "approval_id": REQUEST, "reason": "r"}), "missing field `plan_sha256`"),
        (json!({"action": "reject", "approval_id": REQUEST, "plan_sha256": digest}), "missing field `reason`"),
        (
            json!({"action": "reject", "approval_id": REQUEST, "plan_sha256": digest, "reason": ""}),
            "a reason is needed",
        ),
        (
            json!({"action": "approve", "approval_id": REQUEST, "plan_sha256": digest, "reason": "r", "by": JOE}),
            "unknown field `by`",
        ),
        (json!({"action": "secure", "selection": "every", "reason": "r"}), "unknown variant `every`"),
        (
            json!({"action": "secure", "selection": "all", "reason": "r", "started_by": "schedule"}),
            "unknown field `started_by`",
        ),
        (json!({"approval_request": {"approval_id": REQUEST}}), "unknown field `approval_request`"),
    ] {
        assert_refused(&rehearsal, JANE, &body, 400, named).await;
    }
    for (body, is_base64, named) in [
        (json!("approve\nit"), false, "not JSON"),
        (json!(""), false, "not JSON"),
        (json!("{}"), true, "not the Base64 that it claims to be"),
        (json!("3q2+7w=="), true, "not JSON"),
        (json!(null), false, "it has no body"),
        (json!({"approval_id": REQUEST}), false, "it has no body"),
    ] {
        let mut event = url_event(Some(JANE), "");
        event["body"] = body;
        event["isBase64Encoded"] = json!(is_base64);
        let answer = rehearsal.access_event(event).await.unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["headers"]),
            (&json!(400), &json!({"content-type": "application/json"}))
        );
        assert!(answer["body"].as_str().unwrap().contains(named), "{answer}");
    }
    assert_eq!(rehearsal.simulator.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn a_body_may_be_in_base64() {
    let rehearsal = rehearsal();
    let mut event = url_event(Some(JANE), "eyJhcHByb3ZhbF9pZCI6ImFub3RoZXItcnVuLjMifQ==");
    event["isBase64Encoded"] = json!(true);
    let answer = rehearsal.access_event(event).await.unwrap();
    assert_eq!(answer["statusCode"], 404, "{answer}");
    assert!(answer["body"].as_str().unwrap().contains("`another-run.3`"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn i12_whoever_is_not_a_person_is_refused_without_a_call() {
    let rehearsal = rehearsal();
    let body = json!({"action": "secure", "selection": "all", "mode": "enforce", "reason": "an incident"});
    for (arn, named) in [
        (ROOT, "a root user is nobody in particular"),
        ("arn:aws:iam::111122223333:role/Operators", "is not the ARN of an IAM user or of a role's session"),
        ("", "is not the ARN of an IAM user or of a role's session"),
        ("jane", "is not the ARN of an IAM user or of a role's session"),
    ] {
        assert_refused(&rehearsal, arn, &body, 403, named).await;
    }
    for context in [
        json!({}),
        json!(null),
        json!("x"),
        json!({"authorizer": null}),
        json!({"authorizer": {"iam": null}}),
        json!({"authorizer": {"iam": {"userArn": null}}}),
        json!({"authorizer": {"jwt": {"claims": {"userArn": JANE}}}}),
    ] {
        let mut event = url_event(None, &body.to_string());
        event["requestContext"] = context.clone();
        event["userArn"] = json!(JANE);
        let answer = rehearsal.access_event(event).await.unwrap();
        assert_eq!(answer["statusCode"], 403, "{context}");
        assert!(answer["body"].as_str().unwrap().contains("not signed with an IAM identity"), "{answer}");
    }
    assert_eq!(rehearsal.simulator.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn a_question_is_read_strictly_and_never_from_a_person() {
    let (rehearsal, plan) = planned(&json!("schedule")).await;
    let calls = rehearsal.simulator.calls().len();
    let good = question(&plan, &json!("schedule"), TOKEN);
    for (path, value, named) in [
        ("/approval_request/task_token", json!(""), "not a task token"),
        ("/approval_request/started_by", json!("nobody"), "unknown variant `nobody`"),
        ("/approval_request/started_by", json!({"person": ROOT}), "a root user"),
        ("/approval_request/approval_id", json!("another-run.0"), "is not where the plan of"),
        ("/approval_request/approval_id", json!("unlock-1"), "is not where the plan of"),
        ("/approval_request/plan/key", json!("runs/another-run/plan/0.json"), "is not where the plan of"),
        ("/approval_request", json!({}), "missing field"),
    ] {
        let mut input = good.clone();
        *input.pointer_mut(path).unwrap() = value;
        let error = rehearsal.access_event(input).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(named) && !error.to_string().contains(TOKEN), "{error}");
    }
    let mut unknown = good.clone();
    unknown["force"] = json!(true);
    for wrong in
        [unknown, json!({"action": "secure"}), json!({}), json!(null), json!("ask"), good["approval_request"].clone()]
    {
        let error = rehearsal.access_event(wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(!error.to_string().contains(TOKEN), "{error}");
    }
    // A question beside a request is a request.
    let mut both = good;
    both["requestContext"] = json!({});
    assert_eq!(rehearsal.access_event(both).await.unwrap()["statusCode"], 403);
    assert_eq!(rehearsal.simulator.calls().len(), calls);
    assert_eq!(stored(&rehearsal, "approvals/nightly-2026-11-22.0/request.json"), None);
}
