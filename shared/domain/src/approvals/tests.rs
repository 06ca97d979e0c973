use serde_json::{Value, json};

use super::*;
use crate::{
    Pin, Sha256,
    ids::approval::ApprovalId,
    people::{Person, StartedBy},
    text::input::parse,
};

const NOW: &str = "2026-11-22T02:30:00Z";
const LATER: &str = "2026-11-22T02:31:00Z";
const JANE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/jane@example.com";
const JANE_ELSEWHERE: &str = "arn:aws:sts::444455556666:assumed-role/ReadOnly/Jane@example.com";
const JOE: &str = "arn:aws:sts::111122223333:assumed-role/Operators/joe@example.com";
const NAMELESS: &str = "arn:aws:sts::111122223333:assumed-role/Operators/botocore-session-1763776800";
const TOKEN: &str = "AQCkAAAAKgAAAAMAAAAA-a-secret-task-token";

fn person(arn: &str) -> Person {
    arn.parse().unwrap()
}

fn request(id: &str) -> ApprovalId {
    id.parse().unwrap()
}

fn plan() -> Pin {
    Pin { key: "runs/nightly/plan/0.json".into(), version_id: "v1".into(), sha256: Sha256::of(b"the plan") }
}

fn ask(started_by: Value) -> ApprovalRequest {
    let ask = json!({"approval_id": "nightly.0", "plan": plan(), "started_by": started_by, "task_token": TOKEN});
    parse("input", ask).unwrap()
}

fn decision_request(decision: Decision, sha256: Sha256) -> DecisionRequest {
    let reason = "looked at it".to_owned().try_into().unwrap();
    DecisionRequest { approval_id: request("nightly.0"), decision, plan_sha256: sha256, reason }
}

fn decided(
    asked: &ApprovalRequest,
    existing: Option<&DecisionRecord>,
    caller: &str,
    decision: Decision,
) -> Result<DecisionRecord, DecisionError> {
    let now = if existing.is_some() { LATER } else { NOW };
    let request = decision_request(decision, plan().sha256);
    asked.decision_subject(&request.approval_id)?.decide(existing, &person(caller), &request, now.parse().unwrap())
}

fn approval(by: &str) -> DecisionRecord {
    decided(&ask(json!("schedule")), None, by, Decision::Approved).unwrap()
}

#[test]
fn i9_a_task_token_is_kept_and_never_shown() {
    let ask = ask(json!("schedule"));
    assert!(!format!("{ask:?}").contains(TOKEN));
    assert_eq!(serde_json::to_value(&ask).unwrap()["task_token"], TOKEN, "request.json is where it lives");
    let long = "t".repeat(2049);
    for wrong in [json!(""), json!(long), json!([TOKEN])] {
        let mut input = serde_json::to_value(&ask).unwrap();
        input["task_token"] = wrong;
        let error = parse::<ApprovalRequest>("input", input).unwrap_err().to_string();
        assert!(error.contains("task_token") && !error.contains(TOKEN) && !error.contains("tttt"), "{error}");
    }
}

#[test]
fn a_question_is_read_strictly_and_its_parts_belong_together() {
    assert!(ask(json!("schedule")).check().is_ok());
    for (field, value, named) in [
        ("approval_id", json!("nightly.1"), "`runs/nightly/plan/0.json` is not where the plan of `nightly.1` lies"),
        ("approval_id", json!("unlock-1"), "`runs/nightly/plan/0.json` is not where the plan of `unlock-1` lies"),
        ("plan", json!({"key": "x", "version_id": "v", "sha256": plan().sha256}), "`x` is not where the plan"),
        ("started_by", json!("nobody"), "unknown variant `nobody`"),
        ("started_by", json!({"person": "jane"}), "`jane` is not the ARN of"),
        ("started_by", json!({"person": "arn:aws:iam::111122223333:root"}), "a root user is nobody in particular"),
        ("force", json!(true), "unknown field `force`"),
    ] {
        let mut input = serde_json::to_value(ask(json!("schedule"))).unwrap();
        input[field] = value;
        let error = parse::<ApprovalRequest>("input", input).and_then(|ask| ask.check()).unwrap_err().to_string();
        assert!(error.contains(named), "{error}");
    }
}

