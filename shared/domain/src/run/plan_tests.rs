use super::*;
use crate::{
    artifact::WorkerResult,
    aws::credential::{AccessKey, LastUsed, LoginProfile},
};

const NOW: &str = "2026-11-22T02:00:00Z";

pub(super) fn candidate(id: &str) -> Candidate {
    Candidate { id: id.parse().unwrap(), name: "an account".into(), joined_at: None }
}

pub(super) fn selected(accounts: &[&str]) -> SelectedAccounts {
    SelectedAccounts {
        run: "nightly".parse().unwrap(),
        round: 0,
        chunk: 0,
        mode: Mode::Enforce,
        request: serde_json::from_str(r#"{"selection": "all", "mode": "enforce"}"#).unwrap(),
        management_account: "999999999999".parse().unwrap(),
        batch_numbers: vec![0],
        batches: Batch::form(accounts.iter().map(|id| candidate(id)).collect(), 2),
        ineligible: vec![],
        unknown: vec![],
        waiting: vec![],
        not_created: vec![],
        next_token: None,
        preflight: vec![],
        previous: None,
    }
}

pub(super) fn result(batch: u32, outcomes: Vec<(&str, AuditOutcome)>) -> (u32, Collected<AuditedAccount>) {
    let accounts =
        outcomes.into_iter().map(|(id, outcome)| AuditedAccount { account: candidate(id), outcome }).collect();
    (batch, Ok(WorkerResult { run: "nightly".parse().unwrap(), round: 0, batch, accounts }))
}

fn key(last_used: LastUsed) -> AccessKey {
    AccessKey { id: "AKIAIOSFODNN7EXAMPLE".parse().unwrap(), status: "Active".into(), created_at: None, last_used }
}

pub(super) fn present(keys: Vec<AccessKey>) -> AuditOutcome {
    AuditOutcome::Present(Inventory {
        access_keys: keys,
        login_profile: Some(LoginProfile { created_at: None }),
        ..Inventory::default()
    })
}

fn plan(
    selected: &SelectedAccounts,
    audits: Vec<(u32, Collected<AuditedAccount>)>,
    exemptions: &str,
    days: u16,
) -> DeletionPlan {
    let exemptions = Exemptions::parse(exemptions).unwrap();
    let released = ReleasedKeys::new();
    let keys = KeyRules { protect_used_within_days: days, released: &released };
    let rules =
        Rules { exemptions: &exemptions, recoveries: &RecoveryWindows::default(), keys, now: NOW.parse().unwrap() };
    let chunk = AuditedChunk { selected: selected.clone(), audits: audits.into_iter().collect() };
    DeletionPlan::plan(chunk, vec![], rules)
}

pub(super) fn finding(plan: &DeletionPlan, id: &str) -> AccountFinding {
    let id: AccountId = id.parse().unwrap();
    plan.others.iter().find(|other| other.account.id == id).unwrap().finding.clone()
}

#[test]
fn plans_what_was_found_in_the_order_of_deletion() {
    let plan = plan(
        &selected(&["111111111111"]),
        vec![result(0, vec![("111111111111", present(vec![key(LastUsed::Never)]))])],
        "{}",
        30,
    );
    let [Batch { batch: 0, accounts }] = plan.batches.as_slice() else { panic!("{plan:?}") };
    assert!(matches!(accounts[0].delete.as_slice(), [RootCredential::AccessKey(_), RootCredential::LoginProfile]));
    assert!(plan.others.is_empty());
}

#[test]
fn i1_plans_nothing_in_an_exempt_account_and_still_reports_it() {
    let plan = plan(
        &selected(&["111111111111"]),
        vec![result(0, vec![("111111111111", present(vec![]))])],
        r#"{"111111111111": "break-glass"}"#,
        30,
    );
    assert!(plan.batches.is_empty());
    assert!(matches!(finding(&plan, "111111111111"), AccountFinding::Exempt { reason, .. } if reason == "break-glass"));
}

#[test]
fn i2_and_i11_whatever_left_no_outcome_is_unknown_and_never_clean() {
    let plan = plan(
        &selected(&["111111111111", "222222222222", "333333333333", "444444444444", "555555555555"]),
        vec![
            result(0, vec![("111111111111", AuditOutcome::Clean), ("666666666666", present(vec![]))]),
            (1, Err(Failure::new(ErrorKind::Throttled, "the worker failed"))),
        ],
        "{}",
        30,
    );
    assert!(plan.batches.is_empty(), "an account that was not selected is never planned");
    assert_eq!(finding(&plan, "111111111111"), AccountFinding::Clean);
    let kinds = ["222222222222", "333333333333", "444444444444", "555555555555"].map(|id| match finding(&plan, id) {
        AccountFinding::Unknown(failure) => failure.kind,
        other => panic!("{other:?}"),
    });
    assert_eq!(kinds, [ErrorKind::Defect, ErrorKind::Throttled, ErrorKind::Throttled, ErrorKind::Transient]);
}

#[test]
fn holds_a_recently_used_key_back_and_lets_the_rest_go() {
    let held = |last_used, days| {
        let audits = vec![result(0, vec![("111111111111", present(vec![key(last_used)]))])];
        let plan = plan(&selected(&["111111111111"]), audits, "{}", days);
        let account = plan.batches[0].accounts[0].clone();
        assert!(account.delete.contains(&RootCredential::LoginProfile));
        !account.protected.is_empty()
    };
    let at = |when: &str| LastUsed::At(when.parse().unwrap());
    assert!(held(at("2026-11-21T02:00:00Z"), 30));
    assert!(held(at("2026-10-23T02:00:00Z"), 30), "exactly 30 days ago");
    assert!(!held(at("2026-10-23T01:59:59Z"), 30));
    assert!(held(at("2026-11-23T02:00:00Z"), 30), "a clock that is ahead");
    assert!(held(LastUsed::Unread, 30));
    assert!(!held(LastUsed::Never, 30));
    assert!(!held(at("2026-11-21T02:00:00Z"), 0), "0 switches it off");
}

#[test]
fn an_account_whose_every_credential_is_held_back_is_not_in_a_batch() {
    let inventory = Inventory { access_keys: vec![key(LastUsed::Unread)], ..Inventory::default() };
    let audits = vec![result(0, vec![("111111111111", AuditOutcome::Present(inventory))])];
    let plan = plan(&selected(&["111111111111"]), audits, "{}", 30);
    assert!(plan.batches.is_empty());
    assert!(matches!(finding(&plan, "111111111111"), AccountFinding::Protected { .. }));
}

#[test]
fn plans_every_account_of_the_largest_organization_in_batches_that_the_state_machine_can_hold() {
    let ids: Vec<String> = (0..50_000).map(|number| format!("{number:012}")).collect();
    let selected = selected(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let audits = selected.batches.iter().map(|batch| {
        let accounts = batch.accounts.iter().map(|account| account.id.to_string()).collect::<Vec<_>>();
        result(batch.batch, accounts.iter().map(|id| (id.as_str(), present(vec![]))).collect())
    });
    let plan = plan(&selected, audits.collect(), "{}", 30);
    assert_eq!(plan.account_count(), 50_000);
    assert!(plan.batches.len() <= 500, "{}", plan.batches.len());
}

proptest::proptest! {
    /// Whatever the workers left behind: every selected account stands in the plan exactly once, no other does,
    /// no exempt account is in a batch, and only what was called clean is clean.
    #[test]
    fn every_selected_account_is_decided_exactly_once(
        outcomes in proptest::collection::vec(0..6_u8, 0..40),
        broken_batches in proptest::collection::vec(proptest::bool::ANY, 20),
    ) {
        let ids: Vec<String> = (0..outcomes.len()).map(|number| format!("{number:012}")).collect();
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let selected = selected(&names);
        let exemptions = ids.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == 1);
        let exemptions: Vec<String> = exemptions.map(|(id, _)| format!("\"{id}\": \"why\"")).collect();
        let mut audits = Vec::new();
        for batch in &selected.batches {
            let mut results: Vec<(&str, AuditOutcome)> = vec![("999999999998", present(vec![]))];
            for account in &batch.accounts {
                let position = ids.iter().position(|id| *id == account.id.to_string()).unwrap();
                let outcome = match outcomes[position] {
                    0 => AuditOutcome::Clean,
                    1 | 2 => present(vec![key(LastUsed::Never)]),
                    3 => AuditOutcome::Unknown(Failure::new(ErrorKind::Denied, "why")),
                    4 => AuditOutcome::NotAttempted,
                    _ => continue,
                };
                results.push((ids[position].as_str(), outcome));
            }
            if !broken_batches[batch.batch as usize] {
                audits.push(result(batch.batch, results));
            }
        }
        let plan = plan(&selected, audits, &format!("{{{}}}", exemptions.join(",")), 30);

        let mut decided: Vec<String> = plan.others.iter().map(|other| other.account.id.to_string()).collect();
        let planned = plan.batches.iter().flat_map(|batch| &batch.accounts);
        for account in planned {
            let id = account.account.id.to_string();
            let position = ids.iter().position(|other| *other == id).unwrap();
            assert_eq!(outcomes[position], 2, "planned without reason, or exempt");
            decided.push(id);
        }
        decided.sort();
        assert_eq!(decided, ids);
        for other in plan.others.iter().filter(|other| other.finding == AccountFinding::Clean) {
            let position = ids.iter().position(|id| *id == other.account.id.to_string()).unwrap();
            assert_eq!(outcomes[position], 0);
        }
    }
}
