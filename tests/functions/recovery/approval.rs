//! I12: recovery takes two people, and the approval is of one request, its duration included, and serves once.

use super::*;
use crate::access_requests::assert_refused;

async fn assert_not_opened(rehearsal: &Rehearsal, started: &Started, named: &str) {
    let (before, calls) = (window(rehearsal), rehearsal.simulator.calls().len());
    let opened = rehearsal.recovery(started.step("open")).await;
    let answer = opened.map_or_else(|error| error.to_string(), |answer| answer.to_string());
    assert!(answer.contains(named) && !answer.contains(r#""opened""#), "`{answer}` does not name `{named}`");
    assert_eq!(window(rehearsal), before);
    let allowed = rehearsal.recovery(started.step("allow")).await.unwrap();
    assert_eq!(allowed["outcome"], "not_allowed", "{allowed}");
    let calls = rehearsal.simulator.calls_since(calls);
    assert!(calls.iter().all(|call| call.action != "sts:AssumeRoot"), "not even a session is opened");
    assert!(root(rehearsal).is_clean());
}

#[tokio::test(start_paused = true)]
async fn i12_who_asked_cannot_approve_and_without_an_approval_nothing_is_opened() {
    let rehearsal = rehearsal();
    let started = ask(&rehearsal, JANE, &about("allow-recovery", OWNER)).await;
    assert_not_opened(&rehearsal, &started, "nobody has approved").await;
    rehearsal.access_event(started.question()).await.unwrap();
    for caller in [JANE, JANE_ELSEWHERE] {
        assert_refused(&rehearsal, caller, &started.decision("approve"), 403, "somebody else has to decide").await;
    }
    assert_not_opened(&rehearsal, &started, "nobody has approved").await;
    let (status, _) = rehearsal.access_requests(JOE, &started.decision("reject")).await.unwrap();
    assert_eq!(status, 200);
    assert_not_opened(&rehearsal, &started, "has rejected").await;
}

#[tokio::test(start_paused = true)]
async fn i12_an_approval_of_another_duration_is_none() {
    let rehearsal = rehearsal();
    let short = approved(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    let long = ask(&rehearsal, JANE, &for_a_while("allow-recovery", "PT72H")).await;
    rehearsal.access_event(long.question()).await.unwrap();
    // Decided by the hash of the short one, or with its record.
    let mut decision = long.decision("approve");
    decision["plan_sha256"] = short.request["sha256"].clone();
    assert_refused(&rehearsal, JOE, &decision, 409, "this is not the plan").await;
    let mut record = stored(&rehearsal, &format!("approvals/{}/decision.json", short.id)).unwrap();
    put(&rehearsal, &format!("approvals/{}/decision.json", long.id), &record);
    assert_not_opened(&rehearsal, &long, "is one about").await;
    record["approval_id"] = json!(long.id);
    put(&rehearsal, &format!("approvals/{}/decision.json", long.id), &record);
    assert_not_opened(&rehearsal, &long, "is about another plan").await;
    // The request itself with another duration.
    let key = short.request["key"].as_str().unwrap();
    let mut altered = stored(&rehearsal, key).unwrap();
    altered["request"]["action"]["allow"]["duration"] = json!("PT72H");
    put(&rehearsal, key, &altered);
    let error = rehearsal.recovery(short.step("open")).await.unwrap_err().to_string();
    assert!(error.contains("is not what was handed on"), "{error}");
    assert_eq!(window(&rehearsal), Value::Null);
}

#[tokio::test(start_paused = true)]
async fn i12_a_replayed_approval_opens_nothing() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &for_a_while("allow-recovery", "PT1H")).await;
    advance(&rehearsal, HOUR / 2);
    // Ended early, within the time in which the approval would still open a window.
    let end = ask(&rehearsal, JANE, &about("end-recovery", OWNER)).await;
    assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
    assert_not_opened(&rehearsal, &started, "a request opens one window").await;
    // Nor after another one, which took its place.
    let other = allowed(&rehearsal, &for_a_while("allow-recovery", "PT2H")).await;
    let end = ask(&rehearsal, JOE, &about("end-recovery", OWNER)).await;
    assert_eq!(ended(&rehearsal, &end).await["outcome"], "settled");
    for used in [&started, &other] {
        assert_not_opened(&rehearsal, used, "a request opens one window").await;
    }
    // Nor one that lay about.
    let late = approved(&rehearsal, &for_a_while("allow-recovery", "PT3H")).await;
    advance(&rehearsal, HOUR + 1);
    assert_not_opened(&rehearsal, &late, "which is too long ago").await;
}

#[tokio::test(start_paused = true)]
async fn of_two_requests_for_one_account_at_once_one_opens_a_window() {
    for at_once in [false, true] {
        let rehearsal = rehearsal();
        let first = approved(&rehearsal, &for_a_while("allow-recovery", "PT24H")).await;
        let second = approved(&rehearsal, &for_a_while("allow-recovery", "PT48H")).await;
        let open = async |started: &Started| loop {
            match rehearsal.recovery(started.step("open")).await {
                Ok(opened) => return opened["outcome"].as_str().unwrap().to_owned(),
                Err(error) => assert_eq!(error.kind(), rootwarden_domain::ErrorKind::Transient, "{error}"),
            }
        };
        let outcomes = if at_once {
            let (first, second) = tokio::join!(open(&first), open(&second));
            [first, second]
        } else {
            [open(&first).await, open(&second).await]
        };
        assert_eq!(outcomes.iter().filter(|outcome| *outcome == "opened").count(), 1, "{outcomes:?}");
        let winner = if outcomes[0] == "opened" { &first } else { &second };
        assert_eq!(window(&rehearsal)["recovery"], json!(winner.id));
        let loser = if outcomes[0] == "opened" { &second } else { &first };
        let allowed = rehearsal.recovery(loser.step("allow")).await.unwrap();
        assert_eq!(allowed["outcome"], "not_allowed", "{allowed}");
        let closed = rehearsal.recovery(loser.step("close")).await.unwrap();
        assert_eq!(closed["outcome"], "superseded", "the window of the other one stays");
        assert_eq!(window(&rehearsal)["closed"], Value::Null);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_says_who_asked_for_how_long_and_until_when() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    let (status, shown) = rehearsal.access_requests(JOE, &json!({"approval_id": started.id})).await.unwrap();
    assert_eq!((status, &shown["plan_sha256"]), (200, &started.request["sha256"]), "{shown}");
    assert_eq!(shown["asked"]["request"]["action"]["allow"]["duration"], "PT24H", "what nobody says is a day");
    assert_eq!((&shown["asked"]["requested_by"], &shown["decision"]["by"]), (&json!(JANE), &json!(JOE)));
    assert_eq!(shown["window"], window(&rehearsal));
    assert!(!shown.to_string().contains(TOKEN));
}
