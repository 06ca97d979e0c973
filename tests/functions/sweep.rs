//! The nightly sweep: chunks, selections, exemptions, drift, the guard, and the pause.

use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{Fault, Member, World};
use rootwarden_tests::{BUCKET, Deployment, MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const UNIT: &str = "ou-aaaa-11111111";
const NESTED: &str = "o-aaaaaaaaaa/r-aaaa/ou-aaaa-11111111/ou-aaaa-22222222/";
const ELSEWHERE: &str = "o-aaaaaaaaaa/r-aaaa/ou-aaaa-33333333/";

fn many(count: u64) -> World {
    (0..count).fold(World::new(MANAGEMENT), |world, number| {
        let member = Member::new(format!("{}", 300_000_000_000 + number));
        world.member(if number % 100 == 0 { member.password() } else { member })
    })
}

fn put(rehearsal: &Rehearsal, key: &str, object: &Value) {
    rehearsal.simulator.put_object(BUCKET, key, object.to_string());
}

#[tokio::test(start_paused = true)]
async fn every_account_of_many_chunks_is_audited_exactly_once() {
    let rehearsal = rehearsal_of(many(1_234));
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.report.counts().clean, 1_221);
    assert_eq!(finished.report.counts().cleaned, 13);
    assert_eq!(finished.report.accounts.len(), 1_235);
    assert_eq!(rehearsal.count("organizations:ListAccounts"), 62, "1,235 accounts, 20 a page");
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 1_234 + 13);
    let world = rehearsal.simulator.world();
    assert!(world.accounts.values().all(|account| account.root.is_clean()));
}

#[tokio::test(start_paused = true)]
async fn i11_a_chunk_whose_results_are_lost_is_unknown_and_the_others_are_not() {
    let rehearsal = rehearsal_of(many(1_234));
    let mut listed = rehearsal.list(0, &enforce_all(), &Value::Null).await.unwrap();
    assert_eq!(listed.chunks.len(), 3);
    listed.audits[1] = vec![Value::Null];
    rehearsal.record_all(0, &mut listed).await.unwrap();
    let plan = rehearsal.plan_of(0, &listed).await.unwrap();
    let others = rehearsal.object(&plan["plan"])["others"].as_array().unwrap().clone();
    let unknown = others.iter().filter(|other| other["finding"]["unknown"].is_object()).count();
    assert_eq!(unknown, 500, "the second chunk");
}

#[tokio::test(start_paused = true)]
async fn units_are_selected_however_deep_and_nothing_beside_them() {
    let world = World::new(MANAGEMENT)
        .member(with_everything(KEYS).path(NESTED))
        .member(with_everything(PASSWORD).path(ELSEWHERE));
    let rehearsal = rehearsal_of(world);
    let request = json!({"selection": {"organizational_units": [UNIT]}, "mode": "enforce"});
    let finished = rehearsal.run(request).await.unwrap();
    assert!(is_clean(&rehearsal, KEYS));
    assert_eq!(rehearsal.calls_in(PASSWORD), Vec::<String>::new());
    assert_eq!(finished.status(PASSWORD), Value::Null, "the run was not about it");
}

