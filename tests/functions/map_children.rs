//! What a Distributed Map leaves for a child that failed on AWS, and what children are given.

use std::collections::BTreeSet;

use rootwarden_domain::artifact::LONGEST_CAUSE;
use rootwarden_simulator::{Member, World};
use rootwarden_tests::{MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const MACHINE: &str = include_str!("../../statemachines/secure-accounts.asl.json");

/// A failed child as AWS writes it down.
///
/// Source: AWS Step Functions Developer Guide, "`ResultWriter` (Map)": without one, the child's execution result, unchanged. Its
/// fields are those of a captured record of a failed execution (localstack's snapshots, `startExecution.sync`), and of a
/// captured `FAILED_0.json` (radkawar/stackd, `stepfunctions/distributed_map.json`).
fn failed_child(input: &Value, error: &str, cause: &str) -> Value {
    json!({
        "Cause": cause,
        "Error": error,
        "ExecutionArn": "arn:aws:states:us-east-1:111122223333:express:rootwarden-secure-accounts/AuditAccounts:b8cb0fde-2460-31fa-ac71-3eec1d867891:6ddc4e85-37ed-474c-80c9-8afaf0a9fd13",
        "Input": input.to_string(),
        "InputDetails": {"Included": true},
        "Name": "b8cb0fde-2460-31fa-ac71-3eec1d867891",
        "OutputDetails": {"Included": true},
        "RedriveCount": 0,
        "RedriveStatus": "REDRIVABLE_BY_MAP_RUN",
        "StartDate": "2026-11-22T02:00:00.000Z",
        "StateMachineArn": "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts/AuditAccounts",
        "Status": "FAILED",
        "StopDate": "2026-11-22T02:00:01.000Z",
    })
}

/// Everything that is not ours.
fn strange() -> Vec<Value> {
    vec![
        json!(null),
        json!("text"),
        json!(7),
        json!([1]),
        json!({"batch": 0}),
        failed_child(&json!({"batch": "0"}), "States.Runtime", "x"),
        failed_child(&json!("not an object"), "States.Runtime", "x"),
    ]
}

fn sixty() -> World {
    (0..60_u64).fold(World::new(MANAGEMENT), |world, number| {
        world.member(Member::new(format!("{}", 300_000_000_000 + number)).access_key(format!("AKIAROOTKEY{number:09}")))
    })
}

#[tokio::test(start_paused = true)]
async fn i11_a_child_of_the_audit_that_failed_on_aws_makes_its_own_accounts_unknown() {
    let input = json!({"run": RUN, "round": 0, "chunk": 0, "selection": null, "batch": 1});
    let cause = "The principal states.amazonaws.com is not authorized to assume the provided role.";
    for child in [vec![failed_child(&input, "States.TaskFailed", cause)], strange()].concat() {
        // A round is planned once, so each child gets a run of its own.
        let rehearsal = rehearsal_of(sixty());
        let mut listed = rehearsal.list(0, &enforce_all(), &Value::Null).await.unwrap();
        listed.audits[0][1] = child.clone();
        rehearsal.record_all(0, &mut listed).await.unwrap();
        let plan = rehearsal.plan_of(0, &listed).await.unwrap();
        assert_eq!(plan["account_count"], 50, "the other batch: {child}");
        let others = rehearsal.object(&plan["plan"])["others"].as_array().unwrap().clone();
        assert_eq!(others.len(), 10);
        for other in others {
            let unknown = &other["finding"]["unknown"];
            assert_eq!(unknown["kind"], "Transient", "{child}: {other}");
            let message = unknown["message"].as_str().unwrap();
            if child["Error"] == "States.TaskFailed" {
                let told = cause.trim_end_matches('.');
                assert_eq!(message, format!("the worker of batch 1 failed: States.TaskFailed: {told}"));
            } else {
                assert_eq!(message, "batch 1 left no result");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i11_a_child_that_failed_on_aws_does_not_stop_the_record_and_its_cause_is_cut_there() {
    let rehearsal = rehearsal_of(sixty());
    let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
    let failed = failed_child(&json!({"batch": 0}), "States.Runtime", &"x".repeat(40_000));
    let outcomes = Value::from([vec![failed], strange()].concat());
    let audited = rehearsal.record(0, 0, &selected["selection"], &outcomes, &Value::Null).await.unwrap();
    let kept = rehearsal.object(&audited)["outcomes"].clone();
    assert_eq!(kept[0]["batch"], 0);
    assert_eq!(kept[0]["failed"]["Cause"].as_str().unwrap().chars().count(), LONGEST_CAUSE);
    assert!(kept.as_array().unwrap()[1..].iter().all(Value::is_null), "{kept}");
    // A map that answered no list at all leaves a record all the same, and every account is unknown.
    for answer in [json!(null), json!("text"), json!({"Error": "States.ItemReaderFailed"})] {
        let audited = rehearsal.record(0, 0, &selected["selection"], &answer, &Value::Null).await.unwrap();
        assert_eq!(rehearsal.object(&audited)["outcomes"], json!([]), "{answer}");
    }
}

/// A plan for twelve accounts, in two batches, and what deleting left behind.
async fn deleted() -> (Rehearsal, Value, Vec<Value>) {
    let world = (0..12_u64).fold(World::new(MANAGEMENT), |world, number| {
        world.member(Member::new(format!("{}", 300_000_000_000 + number)).access_key(format!("AKIAROOTKEY{number:09}")))
    });
    let rehearsal = rehearsal_of(world);
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
    (rehearsal, plan["plan"].clone(), deletions)
}

#[tokio::test(start_paused = true)]
async fn i3_i11_a_child_of_the_deletion_that_failed_on_aws_stops_no_report_and_loses_no_evidence() {
    let (rehearsal, plan, deletions) = deleted().await;
    let input = json!({"run": RUN, "round": 0, "plan": plan, "batch": 1});
    for child in [vec![failed_child(&input, "States.Timeout", "")], strange()].concat() {
        let answers = json!([deletions[0], child]);
        let report = json!({
            "run": RUN, "round": 0, "plan": plan, "approval": "not_needed", "deletions": answers, "previous": null,
        });
        let published = rehearsal.publish(report).await.unwrap();
        // The child failed after its worker had done everything: what that wrote down is what is told.
        assert_eq!(published["counts"]["cleaned"], 12, "{child}: {published}");
    }
}

#[tokio::test(start_paused = true)]
async fn i11_a_map_that_failed_as_a_whole_stops_no_report() {
    let (rehearsal, plan, _) = deleted().await;
    for answer in [json!({"Error": "States.ItemReaderFailed", "Cause": "x"}), json!(null), json!([])] {
        let report = json!({
            "run": RUN, "round": 0, "plan": plan, "approval": "not_needed", "deletions": answer, "previous": null,
        });
        assert_eq!(rehearsal.publish(report).await.unwrap()["counts"]["cleaned"], 12, "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_failed_is_told_with_its_error_and_without_an_end_that_says_nothing() {
    let (rehearsal, plan, deletions) = deleted().await;
    for (failed, told) in [
        (
            json!({"Error": "States.Timeout", "Cause": ""}),
            "the worker of batch 1 failed: States.Timeout, without a cause",
        ),
        (
            json!({"Error": "Denied", "Cause": "nobody approved"}),
            "the worker of batch 1 failed: Denied: nobody approved",
        ),
        (
            json!({"Error": "Sandbox.Timedout", "Cause": r#"{"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out after 240.00 seconds"}"#}),
            "the worker of batch 1 failed: Sandbox.Timedout: Task timed out after 240.00 seconds",
        ),
    ] {
        // No journals and no result: as if nothing had been begun.
        let fresh = rehearsal_of(rehearsal.simulator.world());
        for (key, body) in rehearsal.simulator.objects(rootwarden_tests::BUCKET) {
            if !key.contains("/deleted/0/1") {
                fresh.simulator.put_object(rootwarden_tests::BUCKET, &key, body);
            }
        }
        let pin = pin_of(&fresh, plan["key"].as_str().unwrap(), &plan);
        let answers = json!([null, {"batch": 1, "failed": failed}]);
        let report = json!({
            "run": RUN, "round": 0, "plan": pin, "approval": "not_needed", "deletions": answers, "previous": null,
        });
        let published = fresh.publish(report).await.unwrap();
        let status = fresh.object(&published["report"])["accounts"]["300000000011"]["status"].clone();
        assert_eq!(status["unknown"]["message"], told, "{status}");
    }
    assert_eq!(deletions.len(), 2);
}

/// The same object as a version of another bucket.
fn pin_of(rehearsal: &Rehearsal, key: &str, pin: &Value) -> Value {
    let body =
        rehearsal.simulator.objects(rootwarden_tests::BUCKET).into_iter().find(|(name, _)| name == key).unwrap().1;
    let version = rehearsal.simulator.put_object(rootwarden_tests::BUCKET, key, body);
    json!({"key": key, "version_id": version, "sha256": pin["sha256"]})
}

fn states() -> Value {
    serde_json::from_str::<Value>(MACHINE).unwrap()["States"].clone()
}

fn maps() -> [Value; 2] {
    let states = states();
    [
        states["AuditAndSelectNext"]["Branches"][0]["States"]["AuditAccounts"].clone(),
        states["DeleteCredentials"].clone(),
    ]
}

#[test]
fn a_child_is_given_the_number_of_its_batch_and_nothing_of_its_content() {
    for map in maps() {
        assert_eq!(
            map["ItemReader"]["ReaderConfig"]["ItemsPointer"], "/batch_numbers",
            "an item is a number, and no batch"
        );
        assert_eq!(map["ItemSelector"]["batch.$"], "$$.Map.Item.Value");
    }
}

#[test]
fn a_cause_is_cut_before_it_leaves_its_child() {
    for map in maps() {
        let states = map["ItemProcessor"]["States"].as_object().unwrap().clone();
        let (_, task) = states.iter().find(|(_, state)| state["Type"] == "Task").unwrap();
        let caught = &states[task["Catch"][0]["Next"].as_str().unwrap()];
        let cause = caught["Output"]["failed"]["Cause"].as_str().unwrap();
        let cut =
            format!("$length($text) > {LONGEST_CAUSE} ? $substring($text, 0, {}) & '…' : $text", LONGEST_CAUSE - 1);
        assert!(cause.contains(&cut), "{cause}");
        assert_eq!(caught["Output"]["failed"].as_object().unwrap().len(), 2, "nothing else of the failure goes on");
    }
}

#[test]
fn no_state_holds_the_answers_of_two_large_maps() {
    // What the workers of an audit left ends in their chunk's record, of which only the pin goes on.
    let chunk = &states()["AuditAndSelectNext"];
    let audit = &chunk["Branches"][0]["States"];
    for state in ["AuditAccounts", "NothingToAudit"] {
        assert_eq!((&audit[state]["ResultPath"], &audit[state]["Next"]), (&json!("$.outcomes"), &json!("RecordAudit")));
    }
    assert_eq!(audit["RecordAudit"]["OutputPath"], "$.Payload.audited");
    assert_eq!(audit["RecordAudit"]["End"], true);
    assert_eq!(chunk["ResultSelector"], json!({"audited.$": "$[0]", "selected.$": "$[1]"}));
    let caught = &states()["DeleteCredentials"]["Catch"];
    assert_eq!(caught[0]["ErrorEquals"], json!(["States.DataLimitExceeded"]), "States.ALL does not catch it");
    assert_eq!(caught[1]["ErrorEquals"], json!(["States.ALL"]));
    assert!(caught[0]["Next"] == "PublishReport" && caught[1]["Next"] == "PublishReport");
}

#[test]
fn selecting_knows_nothing_of_audits_and_planning_takes_one_pin() {
    let states = states();
    let next = &states["AuditAndSelectNext"]["Branches"][1]["States"]["SelectNextChunk"];
    for select in [&states["SelectAccounts"], next] {
        assert!(!select["Parameters"].to_string().contains("audit"), "{select}");
    }
    let payload = states["PlanDeletions"]["Parameters"]["Payload"].as_object().unwrap();
    let keys: BTreeSet<&str> = payload.keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["run.$", "round.$", "chunk.$", "audited.$"]));
}