#[test]
fn only_the_token_of_a_question_may_change() {
    let first = ask(json!("schedule"));
    let mut again = first.clone();
    again.task_token = TaskToken::try_from("another".to_owned()).unwrap();
    assert!(first.asks_the_same_as(&again));
    for (field, value) in [
        ("started_by", json!({"person": JOE})),
        ("approval_id", json!("nightly.1")),
        ("plan", json!({"key": "runs/nightly/plan/0.json", "version_id": "v2", "sha256": plan().sha256})),
    ] {
        let mut other = serde_json::to_value(&first).unwrap();
        other[field] = value;
        assert!(!first.asks_the_same_as(&parse("input", other).unwrap()), "{field}");
    }
}

#[test]
fn i12_nobody_decides_about_a_run_that_they_may_have_started() {
    let same = |started_by: Value| DecisionError::SamePerson(serde_json::from_value(started_by).unwrap());
    for (started_by, caller, refused) in [
        (json!("schedule"), JANE, None),
        (json!("event"), NAMELESS, None),
        (json!({"person": JOE}), JANE, None),
        (json!({"person": JANE}), JANE, Some(same(json!({"person": JANE})))),
        (json!({"person": JANE}), JANE_ELSEWHERE, Some(same(json!({"person": JANE})))),
        (json!({"person": JANE}), NAMELESS, Some(same(json!({"person": JANE})))),
        (json!({"person": NAMELESS}), JANE, Some(same(json!({"person": NAMELESS})))),
        (json!(null), JANE, Some(DecisionError::StarterUnknown(request("nightly.0")))),
    ] {
        for decision in [Decision::Approved, Decision::Rejected] {
            let answer = decided(&ask(started_by.clone()), None, caller, decision);
            assert_eq!(answer.as_ref().err(), refused.as_ref(), "{started_by} {caller}");
            assert!(answer.is_ok() || answer.unwrap_err().status() == 403);
        }
    }
}

#[test]
fn i12_a_decision_is_about_what_was_shown() {
    let other = Sha256::of(b"another plan");
    let subject = ask(json!("schedule")).decision_subject(&request("nightly.0")).unwrap();
    let answer =
        subject.decide(None, &person(JANE), &decision_request(Decision::Approved, other), NOW.parse().unwrap());
    assert_eq!(answer, Err(DecisionError::OtherPlan { approval_id: request("nightly.0"), asked: plan().sha256 }));
    let another = DecisionSubject { approval_id: request("another.0"), ..subject };
    let approve = decision_request(Decision::Approved, plan().sha256);
    let answer = another.decide(None, &person(JANE), &approve, NOW.parse().unwrap());
    assert!(matches!(answer, Err(DecisionError::Altered(_))));
    let mut copied = ask(json!("schedule"));
    copied.approval_id = request("another.0");
    assert!(matches!(decided(&copied, None, JANE, Decision::Approved), Err(DecisionError::Altered(_))));
    copied.approval_id = request("another.0");
    assert!(matches!(decided(&copied, None, JANE, Decision::Approved), Err(DecisionError::Altered(_))));
}

#[test]
fn a_decision_is_taken_once() {
    let asked = ask(json!("schedule"));
    let first = approval(JANE);
    assert_eq!(first.at, NOW.parse().unwrap());
    assert_eq!(decided(&asked, Some(&first), JANE_ELSEWHERE, Decision::Approved), Ok(first.clone()), "said again");
    let already =
        DecisionError::AlreadyDecided { decision: Decision::Approved, by: person(JANE), at: NOW.parse().unwrap() };
    assert_eq!(decided(&asked, Some(&first), JANE, Decision::Rejected), Err(already.clone()));
    assert_eq!(decided(&asked, Some(&first), JOE, Decision::Approved), Err(already.clone()));
    assert_eq!(already.status(), 409);
    let other = DecisionRecord { approval_id: request("another.0"), ..first.clone() };
    assert!(matches!(decided(&asked, Some(&other), JANE, Decision::Approved), Err(DecisionError::Altered(_))));
    let other = DecisionRecord { plan_sha256: Sha256::of(b"another plan"), ..first };
    assert!(matches!(decided(&asked, Some(&other), JANE, Decision::Approved), Err(DecisionError::Altered(_))));
}

