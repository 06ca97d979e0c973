use serde_json::json;

use super::*;
use crate::{RoundId, RunId, Sha256};

#[derive(Debug, Deserialize)]
struct Answer {
    #[serde(deserialize_with = "outcomes")]
    audits: Vec<Option<BatchOutcome>>,
}

fn read(answer: &Value) -> Vec<Option<BatchOutcome>> {
    serde_json::from_value::<Answer>(json!({ "audits": answer })).unwrap().audits
}

/// A failed child, with the fields of the captured record of a failed execution.
///
/// Sources: the record that `startExecution.sync` hands on, captured on AWS (localstack's validated snapshots), and the
/// `FAILED_0.json` of a `ResultWriter`, which has `OutputDetails`, `RedriveCount` and `RedriveStatus` besides.
fn failed_child(input: &str, error: &str, cause: &str) -> Value {
    json!({
        "Cause": cause,
        "Error": error,
        "ExecutionArn": "arn:aws:states:us-east-1:111122223333:express:rootwarden-secure-accounts/AuditAccounts:b8cb0fde-2460-31fa-ac71-3eec1d867891:6ddc4e85-37ed-474c-80c9-8afaf0a9fd13",
        "Input": input,
        "InputDetails": {"Included": true},
        "Name": "b8cb0fde-2460-31fa-ac71-3eec1d867891",
        "OutputDetails": {"Included": true},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Express executions are not redrivable",
        "StartDate": "2026-11-22T02:00:00.000Z",
        "StateMachineArn": "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts/AuditAccounts",
        "Status": "FAILED",
        "StopDate": "2026-11-22T02:00:01.000Z",
    })
}

#[test]
fn reads_both_ends_of_a_worker() {
    let digest = Sha256::of(b"");
    let read = read(&json!([
        {"batch": 3, "failed": {"Error": "Defect", "Cause": "x"}},
        {"batch": 4, "result": {"key": "k", "version_id": "v", "sha256": digest}, "clean": 1},
    ]));
    assert!(matches!(
        read[..],
        [Some(BatchOutcome::Failed { batch: 3, .. }), Some(BatchOutcome::Result { batch: 4, .. })]
    ));
}

#[test]
fn i11_a_child_that_failed_on_aws_is_a_failure_of_its_own_batch() {
    let input = r#"{"run": "nightly", "round": 0, "chunk": 0, "selection": {"key": "secret-key"}, "batch": 7}"#;
    let cause = "The principal states.amazonaws.com is not authorized to assume the provided role.";
    let [Some(BatchOutcome::Failed { batch: 7, failed })] =
        &read(&json!([failed_child(input, "States.TaskFailed", cause)]))[..]
    else {
        panic!("not read");
    };
    assert_eq!((failed.error.as_str(), failed.cause.as_str()), ("States.TaskFailed", cause));
    assert!(!format!("{failed:?}").contains("secret-key"), "its input goes nowhere");
}

