//! The chain of audit records: a plan is made of all chunks of its round, each as it was audited, or not at all.

use rootwarden_domain::{ErrorKind, Sha256};
use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{BUCKET, Listed, MANAGEMENT, RUN, Rehearsal, is_pin};
use serde_json::{Value, json};

use crate::{
    lists::{LIST, listed, page},
    organization::*,
};

const ANOTHER_RUN: &str = "another-run";

/// The organization's list, of 51 pages and so of three chunks: two accounts on the first page of each, one with a password.
fn three_chunks() -> Rehearsal {
    let id = |number: u64| format!("{}", 300_000_000_000 + number);
    let world = (0..3).fold(World::new(MANAGEMENT), |world, chunk| {
        world.member(Member::new(id(2 * chunk)).password()).member(Member::new(id(2 * chunk + 1)))
    });
    let rehearsal = rehearsal_of(world);
    for number in 1..=51 {
        let accounts = match number {
            1 | 26 | 51 => {
                let first = number / 25 * 2;
                vec![listed(&id(first), json!({})), listed(&id(first + 1), json!({}))]
            }
            _ => vec![],
        };
        let token = format!("page-{}", number + 1);
        let token = (number < 51).then_some(token.as_str());
        rehearsal.simulator.inject(Fault::on(LIST).nth(number).answer(page(&accounts, token)));
    }
    rehearsal
}

/// A round that was listed and audited, up to its plan; and the records of its chunks.
async fn audited() -> (Rehearsal, Listed, Vec<Value>) {
    let rehearsal = three_chunks();
    let listed = rehearsal.list(0, &enforce_all(), &Value::Null).await.unwrap();
    let counts: Vec<&Value> = listed.chunks.iter().map(|chunk| &chunk["candidate_count"]).collect();
    assert_eq!(counts, [2, 2, 2]);
    let records = (0..3).map(|chunk| rehearsal.object(&json!({"key": record_key(RUN, 0, chunk)}))).collect();
    (rehearsal, listed, records)
}

/// Writes an object as somebody might who gets past the bucket's policy, and the pin that names it rightly.
fn put(rehearsal: &Rehearsal, key: &str, object: &Value) -> Value {
    let body = object.to_string();
    let sha256 = Sha256::of(body.as_bytes()).to_string();
    json!({"key": key, "version_id": rehearsal.simulator.put_object(BUCKET, key, body), "sha256": sha256})
}

fn record_key(run: &str, round: u32, chunk: usize) -> String {
    format!("runs/{run}/audit/{round}/{chunk}.json")
}

/// Writes the chain anew, chunk 0 first, once `change` was done to the record of each chunk.
fn forged(rehearsal: &Rehearsal, records: &[Value], mut change: impl FnMut(usize, &mut Value)) -> Value {
    let mut previous = Value::Null;
    for (chunk, record) in records.iter().enumerate() {
        let mut record = record.clone();
        record["previous"] = previous;
        change(chunk, &mut record);
        previous = put(rehearsal, &record_key(RUN, 0, chunk), &record);
    }
    previous
}

fn planning(audited: &Value) -> Value {
    json!({"run": RUN, "round": 0, "chunk": 2, "audited": audited})
}

/// Nothing is planned, and so nothing is deleted: no plan is written, nor anything counted.
async fn assert_not_planned(rehearsal: &Rehearsal, input: Value, named: &str) {
    let before = all_roots(rehearsal);
    let error = rehearsal.plan(input).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{error}");
    assert!(error.to_string().contains(named), "`{error}` does not name `{named}`");
    let objects = rehearsal.simulator.objects(BUCKET);
    assert!(objects.iter().all(|(key, _)| !key.contains("/plan/") && !key.starts_with("guard/")), "{named}");
    assert_eq!(all_roots(rehearsal), before);
}

