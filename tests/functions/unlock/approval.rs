//! I12: nothing is changed without a second person's recorded approval of exactly the plan at hand.

use rootwarden_domain::{ErrorKind, Sha256};
use rootwarden_simulator::TaskAnswer;
use rootwarden_tests::BUCKET;
use serde_json::{Value, json};

use super::*;

/// A plan that was asked about, and not decided yet.
async fn asked(rehearsal: &Rehearsal) -> (StartedUnlock, Value) {
    let (started, planned) = plan(rehearsal, &about_bucket("apply")).await;
    rehearsal.access_event(question(&started, &planned)).await.unwrap();
    (started, planned)
}

/// The apply step is refused, names why, and the world is as it was.
async fn assert_not_applied(rehearsal: &Rehearsal, started: &StartedUnlock, planned: &Value, named: &str) {
    assert_not_kept(rehearsal, started, planned, named).await;
    assert_eq!(objects(rehearsal, "policies/"), []);
}

/// The same, where policies were stored before.
async fn assert_not_kept(rehearsal: &Rehearsal, started: &StartedUnlock, planned: &Value, named: &str) {
    let before = (rehearsal.simulator.world(), objects(rehearsal, "policies/"));
    let calls = rehearsal.simulator.calls().len();
    let error = rehearsal.unlock(apply_input(started, planned)).await.unwrap_err();
    assert!([ErrorKind::Denied, ErrorKind::InvalidRequest].contains(&error.kind()), "{error}");
    assert!(error.to_string().contains(named), "`{error}` does not name `{named}`");
    assert_eq!((rehearsal.simulator.world(), objects(rehearsal, "policies/")), before);
    let opened = rehearsal.simulator.calls_since(calls).into_iter().filter(|call| call.action == "sts:AssumeRoot");
    assert_eq!(opened.count(), 0, "not even a session is opened");
}

async fn assert_refused(rehearsal: &Rehearsal, caller: &str, body: &Value, status: u64, named: &str) {
    let told = rehearsal.simulator.answered_tasks();
    let (found, answer) = rehearsal.access_requests(caller, body).await.unwrap();
    assert_eq!(found, status, "{answer}");
    assert!(answer["error"].as_str().unwrap().contains(named), "{answer}");
    assert_eq!(rehearsal.simulator.answered_tasks(), told);
}

#[tokio::test(start_paused = true)]
async fn i12_a_direct_call_without_a_record_is_refused() {
    let rehearsal = rehearsal();
    let (started, planned) = plan(&rehearsal, &about_bucket("apply")).await;
    assert_not_applied(&rehearsal, &started, &planned, "nobody has approved").await;
    rehearsal.access_event(question(&started, &planned)).await.unwrap();
    assert_not_applied(&rehearsal, &started, &planned, "nobody has approved").await;
}

#[tokio::test(start_paused = true)]
async fn i12_who_asked_cannot_approve_through_any_role() {
    let rehearsal = rehearsal();
    let (started, planned) = asked(&rehearsal).await;
    for caller in [JANE, JANE_ELSEWHERE, "arn:aws:iam::111122223333:user/people/JANE@example.com"] {
        assert_refused(&rehearsal, caller, &approval(&started, &planned), 403, "somebody else has to decide").await;
    }
    assert_not_applied(&rehearsal, &started, &planned, "nobody has approved").await;
}

#[tokio::test(start_paused = true)]
async fn i12_an_approval_names_the_plan_that_was_shown_and_no_other() {
    let rehearsal = rehearsal();
    let (started, planned) = asked(&rehearsal).await;
    let mut other = approval(&started, &planned);
    other["plan_sha256"] = json!("0".repeat(64));
    assert_refused(&rehearsal, JOE, &other, 409, "this is not the plan").await;
    // Somebody writes another plan over the one that was asked about.
    let key = planned["plan"]["key"].as_str().unwrap();
    let mut altered = objects(&rehearsal, key)[0].1.clone();
    altered["planned"]["change"]["after"] = Value::Null;
    let text = altered.to_string();
    rehearsal.simulator.put_object(BUCKET, key, text.clone());
    let mut of_the_altered = approval(&started, &planned);
    of_the_altered["plan_sha256"] = json!(Sha256::of(text.as_bytes()));
    for body in [approval(&started, &planned), of_the_altered, json!({"approval_id": started.id})] {
        assert_refused(&rehearsal, JOE, &body, 409, "is not").await;
    }
}

#[tokio::test(start_paused = true)]
async fn i12_a_plan_that_was_altered_after_its_approval_is_not_carried_out() {
    let rehearsal = rehearsal();
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    let key = planned["plan"]["key"].as_str().unwrap();
    let mut altered = objects(&rehearsal, key)[0].1.clone();
    altered["planned"]["change"]["after"] = Value::Null;
    let text = altered.to_string();
    let version = rehearsal.simulator.put_object(BUCKET, key, text.clone());
    assert_not_applied(&rehearsal, &started, &planned, "is not what was handed on").await;
    // Handed on as its own pin, it is not what was approved.
    let pin = json!({"plan": {"key": key, "version_id": version, "sha256": Sha256::of(text.as_bytes())}});
    assert_not_applied(&rehearsal, &started, &pin, "is about another plan").await;
}

