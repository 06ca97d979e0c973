//! A key that is in use, and that two people let go.

use std::time::Duration;

use rootwarden_domain::ids::release::ReleaseId;
use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

use crate::{access_requests::*, organization::*};

const IN_USE: [&str; 2] = ["AKIAINUSE00000000001", "AKIAINUSE00000000002"];
const DAY: u64 = 24 * 3600;

/// An account whose two keys are used again and again.
fn in_use() -> Rehearsal {
    in_use_with("25")
}

fn in_use_with(max_accounts_to_clean: &'static str) -> Rehearsal {
    let member =
        IN_USE.into_iter().fold(Member::new(KEYS), |member, key| member.access_key_used(key, "2026-12-31T00:00:00Z"));
    let deployment = Deployment { max_accounts_to_clean, ..Deployment::default() };
    Rehearsal::deployed(World::new(MANAGEMENT).member(member), &deployment)
}

fn left(rehearsal: &Rehearsal) -> Vec<String> {
    root_of(rehearsal, KEYS).access_keys.into_iter().map(|key| key.id).collect()
}

fn wish() -> Value {
    json!({"action": "release-key", "account": KEYS, "access_key_id": IN_USE[0], "reason": "nobody owns it", "ticket": "INC-7"})
}

/// Asked by Jane: the request's id and its hash.
async fn released(rehearsal: &Rehearsal) -> Value {
    let (status, answer) = rehearsal.access_requests(JANE, &wish()).await.unwrap();
    assert_eq!((status, &answer["outcome"]), (200, &json!("asked")), "{answer}");
    answer
}

fn decision(action: &str, asked: &Value) -> Value {
    json!({"action": action, "approval_id": asked["approval_id"], "plan_sha256": asked["plan_sha256"], "reason": "so be it"})
}

async fn approved_release(rehearsal: &Rehearsal) -> Value {
    let asked = released(rehearsal).await;
    let (status, answer) = rehearsal.access_requests(JOE, &decision("approve", &asked)).await.unwrap();
    assert_eq!((status, &answer["run"]), (200, &json!("not_waiting")), "{answer}");
    asked
}

#[tokio::test(start_paused = true)]
async fn a_protected_key_goes_once_two_people_have_released_it_and_no_other_does() {
    let rehearsal = in_use();
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE, "in use");

    let asked = approved_release(&rehearsal).await;
    let (status, shown) = rehearsal.access_requests(JANE, &json!({"approval_id": asked["approval_id"]})).await.unwrap();
    assert_eq!((status, &shown["plan_sha256"]), (200, &asked["plan_sha256"]), "{shown}");
    assert_eq!((&shown["decision"]["by"], &shown["asked"]["requested_by"]), (&json!(JOE), &json!(JANE)), "{shown}");
    assert_eq!(left(&rehearsal), IN_USE, "an approval deletes nothing by itself");

    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE[1..]);
    let status = finished.status(KEYS)["protected"].clone();
    assert_eq!(status["protected"].as_array().unwrap().len(), 1, "{status}");
    assert_eq!(status["steps"], json!([{"credential": {"access_key": IN_USE[0]}, "outcome": "deleted"}]));
}

#[tokio::test(start_paused = true)]
async fn i12_a_key_is_not_released_by_one_person_nor_by_a_refusal() {
    let rehearsal = in_use();
    let asked = released(&rehearsal).await;
    for caller in [JANE, JANE_ELSEWHERE] {
        assert_refused(&rehearsal, caller, &decision("approve", &asked), 403, "somebody else has to decide").await;
    }
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE);

    let mut other = decision("approve", &asked);
    other["plan_sha256"] = json!("0".repeat(64));
    assert_refused(&rehearsal, JOE, &other, 409, "this is not the plan").await;
    let (status, _) = rehearsal.access_requests(JOE, &decision("reject", &asked)).await.unwrap();
    assert_eq!(status, 200);
    assert_refused(&rehearsal, JOE, &decision("approve", &asked), 409, "has rejected this already").await;
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE);
}