#[tokio::test(start_paused = true)]
async fn each_chunk_leaves_a_record_that_names_its_selection_and_the_record_before_it() {
    let (rehearsal, listed, _) = audited().await;
    let mut pin = listed.audited.clone();
    for chunk in (0..3).rev() {
        assert!(is_pin(&pin) && pin["key"] == record_key(RUN, 0, chunk), "{pin}");
        let record = rehearsal.object(&pin);
        assert_eq!(record["selection"], listed.chunks[chunk]["selection"]);
        let results: Vec<&Value> = listed.audits[chunk].iter().map(|answer| &answer["result"]).collect();
        let recorded = record["outcomes"].as_array().unwrap().iter().map(|outcome| &outcome["result"]);
        assert_eq!(recorded.collect::<Vec<_>>(), results);
        pin = record["previous"].clone();
    }
    assert_eq!(pin, Value::Null);
    assert_eq!(rehearsal.plan_of(0, &listed).await.unwrap()["account_count"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_chunk_without_candidates_leaves_a_record_too() {
    let rehearsal = rehearsal();
    let everybody: Vec<String> = rehearsal.simulator.world().accounts.keys().cloned().collect();
    let request = json!({"selection": "all", "mode": "enforce", "exclude": {"accounts": everybody}});
    let listed = rehearsal.list(0, &request, &Value::Null).await.unwrap();
    let record = rehearsal.object(&listed.audited);
    assert_eq!((&record["chunk"], &record["outcomes"]), (&json!(0), &json!([])));
    assert_eq!(rehearsal.plan_of(0, &listed).await.unwrap()["account_count"], 0);
}

#[tokio::test(start_paused = true)]
async fn i7_a_record_that_is_written_again_is_the_same_and_the_plan_is_made_of_the_one_that_was_handed_on() {
    let (rehearsal, listed, _) = audited().await;
    let mut again = listed.clone();
    rehearsal.record_all(0, &mut again).await.unwrap();
    assert_ne!(again.audited["version_id"], listed.audited["version_id"]);
    // What somebody else writes over it later changes nothing: the planner reads the version that was handed on.
    put(&rehearsal, &record_key(RUN, 0, 2), &json!({"outcomes": []}));
    assert_eq!(rehearsal.plan_of(0, &listed).await.unwrap()["account_count"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_record_with_other_bytes_than_were_handed_on_plans_nothing() {
    let (rehearsal, listed, records) = audited().await;
    let key = record_key(RUN, 0, 2);
    let mut record = records[2].clone();
    record["outcomes"] = json!([]);
    let mut pin = listed.audited.clone();
    pin["version_id"] = put(&rehearsal, &key, &record)["version_id"].clone();
    assert_not_planned(&rehearsal, planning(&pin), &format!("`{key}` is not what was handed on")).await;
    // Nor one in the middle of the chain.
    let pin = forged(&rehearsal, &records, |chunk, record| {
        if chunk == 2 {
            record["previous"]["sha256"] = json!("0".repeat(64));
        }
    });
    let named = format!("`{}` is not what was handed on", record_key(RUN, 0, 1));
    assert_not_planned(&rehearsal, planning(&pin), &named).await;
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_gone_plans_nothing() {
    let (rehearsal, listed, records) = audited().await;
    for chunk in [2, 0] {
        let key = record_key(RUN, 0, chunk);
        rehearsal.simulator.remove_object(BUCKET, &key);
        let mut input = planning(&listed.audited);
        if chunk == 0 {
            // The others are there again, and name it as before.
            input["audited"] = forged(&rehearsal, &records, |_, _| ());
            rehearsal.simulator.remove_object(BUCKET, &key);
        }
        assert_not_planned(&rehearsal, input, &format!("`{key}` is not what was handed on: it is gone")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_of_another_run_round_or_chunk_plans_nothing() {
    let (rehearsal, _, records) = audited().await;
    // In its own place it is of another place.
    let record = &records[2];
    for key in [record_key(ANOTHER_RUN, 0, 2), record_key(RUN, 1, 2), record_key(RUN, 0, 1)] {
        let pin = put(&rehearsal, &key, record);
        assert_not_planned(&rehearsal, planning(&pin), &format!("`{key}` is not where this kind of object lies")).await;
    }
    // In ours it says of itself what it is.
    for chunk in 0..3 {
        for (field, other) in [("run", json!(ANOTHER_RUN)), ("round", json!(1)), ("chunk", json!(chunk + 1))] {
            let pin = forged(&rehearsal, &records, |number, record| {
                if number == chunk {
                    record[field] = other.clone();
                }
            });
            let named = format!("`{}` is not of run `{RUN}`, round 0, chunk {chunk}", record_key(RUN, 0, chunk));
            assert_not_planned(&rehearsal, planning(&pin), &named).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i1_a_chunk_that_was_selected_for_another_request_plans_nothing() {
    for (field, other) in [
        ("mode", json!("report")),
        ("management_account", json!("999999999999")),
        ("request", json!({"selection": "all", "mode": "enforce", "started_by": "event"})),
    ] {
        let (rehearsal, listed, records) = audited().await;
        let mut of_another = rehearsal.object(&listed.chunks[1]["selection"]);
        assert_ne!(of_another[field], other, "{field}");
        of_another[field] = other;
        let middle = put(&rehearsal, &format!("runs/{RUN}/selection/0/1.json"), &of_another);
        let mut last = rehearsal.object(&listed.chunks[2]["selection"]);
        last["previous"] = middle.clone();
        let last = put(&rehearsal, &format!("runs/{RUN}/selection/0/2.json"), &last);
        let pin = forged(&rehearsal, &records, |chunk, record| match chunk {
            1 => record["selection"] = middle.clone(),
            2 => record["selection"] = last.clone(),
            _ => {}
        });
        assert_not_planned(&rehearsal, planning(&pin), "chunk 1 was selected for another request").await;
    }
}

#[tokio::test(start_paused = true)]
async fn i1_a_record_that_names_another_selection_plans_nothing() {
    let (rehearsal, listed, records) = audited().await;
    let selection = |chunk: usize| listed.chunks[chunk]["selection"].clone();
    let mut of_another_run = rehearsal.object(&selection(1));
    of_another_run["run"] = json!(ANOTHER_RUN);
    let elsewhere = put(&rehearsal, &format!("runs/{ANOTHER_RUN}/selection/0/1.json"), &of_another_run);
    let within = put(&rehearsal, &format!("runs/{RUN}/selection/0/1.json"), &of_another_run);
    // The right chunk, selected once more: of a later listing that nobody went on from.
    let mut listed_again = rehearsal.object(&selection(1));
    (listed_again["run"], listed_again["batches"]) = (json!(RUN), json!([]));
    let listed_again = put(&rehearsal, &format!("runs/{RUN}/selection/0/1.json"), &listed_again);
    for (forgery, named) in [
        (selection(0), "is not where this kind of object lies".to_owned()),
        (elsewhere, "is not where this kind of object lies".to_owned()),
        (within, format!("is not of run `{RUN}`, round 0, chunk 1")),
        (listed_again, "chunk 2 does not go on from what was audited as chunk 1".to_owned()),
    ] {
        let pin = forged(&rehearsal, &records, |chunk, record| {
            if chunk == 1 {
                record["selection"] = forgery.clone();
            }
        });
        assert_not_planned(&rehearsal, planning(&pin), &named).await;
    }
}

#[tokio::test(start_paused = true)]
async fn i2_a_chain_that_is_not_whole_plans_nothing() {
    let (rehearsal, listed, records) = audited().await;
    let broken_at = |chunk: usize, previous: Value| {
        let pin = forged(&rehearsal, &records, |number, record| {
            if number == chunk {
                record["previous"] = previous.clone();
            }
        });
        planning(&pin)
    };
    assert_not_planned(&rehearsal, broken_at(2, Value::Null), "the chain ends at chunk 2").await;
    assert_not_planned(&rehearsal, broken_at(1, Value::Null), "the chain ends at chunk 1").await;
    let on = records[2]["previous"].clone();
    assert_not_planned(&rehearsal, broken_at(0, on), "the chain goes on before chunk 0").await;
    // Chunk 1 is left out of it.
    let first = records[1]["previous"].clone();
    assert_not_planned(&rehearsal, broken_at(2, first), "is not where this kind of object lies").await;
    // The end is cut off: chunk 1 as if it were the last one.
    let pin = forged(&rehearsal, &records, |_, _| ());
    let shorter = json!({"run": RUN, "round": 0, "chunk": 1, "audited": rehearsal.object(&pin)["previous"]});
    assert_not_planned(&rehearsal, shorter, "chunk 1 is not the last one: the list of accounts goes on").await;
    // The beginning is: chunk 2 as if it were the only one.
    let mut selection = rehearsal.object(&listed.chunks[2]["selection"]);
    selection["chunk"] = json!(0);
    let selection = put(&rehearsal, &format!("runs/{RUN}/selection/0/0.json"), &selection);
    let mut record = records[2].clone();
    (record["chunk"], record["previous"], record["selection"]) = (json!(0), Value::Null, selection);
    let only = put(&rehearsal, &record_key(RUN, 0, 0), &record);
    let only = json!({"run": RUN, "round": 0, "chunk": 0, "audited": only});
    assert_not_planned(&rehearsal, only, "chunk 0 goes on from another chunk").await;
}

#[tokio::test(start_paused = true)]
async fn i11_results_of_another_chunk_make_the_accounts_of_their_batches_unknown() {
    let (rehearsal, mut listed, _) = audited().await;
    listed.audits[1] = listed.audits[0].clone();
    rehearsal.record_all(0, &mut listed).await.unwrap();
    let plan = rehearsal.plan_of(0, &listed).await.unwrap();
    assert_eq!(plan["account_count"], 2, "those of the other chunks");
    let others = rehearsal.object(&plan["plan"])["others"].as_array().unwrap().clone();
    let unknown = others.iter().filter(|other| other["finding"]["unknown"].is_object()).count();
    assert_eq!(unknown, 2, "the second chunk");
}

#[tokio::test(start_paused = true)]
async fn i5_a_step_that_is_not_known_is_refused_by_its_name() {
    let rehearsal = rehearsal();
    let fields = json!({"run": RUN, "round": 0, "chunk": 0, "selection": {}, "outcomes": [], "previous": null});
    for (step, named) in [(json!("delete"), "delete"), (Value::Null, "step"), (json!(1), "step")] {
        let mut input = fields.clone();
        input["step"] = step;
        let error = rehearsal.audit_accounts(input).await.unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
    let error = rehearsal.audit_accounts(fields).await.unwrap_err();
    assert!(error.to_string().contains("missing field `step`"), "{error}");
    assert!(rehearsal.simulator.calls().is_empty());
}