#[tokio::test(start_paused = true)]
async fn excluded_accounts_and_units_are_not_even_looked_at_and_named_in_the_report() {
    let world = World::new(MANAGEMENT)
        .member(with_everything(KEYS).path(NESTED))
        .member(with_everything(PASSWORD).path(ELSEWHERE))
        .member(with_everything(CERTIFICATE).path(ELSEWHERE));
    let rehearsal = rehearsal_of(world);
    let exclude = json!({"accounts": [PASSWORD], "organizational_units": [UNIT]});
    let finished = rehearsal.run(json!({"selection": "all", "mode": "enforce", "exclude": exclude})).await.unwrap();
    for account in [KEYS, PASSWORD] {
        assert_eq!(rehearsal.calls_in(account), Vec::<String>::new());
        assert_eq!(finished.status(account), json!({"ineligible": "excluded"}));
    }
    assert!(is_clean(&rehearsal, CERTIFICATE));
    // The same holds for an account that is asked for by its id.
    let listed = json!({"selection": {"accounts": [PASSWORD]}, "mode": "enforce", "exclude": exclude});
    rehearsal.run(listed).await.unwrap();
    assert_eq!(rehearsal.calls_in(PASSWORD), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_exemption_in_the_bucket_holds_until_its_end() {
    let rehearsal = rehearsal();
    put(
        &rehearsal,
        &format!("exemptions/{KEYS}.json"),
        &json!({"reason": "migration", "until": "2026-11-22T02:00:01Z"}),
    );
    put(
        &rehearsal,
        &format!("exemptions/{PASSWORD}.json"),
        &json!({"reason": "over", "until": "2026-11-22T02:00:00Z"}),
    );
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(finished.status(KEYS)["exempt"]["reason"], "migration");
    assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
    assert!(is_clean(&rehearsal, PASSWORD), "its exemption has ended");
}

#[tokio::test(start_paused = true)]
async fn an_exemption_that_is_written_after_the_plan_still_counts() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    put(&rehearsal, &format!("exemptions/{KEYS}.json"), &json!({"reason": "wait"}));
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert_eq!(root_of(&rehearsal, KEYS).access_keys.len(), 2);
    assert!(is_clean(&rehearsal, CERTIFICATE));
}

#[tokio::test(start_paused = true)]
async fn with_exemptions_that_cannot_be_asked_for_nothing_is_deleted() {
    let rehearsal = rehearsal();
    let before = all_roots(&rehearsal);
    rehearsal.simulator.inject(Fault::on("s3:ListBucket").always().denied());
    rehearsal.simulator.inject(Fault::on("s3:ListObjectsV2").always().denied());
    rehearsal.run(enforce_all()).await.unwrap_err();
    assert_eq!(all_roots(&rehearsal), before);
}

#[tokio::test(start_paused = true)]
async fn i13_the_pause_stops_every_change_and_audits_go_on() {
    for switch in [json!({"paused": true, "reason": "incident 7"}), json!({"pausd": false}), json!("x")] {
        let rehearsal = rehearsal();
        let before = all_roots(&rehearsal);
        put(&rehearsal, "control/paused.json", &switch);
        let finished = rehearsal.run(enforce_all()).await.unwrap();
        assert_eq!(all_roots(&rehearsal), before, "{switch}");
        assert_eq!(finished.status(CLEAN), json!("clean"));
        assert!(finished.status(KEYS)["paused"].is_object(), "{}", finished.status(KEYS));
        assert_eq!(finished.output["secured"], false);
    }
    let rehearsal = rehearsal();
    put(&rehearsal, "control/paused.json", &json!({"paused": false}));
    rehearsal.run(enforce_all()).await.unwrap();
    assert!(is_clean(&rehearsal, KEYS));
}

#[tokio::test(start_paused = true)]
async fn i13_a_switch_that_is_turned_while_a_batch_is_at_work_stops_the_rest() {
    let rehearsal = rehearsal();
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    put(&rehearsal, "control/paused.json", &json!({"paused": true}));
    let sessions = rehearsal.count("sts:AssumeRoot");
    rehearsal.delete_all(0, &plan["plan"]).await;
    assert_eq!(rehearsal.count("sts:AssumeRoot"), sessions);
}

#[tokio::test(start_paused = true)]
async fn a_feature_that_was_on_in_the_last_run_and_is_off_now_is_drift() {
    let rehearsal = rehearsal();
    rehearsal.run(enforce(&[CLEAN])).await.unwrap();
    rehearsal.simulator.update(|world| world.features.clear());
    let error = rehearsal.run(enforce(&[CLEAN])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotEnabled);
    assert!(error.to_string().contains(&format!("this is drift: it was on in run `{RUN}`")), "{error}");
}

fn guarded(limit: &'static str) -> Rehearsal {
    let deployment = Deployment { max_accounts_to_clean: limit, exempt_accounts: EXEMPTIONS, ..Deployment::default() };
    Rehearsal::deployed(world(), &deployment)
}

#[tokio::test(start_paused = true)]
async fn i10_more_accounts_than_the_guard_allows_are_not_deleted_without_an_approval() {
    let rehearsal = guarded("3");
    let before = all_roots(&rehearsal);
    let (_, plan) = rehearsal.plan_round(&enforce_all()).await.unwrap();
    assert_eq!(plan["approval"], "needed");
    assert_eq!(plan["accounts_in_24_hours"], 4);
    // Even a state machine that would go on regardless deletes nothing: the worker looks for the decision itself.
    for answer in rehearsal.delete_all(0, &plan["plan"]).await {
        assert_eq!(answer["failed"]["Error"], "Denied", "{answer}");
    }
    assert_eq!(all_roots(&rehearsal), before);
    assert!(guarded("4").run(enforce_all()).await.unwrap().output["secured"] == true, "the limit itself is allowed");
}

#[tokio::test(start_paused = true)]
async fn i10_the_guard_counts_over_all_runs_of_24_hours() {
    let rehearsal = guarded("3");
    let entry =
        |at: &str| json!({"run": "earlier", "round": 0, "at": at, "accounts": ["200000000091", "200000000092", KEYS]});
    put(&rehearsal, "guard/2026-11-21/earlier.0.json", &entry("2026-11-21T01:00:00Z"));
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS, PASSWORD])).await.unwrap();
    assert_eq!(plan["approval"], "not_needed", "more than 24 hours ago");
    put(&rehearsal, "guard/2026-11-21/earlier.0.json", &entry("2026-11-21T23:00:00Z"));
    let (_, plan) = rehearsal.plan_round(&enforce(&[KEYS, PASSWORD])).await.unwrap();
    assert_eq!(plan["accounts_in_24_hours"], 4, "an account that is in both counts once");
    assert_eq!(plan["approval"], "needed");
}

