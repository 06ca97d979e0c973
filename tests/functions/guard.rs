//! The guard and its ledger, against somebody who may invoke the functions directly.

use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{Fault, World};
use rootwarden_tests::{BUCKET, Deployment, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn guarded(limit: &'static str) -> Rehearsal {
    guarded_at(limit, "2026-11-22T02:00:00Z")
}

fn guarded_at(limit: &'static str, starts_at: &str) -> Rehearsal {
    let deployment = Deployment { max_accounts_to_clean: limit, exempt_accounts: EXEMPTIONS, ..Deployment::default() };
    Rehearsal::deployed(world().starts_at(starts_at), &deployment)
}

fn ledger(rehearsal: &Rehearsal) -> Vec<(String, Value)> {
    let objects = rehearsal.simulator.objects(BUCKET).into_iter().filter(|(key, _)| key.starts_with("guard/"));
    objects.map(|(key, body)| (key, serde_json::from_slice(&body).unwrap())).collect()
}

#[tokio::test(start_paused = true)]
async fn i10_a_round_is_not_planned_again_with_other_accounts_to_stay_within_the_guard() {
    let rehearsal = guarded("1");
    // Somebody who may invoke the functions, but start no execution: one account after the other, in the same round.
    let mut refused = 0;
    for account in DIRTY {
        let listed = rehearsal.list(0, &enforce(&[account]), &Value::Null).await.unwrap();
        match rehearsal.plan_of(0, &listed).await {
            Ok(plan) => {
                rehearsal.delete_all(0, &plan["plan"]).await;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidRequest);
                assert!(error.to_string().contains("was planned before, from something else"), "{error}");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 3);
    let cleaned = DIRTY.iter().filter(|account| is_clean(&rehearsal, account)).count();
    assert_eq!(cleaned, 1, "the guard allows one");
    assert_eq!(ledger(&rehearsal).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn i10_the_ledger_of_a_round_cannot_be_replaced_even_where_its_plan_was_never_written() {
    let rehearsal = guarded("3");
    let first = rehearsal.list(0, &enforce(&[KEYS]), &Value::Null).await.unwrap();
    // The ledger is written, and then the plan is not.
    rehearsal.simulator.inject(Fault::on("s3:PutObject").nth(2).times(5).internal_error());
    rehearsal.plan_of(0, &first).await.unwrap_err();
    let entered = ledger(&rehearsal);
    assert_eq!(entered.len(), 1);

    let second = rehearsal.list(0, &enforce(&[PASSWORD]), &Value::Null).await.unwrap();
    let error = rehearsal.plan_of(0, &second).await.unwrap_err();
    assert!(error.to_string().contains("another plan of run `nightly-2026-11-22`, round 0"), "{error}");
    assert_eq!(ledger(&rehearsal), entered);

    // The attempt that is made again goes on, as of the moment that stands in the ledger.
    rehearsal.simulator.advance(std::time::Duration::from_mins(1));
    let plan = rehearsal.plan_of(0, &first).await.unwrap();
    assert_eq!(rehearsal.object(&plan["plan"])["planned_at"], entered[0].1["at"]);
    assert_eq!(ledger(&rehearsal), entered);
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert!(is_clean(&rehearsal, KEYS) && !is_clean(&rehearsal, PASSWORD));
}

#[tokio::test(start_paused = true)]
async fn i7_a_plan_is_made_once_and_a_second_attempt_is_told_the_first_one() {
    let rehearsal = guarded("25");
    let (listed, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    rehearsal.simulator.advance(std::time::Duration::from_hours(1));
    assert_eq!(rehearsal.plan_of(0, &listed).await.unwrap(), plan);
    let writes = rehearsal.simulator.calls().into_iter().filter(|call| {
        call.action == "s3:PutObject" && call.resource.as_deref() == Some(&format!("{BUCKET}/runs/{RUN}/plan/0.json"))
    });
    assert_eq!(writes.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn i10_a_plan_that_is_not_in_the_ledger_deletes_nothing() {
    for forge in [
        // Under the guard, but counted by nobody.
        |entry: &mut Value| entry["batches"] = json!([]),
        |entry: &mut Value| entry["batches"] = json!(["0".repeat(64)]),
        |entry: &mut Value| entry["accounts"] = json!([PASSWORD]),
        |entry: &mut Value| entry["run"] = json!("another-run"),
        |entry: &mut Value| entry["round"] = json!(1),
        |entry: &mut Value| entry["at"] = json!("2026-11-22T01:00:00Z"),
    ] {
        let rehearsal = guarded("25");
        let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS])).await.unwrap();
        let (key, mut entry) = ledger(&rehearsal).pop().unwrap();
        forge(&mut entry);
        rehearsal.simulator.put_object(BUCKET, &key, entry.to_string());
        let before = all_roots(&rehearsal);
        for answer in rehearsal.delete_all(0, &plan["plan"]).await {
            assert_eq!(answer["failed"]["Error"], "Denied", "{answer}");
            assert!(answer["failed"]["Cause"].as_str().unwrap().contains("the guard's ledger holds another plan"));
        }
        rehearsal.simulator.remove_object(BUCKET, &key);
        for answer in rehearsal.delete_all(0, &plan["plan"]).await {
            assert!(answer["failed"]["Cause"].as_str().unwrap().contains("is not in the guard's ledger"), "{answer}");
        }
        assert_eq!(all_roots(&rehearsal), before);
    }
}

#[tokio::test(start_paused = true)]
async fn i10_of_two_runs_on_both_sides_of_midnight_at_least_one_sees_the_other() {
    let rehearsal = guarded_at("1", "2026-11-21T23:59:59Z");
    // The first run is held up between reading its clock and counting; the second one's whole plan is made meanwhile.
    let later = json!({"run": "after-midnight", "round": 0, "at": "2026-11-22T00:00:00Z", "accounts": [PASSWORD]});
    rehearsal.simulator.put_object(BUCKET, "guard/2026-11-22/after-midnight.0.json", later.to_string());
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS])).await.unwrap();
    assert_eq!((&plan["accounts_in_24_hours"], &plan["approval"]), (&json!(2), &json!("needed")));
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_was_kept_is_not_carried_out_later() {
    let rehearsal = guarded("25");
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS])).await.unwrap();
    let before = all_roots(&rehearsal);
    rehearsal.simulator.advance(std::time::Duration::from_secs(6 * 3600 + 1));
    for answer in rehearsal.delete_all(0, &plan["plan"]).await {
        assert_eq!(answer["failed"]["Error"], "Denied", "{answer}");
        assert!(answer["failed"]["Cause"].as_str().unwrap().contains("too long ago"), "{answer}");
    }
    assert_eq!(all_roots(&rehearsal), before);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_carried_out_once_and_not_after_its_report() {
    let rehearsal = guarded("25");
    let round = rehearsal.round(0, &enforce(&[PASSWORD]), &Value::Null).await.unwrap();
    assert!(is_clean(&rehearsal, PASSWORD));
    // Somebody sets a password again, with the very same date as far as that goes.
    let set_again = |rehearsal: &Rehearsal| {
        rehearsal.simulator.update(|world: &mut World| {
            world.accounts.get_mut(PASSWORD).unwrap().root =
                rootwarden_simulator::Member::new(PASSWORD).password().root;
        });
        root_of(rehearsal, PASSWORD)
    };
    let password = set_again(&rehearsal);
    let calls = rehearsal.calls_in(PASSWORD);
    assert_eq!(rehearsal.delete_all(0, &round.plan["plan"]).await, round.deletions, "it says what came of it");
    assert_eq!((root_of(&rehearsal, PASSWORD), rehearsal.calls_in(PASSWORD)), (password.clone(), calls.clone()));

    // Nor where a batch left no result: once its round is reported, it is over.
    rehearsal.simulator.remove_object(BUCKET, &format!("runs/{RUN}/deleted/0/0.json"));
    for answer in rehearsal.delete_all(0, &round.plan["plan"]).await {
        assert!(answer["failed"]["Cause"].as_str().unwrap().contains("is over, its report is written"), "{answer}");
    }
    assert_eq!((root_of(&rehearsal, PASSWORD), rehearsal.calls_in(PASSWORD)), (password, calls));
}
