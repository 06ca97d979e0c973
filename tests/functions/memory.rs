//! What the functions that read a whole plan need where all 50,000 accounts of the largest organization are to be cleaned.
//!
//! Each runs in a process of its own, which is asked for its peak: on two smaller organizations, since it grows with the accounts.
//! A debug build needs somewhat more than what is deployed. Limits: only where /proc says what a process used.

use std::{collections::BTreeMap, fs, process::Command};

use rootwarden_aws::{Deadline, load_config};
use rootwarden_domain::{
    Batch, BatchOutcome, Candidate, ErrorKind, Failure, Inventory, Mode, Pin, RoundId, RunId, Sha256,
    artifact::{AuditRecord, WorkerResult},
    aws::{
        credential::{AccessKey, LastUsed, LoginProfile, MfaDevice, SigningCertificate},
        organizational_unit::OrganizationalUnitId,
    },
    recovery::RecoveryWindows,
    run::{
        audit::{AuditOutcome, AuditedAccount},
        call::{AccountCalls, Call},
        deletion::{DeletionOutcome, DeletionReport, DeletionStep, StepOutcome},
        exemption::Exemptions,
        guard::LedgerEntry,
        plan::{AuditedChunk, DeletionPlan, Guard, KeyRules, ReleasedKeys, Rules},
        report::{ApprovalOutcome, Report},
        selection::SelectedAccounts,
    },
};
use rootwarden_lambda::{Function, Settings};
use rootwarden_simulator::{Simulator, World, server::Server};
use rootwarden_tests::{BUCKET, CHAT, MANAGEMENT, NOTICES, RUN, url_event};
use serde::Serialize;
use serde_json::{Value, json};

use crate::access_requests::JANE;

const LARGEST: u64 = 50_000;
const MEASURED: [u64; 2] = [2_000, 6_000];
const CHUNK: u64 = 500;
/// Signs the calls of a function that is measured.
const KEY: &str = "AKIAMEASURED00000000";

const FUNCTION: &str = "ROOTWARDEN_MEASURED_FUNCTION";
const INPUT: &str = "ROOTWARDEN_MEASURED_INPUT";
const PEAK: &str = "ROOTWARDEN_MEASURED_PEAK";

/// Where everybody holds the most that is usual: two keys, two certificates, a password, two MFA devices.
fn inventory(id: u64) -> Inventory {
    let at = Some("2025-06-01T12:34:56Z".parse().unwrap());
    let key = |number: u64| AccessKey {
        id: format!("AKIA{id:012}{number:04}").parse().unwrap(),
        status: "Active".into(),
        created_at: at,
        last_used: LastUsed::At("2025-07-01T12:34:56Z".parse().unwrap()),
    };
    let certificate = |number: u64| SigningCertificate {
        id: format!("TA7SMP42TDN5{id:012}{number:08}").parse().unwrap(),
        status: "Active".into(),
        uploaded_at: at,
    };
    let device = |name: &str| MfaDevice {
        serial_number: format!("arn:aws:iam::{id:012}:{name}").parse().unwrap(),
        enabled_at: at,
    };
    Inventory {
        signing_certificates: vec![certificate(1), certificate(2)],
        access_keys: vec![key(1), key(2)],
        login_profile: Some(LoginProfile { created_at: at }),
        mfa_devices: vec![device("mfa/root-account-mfa-device"), device("u2f/root/a-key-with-a-name-EXAMPLEEXAMPLE")],
    }
}

/// As many calls as an account takes in which everything is there.
fn calls(count: u64) -> Vec<Call> {
    let call = |number| Call {
        action: "iam:ListSigningCertificates".into(),
        at: "2026-11-22T02:00:07.125Z".parse().unwrap(),
        status: Some(200),
        request_id: Some(format!("5f1b3d52-0000-4111-8222-{number:012}")),
        retries: 0,
        session: Some(format!("ASIA{number:016}")),
    };
    (0..count).map(call).collect()
}

fn unit() -> OrganizationalUnitId {
    "ou-aaaa-11111111".parse().unwrap()
}

fn candidate(id: u64) -> Candidate {
    Candidate {
        id: format!("{id:012}").parse().unwrap(),
        name: format!("a-business-unit-production-workload-{id}"),
        joined_at: Some("2024-01-01T00:00:00.123Z".parse().unwrap()),
    }
}