#[test]
fn i11_nothing_in_an_answer_stops_the_results_beside_it() {
    let ours = json!({"batch": 1, "failed": {"Error": "Denied", "Cause": "no"}});
    let no_input = {
        let mut child = failed_child("{}", "States.Runtime", "x");
        child.as_object_mut().unwrap().remove("Input");
        child
    };
    for strange in [
        json!(null),
        json!(true),
        json!(17),
        json!(1.5),
        json!("text"),
        json!([1, 2]),
        json!({}),
        json!({"batch": 1}),
        json!({"batch": "1", "failed": {"Error": "x"}}),
        json!({"batch": -1, "failed": {"Error": "x"}}),
        json!({"batch": 4_294_967_296_u64, "failed": {"Error": "x"}}),
        json!({"batch": 1, "result": {"key": "k"}}),
        failed_child("not JSON", "States.Runtime", "x"),
        failed_child(r#"{"batch": "1"}"#, "States.Runtime", "x"),
        failed_child("", "States.Runtime", "x"),
        no_input,
    ] {
        let read = read(&json!([ours, strange, ours]));
        assert!(matches!(read[..], [Some(_), None, Some(_)]), "{strange}: {read:?}");
    }
}

#[test]
fn i11_an_answer_that_is_no_list_is_no_result_at_all() {
    for strange in
        [json!(null), json!(true), json!(1), json!(-1), json!(1.5), json!("x"), json!({"batch": {"a": []}}), json!({})]
    {
        assert_eq!(read(&strange), [], "{strange}");
    }
}

#[test]
fn a_child_without_an_error_is_named_by_its_status() {
    let mut child = failed_child(r#"{"batch": 2}"#, "", "");
    child.as_object_mut().unwrap().remove("Error");
    child.as_object_mut().unwrap().remove("Cause");
    child["Status"] = json!("TIMED_OUT");
    let [Some(BatchOutcome::Failed { batch: 2, failed })] = &read(&json!([child]))[..] else { panic!("not read") };
    assert_eq!((failed.error.as_str(), failed.cause.as_str()), ("TIMED_OUT", ""));
}

#[test]
fn a_cause_is_cut_in_characters_and_says_so() {
    for (cause, expected) in [
        ("ä".repeat(LONGEST_CAUSE), "ä".repeat(LONGEST_CAUSE)),
        ("ä".repeat(LONGEST_CAUSE + 1), format!("{}…", "ä".repeat(LONGEST_CAUSE - 1))),
        ("one\ntwo".to_owned(), "one two".to_owned()),
        (json!({"errorType": "Denied", "errorMessage": "nobody approved"}).to_string(), "nobody approved".to_owned()),
        (json!({"errorMessage": "x".repeat(40_000)}).to_string(), format!("{}…", "x".repeat(LONGEST_CAUSE - 1))),
    ] {
        let ours = json!({"batch": 1, "failed": {"Error": "Denied", "Cause": cause}});
        for answer in [ours, failed_child(r#"{"batch": 1}"#, "Denied", &cause)] {
            let [Some(BatchOutcome::Failed { failed, .. })] = &read(&json!([answer]))[..] else { panic!("not read") };
            assert_eq!(failed.cause, expected);
        }
    }
}

/// Source: AWS Step Functions Developer Guide, quotas: input or output of a state, as UTF-8.
const STATE: usize = 262_144;
/// What the rest of the state may have: the request above all, which is bounded where it is taken.
const LEFT_FOR_THE_REQUEST: usize = 90_000;

fn longest_round() -> RoundId {
    RoundId::new(longest_run(), u32::MAX)
}

fn longest_run() -> RunId {
    "r".repeat(80).parse().unwrap()
}

/// The largest of what a map may answer for one of its children.
fn worst_answers() -> [usize; 4] {
    let batch = u32::MAX;
    // Source: Amazon S3 User Guide, "Versioning": a version id has no more than 1,024 bytes (32 were seen).
    let pin = |key| json!({"key": key, "version_id": "v".repeat(1024), "sha256": Sha256::of(b"")});
    let counts = [usize::MAX; 4];
    let audited = json!({
        "batch": batch, "result": pin(longest_round().audit_key(u32::MAX, batch)),
        "clean": counts[0], "present": counts[1], "unknown": counts[2], "not_attempted": counts[3],
    });
    let deleted = json!({
        "batch": batch, "result": pin(longest_round().deleted_key(batch)),
        "deleted": counts[0], "already_absent": counts[1], "failed": counts[2], "not_attempted": counts[3],
    });
    // The longest characters of UTF-8 have four bytes; what JSON escapes in a text has two.
    let failed = json!({"batch": batch, "failed": {"Error": "e".repeat(256), "Cause": "😀".repeat(LONGEST_CAUSE)}});
    // What nothing in the child could catch: a version id as AWS makes it, a state machine with the longest name, and a
    // cause longer than those that were seen of such errors.
    let input = json!({
        "run": longest_run(), "round": batch, "chunk": batch, "batch": batch,
        "selection": {"key": RoundId::new(longest_run(), batch).selection_key(batch), "version_id": "v".repeat(32), "sha256": Sha256::of(b"")},
    });
    let mut child = failed_child(&input.to_string(), "States.DataLimitExceeded", &"c".repeat(300));
    let machine = format!("{}/DeleteCredentials", "m".repeat(80));
    child["StateMachineArn"] =
        json!(format!("arn:aws-us-gov:states:us-gov-west-1:111122223333:stateMachine:{machine}"));
    child["ExecutionArn"] =
        json!(format!("arn:aws-us-gov:states:us-gov-west-1:111122223333:express:{machine}:{0}:{0}", "u".repeat(36)));
    [audited, deleted, failed, child].map(|answer| answer.to_string().len() + 1)
}

#[test]
fn what_a_map_answers_never_exceeds_what_a_state_may_hold() {
    for answer in worst_answers() {
        let all = answer * MOST_BATCHES;
        assert!(all + LEFT_FOR_THE_REQUEST <= STATE, "{answer} bytes for each of {MOST_BATCHES} batches make {all}");
    }
}
