use super::*;
use crate::{
    Batch, Candidate, Inventory, Mode, RootCredential,
    artifact::WorkerResult,
    aws::credential::{AccessKey, LastUsed},
    preflight::{Check, Outcome},
    run::{
        deletion::{DeletionOutcome, DeletionReport, DeletionStep, StepOutcome},
        plan::{AccountFinding, Guard, OtherAccount, PlannedAccount},
        selection::{Ineligible, IneligibleAccount, Scope, Tag},
    },
};

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

fn candidate(id: &str) -> Candidate {
    Candidate { id: id.parse().unwrap(), name: format!("account {id}"), joined_at: None }
}

fn key() -> RootCredential {
    RootCredential::AccessKey("AKIAIOSFODNN7EXAMPLE".parse().unwrap())
}

fn inventory() -> Inventory {
    let id = "AKIAIOSFODNN7EXAMPLE".parse().unwrap();
    let access_key = AccessKey { id, status: "Active".into(), created_at: None, last_used: LastUsed::Never };
    Inventory { access_keys: vec![access_key], ..Inventory::default() }
}

fn plan(mode: Mode, planned: &[&str], others: Vec<(&str, AccountFinding)>) -> DeletionPlan {
    let planned = planned
        .iter()
        .map(|id| PlannedAccount {
            account: candidate(id),
            delete: vec![key()],
            protected: vec![],
            inventory: inventory(),
        })
        .collect();
    DeletionPlan {
        run: "nightly".parse().unwrap(),
        round: 0,
        mode,
        started_by: None,
        scope: Scope::Organization,
        management_account: "999999999999".parse().unwrap(),
        planned_at: "2026-11-22T02:00:00Z".parse().unwrap(),
        made_from: crate::Sha256::default(),
        guard: Guard::default(),
        approved_before: None,
        ended_recoveries: BTreeMap::new(),
        open_recoveries: BTreeMap::new(),
        excluded_tags: vec![],
        ineligible: vec![],
        waiting: vec![],
        not_created: vec![],
        nobody_selected: None,
        not_in_organization: vec![],
        preflight: vec![],
        batch_numbers: vec![0],
        batches: Batch::form(planned, 20),
        others: others.into_iter().map(|(id, finding)| OtherAccount { account: candidate(id), finding }).collect(),
    }
}

fn deleted(id: &str, outcome: DeletionOutcome) -> BTreeMap<u32, Collected<DeletionReport>> {
    let accounts = vec![DeletionReport { account: candidate(id), outcome }];
    BTreeMap::from([(0, Ok(WorkerResult { run: "nightly".parse().unwrap(), round: 0, batch: 0, accounts }))])
}

fn attempted(outcome: StepOutcome, remaining: Option<Inventory>) -> DeletionOutcome {
    DeletionOutcome::Attempted { steps: vec![DeletionStep { credential: key(), outcome }], remaining }
}

fn report(plan: DeletionPlan, deletions: BTreeMap<u32, Collected<DeletionReport>>) -> Report {
    Report::add_round(None, plan, ApprovalOutcome::NotNeeded, deletions, 30)
}

fn status(report: &Report, id: &str) -> Status {
    let id: AccountId = id.parse().unwrap();
    report.accounts[&id].status.clone()
}

#[test]
fn i3_an_account_is_cleaned_only_if_a_fresh_read_shows_nothing_left() {
    let after = |remaining| {
        let deletions = deleted(ONE, attempted(StepOutcome::Deleted, remaining));
        report(plan(Mode::Enforce, &[ONE], vec![]), deletions)
    };
    assert!(matches!(status(&after(Some(Inventory::default())), ONE), Status::Cleaned { .. }));
    assert!(matches!(status(&after(None), ONE), Status::Failed { .. }), "nothing was read");
    assert!(matches!(status(&after(Some(inventory())), ONE), Status::Failed { .. }), "something is there");
}

#[test]
fn i2_and_i11_an_account_without_a_result_is_unknown() {
    let empty = report(plan(Mode::Enforce, &[ONE, TWO], vec![]), BTreeMap::new());
    assert!(matches!(status(&empty, ONE), Status::Unknown(_)));
    let partial = deleted(ONE, attempted(StepOutcome::Deleted, Some(Inventory::default())));
    let partial = report(plan(Mode::Enforce, &[ONE, TWO], vec![]), partial);
    assert!(matches!(status(&partial, TWO), Status::Unknown(_)));
    assert!(!partial.is_settled());
}

#[test]
fn a_report_tells_of_credentials_and_calls_nothing_cleaned() {
    let told = report(plan(Mode::Report, &[ONE], vec![(TWO, AccountFinding::Clean)]), BTreeMap::new());
    assert!(matches!(status(&told, ONE), Status::Found { .. }));
    assert_eq!(told.counts(), Counts { clean: 1, found: 1, ..Counts::default() });
    assert!(told.is_settled());
}