/// An organization's worth of what lies in the bucket, of a run in its second round: in the first, nothing could be deleted.
struct Laid {
    simulator: Simulator,
    run: RunId,
    size: u64,
}

impl Laid {
    fn round(&self, round: u32) -> RoundId {
        RoundId::new(self.run.clone(), round)
    }

    fn put(&self, key: &str, object: &impl Serialize) -> Pin {
        let body = serde_json::to_vec(object).unwrap();
        let sha256 = Sha256::of(&body);
        Pin { key: key.to_owned(), version_id: self.simulator.put_object(BUCKET, key, body), sha256 }
    }

    /// The chunks of a round, and the records of their audits: the input of the planner.
    fn audited_chunks(&self, round: u32) -> Value {
        let (mut selected, mut audited) = (None, None);
        let chunks = u32::try_from(self.size / CHUNK).unwrap();
        for chunk in 0..chunks {
            let first = u64::from(chunk) * CHUNK;
            let batches = Batch::form((first..first + CHUNK).map(candidate).collect(), 100);
            let outcomes = batches.iter().map(|batch| Some(self.audited(round, chunk, batch))).collect();
            let key = self.round(round).selection_key(chunk);
            let selection = self.put(&key, &self.chunk(round, chunk, batches, selected));
            selected = Some(selection.clone());
            let record = AuditRecord { run: self.run.clone(), round, chunk, selection, outcomes, previous: audited };
            audited = Some(self.put(&self.round(round).audit_record_key(chunk), &record));
        }
        json!({"run": RUN, "round": round, "chunk": chunks - 1, "audited": audited})
    }

    fn chunk(&self, round: u32, chunk: u32, batches: Vec<Batch<Candidate>>, previous: Option<Pin>) -> SelectedAccounts {
        SelectedAccounts {
            run: self.run.clone(),
            round,
            chunk,
            mode: Mode::Enforce,
            request: serde_json::from_value(json!({"selection": "all", "mode": "enforce", "started_by": "schedule"}))
                .unwrap(),
            management_account: MANAGEMENT.parse().unwrap(),
            batch_numbers: Batch::numbers(&batches),
            units: batches.iter().flat_map(|batch| &batch.accounts).map(|account| (account.id, unit())).collect(),
            batches,
            ineligible: vec![],
            unknown: vec![],
            waiting: vec![],
            not_created: vec![],
            next_token: None,
            preflight: vec![],
            previous,
        }
    }

    fn audited(&self, round: u32, chunk: u32, batch: &Batch<Candidate>) -> BatchOutcome {
        let present = |account: &Candidate| AuditedAccount {
            account: account.clone(),
            outcome: AuditOutcome::Present(inventory(account.id.to_string().parse().unwrap())),
        };
        let accounts = batch.accounts.iter().map(present).collect();
        let result = WorkerResult { run: self.run.clone(), round, batch: batch.batch, accounts };
        let result = self.put(&self.round(round).audit_key(chunk, batch.batch), &result);
        BatchOutcome::Result { batch: batch.batch, result }
    }

    fn plan(&self, round: u32) -> DeletionPlan {
        let batches = Batch::form((0..self.size).map(candidate).collect(), 100);
        let audits: BTreeMap<_, _> = batches
            .iter()
            .map(|batch| {
                let present = |account: &Candidate| AuditedAccount {
                    account: account.clone(),
                    outcome: AuditOutcome::Present(inventory(account.id.to_string().parse().unwrap())),
                };
                let accounts = batch.accounts.iter().map(present).collect();
                (batch.batch, Ok(WorkerResult { run: self.run.clone(), round, batch: batch.batch, accounts }))
            })
            .collect();
        let chunk = AuditedChunk { selected: self.chunk(round, 0, batches, None), audits };
        let (exemptions, released) = (Exemptions::default(), ReleasedKeys::new());
        let keys = KeyRules { protect_used_within_days: 30, released: &released };
        let now = jiff::Timestamp::now();
        let mut plan = DeletionPlan::plan(
            chunk,
            vec![],
            Rules { exemptions: &exemptions, recoveries: &RecoveryWindows::default(), keys, now },
        );
        plan.guard = Guard { accounts_in_24_hours: plan.account_count(), limit: 25 };
        plan
    }