#[tokio::test(start_paused = true)]
async fn a_release_ends() {
    let rehearsal = in_use();
    approved_release(&rehearsal).await;
    rehearsal.simulator.advance(Duration::from_secs(7 * DAY + 1));
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE, "seven days after its approval");

    let rehearsal = in_use();
    let asked = released(&rehearsal).await;
    rehearsal.simulator.advance(Duration::from_secs(DAY + 1));
    assert_refused(&rehearsal, JOE, &decision("approve", &asked), 409, "too late").await;
    // Asked again, it is another request.
    let again = approved_release(&rehearsal).await;
    assert_ne!(again["approval_id"], asked["approval_id"]);
    rehearsal.simulator.advance(Duration::from_secs(7 * DAY - 1));
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE[1..]);
}

#[tokio::test(start_paused = true)]
async fn i12_a_release_is_what_was_approved_or_it_is_none() {
    for forge in [
        |record: &mut Value| record["request"]["access_key_id"] = json!(IN_USE[1]),
        |record: &mut Value| record["request"]["account"] = json!(CLEAN),
        |record: &mut Value| record["request"]["reason"] = json!("another one"),
        |record: &mut Value| record["requested_by"] = json!(JOE),
        |record: &mut Value| *record = json!("x"),
    ] {
        let rehearsal = in_use();
        let asked = approved_release(&rehearsal).await;
        let key = format!("releases/{}.json", asked["approval_id"].as_str().unwrap());
        let mut record = stored(&rehearsal, &key).unwrap();
        forge(&mut record);
        put(&rehearsal, &key, &record);
        rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(left(&rehearsal), IN_USE, "{record}");
    }
    // Nor does an approved release of one key stand for another one.
    let rehearsal = in_use();
    let asked = approved_release(&rehearsal).await;
    let (id, sha256) = (asked["approval_id"].as_str().unwrap(), &asked["plan_sha256"]);
    let record = stored(&rehearsal, &format!("releases/{id}.json")).unwrap();
    let other = id.replace(IN_USE[0], IN_USE[1]);
    put(&rehearsal, &format!("releases/{other}.json"), &record);
    let decided = stored(&rehearsal, &format!("approvals/{id}/decision.json")).unwrap();
    assert_eq!(decided["plan_sha256"], *sha256);
    put(&rehearsal, &format!("approvals/{other}/decision.json"), &decided);
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE[1..]);
}

#[tokio::test(start_paused = true)]
async fn a_release_that_has_ended_does_not_serve_a_deletion_that_waited() {
    for (waited, expected) in [(DAY, &IN_USE[1..]), (DAY + 3600, &IN_USE[..])] {
        let rehearsal = in_use_with("0");
        approved_release(&rehearsal).await;
        rehearsal.simulator.advance(Duration::from_secs(6 * DAY));
        let mut request = enforce_all();
        request["started_by"] = json!("schedule");
        let (_, plan) = rehearsal.plan_round(&request).await.unwrap();
        rehearsal.ask(&plan, &json!("schedule"), TOKEN).await.unwrap();
        rehearsal.access_requests(JOE, &decision_request("approve", &plan)).await.unwrap();
        rehearsal.simulator.advance(Duration::from_secs(waited));
        rehearsal.delete_all(0, &plan["plan"]).await;
        assert_eq!(left(&rehearsal), expected, "after {waited} seconds");
    }
}

#[tokio::test(start_paused = true)]
async fn an_inactive_key_is_not_protected_however_lately_it_was_used() {
    let rehearsal = in_use();
    rehearsal.simulator.update(|world| {
        world.accounts.get_mut(KEYS).unwrap().root.access_keys[1].status = "Inactive".into();
    });
    rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(left(&rehearsal), IN_USE[..1]);
}