#[test]
fn what_ends_is_decided_before_its_end_and_may_be_said_again_after_it() {
    let ending = |before: &str| {
        let subject = ask(json!("schedule")).decision_subject(&request("nightly.0")).unwrap();
        DecisionSubject { decide_before: Some(before.parse().unwrap()), ..subject }
    };
    let approve = decision_request(Decision::Approved, plan().sha256);
    let at_later = |subject: DecisionSubject, existing: Option<&DecisionRecord>| {
        subject.decide(existing, &person(JANE), &approve, LATER.parse().unwrap())
    };
    assert!(at_later(ending(LATER), None).is_ok());
    assert_eq!(at_later(ending(NOW), None), Err(DecisionError::TooLate(request("nightly.0"))));
    let before = approval(JANE);
    assert_eq!(at_later(ending(NOW), Some(&before)), Ok(before.clone()));
}

#[test]
fn i12_only_an_approval_of_this_plan_by_somebody_else_carries_it_out() {
    let id = request("nightly.0");
    let schedule = Some(StartedBy::Schedule);
    let by = |arn: &str| Some(StartedBy::Person(person(arn)));
    let good = approval(JANE);
    let cases = [
        (Some(good.clone()), schedule.clone(), None),
        (Some(DecisionRecord { started_by: StartedBy::Person(person(JOE)), ..good.clone() }), by(JOE), None),
        (Some(good.clone()), by(JOE), Some("names somebody else as who asked for it")),
        (None, schedule.clone(), Some("nobody has approved `nightly.0`")),
        (Some(good.clone()), None, Some("nobody knows who started")),
        (Some(good.clone()), by(JANE_ELSEWHERE), Some("approved by who started its run")),
        (Some(good.clone()), by(NAMELESS), Some("approved by who started its run")),
        (Some(DecisionRecord { decision: Decision::Rejected, ..good.clone() }), schedule.clone(), Some("has rejected")),
        (
            Some(DecisionRecord { approval_id: request("nightly.1"), ..good.clone() }),
            schedule.clone(),
            Some("is one about `nightly.1`"),
        ),
        (Some(DecisionRecord { plan_sha256: Sha256::of(b"x"), ..good.clone() }), schedule, Some("about another plan")),
        // The record says that the schedule had started it; what is carried out says who did.
        (Some(good), by(JANE), Some("approved by who started its run")),
    ];
    for (record, started_by, refused) in cases {
        let answer = carries_out(&plan(), &id, started_by.as_ref(), record.as_ref()).map_err(|why| why.to_string());
        match refused {
            None => assert_eq!(answer, Ok(())),
            Some(named) => assert!(answer.as_ref().unwrap_err().contains(named), "{answer:?}"),
        }
    }
}

#[test]
fn a_decision_is_written_as_it_is_read() {
    let written = serde_json::to_value(approval(JANE)).unwrap();
    let expected = json!({
        "approval_id": "nightly.0", "decision": "approved", "plan_sha256": plan().sha256, "by": JANE,
        "started_by": "schedule", "reason": "looked at it", "at": NOW,
    });
    assert_eq!(written, expected);
    assert_eq!(serde_json::from_value::<DecisionRecord>(written).unwrap(), approval(JANE));
    let mut forged = expected;
    forged["approved"] = json!(true);
    assert!(serde_json::from_value::<DecisionRecord>(forged).is_err(), "an unknown field is refused");
}