    /// What the workers did with each batch of a plan.
    fn deletions(&self, plan: &DeletionPlan, outcome: impl Fn() -> StepOutcome) -> Vec<Option<BatchOutcome>> {
        let deleted = |batch: &Batch<rootwarden_domain::run::plan::PlannedAccount>| {
            let report = |planned: &rootwarden_domain::run::plan::PlannedAccount| {
                let step = |credential: &_| DeletionStep { credential: Clone::clone(credential), outcome: outcome() };
                let steps = planned.delete.iter().map(step).collect();
                let outcome = DeletionOutcome::Attempted { steps, remaining: Some(planned.inventory.clone()) };
                DeletionReport { account: planned.account.clone(), outcome }
            };
            let accounts = batch.accounts.iter().map(report).collect();
            let result = WorkerResult { run: self.run.clone(), round: plan.round, batch: batch.batch, accounts };
            let result = self.put(&plan.round_id().deleted_key(batch.batch), &result);
            Some(BatchOutcome::Result { batch: batch.batch, result })
        };
        plan.batches.iter().map(deleted).collect()
    }

    /// The calls of the audits and of the deletions.
    fn note_calls(&self, plan: &DeletionPlan) {
        for batch in &plan.batches {
            for (key, count) in [
                (self.round(1).audit_calls_key(0, batch.batch), 8),
                (self.round(1).deletion_calls_key(batch.batch), 17),
            ] {
                let of = |planned: &rootwarden_domain::run::plan::PlannedAccount| AccountCalls {
                    account: planned.account.id,
                    calls: calls(count),
                };
                let accounts = batch.accounts.iter().map(of).collect();
                self.put(&key, &WorkerResult { run: self.run.clone(), round: 1, batch: batch.batch, accounts });
            }
        }
    }

    fn report(&self, plan: DeletionPlan) -> Pin {
        let failed = Failure::new(ErrorKind::Throttled, "cannot open a root session: Throttling");
        let failed = |planned: &rootwarden_domain::run::plan::PlannedAccount| DeletionReport {
            account: planned.account.clone(),
            outcome: DeletionOutcome::Failed(failed.clone()),
        };
        let deletions = plan.batches.iter().map(|batch| {
            let accounts = batch.accounts.iter().map(failed).collect();
            (batch.batch, Ok(WorkerResult { run: self.run.clone(), round: plan.round, batch: batch.batch, accounts }))
        });
        let deletions = deletions.collect();
        let deleted: Vec<Pin> = plan
            .batches
            .iter()
            .map(|batch| {
                let (key, version_id) = (self.round(0).deleted_key(batch.batch), "v".repeat(32));
                Pin { sha256: Sha256::of(key.as_bytes()), key, version_id }
            })
            .collect();
        let mut report = Report::add_round(None, plan, ApprovalOutcome::Approved, deletions, 30);
        report.rest_on(deleted);
        self.put(&self.round(0).report_key(), &report)
    }

    /// The first round's plan, approved, and the second one's in the guard's ledger.
    fn plans(&self) -> (Pin, Pin) {
        let first = self.plan(0);
        let before = self.put(&self.round(0).plan_key(), &first);
        let decision = json!({
            "approval_id": format!("{RUN}.0"), "decision": "approved", "plan_sha256": before.sha256, "by": JANE,
            "started_by": "schedule", "reason": "all of it", "at": first.planned_at,
        });
        self.put(&format!("approvals/{RUN}.0/decision.json"), &decision);
        let mut second = self.plan(1);
        second.approved_before = Some(before.clone());
        let entry = LedgerEntry::of(&second, Some(0)).unwrap();
        self.put(&entry.key(), &entry);
        (before, self.put(&self.round(1).plan_key(), &second))
    }