#[tokio::test(start_paused = true)]
async fn asking_twice_within_a_minute_asks_once_and_what_does_not_fit_asks_nothing() {
    let rehearsal = in_use();
    assert_eq!(released(&rehearsal).await, released(&rehearsal).await);
    for (field, value, named) in [
        ("access_key_id", json!("AKIA/../x"), "is not an access key id"),
        ("account", json!("1"), "is not an account id"),
        ("ticket", json!(""), "is not a ticket"),
        ("reason", json!(""), "a reason is needed"),
        ("force", json!(true), "unknown field `force`"),
    ] {
        let mut wrong = wish();
        wrong[field] = value;
        assert_refused(&rehearsal, JANE, &wrong, 400, named).await;
    }
    let unknown = json!({"approval_id": format!("release-{KEYS}-{}-20261122T0200Z-{}", IN_USE[0], "0".repeat(32))});
    assert_refused(&rehearsal, JANE, &unknown, 404, "nothing is asked under").await;
    let requests = rehearsal.simulator.objects(BUCKET).into_iter().filter(|(key, _)| key.starts_with("releases/"));
    assert_eq!(requests.count(), 1);
}

/// What `key-releases` was started for: the executions' names, and what they are to tell.
fn told(rehearsal: &Rehearsal) -> Vec<(String, Value)> {
    let started = rehearsal.simulator.executions().into_iter();
    started
        .filter(|execution| execution.state_machine_arn.ends_with(":rootwarden-key-releases"))
        .map(|execution| (execution.name, serde_json::from_str(&execution.input).unwrap()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn people_are_told_once_that_a_release_is_asked_for_and_once_what_was_decided() {
    for action in ["approve", "reject"] {
        let rehearsal = in_use();
        let asked = released(&rehearsal).await;
        released(&rehearsal).await;
        let id = asked["approval_id"].as_str().unwrap();
        let [(name, input)] = told(&rehearsal).try_into().unwrap();
        assert_eq!(input, json!({"release": id, "step": "asked"}));
        assert_eq!(name, id.parse::<ReleaseId>().unwrap().asked_execution());
        let how = rehearsal.access_event(json!({"release": id})).await.unwrap();
        assert_eq!(how["decision"], Value::Null);
        assert_eq!(
            how["executions"],
            json!({"asked": name, "decided": format!("{name}-decided")}),
            "and no others tell"
        );
        assert_eq!(how["decide_before"], json!("2026-11-23T02:00:00Z"));
        assert_eq!(how["asked"]["requested_by"].as_str().unwrap().split('#').next().unwrap(), JANE);

        for _ in 0..2 {
            assert_eq!(rehearsal.access_requests(JOE, &decision(action, &asked)).await.unwrap().0, 200);
        }
        let [_, (decided, input)] = told(&rehearsal).try_into().unwrap();
        assert_eq!((decided, input), (format!("{name}-decided"), json!({"release": id, "step": "decided"})));
        let how = rehearsal.access_event(json!({"release": id})).await.unwrap();
        assert_eq!((&how["plan_sha256"], &how["decision"]["reason"]), (&asked["plan_sha256"], &json!("so be it")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_of_which_nobody_can_be_told_is_asked_for_or_decided_again() {
    let rehearsal = in_use();
    let denied = || Fault::on("states:StartExecution").denied();
    rehearsal.simulator.inject(denied());
    assert_eq!(rehearsal.access_requests(JANE, &wish()).await.unwrap().0, 502);
    let asked = released(&rehearsal).await;
    rehearsal.simulator.inject(denied());
    assert_eq!(rehearsal.access_requests(JOE, &decision("approve", &asked)).await.unwrap().0, 502);
    assert_eq!(rehearsal.access_requests(JOE, &decision("approve", &asked)).await.unwrap().0, 200);
    assert_eq!(told(&rehearsal).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn of_a_release_that_nobody_asked_for_nothing_can_be_told() {
    let rehearsal = in_use();
    let id = format!("release-{KEYS}-{}-20261122T0200Z-{}", IN_USE[0], "0".repeat(32));
    let error = rehearsal.access_event(json!({"release": id})).await.unwrap_err();
    assert!(error.to_string().contains("nobody asked") || error.to_string().contains(&id), "{error}");
    assert!(rehearsal.decision_event(json!({"release": id})).await.is_err());
}