#[tokio::test(start_paused = true)]
async fn a_refused_plan_is_reported_and_not_carried_out() {
    for approval in ["rejected", "timed_out", "not_requested"] {
        let rehearsal = guarded("3");
        let before = all_roots(&rehearsal);
        let round = rehearsal.round_with(0, &enforce_all(), &Value::Null, approval).await.unwrap();
        assert_eq!(all_roots(&rehearsal), before);
        assert_eq!(round.report["counts"]["not_approved"], 4, "{}", round.report);
        assert_eq!(round.report["secured"], false);
        assert_eq!(round.report["pending"], 0, "the same run does not ask twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_fills_no_ledger() {
    let rehearsal = guarded("3");
    rehearsal.run(json!({"selection": "all"})).await.unwrap();
    assert!(rehearsal.simulator.objects(BUCKET).iter().all(|(key, _)| !key.starts_with("guard/")));
}

#[tokio::test(start_paused = true)]
async fn every_tenth_account_fails_in_its_own_way_and_all_others_are_done() {
    let rehearsal = rehearsal_of((0..120_u64).fold(World::new(MANAGEMENT), |world, number| {
        world.member(with_everything(&format!("{}", 300_000_000_000 + number)))
    }));
    let rehearsal = Rehearsal::deployed(
        rehearsal.simulator.world(),
        &Deployment { max_accounts_to_clean: "1000", ..Deployment::default() },
    );
    let id = |number: u64| format!("{}", 300_000_000_000 + number);
    let fault = |number: u64, action: &str| Fault::on(action).account(id(number)).always();
    let faults = [
        (fault(0, "sts:AssumeRoot").throttle(), "Throttled"),
        (fault(10, "sts:AssumeRoot").internal_error(), "Transient"),
        (fault(20, "sts:AssumeRoot").timeout(), "Transient"),
        (fault(30, "sts:AssumeRoot").connection_reset(), "Transient"),
        (fault(40, "iam:GetAccountSummary").lost_response(), "Transient"),
        (fault(50, "iam:ListAccessKeys").denied(), "Denied"),
        (fault(60, "iam:ListMFADevices").denied_with("an explicit deny in a service control policy"), "Denied"),
        (fault(70, "iam:GetLoginProfile").error("Strange", 418, "never seen"), "Defect"),
        (fault(80, "iam:DeleteAccessKey").ignored(), "Transient"),
        (fault(90, "iam:DeleteLoginProfile").throttle(), "Throttled"),
        (fault(100, "organizations:DescribeAccount").denied(), "Denied"),
    ];
    for (fault, _) in &faults {
        rehearsal.simulator.inject(fault.clone());
    }
    // What vanishes meanwhile is no failure.
    rehearsal.simulator.inject(fault(110, "iam:DeleteAccessKey").vanished());
    let finished = rehearsal.run(enforce_all()).await.unwrap();
    for number in 0..120 {
        let status = finished.status(&id(number));
        let expected =
            usize::try_from(number / 10).ok().filter(|_| number % 10 == 0).and_then(|index| faults.get(index));
        match expected {
            None => assert!(is_clean(&rehearsal, &id(number)) && status["cleaned"].is_object(), "{number}: {status}"),
            Some((_, kind)) => {
                let failure = status.get("unknown").unwrap_or(&status["failed"]["failure"]);
                assert_eq!(failure["kind"], *kind, "{number}: {status}");
                assert!(!is_clean(&rehearsal, &id(number)), "{number}");
            }
        }
    }
    assert_eq!(finished.output["secured"], false);
}

#[tokio::test(start_paused = true)]
async fn accounts_with_an_excluded_tag_keep_everything_and_tags_are_read_only_where_something_goes() {
    let world = World::new(MANAGEMENT)
        .member(Member::new(CLEAN))
        .member(with_everything(KEYS).tag("owner", "a-team").tag("rootwarden", "keep"))
        .member(with_everything(PASSWORD).tag("rootwarden", "other"));
    let rehearsal = rehearsal_of(world);
    let before = root_of(&rehearsal, KEYS);
    let exclude = json!({"tags": [{"key": "rootwarden", "value": "keep"}]});
    let finished = rehearsal.run(json!({"selection": "all", "mode": "enforce", "exclude": exclude})).await.unwrap();
    assert_eq!(root_of(&rehearsal, KEYS), before);
    assert_eq!(finished.status(KEYS)["excluded"]["tag"], json!({"key": "rootwarden", "value": "keep"}));
    assert!(is_clean(&rehearsal, PASSWORD));
    let asked: Vec<Option<String>> = rehearsal
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.action == "organizations:ListTagsForResource")
        .map(|call| call.account.or(call.resource))
        .collect();
    assert!(!asked.contains(&Some(CLEAN.to_owned())), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_tags_cannot_be_read_keeps_everything() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("organizations:ListTagsForResource").always().denied());
    let before = all_roots(&rehearsal);
    let exclude = json!({"tags": [{"key": "rootwarden", "value": "keep"}]});
    let finished = rehearsal.run(json!({"selection": "all", "mode": "enforce", "exclude": exclude})).await.unwrap();
    assert_eq!(all_roots(&rehearsal), before);
    assert_eq!(finished.status(KEYS)["unknown"]["kind"], "Denied");
}