    /// What each function is given, by its name.
    fn input(&self, function: &str) -> Value {
        match function {
            "plan-deletions" => {
                self.plans();
                self.simulator.remove_object(BUCKET, &self.round(1).plan_key());
                let objects = self.simulator.objects(BUCKET);
                // The ledger of the last 24 hours holds another run's plan over everything.
                for (key, entry) in objects.into_iter().filter(|(key, _)| key.starts_with("guard/")) {
                    self.simulator.remove_object(BUCKET, &key);
                    let mut entry: Value = serde_json::from_slice(&entry).unwrap();
                    (entry["run"], entry["round"]) = (json!("another-run"), json!(0));
                    self.put(&key.replace(&format!("{RUN}.1"), "another-run.0"), &entry);
                }
                self.audited_chunks(1)
            }
            "delete-credentials" => {
                let (_, plan) = self.plans();
                self.simulator.put_object(BUCKET, "control/paused.json", r#"{"paused": true}"#);
                let batch = self.plan(1).batches.pop().unwrap();
                json!({"run": RUN, "round": 1, "plan": plan, "batch": batch.batch})
            }
            "publish-report" => {
                let (_, pin) = self.plans();
                let plan = self.plan(1);
                let deletions = self.deletions(&plan, || StepOutcome::Deleted);
                let previous = self.report(self.plan(0));
                let audited = self.audited_chunks(1);
                self.note_calls(&plan);
                json!({
                    "run": RUN, "round": 1, "plan": pin, "approval": "approved", "deletions": deletions, "previous": previous,
                    "audited": {"chunk": audited["chunk"], "record": audited["audited"]},
                })
            }
            _ => {
                let (plan, _) = self.plans();
                let asked = json!({"approval_id": format!("{RUN}.0"), "plan": plan, "started_by": "schedule", "task_token": "token"});
                self.put(&format!("approvals/{RUN}.0/request.json"), &asked);
                url_event(Some(JANE), &json!({"action": "show", "approval_id": format!("{RUN}.0")}).to_string())
            }
        }
    }
}

/// The peak of a function's process in MiB, where `size` accounts are to be cleaned.
async fn peak_mebibytes(function: &str, size: u64) -> f64 {
    let server = Server::bind(World::new(MANAGEMENT).bucket(BUCKET), 0, None).await.unwrap();
    let (url, simulator) = (format!("http://{}", server.address()), server.simulator());
    let caller = format!("arn:aws:sts::{MANAGEMENT}:assumed-role/{function}/measured");
    simulator.register(KEY, serde_json::from_value(json!({"arn": caller})).unwrap());
    let laid = Laid { simulator, run: RUN.parse().unwrap(), size };
    let input = laid.input(function);
    let name = format!("rootwarden-measured-{}-{function}-{size}", std::process::id());
    let [file, peak] = ["json", "peak"].map(|kind| std::env::temp_dir().join(format!("{name}.{kind}")));
    fs::write(&file, input.to_string()).unwrap();
    let serving = tokio::spawn(server.run());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "memory::a_function_in_a_process_of_its_own", "--ignored"]);
    child.env_clear().env(FUNCTION, function).env(INPUT, &file).env(PEAK, &peak).env("AWS_ENDPOINT_URL", url);
    child.env("AWS_REGION", "us-east-1").env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", "any");
    let output = tokio::task::spawn_blocking(move || child.output()).await.unwrap().unwrap();
    serving.abort();
    assert!(output.status.success(), "{function}: {}", String::from_utf8_lossy(&output.stdout));
    let kibibytes = fs::read_to_string(&peak).unwrap();
    for used in [file, peak] {
        fs::remove_file(used).unwrap();
    }
    kibibytes.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
}

/// What the template gives a function, in MiB.
fn memory_size(resource: &str) -> f64 {
    let template = include_str!("../../template.yaml");
    let (globals, resources) = template.split_once("\nResources:\n").unwrap();
    let (_, own) = resources.split_once(&format!("\n  {resource}:\n")).unwrap();
    let own: Vec<&str> = own.lines().take_while(|line| line.is_empty() || line.starts_with("    ")).collect();
    let stated = own.into_iter().find(|line| line.trim_start().starts_with("MemorySize:"));
    let stated = stated.or_else(|| globals.lines().find(|line| line.trim_start().starts_with("MemorySize:"))).unwrap();
    stated.split(':').nth(1).and_then(|value| value.split_whitespace().next()).unwrap().parse().unwrap()
}

