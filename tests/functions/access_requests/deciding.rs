//! Showing, approving and refusing what a run asks.

use rootwarden_domain::{
    ErrorKind, Pin,
    approvals::{DecisionRecord, carries_out},
    people::StartedBy,
};
use rootwarden_simulator::{AnsweredTask, Fault, TaskAnswer};
use rootwarden_tests::{BUCKET, RUN, Rehearsal, question};
use serde_json::{Value, json};

use super::*;
use crate::secrets::Captured;

#[tokio::test(start_paused = true)]
async fn shows_what_is_asked_without_the_token_or_the_ids_of_credentials() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    for body in [json!({"approval_id": REQUEST}), json!({"action": "show", "approval_id": REQUEST})] {
        let (status, shown) = rehearsal.access_requests(JANE, &body).await.unwrap();
        assert_eq!(status, 200);
        assert_eq!(shown["plan_sha256"], plan["plan"]["sha256"]);
        assert_eq!(shown["plan"], plan["plan"]);
        assert_eq!(shown["started_by"], "schedule");
        assert_eq!(
            (&shown["account_count"], &shown["accounts_in_24_hours"], &shown["limit"]),
            (&json!(4), &json!(4), &json!(1))
        );
        assert!(shown["summary"].as_str().unwrap().contains("deletes 11 root credentials in 4 accounts"), "{shown}");
        let everything = shown["accounts"].as_array().unwrap().iter().find(|shown| shown["account"] == EVERYTHING);
        let expected = json!({
            "account": EVERYTHING, "name": everything.unwrap()["name"], "protected": 0,
            "signing_certificates": 1, "access_keys": 2, "login_profiles": 1, "mfa_devices": 2,
        });
        assert_eq!(everything, Some(&expected));
        assert_eq!(shown["decision"], Value::Null);
        let text = shown.to_string();
        assert!(!text.contains("token") && !text.contains("AKIA") && !text.contains(TOKEN), "{text}");
    }
    assert_eq!(rehearsal.simulator.answered_tasks(), []);
}

#[tokio::test(start_paused = true)]
async fn i12_an_approval_is_bound_to_the_plan_that_was_shown() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    let mut other = decision_request("approve", &plan);
    other["plan_sha256"] = json!("0".repeat(64));
    assert_refused(&rehearsal, JANE, &other, 409, "this is not the plan").await;

    let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!((status, &answer["run"]), (200, &json!("told")), "{answer}");
    let expected = json!({
        "approval_id": REQUEST, "decision": "approved", "plan_sha256": plan["plan"]["sha256"], "by": JANE,
        "started_by": "schedule", "reason": "looked at every account", "at": rehearsal.simulator.world().starts_at,
    });
    assert_eq!(stored(&rehearsal, DECISION), Some(expected.clone()));
    assert_eq!(rehearsal.simulator.answered_tasks(), approved());
    assert_eq!(carries(&rehearsal, &plan, REQUEST, Some(StartedBy::Schedule)), Ok(()));

    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": REQUEST})).await.unwrap();
    assert_eq!(shown["decision"], expected);
}

fn carries(rehearsal: &Rehearsal, plan: &Value, request: &str, by: Option<StartedBy>) -> Result<(), String> {
    let pin: Pin = serde_json::from_value(plan["plan"].clone()).unwrap();
    let record = stored(rehearsal, &format!("approvals/{request}/decision.json"));
    let record: Option<DecisionRecord> = record.map(|record| serde_json::from_value(record).unwrap());
    carries_out(&pin, &request.parse().unwrap(), by.as_ref(), record.as_ref()).map_err(|why| why.to_string())
}

