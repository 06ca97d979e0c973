//! What people may ask for and decide: who they are comes from the signature, and a decision is about one plan.

mod by_hand;
mod deciding;
mod identity;
mod ids;
mod input;

use rootwarden_simulator::{AnsweredTask, TaskAnswer};
use rootwarden_tests::{BUCKET, Deployment, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

pub const JANE: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane@example.com";
pub const JANE_ELSEWHERE: &str =
    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Read_fedcba9876543210/Jane@example.com";
pub const JOE: &str = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/joe@example.com";
pub const ROOT: &str = "arn:aws:iam::111122223333:root";
pub const TOKEN: &str = "AQCkAAAAKgAAAAMAAAAAAAAAAa+a/secret/task/token==";
pub const REQUEST: &str = "nightly-2026-11-22.0";
pub const DECISION: &str = "approvals/nightly-2026-11-22.0/decision.json";

/// A run whose plan needs an approval, and the answer of `plan-deletions`.
pub async fn planned(started_by: &Value) -> (Rehearsal, Value) {
    let deployment = Deployment { exempt_accounts: EXEMPTIONS, max_accounts_to_clean: "1", ..Deployment::default() };
    let rehearsal = Rehearsal::deployed(world(), &deployment);
    let mut request = enforce_all();
    if !started_by.is_null() {
        request["started_by"] = started_by.clone();
    }
    let (_, plan) = rehearsal.plan_round(&request).await.unwrap();
    assert_eq!(plan["approval"], "needed");
    (rehearsal, plan)
}

/// The same, once the state machine has asked.
pub async fn asked(started_by: &Value) -> (Rehearsal, Value) {
    let (rehearsal, plan) = planned(started_by).await;
    assert_eq!(rehearsal.ask(&plan, started_by, TOKEN).await.unwrap(), json!({"asked": REQUEST}));
    (rehearsal, plan)
}

pub fn decision_request(action: &str, plan: &Value) -> Value {
    json!({
        "action": action, "approval_id": REQUEST, "plan_sha256": plan["plan"]["sha256"], "reason": "looked at every account",
    })
}

pub fn stored(rehearsal: &Rehearsal, key: &str) -> Option<Value> {
    let objects = rehearsal.simulator.objects(BUCKET);
    objects.iter().find(|(name, _)| name == key).map(|(_, body)| serde_json::from_slice(body).unwrap())
}

pub fn put(rehearsal: &Rehearsal, key: &str, object: &Value) {
    rehearsal.simulator.put_object(BUCKET, key, object.to_string());
}

pub fn approved() -> Vec<AnsweredTask> {
    // By whom and why goes on to the notice.
    let said = json!({"decision": "approved", "by": JANE, "reason": "looked at every account"});
    vec![AnsweredTask { token: TOKEN.into(), answer: TaskAnswer::Success(said.to_string()) }]
}

pub async fn assert_refused(rehearsal: &Rehearsal, caller: &str, body: &Value, status: u64, named: &str) {
    let decision = stored(rehearsal, DECISION);
    let told = rehearsal.simulator.answered_tasks();
    let (found, answer) = rehearsal.access_requests(caller, body).await.unwrap();
    let error = answer["error"].as_str().unwrap();
    assert_eq!(found, status, "{error}");
    assert!(error.contains(named), "`{error}` does not name `{named}`");
    assert!(!error.contains('\n') && !error.contains(TOKEN), "{error}");
    assert_eq!(stored(rehearsal, DECISION), decision);
    assert_eq!(rehearsal.simulator.answered_tasks(), told);
}
