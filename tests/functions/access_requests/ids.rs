//! The ids of requests: created, never written over, and too long to be searched for.

use rootwarden_simulator::Fault;
use rootwarden_tests::{BUCKET, Rehearsal};
use serde_json::{Value, json};

use super::*;

fn inspect() -> Value {
    json!({"action": "inspect", "account": KEYS, "bucket": "payroll", "reason": "nobody gets in", "ticket": "INC-1"})
}

/// What came of a request about a bucket: its id, and the input of the last execution.
async fn started(rehearsal: &Rehearsal) -> (String, Value) {
    let (status, answer) = rehearsal.access_requests(JANE, &inspect()).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let execution = rehearsal.simulator.executions().pop().unwrap();
    assert_eq!(answer["unlock"], execution.name);
    (execution.name, serde_json::from_str(&execution.input).unwrap())
}

/// How the writes of requests ended.
fn writes(rehearsal: &Rehearsal) -> Vec<String> {
    let calls = rehearsal.simulator.calls().into_iter().filter(|call| call.action == "s3:PutObject");
    let calls = calls.filter(|call| call.resource.as_deref().is_some_and(|name| name.ends_with("/request.json")));
    calls.map(|call| call.result).collect()
}

#[tokio::test(start_paused = true)]
async fn an_id_is_too_long_to_be_searched_for() {
    let rehearsal = rehearsal();
    let (unlock, _) = started(&rehearsal).await;
    let body = json!({"action": "secure", "selection": "all", "reason": "an incident"});
    let (_, answer) = rehearsal.access_requests(JANE, &body).await.unwrap();
    for id in [unlock.as_str(), answer["run"].as_str().unwrap()] {
        let digest = id.rsplit('-').next().unwrap();
        assert!(digest.len() >= 40 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}: 160 bits at least");
        assert!(id.len() <= 80, "Step Functions takes no longer name");
    }
}

#[tokio::test(start_paused = true)]
async fn i12_what_lies_under_an_id_is_not_written_over() {
    let rehearsal = rehearsal();
    let (unlock, _) = started(&rehearsal).await;
    let key = format!("unlocks/{unlock}/request.json");
    let mut of_another = stored(&rehearsal, &key).unwrap();
    of_another["requested_by"] = json!(JOE);
    put(&rehearsal, &key, &of_another);
    assert_refused(&rehearsal, JANE, &inspect(), 502, "something else lies there").await;
    assert_eq!(stored(&rehearsal, &key), Some(of_another));
    assert_eq!(rehearsal.simulator.executions().len(), 1, "nothing is started from what somebody else wrote");
    assert_eq!(writes(&rehearsal), ["Success", "PreconditionFailed"]);
}

#[tokio::test(start_paused = true)]
async fn the_same_request_again_is_the_same_object() {
    let rehearsal = rehearsal();
    let (first, second) = (started(&rehearsal).await, started(&rehearsal).await);
    assert_eq!(first, second, "its version too");
    assert_eq!(writes(&rehearsal), ["Success", "PreconditionFailed"]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_written_and_not_started_is_started_by_the_next_attempt() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("states:StartExecution").denied());
    assert_refused(&rehearsal, JANE, &inspect(), 502, "AccessDenied").await;
    let (unlock, input) = started(&rehearsal).await;
    assert_eq!(input["request"]["key"], format!("unlocks/{unlock}/request.json"));
    assert_eq!(writes(&rehearsal), ["Success", "PreconditionFailed"]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_the_bucket_that_is_lost_starts_the_request_that_was_written() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("s3:PutObject").lost_response());
    let (_, input) = started(&rehearsal).await;
    assert_eq!(writes(&rehearsal).len(), 2);
    let text = rehearsal.object(&input["request"]).to_string();
    assert_eq!(input["request"]["sha256"], json!(rootwarden_domain::Sha256::of(text.as_bytes())));
    assert_eq!(rehearsal.simulator.objects(BUCKET).len(), 1);
}