#[tokio::test(start_paused = true)]
async fn i12_a_forged_or_replayed_record_is_worth_nothing() {
    let rehearsal = rehearsal();
    let (started, planned) = asked(&rehearsal).await;
    let decision = format!("approvals/{}/decision.json", started.id);
    let good = json!({
        "approval_id": started.id, "decision": "approved", "plan_sha256": planned["plan"]["sha256"], "by": JOE,
        "started_by": {"person": JANE}, "reason": "r", "at": "2026-11-22T02:00:00Z",
    });
    for (field, value, named) in [
        ("by", json!(JANE), "was approved by who started"),
        ("by", json!(JANE_ELSEWHERE), "was approved by who started"),
        ("started_by", json!("schedule"), "names somebody else as who asked for it"),
        ("approval_id", json!("unlock-20261122T0200Z-000000000000"), "is one about"),
        ("approval_id", json!("nightly.0"), "is one about"),
        ("plan_sha256", json!("0".repeat(64)), "is about another plan"),
        ("decision", json!("rejected"), "has rejected"),
        ("approved", json!(true), "cannot read"),
    ] {
        let mut record = good.clone();
        record[field] = value;
        rehearsal.simulator.put_object(BUCKET, &decision, record.to_string());
        assert_not_applied(&rehearsal, &started, &planned, named).await;
    }
    // Nobody can pass for the schedule by saying so in the record.
    let mut record = good.clone();
    (record["by"], record["started_by"]) = (json!(JANE), json!("schedule"));
    rehearsal.simulator.put_object(BUCKET, &decision, record.to_string());
    assert_not_applied(&rehearsal, &started, &planned, "was approved by who started").await;
    // An approval of an earlier request for the same, copied under this one's name.
    rehearsal.simulator.advance(std::time::Duration::from_mins(5));
    let (later, planned_later) = plan(&rehearsal, &about_bucket("apply")).await;
    assert_ne!(later.id, started.id);
    rehearsal.simulator.put_object(BUCKET, &format!("approvals/{}/decision.json", later.id), good.to_string());
    assert_not_applied(&rehearsal, &later, &planned_later, "is one about").await;
    rehearsal.simulator.put_object(BUCKET, &decision, good.to_string());
    let applied = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!(applied["outcome"], "changed", "the honest record carries it");
}

#[tokio::test(start_paused = true)]
async fn i12_an_approval_is_good_for_one_time_and_not_for_long() {
    let rehearsal = rehearsal();
    let (started, planned, applied) = carry_out(&rehearsal, &about_bucket("apply")).await;
    let mut undo = about_bucket("restore");
    undo["stored"] = applied["stored"].clone();
    carry_out(&rehearsal, &undo).await;
    // The policy is again the one that was approved for, and the decision still lies there.
    let before = rehearsal.simulator.world();
    let again = rehearsal.unlock(apply_input(&started, &planned)).await.unwrap();
    assert_eq!((&again["outcome"], &again["state"]), (&json!("already_changed"), &json!("as_before")), "{again}");
    assert_eq!(rehearsal.simulator.world(), before);

    rehearsal.simulator.advance(std::time::Duration::from_mins(5));
    let (started, planned) = approved(&rehearsal, &about_bucket("apply")).await;
    rehearsal.simulator.advance(std::time::Duration::from_hours(37));
    assert_not_kept(&rehearsal, &started, &planned, "which is too long ago").await;
}

#[tokio::test(start_paused = true)]
async fn i12_a_request_that_nobody_signed_is_not_planned() {
    let rehearsal = rehearsal();
    let started = ask(&rehearsal, &about_bucket("apply")).await;
    let key = started.request["key"].as_str().unwrap();
    let honest = objects(&rehearsal, key)[0].1.clone();
    let mut forged = honest.clone();
    forged["requested_by"] = json!(JOE);
    let text = forged.to_string();
    rehearsal.simulator.put_object(BUCKET, key, text.clone());
    let input = json!({"step": "plan", "unlock": started.id, "request": started.request});
    let error = rehearsal.unlock(input).await.unwrap_err().to_string();
    assert!(error.contains("is not what was handed on"), "{error}");
    // A request under another's name, and a pin of something else.
    let other = "unlock-20261122T0200Z-000000000000";
    let version = rehearsal.simulator.put_object(BUCKET, &format!("unlocks/{other}/request.json"), honest.to_string());
    let sha256 = Sha256::of(honest.to_string().as_bytes());
    for (id, key, named) in [
        (other, format!("unlocks/{other}/request.json"), "is of `unlock-"),
        (other, started.request["key"].as_str().unwrap().to_owned(), "is not where this kind of object lies"),
    ] {
        let pin = json!({"key": key, "version_id": version, "sha256": sha256});
        let input = json!({"step": "plan", "unlock": id, "request": pin});
        let error = rehearsal.unlock(input).await.unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
    assert_eq!(sessions(&rehearsal), []);
}

#[tokio::test(start_paused = true)]
async fn a_decision_is_told_to_the_execution_once_it_is_written() {
    let rehearsal = rehearsal();
    let (started, planned) = asked(&rehearsal).await;
    let (_, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    assert_eq!(shown["plan_sha256"], planned["plan"]["sha256"]);
    assert!(shown["shown"].as_str().unwrap().contains("NotAction") && !shown.to_string().contains(TOKEN));
    let mut refusal = approval(&started, &planned);
    refusal["action"] = json!("reject");
    let (status, _) = rehearsal.access_requests(JOE, &refusal).await.unwrap();
    assert_eq!(status, 200);
    let told = rehearsal.simulator.answered_tasks();
    assert!(matches!(&told[0].answer, TaskAnswer::Failure { error, .. } if error.as_deref() == Some("Rejected")));
    assert_refused(&rehearsal, JOE, &approval(&started, &planned), 409, "has rejected this already").await;
    assert_not_applied(&rehearsal, &started, &planned, "has rejected").await;
}
