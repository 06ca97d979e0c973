//! A worker that is ended in the middle – by Lambda's timeout, by a crash – leaves a report that names what it deleted.

use std::{collections::BTreeSet, time::Duration};

use rootwarden_simulator::{Fault, World};
use rootwarden_tests::{BUCKET, MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    organization::*,
    slow_account::{claimed, lost, named_with},
};

const ACCOUNTS: [&str; 3] = ["300000000001", "300000000002", "300000000003"];

/// Three accounts with everything, a plan, and every call of the deletion taking a second.
async fn planned() -> (Rehearsal, Value) {
    let world = ACCOUNTS.into_iter().fold(World::new(MANAGEMENT), |world, id| world.member(with_everything(id)));
    let rehearsal = rehearsal_of(world);
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    for account in ACCOUNTS {
        rehearsal.simulator.inject(Fault::on("*").account(account).always().slow(1));
    }
    rehearsal.simulator.inject(Fault::on("s3:PutObject").always().slow(1));
    (rehearsal, plan["plan"].clone())
}

fn of_batch(plan: &Value) -> Value {
    json!({"run": RUN, "round": 0, "plan": plan, "batch": 0})
}

async fn publish(rehearsal: &Rehearsal, plan: &Value, deletions: &Value) -> Value {
    let input = json!({
        "run": RUN, "round": 0, "plan": plan, "approval": "not_needed", "deletions": deletions, "previous": null,
    });
    rehearsal.publish(input).await.unwrap()
}

fn status(rehearsal: &Rehearsal, published: &Value, account: &str) -> Value {
    rehearsal.object(&published["report"])["accounts"][account]["status"].clone()
}

/// What is told as begun, and not yet known to be gone.
fn open(told: &Value) -> BTreeSet<String> {
    named_with(told, &|outcome| outcome["unconfirmed"].is_object())
}

fn journal_key(account: &str) -> String {
    format!("runs/{RUN}/deleted/0/0/{account}.json")
}

/// Ends a worker after `half_seconds`; whether it had finished before.
async fn killed_after(half_seconds: u64) -> (Rehearsal, Value, bool) {
    let (rehearsal, plan) = planned().await;
    let limit = Duration::from_millis(500 * half_seconds);
    let finished = timeout(limit, rehearsal.delete(of_batch(&plan))).await.is_ok();
    (rehearsal, plan, finished)
}

#[tokio::test(start_paused = true)]
async fn i3_i8_whenever_a_worker_is_killed_the_report_names_what_the_world_lost() {
    let mut moments_with_losses = 0;
    for half_seconds in 1..200 {
        let (rehearsal, plan, finished) = killed_after(half_seconds).await;
        let published = publish(&rehearsal, &plan, &json!([null])).await;
        for account in ACCOUNTS {
            let told = status(&rehearsal, &published, account);
            let (lost, claimed, open) = (lost(&rehearsal, account), claimed(&told), open(&told));
            assert!(claimed.is_subset(&lost), "after {half_seconds}: {claimed:?} of {lost:?}: {told}");
            let named: BTreeSet<String> = claimed.union(&open).cloned().collect();
            assert!(lost.is_subset(&named), "after {half_seconds}: {lost:?} and {named:?}: {told}");
            assert!(named.difference(&lost).count() <= 1, "after {half_seconds}: only one step is at work: {told}");
            assert!(!told.to_string().contains("already_absent") && told != json!("clean"), "{told}");
            moments_with_losses += usize::from(!lost.is_empty());
        }
        if finished {
            assert!(moments_with_losses > 20, "the sweep met the deletions");
            return;
        }
        let all_is_lost = ACCOUNTS.iter().all(|account| is_clean(&rehearsal, account));
        assert!(all_is_lost || published["secured"] == false, "after {half_seconds}");
    }
    panic!("the worker never finished");
}