#[tokio::test(start_paused = true)]
async fn i12_who_started_a_run_cannot_decide_about_it_through_any_role() {
    let (rehearsal, plan) = asked(&json!({"person": JANE})).await;
    for caller in [JANE, JANE_ELSEWHERE, "arn:aws:iam::111122223333:user/people/JANE@example.com"] {
        for action in ["approve", "reject"] {
            assert_refused(&rehearsal, caller, &decision_request(action, &plan), 403, "somebody else has to decide")
                .await;
        }
    }
    let (status, _) = rehearsal.access_requests(JOE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!(status, 200);
}

#[tokio::test(start_paused = true)]
async fn i12_nobody_decides_about_a_run_of_which_nobody_knows_who_started_it() {
    let (rehearsal, plan) = asked(&Value::Null).await;
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 403, "nobody knows who started this run")
        .await;
}

#[tokio::test(start_paused = true)]
async fn i12_a_question_cannot_name_another_starter_than_the_plan() {
    let (rehearsal, plan) = planned(&json!({"person": JANE})).await;
    let refused = rehearsal.ask(&plan, &json!("schedule"), TOKEN).await.unwrap_err();
    assert!(refused.to_string().contains("do not belong together"), "{refused}");
    // Nor one about a plan that is not there, which would stand in the way of a night to come.
    let mut to_come = plan.clone();
    to_come["plan"]["key"] = json!("runs/nightly-2026-11-23/plan/0.json");
    assert!(rehearsal.ask(&to_come, &json!("schedule"), TOKEN).await.is_err());
    let written = rehearsal.simulator.objects(BUCKET);
    assert!(!written.iter().any(|(key, _)| key.ends_with("asked.json")), "nothing was written down");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_the_waiting_with_its_reason() {
    let (rehearsal, plan) = asked(&json!({"person": JANE})).await;
    let (status, answer) = rehearsal.access_requests(JOE, &decision_request("reject", &plan)).await.unwrap();
    assert_eq!((status, &answer["decision"]), (200, &json!("rejected")));
    let told = rehearsal.simulator.answered_tasks();
    let [AnsweredTask { token, answer: TaskAnswer::Failure { error, cause } }] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!((token.as_str(), error.as_deref()), (TOKEN, Some("Rejected")));
    assert_eq!(cause.as_deref().unwrap(), format!("{JOE} has rejected {REQUEST}: looked at every account"));
    assert_refused(&rehearsal, JOE, &decision_request("approve", &plan), 409, "has rejected this already").await;
    let why = carries(&rehearsal, &plan, REQUEST, Some(StartedBy::Schedule)).unwrap_err();
    assert!(why.contains("has rejected"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn the_same_decision_again_is_told_again() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    rehearsal.simulator.inject(Fault::on("states:SendTaskSuccess").times(5).internal_error());
    let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!(
        (status, answer["error"].as_str().unwrap().contains("cannot tell the execution")),
        (502, true),
        "{answer}"
    );
    let decision = stored(&rehearsal, DECISION);
    assert!(decision.is_some(), "it stands before the run hears of it");
    assert_eq!(rehearsal.simulator.answered_tasks(), []);

    let (status, answer) =
        rehearsal.access_requests(JANE_ELSEWHERE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!((status, &answer["run"]), (200, &json!("told")));
    let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!((status, &answer["run"]), (200, &json!("no_longer_waiting")));
    assert_eq!(stored(&rehearsal, DECISION), decision);
    assert_eq!(rehearsal.simulator.answered_tasks(), approved());
    assert_refused(&rehearsal, JOE, &decision_request("approve", &plan), 409, "has approved this already").await;
    assert_refused(&rehearsal, JANE, &decision_request("reject", &plan), 409, "has approved this already").await;
}

#[tokio::test(start_paused = true)]
async fn of_two_people_at_once_one_decides() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    let (approve, refuse) = (decision_request("approve", &plan), decision_request("reject", &plan));
    // The first one's write is held up, until the other's is done.
    rehearsal.simulator.inject(Fault::on("s3:PutObject").throttle());
    let (jane, joe) = tokio::join!(rehearsal.access_requests(JANE, &approve), rehearsal.access_requests(JOE, &refuse));
    let mut statuses = [jane.unwrap().0, joe.unwrap().0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(rehearsal.simulator.answered_tasks().len(), 1);
    let results = rehearsal.simulator.calls().into_iter().filter(|call| {
        call.action == "s3:PutObject" && call.resource.as_deref() == Some(&format!("{BUCKET}/{DECISION}"))
    });
    assert_eq!(results.map(|call| call.result).collect::<Vec<_>>(), ["SlowDown", "Success", "PreconditionFailed"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_bucket_that_is_lost_is_no_other_decision() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    rehearsal.simulator.inject(Fault::on("s3:PutObject").lost_response());
    let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!((status, &answer["run"]), (200, &json!("told")), "{answer}");
    assert_eq!(rehearsal.simulator.answered_tasks(), approved());
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_no_more_is_too_late_for() {
    for code in ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"] {
        let (rehearsal, plan) = asked(&json!("schedule")).await;
        rehearsal.simulator.inject(Fault::on("states:SendTaskSuccess").error(code, 400, format!("about {TOKEN}")));
        let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
        assert_eq!(status, 409, "{code}: {answer}");
        assert!(answer["error"].as_str().unwrap().starts_with("too late"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn i12_an_overwritten_plan_cannot_be_decided_about() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    let mut altered = rehearsal.object(&plan["plan"]);
    altered["batches"][0]["accounts"][0]["account"]["id"] = json!(EXEMPT);
    put(&rehearsal, plan["plan"]["key"].as_str().unwrap(), &altered);
    let sha256 = rootwarden_domain::Sha256::of(altered.to_string().as_bytes());
    let mut of_the_altered = decision_request("approve", &plan);
    of_the_altered["plan_sha256"] = json!(sha256);
    for body in [
        decision_request("approve", &plan),
        of_the_altered,
        decision_request("reject", &plan),
        json!({"approval_id": REQUEST}),
    ] {
        assert_refused(&rehearsal, JANE, &body, 409, "is not what was handed on").await;
    }
}

#[tokio::test(start_paused = true)]
async fn i12_what_was_copied_from_another_request_is_worth_nothing() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    let other = format!("{RUN}.1");
    // The question of one request under the name of another.
    put(
        &rehearsal,
        &format!("approvals/{other}/request.json"),
        &question(&plan, &json!("schedule"), TOKEN)["approval_request"],
    );
    let mut body = decision_request("approve", &plan);
    body["approval_id"] = json!(other);
    assert_refused(&rehearsal, JANE, &body, 409, "find out who wrote it").await;
    // The decision about one request under the name of another, and one that names another plan.
    let decision = stored(&rehearsal, DECISION).unwrap();
    put(&rehearsal, &format!("approvals/{other}/decision.json"), &decision);
    let why = carries(&rehearsal, &plan, &other, Some(StartedBy::Schedule)).unwrap_err();
    assert!(why.contains("is one about"), "{why}");
    let mut replayed = decision;
    replayed["plan_sha256"] = json!("0".repeat(64));
    put(&rehearsal, DECISION, &replayed);
    let why = carries(&rehearsal, &plan, REQUEST, Some(StartedBy::Schedule)).unwrap_err();
    assert!(why.contains("about another plan"), "{why}");
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 409, "find out who wrote it").await;
    assert!(carries(&rehearsal, &plan, "another-run.0", None).unwrap_err().contains("nobody has approved"));
}

#[tokio::test(start_paused = true)]
async fn i10_and_i12_nothing_is_deleted_without_somebody_elses_approval_of_this_very_plan() {
    let (rehearsal, plan) = asked(&json!({"person": JANE})).await;
    let before = all_roots(&rehearsal);
    let good = json!({
        "approval_id": REQUEST, "decision": "approved", "plan_sha256": plan["plan"]["sha256"], "by": JOE,
        "started_by": {"person": JANE}, "reason": "r", "at": "2026-11-22T02:00:00Z",
    });
    let mut forged = vec![json!({}), json!({"decision": "approved"})];
    for (field, value) in [
        ("by", json!(JANE_ELSEWHERE)),
        ("approval_id", json!(format!("{RUN}.1"))),
        ("plan_sha256", json!("0".repeat(64))),
        ("decision", json!("rejected")),
        ("by", json!(ROOT)),
        ("approved", json!(true)),
    ] {
        let mut record = good.clone();
        record[field] = value;
        forged.push(record);
    }
    // Nobody can pass for the schedule by saying so in the record.
    let mut record = good.clone();
    record["by"] = json!(JANE);
    record["started_by"] = json!("schedule");
    forged.push(record);
    for (number, record) in forged.into_iter().enumerate() {
        put(&rehearsal, DECISION, &record);
        let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
        assert!(!deletions.is_empty());
        assert!(deletions.iter().all(|batch| batch["failed"].is_object()), "{number}: {deletions:?}");
        assert_eq!(all_roots(&rehearsal), before, "{record}");
    }
    rehearsal.simulator.put_object(BUCKET, DECISION, good.to_string());
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert!(DIRTY.into_iter().all(|account| is_clean(&rehearsal, account)));
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_cannot_be_read_is_not_taken_for_none() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    put(&rehearsal, DECISION, &json!({"decision": "approved"}));
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 502, "cannot read `approvals/").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_of_the_task_brings_its_own_token_and_nothing_else() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    rehearsal.ask(&plan, &json!("schedule"), "the-token-of-the-second-attempt").await.unwrap();
    let error = rehearsal.ask(&plan, &json!({"person": JOE}), TOKEN).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("something else is asked under"), "{error}");
    rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!(rehearsal.simulator.answered_tasks()[0].token, "the-token-of-the-second-attempt");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_request_is_not_found() {
    let (rehearsal, plan) = planned(&json!("schedule")).await;
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 404, "nothing is asked under").await;
    assert_refused(&rehearsal, JANE, &json!({"approval_id": "another-run.3"}), 404, "`another-run.3`").await;
}

#[tokio::test(start_paused = true)]
async fn aws_failing_is_told_as_such() {
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    rehearsal.simulator.inject(Fault::on("s3:GetObject").denied());
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 502, "AccessDenied").await;
    rehearsal.simulator.inject(Fault::on("s3:PutObject").denied());
    assert_refused(&rehearsal, JANE, &decision_request("approve", &plan), 502, "AccessDenied").await;
    rehearsal.simulator.inject(Fault::on("states:StartExecution").denied());
    let body = json!({"action": "secure", "selection": "all", "reason": "an incident"});
    assert_refused(&rehearsal, JANE, &body, 502, "AccessDenied").await;
}

#[tokio::test(start_paused = true)]
async fn i9_the_task_token_is_in_no_answer_log_or_decision() {
    let (captured, _guard) = Captured::start();
    let (rehearsal, plan) = asked(&json!("schedule")).await;
    let mut seen = String::new();
    // AWS's validation repeats what it was sent.
    let echo = format!("Value '{TOKEN}' at 'taskToken' failed to satisfy constraint");
    rehearsal.simulator.inject(Fault::on("states:SendTaskSuccess").error("ValidationException", 400, echo));
    for body in [
        json!({"approval_id": REQUEST}),
        decision_request("approve", &plan),
        decision_request("approve", &plan),
        decision_request("approve", &plan),
        decision_request("reject", &plan),
        json!({"approval_id": REQUEST}),
    ] {
        let (_, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
        seen.push_str(&answer.to_string());
    }
    assert!(
        seen.contains("ValidationException") && seen.contains("told") && seen.contains("no_longer_waiting"),
        "{seen}"
    );
    let log = captured.text();
    assert!(log.contains("has approved nightly-2026-11-22.0"), "the log was captured");
    for (key, body) in rehearsal.simulator.objects(BUCKET) {
        if !key.ends_with("/request.json") {
            seen.push_str(&String::from_utf8_lossy(&body));
        }
    }
    assert!(!seen.contains(TOKEN) && !seen.contains("secret/task"), "the token was answered or written");
    assert!(!log.contains(TOKEN) && !log.contains("secret/task"), "the token was logged");
}