async fn leaves_a_third(function: &str, resources: &[&str]) {
    let [small, large] = MEASURED;
    let (few, more) = (peak_mebibytes(function, small).await, peak_mebibytes(function, large).await);
    #[expect(clippy::cast_precision_loss, reason = "numbers of accounts")]
    let each = (more - few) / (large - small) as f64;
    #[expect(clippy::cast_precision_loss, reason = "numbers of accounts")]
    let peak = more + each * (LARGEST - large) as f64;
    for resource in resources {
        let given = memory_size(resource);
        let figures = format!("{few:.0} MiB for {small} accounts, {more:.0} for {large}");
        assert!(
            peak * 4.0 / 3.0 <= given,
            "{resource} needs {peak:.0} MiB and a third more ({figures}), and is given {given:.0}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_planner_has_a_third_to_spare_where_everybody_is_to_be_cleaned() {
    leaves_a_third("plan-deletions", &["PlanDeletions"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleting_worker_has_a_third_to_spare_where_everybody_is_to_be_cleaned() {
    leaves_a_third("delete-credentials", &["DeleteCredentials"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_report_has_a_third_to_spare_where_everybody_is_to_be_cleaned() {
    leaves_a_third("publish-report", &["PublishReport"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn showing_a_plan_leaves_a_third_to_spare_where_everybody_is_to_be_cleaned() {
    leaves_a_third("access-requests", &["AccessRequests", "Approvals"]).await;
}

/// Runs one function on the input that it is given, and says what the process needed at most.
#[tokio::test]
#[ignore = "the tests above start it, in a process of its own"]
async fn a_function_in_a_process_of_its_own() {
    let Ok(function) = std::env::var(FUNCTION) else { return };
    let input: Value = serde_json::from_slice(&fs::read(std::env::var(INPUT).unwrap()).unwrap()).unwrap();
    match function.as_str() {
        "plan-deletions" => handle::<plan_deletions::PlanDeletions>(input).await,
        "delete-credentials" => handle::<delete_credentials::DeleteCredentials>(input).await,
        "publish-report" => Box::pin(handle::<publish_report::PublishReport>(input)).await,
        _ => handle::<access_requests::AccessRequests>(input).await,
    }
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    fs::write(std::env::var(PEAK).unwrap(), peak.trim()).unwrap();
}

async fn handle<F: Function>(input: Value) {
    let settings = Settings::of([
        ("ROOTWARDEN_BUCKET", BUCKET),
        ("ROOTWARDEN_ACCOUNT_ID", MANAGEMENT),
        ("ROOTWARDEN_PEOPLE", "identity-center-and-iam-users"),
        ("ROOTWARDEN_PERSON_ROLE_ARNS", ""),
        ("ROOTWARDEN_MODE", "enforce"),
        ("ROOTWARDEN_EXEMPT_ACCOUNTS", "{}"),
        ("ROOTWARDEN_PROTECT_KEYS_USED_WITHIN_DAYS", "30"),
        ("ROOTWARDEN_STACK", "rootwarden"),
        ("ROOTWARDEN_NEW_ACCOUNT_WAIT_MINUTES", "30"),
        ("ROOTWARDEN_MAX_ACCOUNTS_TO_CLEAN", "25"),
        ("ROOTWARDEN_ASSUME_ROOT_PER_SECOND", "200"),
        ("ROOTWARDEN_WORKERS", "10"),
        ("ROOTWARDEN_STATE_MACHINE_ARN", "arn:aws:states:us-east-1:111122223333:stateMachine:x"),
        ("ROOTWARDEN_RELEASES_STATE_MACHINE_ARN", "arn:aws:states:us-east-1:111122223333:stateMachine:y"),
        ("ROOTWARDEN_ENDPOINT", "requests"),
        ("ROOTWARDEN_NOTICES_OF_RUNS", "always"),
        ("ROOTWARDEN_NOTICES_TOPIC_ARN", NOTICES),
        ("ROOTWARDEN_CHAT_TOPIC_ARN", CHAT),
        ("ROOTWARDEN_EXECUTION_ARN_PREFIX", "arn:aws:states:us-east-1:111122223333:execution:x:"),
        ("ROOTWARDEN_EVENTS", "on"),
        ("ROOTWARDEN_SECURITY_HUB", "all"),
        ("ROOTWARDEN_OCSF_FINDINGS", "on"),
        ("ROOTWARDEN_ACCOUNT_ID", MANAGEMENT),
    ]);
    let function = F::new(&load_config().await, &settings).unwrap();
    let deadline = Deadline::after(std::time::Duration::from_mins(4));
    let output = serde_json::to_string(&function.handle(input, deadline).await.unwrap()).unwrap();
    assert!(!output.contains("\"statusCode\":4") && !output.contains("\"statusCode\":5"), "{output}");
}