#[tokio::test(start_paused = true)]
async fn i3_i7_after_a_killed_worker_the_next_round_finishes_and_everything_is_called_deleted() {
    for half_seconds in (1..60).step_by(3) {
        let (rehearsal, plan, _) = killed_after(half_seconds).await;
        let published = publish(&rehearsal, &plan, &json!([null])).await;
        let mut previous = published["report"].clone();
        for round in 1..4 {
            if rehearsal.object(&previous)["pending"] == json!([]) {
                break;
            }
            previous = rehearsal.round(round, &enforce_all(), &previous).await.unwrap().report["report"].clone();
        }
        for account in ACCOUNTS {
            let told = rehearsal.object(&previous)["accounts"][account]["status"].clone();
            assert!(is_clean(&rehearsal, account));
            assert!(told["cleaned"].is_object(), "after {half_seconds}: {told}");
            assert_eq!(claimed(&told), lost(&rehearsal, account), "after {half_seconds}: {told}");
            assert!(!told.to_string().contains("already_absent"), "after {half_seconds}: {told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i7_what_a_killed_attempt_deleted_is_still_called_deleted_by_the_one_after_it() {
    for half_seconds in (1..60).step_by(2) {
        let (rehearsal, plan, _) = killed_after(half_seconds).await;
        let answer = rehearsal.delete(of_batch(&plan)).await.unwrap();
        assert_eq!(answer["deleted"], 18, "after {half_seconds}: {answer}");
        assert_eq!(answer["already_absent"], 0, "after {half_seconds}: {answer}");
        let published = publish(&rehearsal, &plan, &json!([answer])).await;
        for account in ACCOUNTS {
            let told = status(&rehearsal, &published, account);
            assert_eq!(claimed(&told["cleaned"]), lost(&rehearsal, account), "after {half_seconds}: {told}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i3_a_second_attempt_that_comes_to_nothing_keeps_what_the_first_one_deleted() {
    for stop in ["pause", "exempt", "suspend", "deny"] {
        let (rehearsal, plan, _) = killed_after(19).await;
        let before = lost(&rehearsal, ACCOUNTS[0]);
        assert!(!before.is_empty());
        match stop {
            "pause" => drop(rehearsal.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true}"#)),
            "exempt" => {
                let key = format!("exemptions/{}.json", ACCOUNTS[0]);
                rehearsal.simulator.put_object(BUCKET, &key, r#"{"reason": "wait"}"#);
            }
            "suspend" => rehearsal.simulator.update(|world| {
                world.accounts.get_mut(ACCOUNTS[0]).unwrap().state = "SUSPENDED".into();
            }),
            _ => rehearsal.simulator.update(|world| world.features.clear()),
        }
        let answer = rehearsal.delete(of_batch(&plan)).await.unwrap();
        assert_eq!(lost(&rehearsal, ACCOUNTS[0]), before, "{stop}: nothing more goes");
        let told = rehearsal.object(&answer["result"])["accounts"][0]["outcome"].clone();
        let named: BTreeSet<String> = claimed(&told).union(&open(&told)).cloned().collect();
        assert!(before.is_subset(&named), "{stop}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn i8_what_cannot_be_written_down_is_not_deleted() {
    // Too slow for the journal, and not for the result; or refused for each of three accounts: a certificate, two keys, the
    // password, and then no MFA device.
    for fault in [Fault::on("s3:PutObject").always().slow(12), Fault::on("s3:PutObject").times(12).denied()] {
        let world = ACCOUNTS.into_iter().fold(World::new(MANAGEMENT), |world, id| world.member(with_everything(id)));
        let rehearsal = rehearsal_of(world);
        let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
        let roots = || ACCOUNTS.map(|account| root_of(&rehearsal, account));
        let before = roots();
        rehearsal.simulator.inject(fault);
        let answer = rehearsal.delete(of_batch(&plan["plan"])).await.unwrap();
        assert_eq!(roots(), before);
        assert_eq!((&answer["deleted"], &answer["already_absent"]), (&json!(0), &json!(0)), "{answer}");
        let called = rehearsal.simulator.calls().into_iter().filter(|call| call.action.starts_with("iam:De")).count();
        assert_eq!(called, 0, "no deletion was sent");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_in_which_nothing_is_deleted_leaves_no_journal() {
    let (rehearsal, plan) = planned().await;
    rehearsal.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true}"#);
    rehearsal.delete(of_batch(&plan)).await.unwrap();
    let keys: Vec<String> = rehearsal.simulator.objects(BUCKET).into_iter().map(|(key, _)| key).collect();
    assert!(keys.iter().all(|key| !key.starts_with(&format!("runs/{RUN}/deleted/0/0/"))), "{keys:?}");
}

#[tokio::test(start_paused = true)]
async fn i11_a_journal_that_cannot_be_read_is_a_failure_of_its_account_alone() {
    let big = json!({"run": RUN, "padding": "x".repeat(200_000)}).to_string();
    let of_another_account = {
        let (rehearsal, _, _) = killed_after(19).await;
        let objects = rehearsal.simulator.objects(BUCKET);
        objects.into_iter().find(|(key, _)| *key == journal_key(ACCOUNTS[1])).unwrap().1
    };
    let of_another_account = String::from_utf8(of_another_account.to_vec()).unwrap();
    let of_another_run = of_another_account.replace(RUN, "another-run").replace(ACCOUNTS[1], ACCOUNTS[0]);
    for body in ["not JSON".to_owned(), "{}".to_owned(), big, of_another_account, of_another_run] {
        let (rehearsal, plan, _) = killed_after(19).await;
        rehearsal.simulator.put_object(BUCKET, &journal_key(ACCOUNTS[0]), body.clone());
        let published = publish(&rehearsal, &plan, &json!([null])).await;
        let told = status(&rehearsal, &published, ACCOUNTS[0]);
        assert!(
            told["unknown"]["message"].as_str().unwrap_or_default().contains(ACCOUNTS[0])
                || told["unknown"]["message"].as_str().unwrap_or_default().contains("another-run"),
            "{told}"
        );
        for account in &ACCOUNTS[1..] {
            assert!(!claimed(&told).is_empty() || !open(&status(&rehearsal, &published, account)).is_empty());
        }
        // Nor does the next attempt, before the report, delete anything more where it cannot read what the one before did.
        let (rehearsal, plan, _) = killed_after(19).await;
        rehearsal.simulator.put_object(BUCKET, &journal_key(ACCOUNTS[0]), body);
        let before = root_of(&rehearsal, ACCOUNTS[0]);
        rehearsal.delete(of_batch(&plan)).await.unwrap();
        assert_eq!(root_of(&rehearsal, ACCOUNTS[0]), before);
        assert!(is_clean(&rehearsal, ACCOUNTS[1]) && is_clean(&rehearsal, ACCOUNTS[2]));
    }
}

#[tokio::test(start_paused = true)]
async fn i11_journals_that_cannot_be_listed_leave_a_report_that_says_so() {
    let (rehearsal, plan, _) = killed_after(19).await;
    rehearsal.simulator.inject(Fault::on("s3:ListBucket").always().denied());
    rehearsal.simulator.inject(Fault::on("s3:ListObjectsV2").always().denied());
    let published = publish(&rehearsal, &plan, &json!([null])).await;
    for account in ACCOUNTS {
        let told = status(&rehearsal, &published, account);
        let message = told["unknown"]["message"].as_str().unwrap();
        assert!(message.contains("batch 0 left no result; what was deleted in it could not be read"), "{message}");
    }
    assert_eq!(published["secured"], false);
}

#[tokio::test(start_paused = true)]
async fn i8_the_journals_of_the_largest_batch_are_read_to_their_last_page() {
    let (rehearsal, plan, _) = killed_after(19).await;
    let journal = rehearsal.simulator.objects(BUCKET).into_iter().find(|(key, _)| *key == journal_key(ACCOUNTS[2]));
    let journal = journal.unwrap().1;
    for number in 0..1_005_u64 {
        let earlier = format!("{}", 200_000_000_000 + number);
        rehearsal.simulator.put_object(BUCKET, &journal_key(&earlier), journal.clone());
    }
    let published = publish(&rehearsal, &plan, &json!([null])).await;
    let told = status(&rehearsal, &published, ACCOUNTS[2]);
    assert!(!open(&told).is_empty() || !claimed(&told).is_empty(), "{told}");
    assert_eq!(rehearsal.object(&published["report"])["accounts"].as_object().unwrap().len(), 4, "nobody is added");
}

#[tokio::test(start_paused = true)]
async fn i3_a_report_that_is_told_of_a_refusal_tells_of_what_was_deleted_all_the_same() {
    let (rehearsal, plan, _) = killed_after(19).await;
    let input = json!({
        "run": RUN, "round": 0, "plan": plan, "approval": "rejected", "deletions": [], "previous": null,
    });
    let published = rehearsal.publish(input).await.unwrap();
    for account in ACCOUNTS {
        let told = status(&rehearsal, &published, account);
        assert_eq!(claimed(&told).is_empty() && open(&told).is_empty(), lost(&rehearsal, account).is_empty(), "{told}");
    }
    // Nor does another report take its place.
    let input = json!({
        "run": RUN, "round": 0, "plan": plan, "approval": "approved", "deletions": [], "previous": null,
    });
    assert!(rehearsal.publish(input).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_report_whose_approval_was_refused_says_so_of_each_account() {
    let (rehearsal, plan) = planned().await;
    let input = json!({
        "run": RUN, "round": 0, "plan": plan, "approval": "rejected", "deletions": [], "previous": null,
    });
    let published = rehearsal.publish(input).await.unwrap();
    assert_eq!(published["counts"]["not_approved"], 3);
}

#[tokio::test(start_paused = true)]
async fn i8_an_attempt_that_begins_late_ends_with_the_child_that_waits_for_it() {
    let (rehearsal, plan) = planned().await;
    let sessions = rehearsal.count("sts:AssumeRoot");
    let mut input = of_batch(&plan);
    // Its child began four minutes ago, and ends in one.
    input["began"] = json!("2026-11-22T01:56:00Z");
    let answer = rehearsal.delete(input).await.unwrap();
    assert_eq!(answer["not_attempted"], 3, "{answer}");
    assert_eq!(rehearsal.count("sts:AssumeRoot"), sessions);
    // It used nothing up: an attempt with time left carries the batch out.
    assert_eq!(rehearsal.delete(of_batch(&plan)).await.unwrap()["not_attempted"], 0);
    for account in ACCOUNTS {
        assert!(is_clean(&rehearsal, account), "{account}");
    }
}

#[tokio::test(start_paused = true)]
async fn i3_a_journal_that_cannot_be_read_for_a_moment_is_not_passed_over() {
    let mut refused = 0;
    for number in 1..=9 {
        let (rehearsal, plan, _) = killed_after(19).await;
        rehearsal.simulator.inject(Fault::on("s3:GetObject").nth(number).times(5).internal_error());
        let answer = match rehearsal.delete(of_batch(&plan)).await {
            Ok(answer) => answer,
            Err(error) => {
                assert_eq!(error.kind().name(), "Transient", "Step Functions tries it again: {error}");
                refused += 1;
                rehearsal.delete(of_batch(&plan)).await.unwrap()
            }
        };
        let published = publish(&rehearsal, &plan, &json!([answer])).await;
        for account in ACCOUNTS {
            let told = status(&rehearsal, &published, account);
            let known: BTreeSet<String> = claimed(&told).union(&open(&told)).cloned().collect();
            assert!(lost(&rehearsal, account).is_subset(&known), "read {number}: {told}");
        }
    }
    assert!(refused > 3, "{refused}");
}

#[tokio::test(start_paused = true)]
async fn i3_nothing_is_deleted_once_the_report_is_written() {
    let (rehearsal, plan) = planned().await;
    let publish = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        publish(&rehearsal, &plan, &json!([null])).await;
    };
    let before = rehearsal.simulator.world();
    let (answer, ()) = tokio::join!(rehearsal.delete(of_batch(&plan)), publish);
    let answer = answer.unwrap();
    assert_ne!(rehearsal.simulator.world(), before, "it was at work");
    let report: Value = rehearsal.object(&json!({"key": format!("runs/{RUN}/report/0.json")}));
    for account in ACCOUNTS {
        let told = report["accounts"][account]["status"].clone();
        let known: BTreeSet<String> = claimed(&told).union(&open(&told)).cloned().collect();
        assert!(lost(&rehearsal, account).is_subset(&known), "{account}: {told}; {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn i13_a_switch_that_is_turned_while_accounts_are_at_work_stops_their_next_step() {
    let (rehearsal, plan) = planned().await;
    let turn = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        rehearsal.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true, "reason": "incident 7"}"#);
    };
    let (answer, ()) = tokio::join!(rehearsal.delete(of_batch(&plan)), turn);
    let answer = answer.unwrap();
    for (number, account) in ACCOUNTS.iter().enumerate() {
        let told = rehearsal.object(&answer["result"])["accounts"][number]["outcome"].clone();
        let lost = lost(&rehearsal, account);
        assert!(lost.len() < 6, "not everything is gone: {told}");
        assert_eq!(claimed(&told), lost, "{told}");
        assert!(told.to_string().contains("everything that changes is paused: incident 7"), "{told}");
    }
    assert_ne!(answer["deleted"], 0, "what was deleted before is told");
}
