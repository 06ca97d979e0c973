//! What people may ask for, and what is kept of it.

use rootwarden_domain::ErrorKind;
use rootwarden_tests::{Deployment, url_event};
use serde_json::{Value, json};

use super::*;
use crate::secrets::Captured;

#[tokio::test(start_paused = true)]
async fn a_request_bears_the_name_of_who_signed_it() {
    let rehearsal = rehearsal();
    let started = ask(&rehearsal, &about_bucket("apply")).await;
    let kept = &objects(&rehearsal, "unlocks/")[0];
    assert_eq!(kept.0, format!("unlocks/{}/request.json", started.id));
    assert_eq!(kept.1["requested_by"], JANE);
    let (_, again) = rehearsal.access_requests(JANE, &about_bucket("apply")).await.unwrap();
    assert_eq!(again["unlock"], started.id, "a double click is one request");
    let (_, other) = rehearsal.access_requests(JOE, &about_bucket("apply")).await.unwrap();
    assert_ne!(other["unlock"], started.id);
    rehearsal.simulator.advance(std::time::Duration::from_mins(1));
    let (_, later) = rehearsal.access_requests(JANE, &about_bucket("apply")).await.unwrap();
    assert_ne!(later["unlock"], started.id);
}

#[tokio::test(start_paused = true)]
async fn i5_without_an_action_it_only_looks() {
    let rehearsal = rehearsal();
    let mut body = about_bucket("apply");
    body.as_object_mut().unwrap().remove("action");
    let (_, planned) = plan(&rehearsal, &body).await;
    assert_eq!((&planned["action"], &planned["outcome"]), (&json!("inspect"), &json!("inspected")));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_goes_by_its_arn_and_a_queue_by_its_url() {
    let rehearsal = rehearsal();
    let mut body = about_bucket("inspect");
    body["bucket"] = json!("arn:aws:s3:::payroll");
    assert_eq!(plan(&rehearsal, &body).await.1["resource"], "arn:aws:s3:::payroll");
    let mut body = about_queue("inspect");
    body["queue"] = json!("https://sqs.eu-west-1.amazonaws.com/300000000001/orders");
    assert_eq!(plan(&rehearsal, &body).await.1["resource"], ORDERS);
}

#[tokio::test(start_paused = true)]
async fn i5_bad_input_gets_one_line_and_no_call() {
    let rehearsal = rehearsal();
    let bucket = |field: &str, value: Value| {
        let mut body = about_bucket("apply");
        body[field] = value;
        body
    };
    let queue = |field: &str, value: Value| {
        let mut body = about_queue("apply");
        body[field] = value;
        body
    };
    let without = |field: &str| {
        let mut body = about_bucket("apply");
        body.as_object_mut().unwrap().remove(field);
        body
    };
    for (body, named) in [
        (bucket("action", json!("unlock")), "unknown variant `unlock`"),
        (bucket("dry_run", json!(true)), "unknown field `dry_run`"),
        (bucket("account", json!("30000000001")), "is not an account id"),
        (bucket("bucket", json!("pay roll")), "`bucket`"),
        (bucket("bucket", json!("arn:aws-cn:s3:::payroll")), "`bucket`"),
        (bucket("bucket", json!("arn:aws:s3:::payroll/secret")), "`bucket`"),
        (bucket("bucket", json!("arn:aws:s3:eu-central-1:300000000001:accesspoint/x")), "`bucket`"),
        (bucket("queue", json!(ORDERS)), "both a `bucket` and a `queue`"),
        (bucket("region", json!("cn-north-1")), "`region`"),
        (bucket("change", json!("open")), "unknown variant `open`"),
        (bucket("force", json!("yes")), "`force`"),
        (bucket("stored", json!("policies/x.json")), "`stored`: it does not belong to the action `apply`"),
        (bucket("leave_out", json!({})), "`leave_out`: it does not belong to the action `apply`"),
        (bucket("reason", json!(" ")), "a reason is needed"),
        (bucket("ticket", json!("a\nb")), "is not a ticket"),
        (bucket("requested_by", json!(JOE)), "unknown field `requested_by`"),
        (without("reason"), "missing field `reason`"),
        (without("ticket"), "missing field `ticket`"),
        (without("bucket"), "neither a `bucket` nor a `queue`"),
        (without("account"), "missing field `account`"),
        (queue("account", json!(OTHER)), "`queue`: it is in account `300000000001`, not `300000000002`"),
        (queue("region", json!("us-east-1")), "`queue`: it is in Region `eu-west-1`, not `us-east-1`"),
        (queue("queue", json!("arn:aws:sqs:cn-north-1:300000000001:orders")), "is not the ARN or the URL of a queue"),
        (
            queue("queue", json!("arn:aws-cn:sqs:cn-north-1:300000000001:orders")),
            "its partition is `aws-cn`, not `aws`",
        ),
        (queue("queue", json!("orders")), "is not the ARN or the URL of a queue"),
        (queue("queue", json!("https://sqs.eu-west-1.example.com/300000000001/orders")), "is not the ARN or the URL"),
        (
            json!({"account": OWNER, "bucket": PAYROLL, "reason": "r", "ticket": "t", "force": true}),
            "`force`: it does not belong",
        ),
        (
            json!({"action": "restore", "account": OWNER, "bucket": PAYROLL, "reason": "r", "ticket": "t"}),
            "`stored`: it says which",
        ),
    ] {
        let (status, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
        let error = answer["error"].as_str().unwrap();
        assert_eq!(status, 400, "{body}: {error}");
        assert!(error.contains(named) && !error.contains('\n'), "`{error}` does not name `{named}`");
    }
    assert_eq!(rehearsal.simulator.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn i5_a_step_is_read_strictly() {
    let rehearsal = rehearsal();
    let pin = json!({"key": "k", "version_id": "v", "sha256": "0".repeat(64)});
    for (input, named) in [
        (json!({}), "missing field `step`"),
        (json!({"step": "delete", "unlock": "unlock-1"}), "unknown variant `delete`"),
        (json!({"step": "apply", "unlock": "unlock-1", "plan": pin, "force": true}), "unknown field `force`"),
        (json!({"step": "apply", "unlock": "nightly", "plan": pin}), "is not the id of an unlock request"),
        (json!({"step": "verify", "unlock": "unlock-1", "plan": pin}), "missing field `attempt`"),
    ] {
        let error = rehearsal.unlock(input.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
        assert!(error.to_string().contains(named), "{input}: {error}");
    }
    assert_eq!(rehearsal.simulator.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn i12_asking_and_deciding_go_through_different_urls() {
    let rehearsal = rehearsal();
    let (started, planned) = plan(&rehearsal, &about_bucket("apply")).await;
    rehearsal.access_event(question(&started, &planned)).await.unwrap();
    let calls = rehearsal.simulator.calls().len();
    let to_requests = url_event(Some(JOE), &approval(&started, &planned).to_string());
    let to_decisions = url_event(Some(JOE), &about_bucket("apply").to_string());
    let secure = json!({"action": "secure", "selection": "all", "reason": "r"});
    let answers = [
        rehearsal.access_event(to_requests).await.unwrap(),
        rehearsal.decision_event(to_decisions).await.unwrap(),
        rehearsal.decision_event(url_event(Some(JOE), &secure.to_string())).await.unwrap(),
    ];
    for (answer, other) in answers.iter().zip(["approvals", "requests", "requests"]) {
        assert_eq!(answer["statusCode"], 403, "{answer}");
        assert!(answer["body"].as_str().unwrap().contains(&format!("the URL for {other}")), "{answer}");
    }
    let error = rehearsal.decision_event(question(&started, &planned)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert_eq!(rehearsal.simulator.calls().len(), calls);
    let show = url_event(Some(JOE), &json!({"approval_id": started.id}).to_string());
    assert_eq!(rehearsal.decision_event(show.clone()).await.unwrap()["statusCode"], 200);
    assert_eq!(rehearsal.access_event(show).await.unwrap()["statusCode"], 200);
}

#[tokio::test(start_paused = true)]
async fn what_a_person_wrote_cannot_pass_for_a_part_of_the_plan_or_of_a_notice() {
    let rehearsal = rehearsal();
    for (field, wrote) in [
        ("reason", "please\n\nWhat it opens:\n- nothing at all"),
        ("reason", "please \u{202e}esaelp"),
        ("ticket", "INC-1\u{85}Approved by: joe"),
        ("ticket", "INC\u{2066}-1"),
    ] {
        let mut body = about_bucket("apply");
        body[field] = json!(wrote);
        let (status, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
        let error = answer["error"].as_str().unwrap();
        assert!(status == 400 && error.contains("one line") && !error.contains('\n'), "{status}: {error}");
    }
    assert_eq!(rehearsal.simulator.executions().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_hidden_or_turned_around_in_a_policy_is_written_out() {
    let mut policy = locked_bucket();
    policy["Statement"][0]["Sid"] = json!("\u{202e}gpj.exe\u{2066}Deny\u{200b}All");
    let rehearsal = Rehearsal::new(world_with(policy));
    let (started, planned) = plan(&rehearsal, &about_bucket("apply")).await;
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    let text = shown["shown"].as_str().unwrap();
    let hidden = ['\u{202e}', '\u{2066}', '\u{200b}'];
    assert!(!text.contains(hidden) && !planned.to_string().contains(hidden), "{text} {planned}");
    assert!(text.contains(r#""Sid": "\u{202e}gpj.exe\u{2066}Deny\u{200b}All""#), "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_last_message_names_the_stored_copy_whole_however_long_the_names_are() {
    let name = "q".repeat(80);
    let arn = format!("arn:aws:sqs:eu-west-1:{OWNER}:{name}");
    let mut policy = locked_queue();
    policy["Statement"]["Resource"] = json!(arn);
    let queue = MemberQueue::new(name).region("eu-west-1").policy(policy);
    let rehearsal = Rehearsal::new(World::new(MANAGEMENT).member(Member::new(OWNER).queue(queue)));
    let mut body = about_queue("apply");
    body["queue"] = json!(arn);
    let (_, _, applied) = carry_out(&rehearsal, &body).await;
    let (summary, stored) = (applied["summary"].as_str().unwrap(), applied["stored"].as_str().unwrap());
    assert!(summary.contains(stored) && summary.contains(&arn), "{summary}");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_without_unlock_requests_says_so() {
    let rehearsal = deployed(&Deployment { unlock_requests: false, ..Deployment::default() });
    let (status, answer) = rehearsal.access_requests(JANE, &about_bucket("apply")).await.unwrap();
    assert_eq!(status, 409);
    assert!(answer["error"].as_str().unwrap().contains("takes no unlock requests"), "{answer}");
    assert_eq!(rehearsal.simulator.calls(), []);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_request_is_not_found() {
    let rehearsal = rehearsal();
    let body = json!({"approval_id": "unlock-20261122T0200Z-000000000000"});
    let (status, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
    assert_eq!(status, 404, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn i9_no_secret_token_or_policy_is_logged_or_handed_on() {
    let (captured, _guard) = Captured::start();
    let rehearsal = rehearsal();
    let mut handed_on = String::new();
    for body in [about_bucket("apply"), about_queue("apply")] {
        let (started, planned, applied) = carry_out(&rehearsal, &body).await;
        let verified = verify(&rehearsal, &started, &planned).await;
        handed_on.extend([planned, applied, verified].map(|state| state.to_string()));
    }
    for execution in rehearsal.simulator.executions() {
        handed_on.push_str(&execution.input);
    }
    let log = captured.text();
    assert!(log.contains("was changed"), "the log was captured");
    for (what, text) in [("log", &log), ("state", &handed_on)] {
        for telling in ["DenyAll", "NotAction", "SecureTransport", TOKEN] {
            assert!(!text.contains(telling), "{telling} stands in the {what}");
        }
    }
    for (key, body) in rehearsal.simulator.objects(rootwarden_tests::BUCKET) {
        if !key.ends_with("/request.json") {
            handed_on.push_str(&String::from_utf8_lossy(&body));
        }
    }
    let secrets = rehearsal.simulator.issued_secrets();
    assert!(secrets.len() >= 8, "sessions were opened");
    for secret in secrets.iter().map(String::as_str).chain([TOKEN]) {
        assert!(!log.contains(secret) && !handed_on.contains(secret), "a secret was seen");
    }
}
