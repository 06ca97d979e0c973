//! What an approval of a deletion is good for: this plan, what is left of it in later rounds, and not for ever.

use std::time::Duration;

use rootwarden_domain::Sha256;
use rootwarden_simulator::{Fault, KeyUse, LoginProfile, World};
use rootwarden_tests::{BUCKET, Deployment, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::{access_requests::*, organization::*};

/// A run by the schedule over everything.
fn request() -> Value {
    let mut request = enforce_all();
    request["started_by"] = json!("schedule");
    request["exclude"] = json!({"tags": [{"key": "rootwarden", "value": "keep"}]});
    request
}

/// Whatever is to be deleted, the guard asks.
fn deployed() -> Rehearsal {
    let deployment = Deployment { exempt_accounts: EXEMPTIONS, max_accounts_to_clean: "0", ..Deployment::default() };
    Rehearsal::deployed(world(), &deployment)
}

/// Planned, asked about, and approved by somebody.
async fn approved_plan(rehearsal: &Rehearsal) -> Value {
    let (_, plan) = rehearsal.plan_round(&request()).await.unwrap();
    assert_eq!(plan["approval"], "needed");
    rehearsal.ask(&plan, &json!("schedule"), TOKEN).await.unwrap();
    let (status, answer) = rehearsal.access_requests(JANE, &decision_request("approve", &plan)).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    plan
}

/// The first round, approved; `stuck` happens between the approval and the deletion. Its report is what comes back.
async fn first_round(rehearsal: &Rehearsal, stuck: impl FnOnce(&Rehearsal)) -> Value {
    let plan = approved_plan(rehearsal).await;
    stuck(rehearsal);
    let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
    let report = rehearsal
        .publish(json!({
            "run": RUN, "round": 0, "plan": plan["plan"], "approval": "approved", "deletions": deletions, "previous": null,
        }))
        .await
        .unwrap();
    assert_ne!(report["pending"], 0, "{report}");
    report["report"].clone()
}

fn keys_are_stuck(rehearsal: &Rehearsal) {
    rehearsal.simulator.inject(Fault::on("iam:DeleteAccessKey").account(KEYS).times(10).throttle());
}

#[tokio::test(start_paused = true)]
async fn approvers_are_not_asked_again_for_the_accounts_that_got_stuck() {
    let rehearsal = deployed();
    let previous = first_round(&rehearsal, keys_are_stuck).await;
    assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
    assert!(is_clean(&rehearsal, EVERYTHING));

    let listed = rehearsal.list(1, &request(), &previous).await.unwrap();
    let plan = rehearsal.plan_of(1, &listed).await.unwrap();
    assert_eq!((&plan["approval"], &plan["account_count"]), (&json!("given"), &json!(1)));
    let deletions = rehearsal.delete_all(1, &plan["plan"]).await;
    assert_eq!(deletions[0]["deleted"], 2, "{deletions:?}");
    assert!(is_clean(&rehearsal, KEYS));
    assert_eq!(rehearsal.simulator.answered_tasks().len(), 1, "somebody decided once");

    // What a person has seen counts no longer, in whichever round it was carried out.
    let other = World::new(rootwarden_tests::MANAGEMENT).member(with_everything("200000000099"));
    rehearsal.simulator.update(|world| {
        let account = other.account("200000000099").unwrap().clone();
        world.accounts.insert(account.id.clone(), account);
    });
    let (_, next) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!((&next["accounts_in_24_hours"], &next["account_count"]), (&json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn i12_whatever_is_new_in_a_later_round_is_asked_for() {
    let new_key = |rehearsal: &Rehearsal| {
        keys_are_stuck(rehearsal);
        rehearsal.simulator.update(|world| {
            let fresh = with_everything(KEYS).access_key("AKIAAPPEARED00000001").root.access_keys.pop().unwrap();
            world.accounts.get_mut(KEYS).unwrap().root.access_keys.push(fresh);
        });
    };
    let new_password = |rehearsal: &Rehearsal| {
        rehearsal.simulator.update(|world| {
            world.accounts.get_mut(PASSWORD).unwrap().root.password =
                Some(LoginProfile { created: "2026-11-22T02:00:01Z".parse().unwrap() });
        });
    };
    for (number, change) in [&new_key as &dyn Fn(&Rehearsal), &new_password, &keys_are_stuck].into_iter().enumerate() {
        let rehearsal = deployed();
        if number == 2 {
            // One account could not be audited in the first round, so that nobody has seen what is in it.
            rehearsal
                .simulator
                .inject(Fault::on("iam:GetAccountSummary").account(CERTIFICATE).times(5).internal_error());
        }
        let previous = first_round(&rehearsal, |rehearsal| change(rehearsal)).await;
        let listed = rehearsal.list(1, &request(), &previous).await.unwrap();
        let plan = rehearsal.plan_of(1, &listed).await.unwrap();
        let before = all_roots(&rehearsal);
        assert_eq!(plan["approval"], "needed", "change {number}: {plan}");
        for answer in rehearsal.delete_all(1, &plan["plan"]).await {
            assert_eq!(answer["failed"]["Error"], "Denied", "{answer}");
        }
        assert_eq!(all_roots(&rehearsal), before);
    }
}

/// A plan of the second round as somebody would forge it who can write plans and the ledger, but no decision.
fn forged(rehearsal: &Rehearsal, plan: &Value, change: impl FnOnce(&mut Value)) -> Value {
    let mut content = rehearsal.object(&plan["plan"]);
    change(&mut content);
    let key = plan["plan"]["key"].as_str().unwrap();
    let body = content.to_string();
    let version = rehearsal.simulator.put_object(BUCKET, key, body.clone());
    let ledger = format!("guard/2026-11-22/{RUN}.1.json");
    let mut entry = stored(rehearsal, &ledger).unwrap();
    entry["batches"] = json!([Sha256::of(content["batches"][0].to_string().as_bytes())]);
    let id = &content["batches"][0]["accounts"][0]["account"]["id"];
    entry["accounts"] = json!([id]);
    rehearsal.simulator.put_object(BUCKET, &ledger, entry.to_string());
    json!({"key": key, "version_id": version, "sha256": Sha256::of(body.as_bytes())})
}

#[tokio::test(start_paused = true)]
async fn i12_the_deleting_worker_holds_a_later_round_against_what_was_approved_itself() {
    let of_another_account = |plan: &mut Value| plan["batches"][0]["accounts"][0]["account"]["id"] = json!(EXEMPT);
    let of_another_key = |plan: &mut Value| {
        plan["batches"][0]["accounts"][0]["delete"] = json!([{"access_key": "AKIANOBODYSAWTHISKEY"}]);
    };
    let of_another_starter = |plan: &mut Value| plan["started_by"] = json!("event");
    let of_itself = |plan: &mut Value| plan["approved_before"]["key"] = json!(format!("runs/{RUN}/plan/1.json"));
    let of_another_run = |plan: &mut Value| plan["approved_before"]["key"] = json!("runs/another-run/plan/0.json");
    let of_other_bytes = |plan: &mut Value| plan["approved_before"]["sha256"] = json!("0".repeat(64));
    let of_none = |plan: &mut Value| plan["approved_before"] = Value::Null;
    for (named, change) in [
        ("not all of it stands in the plan that was approved", &of_another_account as &dyn Fn(&mut Value)),
        ("not all of it stands in the plan that was approved", &of_another_key),
        ("not all of it stands in the plan that was approved", &of_another_starter),
        ("is no plan of an earlier round", &of_itself),
        ("is no plan of an earlier round", &of_another_run),
        ("is not what was handed on", &of_other_bytes),
        ("nobody has approved `nightly-2026-11-22.1`", &of_none),
    ] {
        let rehearsal = deployed();
        let previous = first_round(&rehearsal, keys_are_stuck).await;
        let listed = rehearsal.list(1, &request(), &previous).await.unwrap();
        let plan = rehearsal.plan_of(1, &listed).await.unwrap();
        assert_eq!(plan["approval"], "given");
        let pin = forged(&rehearsal, &plan, change);
        let before = all_roots(&rehearsal);
        let answers = rehearsal.delete_all(1, &pin).await;
        let cause = answers[0]["failed"]["Cause"].as_str().unwrap();
        assert!(cause.contains(named), "{cause}");
        assert_eq!(all_roots(&rehearsal), before, "{named}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_approval_does_not_last_for_ever() {
    let rehearsal = deployed();
    let plan = approved_plan(&rehearsal).await;
    let before = all_roots(&rehearsal);
    rehearsal.simulator.advance(Duration::from_secs(36 * 3600 + 1));
    for answer in rehearsal.delete_all(0, &plan["plan"]).await {
        assert!(answer["failed"]["Cause"].as_str().unwrap().contains("which is too long ago"), "{answer}");
    }
    assert_eq!(all_roots(&rehearsal), before);

    // Nor for a later round of the same run: neither where it is planned, nor where it is carried out.
    let rehearsal = deployed();
    let previous = first_round(&rehearsal, keys_are_stuck).await;
    rehearsal.simulator.advance(Duration::from_mins(36 * 60 - 1));
    let listed = rehearsal.list(1, &request(), &previous).await.unwrap();
    let plan = rehearsal.plan_of(1, &listed).await.unwrap();
    assert_eq!(plan["approval"], "given");
    rehearsal.simulator.advance(Duration::from_secs(61));
    let keys = root_of(&rehearsal, KEYS);
    let answers = rehearsal.delete_all(1, &plan["plan"]).await;
    let cause = answers[0]["failed"]["Cause"].as_str().unwrap();
    assert!(cause.contains("the approval was of a plan of 2026-11-22T02:00:00Z, which is too long ago"), "{cause}");
    assert_eq!(root_of(&rehearsal, KEYS), keys);

    let rehearsal = deployed();
    let previous = first_round(&rehearsal, keys_are_stuck).await;
    rehearsal.simulator.advance(Duration::from_secs(36 * 3600 + 1));
    let listed = rehearsal.list(1, &request(), &previous).await.unwrap();
    assert_eq!(rehearsal.plan_of(1, &listed).await.unwrap()["approval"], "needed");
}

#[tokio::test(start_paused = true)]
async fn an_approved_plan_serves_each_of_its_batches_once() {
    let rehearsal = deployed();
    let plan = approved_plan(&rehearsal).await;
    let first = rehearsal.delete_all(0, &plan["plan"]).await;
    let roots = all_roots(&deployed());
    rehearsal.simulator.update(|world| {
        for (id, root) in roots {
            world.accounts.get_mut(&id).unwrap().root = root;
        }
    });
    let before = all_roots(&rehearsal);
    assert_eq!(rehearsal.delete_all(0, &plan["plan"]).await, first);
    assert_eq!(all_roots(&rehearsal), before);
}

#[tokio::test(start_paused = true)]
async fn what_was_set_after_the_plan_is_not_deleted_by_it() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    rehearsal.simulator.update(|world| {
        let later = "2026-11-22T02:30:00Z".parse().unwrap();
        world.accounts.get_mut(PASSWORD).unwrap().root.password = Some(LoginProfile { created: later });
        let root = &mut world.accounts.get_mut(EVERYTHING).unwrap().root;
        root.mfa_devices[0].enabled = later;
    });
    let (password, everything) = (root_of(&rehearsal, PASSWORD), root_of(&rehearsal, EVERYTHING));
    let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
    assert_eq!(root_of(&rehearsal, PASSWORD), password, "the password, and the MFA device that protects it");
    assert_eq!(root_of(&rehearsal, EVERYTHING).mfa_devices, everything.mfa_devices[..1]);
    assert!(is_clean(&rehearsal, KEYS));
    let told = rehearsal.object(&deletions[0]["result"]).to_string();
    let named = "it is of 2026-11-22T02:30:00Z, and the one that was planned is of 2025-01-01T00:00:00Z";
    assert_eq!(told.matches(named).count(), 2, "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_made_active_after_the_plan_is_not_deleted_by_it() {
    let rehearsal = rehearsal();
    let of_keys = |status: &str| {
        rehearsal.simulator.update(|world| {
            let key = &mut world.accounts.get_mut(KEYS).unwrap().root.access_keys[0];
            key.status = status.into();
            key.last_used = Some(key_use("2026-11-21T00:00:00Z"));
        });
    };
    of_keys("Inactive");
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS])).await.unwrap();
    of_keys("Active");
    rehearsal.delete_all(0, &plan["plan"]).await;
    let left: Vec<String> = root_of(&rehearsal, KEYS).access_keys.into_iter().map(|key| key.id).collect();
    assert_eq!(left, ["AKIAROOTKEY000000001"]);
}

fn key_use(date: &str) -> KeyUse {
    KeyUse { date: date.parse().unwrap(), region: "us-east-1".into(), service: "s3".into() }
}

#[tokio::test(start_paused = true)]
async fn tags_and_the_last_use_of_keys_are_read_again_before_a_deletion_that_waited() {
    let rehearsal = deployed();
    let plan = approved_plan(&rehearsal).await;
    rehearsal.simulator.advance(Duration::from_hours(20));
    rehearsal.simulator.update(|world| {
        let key = &mut world.accounts.get_mut(KEYS).unwrap().root.access_keys[0];
        key.last_used = Some(key_use("2026-11-22T20:00:00Z"));
        world.accounts.get_mut(PASSWORD).unwrap().tags.insert("rootwarden".into(), "keep".into());
    });
    let password = root_of(&rehearsal, PASSWORD);
    let deletions = rehearsal.delete_all(0, &plan["plan"]).await;
    let left: Vec<String> = root_of(&rehearsal, KEYS).access_keys.into_iter().map(|key| key.id).collect();
    assert_eq!(left, ["AKIAROOTKEY000000001"], "the one that came into use");
    assert_eq!(root_of(&rehearsal, PASSWORD), password);
    assert!(is_clean(&rehearsal, EVERYTHING) && is_clean(&rehearsal, CERTIFICATE));
    let told = rehearsal.object(&deletions[0]["result"]).to_string();
    assert!(told.contains("since it was planned: used 2026-11-22T20:00:00Z, within the last 30 days"), "{told}");
    assert!(told.contains(r#""ineligible":"excluded""#), "{told}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_again_before_a_deletion_that_waited_is_left_alone() {
    for action in ["organizations:ListTagsForResource", "iam:GetAccessKeyLastUsed"] {
        let rehearsal = deployed();
        let plan = approved_plan(&rehearsal).await;
        rehearsal.simulator.inject(Fault::on(action).account(KEYS).always().denied());
        let keys = root_of(&rehearsal, KEYS);
        rehearsal.delete_all(0, &plan["plan"]).await;
        assert_eq!(root_of(&rehearsal, KEYS), keys, "{action}");
        assert!(is_clean(&rehearsal, EVERYTHING), "{action}");
    }
}
