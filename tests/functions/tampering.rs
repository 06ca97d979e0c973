//! The bucket is a trust anchor: what was altered in it is not acted on.

use rootwarden_domain::ErrorKind;
use rootwarden_tests::{BUCKET, MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

async fn planned(rehearsal: &Rehearsal) -> Value {
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    plan["plan"].clone()
}

async fn assert_deletes_nothing(rehearsal: &Rehearsal, pin: &Value, batch: &Value) {
    let before = all_roots(rehearsal);
    let sessions = rehearsal.count("sts:AssumeRoot");
    let error =
        rehearsal.delete(json!({"run": RUN, "round": 0, "plan": pin, "batch": batch["batch"]})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert_eq!(all_roots(rehearsal), before);
    assert_eq!(rehearsal.count("sts:AssumeRoot"), sessions, "no session is opened");
}

fn overwrite(rehearsal: &Rehearsal, pin: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut plan = rehearsal.object(pin);
    change(&mut plan);
    rehearsal.simulator.put_object(BUCKET, pin["key"].as_str().unwrap(), plan.to_string());
    plan["batches"][0].clone()
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_was_altered_deletes_nothing() {
    let rehearsal = rehearsal();
    let pin = planned(&rehearsal).await;
    let original = rehearsal.batches(&pin)[0].clone();
    let altered = overwrite(&rehearsal, &pin, |plan| {
        plan["batches"][0]["accounts"][0]["account"]["id"] = json!(EXEMPT);
    });
    assert_deletes_nothing(&rehearsal, &pin, &altered).await;
    // Not even what was rightly planned: somebody is at work in the bucket, and a person has to look.
    assert_deletes_nothing(&rehearsal, &pin, &original).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_not_in_the_plan_deletes_nothing() {
    let rehearsal = rehearsal();
    let pin = planned(&rehearsal).await;
    assert_deletes_nothing(&rehearsal, &pin, &json!({"batch": 1})).await;
    // Nor does one that is handed in whole: a batch is a number, and its accounts stand in the plan alone.
    let mut batch = rehearsal.batches(&pin)[0].clone();
    batch["accounts"][0]["account"]["id"] = json!(EXEMPT);
    assert_deletes_nothing(&rehearsal, &pin, &json!({"batch": batch})).await;
}

#[tokio::test(start_paused = true)]
async fn a_plan_of_another_run_deletes_nothing() {
    let rehearsal = rehearsal();
    let pin = planned(&rehearsal).await;
    let batch = rehearsal.batches(&pin)[0].clone();
    let before = all_roots(&rehearsal);
    let other = json!({"run": "another-run", "round": 0, "plan": pin, "batch": batch["batch"]});
    assert!(rehearsal.delete(other).await.is_err());
    assert_eq!(all_roots(&rehearsal), before);
}

#[tokio::test(start_paused = true)]
async fn a_plan_with_a_forged_pin_for_another_account_does_not_reach_it() {
    // Somebody who can write both the plan and the input still meets what Organizations says.
    let rehearsal = rehearsal();
    let pin = planned(&rehearsal).await;
    for outsider in ["999999999999", MANAGEMENT, SUSPENDED, EXEMPT] {
        let mut plan = rehearsal.object(&pin);
        plan["batches"][0]["accounts"][0]["account"]["id"] = json!(outsider);
        let body = plan.to_string();
        let version = rehearsal.simulator.put_object(BUCKET, pin["key"].as_str().unwrap(), body.clone());
        let digest = rootwarden_domain::Sha256::of(body.as_bytes()).to_string();
        let forged = json!({"key": pin["key"], "version_id": version, "sha256": digest});
        let mut batch = plan["batches"][0].clone();
        batch["accounts"].as_array_mut().unwrap().truncate(1);
        plan["batches"] = json!([batch]);
        plan["management_account"] = json!("999999999998");
        let body = plan.to_string();
        let version = rehearsal.simulator.put_object(BUCKET, pin["key"].as_str().unwrap(), body.clone());
        let digest = rootwarden_domain::Sha256::of(body.as_bytes()).to_string();
        let forged = json!({"key": forged["key"], "version_id": version, "sha256": digest});
        let calls = rehearsal.calls_in(outsider).len();
        let answer = rehearsal.delete(json!({"run": RUN, "round": 0, "plan": forged, "batch": batch["batch"]})).await;
        assert_eq!(answer.unwrap_err().kind(), ErrorKind::Denied, "{outsider} was not counted");
        // Nor with the guard's ledger forged as well.
        let ledger = "guard/2026-11-22/nightly-2026-11-22.0.json";
        let objects = rehearsal.simulator.objects(BUCKET);
        let entry = objects.iter().find(|(key, _)| key == ledger).map(|(_, entry)| entry.clone()).unwrap();
        let mut entry: Value = serde_json::from_slice(&entry).unwrap();
        entry["accounts"] = json!([outsider]);
        entry["batches"] = json!([rootwarden_domain::Sha256::of(batch.to_string().as_bytes())]);
        rehearsal.simulator.put_object(BUCKET, ledger, entry.to_string());
        let answer =
            rehearsal.delete(json!({"run": RUN, "round": 0, "plan": forged, "batch": batch["batch"]})).await.unwrap();
        assert_eq!(answer["deleted"], 0, "{outsider}");
        rehearsal.simulator.remove_object(BUCKET, answer["result"]["key"].as_str().unwrap());
        assert_eq!(rehearsal.calls_in(outsider).len(), calls, "{outsider} is not called");
    }
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_is_not_in_the_plan_stays() {
    let rehearsal = rehearsal();
    let pin = planned(&rehearsal).await;
    rehearsal.simulator.update(|world| {
        let fresh = with_everything(CLEAN).access_key("AKIAAPPEARED00000001").root.access_keys.pop().unwrap();
        world.accounts.get_mut(KEYS).unwrap().root.access_keys.push(fresh);
    });
    rehearsal.delete_all(0, &pin).await;
    let left: Vec<String> = root_of(&rehearsal, KEYS).access_keys.into_iter().map(|key| key.id).collect();
    assert_eq!(left, ["AKIAAPPEARED00000001"]);
}

#[tokio::test(start_paused = true)]
async fn audit_results_that_were_altered_make_their_accounts_unknown() {
    let rehearsal = rehearsal();
    let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
    let selection = &selected["selection"];
    let mut audits = rehearsal.audit_all(0, 0, selection).await;
    let forged = rehearsal.simulator.put_object(BUCKET, &format!("runs/{RUN}/audit/0/0/0.json"), r#"{"accounts": []}"#);
    audits[0]["result"]["version_id"] = json!(forged);
    let audited = rehearsal.record(0, 0, selection, &Value::from(audits), &Value::Null).await.unwrap();
    let plan = rehearsal.plan(json!({"run": RUN, "round": 0, "chunk": 0, "audited": audited})).await.unwrap();
    assert_eq!(plan["account_count"], 0);
    let written = rehearsal.object(&plan["plan"]);
    for other in written["others"].as_array().unwrap() {
        assert!(other["finding"]["unknown"].is_object(), "{other}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_candidate_that_was_slipped_into_a_selection_is_not_audited() {
    let rehearsal = rehearsal();
    let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
    let pin = &selected["selection"];
    let input = |batch: Value| json!({"run": RUN, "round": 0, "chunk": 0, "selection": pin, "batch": batch});
    let mut altered = rehearsal.object(pin);
    altered["batches"][0]["accounts"][0]["id"] = json!(SUSPENDED);
    for batch in [altered["batches"][0].clone(), json!(1), json!("0"), json!(-1)] {
        let error = rehearsal.audit(input(batch)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
    rehearsal.simulator.put_object(BUCKET, pin["key"].as_str().unwrap(), altered.to_string());
    rehearsal.audit(input(json!(0))).await.unwrap();
    assert_eq!(rehearsal.calls_in(SUSPENDED), Vec::<String>::new(), "what was handed on is what is read");
}