#[test]
fn what_may_pass_is_looked_at_again_and_what_may_not_is_final() {
    let unknown = |kind| vec![(ONE, AccountFinding::Unknown(Failure::new(kind, "why")))];
    let throttled = report(plan(Mode::Enforce, &[], unknown(ErrorKind::Throttled)), BTreeMap::new());
    assert_eq!(throttled.pending, [Newcomer::Account(ONE.parse().unwrap())]);
    let denied = report(plan(Mode::Enforce, &[], unknown(ErrorKind::Denied)), BTreeMap::new());
    assert!(denied.pending.is_empty());
    assert!(!denied.is_settled());
}

#[test]
fn a_later_round_replaces_what_was_unknown_and_keeps_the_rest() {
    let unknown = (ONE, AccountFinding::Unknown(Failure::new(ErrorKind::Throttled, "why")));
    let first = report(plan(Mode::Enforce, &[], vec![unknown, (TWO, AccountFinding::Clean)]), BTreeMap::new());
    let mut next = plan(Mode::Enforce, &[], vec![(ONE, AccountFinding::Clean)]);
    next.round = 1;
    let second = Report::add_round(Some(first), next, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
    assert_eq!(second.counts(), Counts { clean: 2, ..Counts::default() });
    assert!(second.is_settled());
}

#[test]
fn an_account_cleaned_in_two_rounds_shows_both() {
    let failed = StepOutcome::Failed(Failure::new(ErrorKind::Throttled, "why"));
    let steps = vec![
        DeletionStep { credential: key(), outcome: StepOutcome::Deleted },
        DeletionStep { credential: RootCredential::LoginProfile, outcome: failed },
    ];
    let outcome = DeletionOutcome::Attempted { steps, remaining: Some(Inventory::default()) };
    let first = report(plan(Mode::Enforce, &[ONE], vec![]), deleted(ONE, outcome));
    assert_eq!(first.pending.len(), 1);
    let clean = plan(Mode::Enforce, &[], vec![(ONE, AccountFinding::Clean)]);
    let second = Report::add_round(Some(first), clean, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
    let Status::Cleaned { steps } = status(&second, ONE) else { panic!("{second:?}") };
    assert_eq!(steps, [DeletionStep { credential: key(), outcome: StepOutcome::Deleted }]);
}

#[test]
fn i3_what_an_earlier_round_deleted_stays_whatever_the_account_has_become_since() {
    let gone = DeletionStep { credential: key(), outcome: StepOutcome::Deleted };
    let failed = StepOutcome::Failed(Failure::new(ErrorKind::Throttled, "why"));
    let steps = vec![gone.clone(), DeletionStep { credential: RootCredential::LoginProfile, outcome: failed }];
    let first = DeletionOutcome::Attempted { steps, remaining: Some(Inventory::default()) };
    let first = report(plan(Mode::Enforce, &[ONE], vec![]), deleted(ONE, first));

    let unknown = || Failure::new(ErrorKind::NotYetVisible, "why");
    let found = |finding| (plan(Mode::Enforce, &[], vec![(ONE, finding)]), None, ApprovalOutcome::NotNeeded);
    let came_to = |outcome| (plan(Mode::Enforce, &[ONE], vec![]), Some(outcome), ApprovalOutcome::NotNeeded);
    let unapproved = |approval| (plan(Mode::Enforce, &[ONE], vec![]), None, approval);
    let mut ineligible = plan(Mode::Enforce, &[], vec![]);
    ineligible.ineligible = vec![IneligibleAccount { account: ONE.parse().unwrap(), reason: Ineligible::Excluded }];
    let mut waiting = plan(Mode::Enforce, &[], vec![]);
    waiting.waiting = vec![Newcomer::Account(ONE.parse().unwrap())];
    let tag = Tag { key: "root".into(), value: "keep".into() };
    let exempt = AccountFinding::Exempt { reason: "why".into(), inventory: inventory() };
    let suspended = Ineligible::NotActive(crate::AccountState::Suspended);
    for (second, outcome, approval) in [
        (ineligible, None, ApprovalOutcome::NotNeeded),
        (waiting, None, ApprovalOutcome::NotNeeded),
        (plan(Mode::Report, &[ONE], vec![]), None, ApprovalOutcome::NotNeeded),
        found(AccountFinding::Clean),
        found(exempt),
        found(AccountFinding::Excluded { tag, inventory: inventory() }),
        found(AccountFinding::Protected { protected: vec![], inventory: inventory() }),
        found(AccountFinding::Unknown(unknown())),
        found(AccountFinding::NotAttempted),
        came_to(DeletionOutcome::Paused("why".into())),
        came_to(DeletionOutcome::Exempt("why".into())),
        came_to(DeletionOutcome::Ineligible(suspended)),
        came_to(DeletionOutcome::Failed(unknown())),
        came_to(DeletionOutcome::NotAttempted),
        came_to(DeletionOutcome::Attempted { steps: vec![], remaining: None }),
        unapproved(ApprovalOutcome::Rejected),
        unapproved(ApprovalOutcome::TimedOut),
        unapproved(ApprovalOutcome::NotNeeded),
    ] {
        let deletions = outcome.map(|outcome| deleted(ONE, outcome)).unwrap_or_default();
        let second = Report::add_round(Some(first.clone()), second, approval, deletions, 30);
        let told = serde_json::to_value(&second.accounts[&ONE.parse().unwrap()]).unwrap();
        assert!(told.to_string().contains(&serde_json::to_string(&gone).unwrap()), "{told}");
        assert!(!told.to_string().contains(r#""credential":"login_profile""#), "only what is gone stays: {told}");
        assert_eq!(told["name"], format!("account {ONE}"), "{told}");

        // And through another round, until it is clean at last.
        let clean = plan(Mode::Enforce, &[], vec![(ONE, AccountFinding::Clean)]);
        let third = Report::add_round(Some(second), clean, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
        let Status::Cleaned { steps } = status(&third, ONE) else { panic!("{third:?}") };
        assert_eq!(steps, std::slice::from_ref(&gone));
    }
}

#[test]
fn a_creation_that_never_ends_is_waited_for_and_then_told() {
    let newcomer = Newcomer::CreateAccountRequest("car-examplecreateaccountrequestid111".parse().unwrap());
    let waiting = |round, minutes| {
        let mut plan = plan(Mode::Enforce, &[], vec![]);
        plan.round = round;
        plan.waiting = vec![newcomer.clone()];
        Report::add_round(None, plan, ApprovalOutcome::NotNeeded, BTreeMap::new(), minutes)
    };
    assert_eq!(waiting(0, 30).pending, std::slice::from_ref(&newcomer));
    let ended = waiting(20, 30);
    assert!(ended.pending.is_empty());
    assert_eq!(ended.unfinished_creations, std::slice::from_ref(&newcomer));
    assert!(!ended.is_settled());
}

#[test]
fn i10_what_was_not_approved_is_told_as_such_and_needs_a_person() {
    for approval in [ApprovalOutcome::Rejected, ApprovalOutcome::TimedOut, ApprovalOutcome::NotRequested] {
        let plan = plan(Mode::Enforce, &[ONE], vec![(TWO, AccountFinding::Clean)]);
        let report = Report::add_round(None, plan, approval, BTreeMap::new(), 30);
        assert!(matches!(status(&report, ONE), Status::NotApproved { .. }));
        assert!(report.pending.is_empty(), "nobody is asked again by the same run");
        assert!(!report.is_settled());
    }
}

#[test]
fn an_account_whose_own_policy_denies_root_sessions_is_counted_apart() {
    let denied = |denied_by| {
        let failure = Failure::new(ErrorKind::Denied, "cannot read the account summary");
        AccountFinding::Unknown(Failure { denied_by, ..failure })
    };
    let others = vec![
        ("111122223333", denied(Some(DeniedBy::ServiceControlPolicy))),
        ("444455556666", denied(None)),
        ("555566667777", AccountFinding::Clean),
    ];
    let plan = plan(Mode::Report, &[], others);
    let report = Report::add_round(None, plan, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
    let counts = Counts { clean: 1, unknown: 2, denied_by_service_control_policy: 1, ..Counts::default() };
    assert_eq!(report.counts(), counts);
    let line = report.to_string();
    assert!(line.ends_with("; in 1 of the unknown ones, a service control policy denies root sessions"), "{line}");
}

#[test]
fn what_the_first_round_found_out_stays_and_settles_nothing() {
    let told = |outcome| Told { check: Check::Trail, outcome, text: "no trail".to_owned() };
    let mut first = plan(Mode::Report, &[], vec![("111122223333", AccountFinding::Clean)]);
    first.preflight = vec![told(Outcome::Found), told(Outcome::NotChecked)];
    let second = plan(Mode::Report, &[], vec![("111122223333", AccountFinding::Clean)]);
    let one = Report::add_round(None, first, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
    assert!(one.is_settled() && one.to_string().ends_with("; preflight: 1 found, 1 not checked"), "{one}");
    let two = Report::add_round(Some(one.clone()), second, ApprovalOutcome::NotNeeded, BTreeMap::new(), 30);
    assert_eq!(two.preflight, one.preflight);
}
