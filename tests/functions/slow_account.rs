//! An account in which every call is slow costs nobody else anything: the worker answers in time, with all it did.

use std::{collections::BTreeSet, time::Duration};

use rootwarden_simulator::{Fault, MfaDevice, World};
use rootwarden_tests::{Deployment, MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::organization::*;

fn id(number: u64) -> String {
    format!("{}", 300_000_000_000 + number)
}

/// An organization in which everybody has everything, and `slow` accounts take `seconds` for each call.
fn dirty(count: u64, slow: &[u64], seconds: u64) -> Rehearsal {
    let world = (0..count).fold(World::new(MANAGEMENT), |world, number| world.member(with_everything(&id(number))));
    let deployment = Deployment { max_accounts_to_clean: "1000", ..Deployment::default() };
    let rehearsal = Rehearsal::deployed(world, &deployment);
    for number in slow {
        rehearsal.simulator.inject(Fault::on("*").account(id(*number)).always().slow(seconds));
    }
    rehearsal
}

/// A plan that was made while nothing was slow; slowness begins with the deletion.
async fn planned(count: u64, slow: &[u64], seconds: u64) -> (Rehearsal, Value) {
    let rehearsal = dirty(count, &[], 0);
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    for number in slow {
        rehearsal.simulator.inject(Fault::on("*").account(id(*number)).always().slow(seconds));
    }
    (rehearsal, plan["plan"].clone())
}

/// The outcomes in what a worker left behind, by account.
fn outcome(rehearsal: &Rehearsal, answer: &Value, account: &str) -> Value {
    let result = rehearsal.object(&answer["result"]);
    let accounts = result["accounts"].as_array().unwrap().clone();
    accounts.into_iter().find(|told| told["account"]["id"] == account).unwrap()["outcome"].clone()
}

const LIMIT: Duration = Duration::from_mins(4);

#[tokio::test(start_paused = true)]
async fn i8_i11_slow_accounts_keep_nobody_else_from_being_audited() {
    // 10 s a call; 14 s are just below what one try may take; 100 s are never answered in time.
    for (slow, seconds) in [(&[3][..], 10), (&[3], 14), (&[3], 100), (&[0, 9, 18, 27, 36], 14)] {
        let rehearsal = dirty(50, slow, seconds);
        // Many pages, each of them slow: read one after the other, one account alone would take up half of the time.
        rehearsal.simulator.update(|world| {
            world.iam_page_size = 1;
            for number in slow {
                let root = &mut world.accounts.get_mut(&id(*number)).unwrap().root;
                let device = root.mfa_devices[0].clone();
                let further =
                    (0..6).map(|number| MfaDevice { serial: format!("GAHT0000000{number}"), ..device.clone() });
                root.mfa_devices.extend(further);
            }
        });
        let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
        let started = Instant::now();
        let answers = rehearsal.audit_all(0, 0, &selected["selection"]).await;
        assert!(started.elapsed() < LIMIT, "{slow:?} at {seconds} s a call: {:?}", started.elapsed());
        assert_eq!(answers.len(), 1, "one batch");
        for number in 0..50 {
            let told = outcome(&rehearsal, &answers[0], &id(number));
            if slow.contains(&number) {
                assert!(told["present"].is_object() || told["unknown"]["kind"] == "Transient", "{told}");
            } else {
                assert!(told["present"].is_object(), "{slow:?} at {seconds} s a call: account {number}: {told}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i8_i11_one_slow_account_keeps_nobody_else_from_being_cleaned() {
    for seconds in [10, 14, 100] {
        let (rehearsal, plan) = planned(10, &[0], seconds).await;
        let started = Instant::now();
        let answers = rehearsal.delete_all(0, &plan).await;
        assert!(started.elapsed() < LIMIT, "{seconds} s a call: {:?}", started.elapsed());
        assert_eq!(answers.len(), 1, "one batch");
        for number in 1..10 {
            assert!(is_clean(&rehearsal, &id(number)), "{seconds} s a call: account {number}");
            let told = outcome(&rehearsal, &answers[0], &id(number));
            let steps = told["attempted"]["steps"].as_array().unwrap();
            assert!(steps.len() == 6 && steps.iter().all(|step| step["outcome"] == "deleted"), "{told}");
        }
        assert_eq!(lost(&rehearsal, &id(0)), claimed(&outcome(&rehearsal, &answers[0], &id(0))), "{seconds} s a call");
    }
}

#[tokio::test(start_paused = true)]
async fn i8_an_account_that_is_slow_in_every_call_is_cleaned_all_the_same() {
    let (rehearsal, plan) = planned(10, &[0], 10).await;
    let answers = rehearsal.delete_all(0, &plan).await;
    assert!(is_clean(&rehearsal, &id(0)));
    let told = outcome(&rehearsal, &answers[0], &id(0));
    assert!(told["attempted"]["steps"].as_array().unwrap().iter().all(|step| step["outcome"] == "deleted"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn i8_a_batch_of_slow_accounts_alone_is_answered_in_time_and_names_what_it_did_not_do() {
    for (count, seconds) in [(10, 10), (10, 14), (10, 25), (40, 10)] {
        let everybody: Vec<u64> = (0..count).collect();
        let (rehearsal, plan) = planned(count, &everybody, seconds).await;
        for batch in rehearsal.batches(&plan) {
            let started = Instant::now();
            let input = json!({"run": RUN, "round": 0, "plan": plan, "batch": batch["batch"]});
            let answer = rehearsal.delete(input).await.unwrap();
            assert!(started.elapsed() < LIMIT, "{count} at {seconds} s a call: {:?}", started.elapsed());
            for planned in batch["accounts"].as_array().unwrap() {
                let account = planned["account"]["id"].as_str().unwrap();
                let told = outcome(&rehearsal, &answer, account);
                assert_eq!(lost(&rehearsal, account), claimed(&told), "{count} at {seconds} s a call: {told}");
                assert!(!told["attempted"]["steps"].to_string().contains("already_absent"), "{told}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn i8_what_slow_accounts_left_undone_is_taken_up_again_and_all_of_it_is_called_deleted() {
    let everybody: Vec<u64> = (0..10).collect();
    let rehearsal = dirty(10, &everybody, 12);
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    for number in 0..10 {
        assert!(is_clean(&rehearsal, &id(number)), "{number}: {}", finished.status(&id(number)));
        let status = finished.status(&id(number));
        assert_eq!(claimed(&status["cleaned"]), lost(&rehearsal, &id(number)), "{number}: {status}");
    }
}

#[tokio::test(start_paused = true)]
async fn i8_half_of_a_batch_that_never_answers_keeps_the_other_half_from_nothing() {
    let silent: Vec<u64> = (0..25).collect();
    let rehearsal = dirty(50, &silent, 1_000);
    let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
    let started = Instant::now();
    let answers = rehearsal.audit_all(0, 0, &selected["selection"]).await;
    assert!(started.elapsed() < LIMIT, "{:?}", started.elapsed());
    for number in 25..50 {
        let told = outcome(&rehearsal, &answers[0], &id(number));
        assert!(told["present"].is_object(), "account {number}: {told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_result_says_the_same_whatever_the_order_in_which_its_accounts_were_done() {
    let mut digests = BTreeSet::new();
    for slow in [0, 7, 9] {
        let rehearsal = dirty(10, &[slow], 1);
        let selected = rehearsal.select_first(0, &enforce_all(), &Value::Null).await.unwrap();
        let answers = rehearsal.audit_all(0, 0, &selected["selection"]).await;
        digests.insert(answers[0]["result"]["sha256"].to_string());
    }
    assert_eq!(digests.len(), 1, "{digests:?}");
}

/// What the world lost of one account's credentials.
pub fn lost(rehearsal: &Rehearsal, account: &str) -> BTreeSet<String> {
    let before = named(&with_everything(account).root);
    let after = named(&root_of(rehearsal, account));
    before.difference(&after).cloned().collect()
}

/// What is called deleted in something that has `steps`, at whatever depth.
pub fn claimed(told: &Value) -> BTreeSet<String> {
    named_with(told, &|outcome| outcome == "deleted")
}

/// The credentials of those steps whose outcome `is` what is looked for.
pub fn named_with(told: &Value, is: &dyn Fn(&Value) -> bool) -> BTreeSet<String> {
    match told {
        Value::Object(fields) => {
            let own = fields.get("credential").filter(|_| fields.get("outcome").is_some_and(is)).map(name);
            own.into_iter().chain(fields.values().flat_map(|value| named_with(value, is))).collect()
        }
        Value::Array(values) => values.iter().flat_map(|value| named_with(value, is)).collect(),
        _ => BTreeSet::new(),
    }
}

fn name(credential: &Value) -> String {
    match credential {
        Value::Object(fields) => fields.values().next().and_then(Value::as_str).unwrap_or_default().to_owned(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

fn named(root: &rootwarden_simulator::RootCredentials) -> BTreeSet<String> {
    let keys = root.access_keys.iter().map(|key| key.id.clone());
    let certificates = root.signing_certificates.iter().map(|certificate| certificate.id.clone());
    let devices = root.mfa_devices.iter().map(|device| device.serial.clone());
    let password = root.password.iter().map(|_| "login_profile".to_owned());
    keys.chain(certificates).chain(devices).chain(password).collect()
}
