//! Says what became of every account of a run, and whether another round is needed.

mod missing_results;

use rootwarden_aws::{Deadline, SdkConfig, Storage, WorkerResults};
use rootwarden_domain::{
    BatchOutcome, Pin, RoundId, RunId,
    artifact::outcomes,
    run::{
        deletion::DeletionReport,
        plan::DeletionPlan,
        report::{ApprovalOutcome, Counts, Report},
        round::wait_seconds,
    },
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{info, warn};

use missing_results::MissingResults;

#[derive(Debug)]
pub struct PublishReport {
    storage: Storage,
    missing_results: MissingResults,
    new_account_wait_minutes: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    plan: Pin,
    approval: ApprovalOutcome,
    #[serde(deserialize_with = "outcomes")]
    deletions: Vec<Option<BatchOutcome>>,
    /// The report of the round before, if there was one.
    previous: Option<Pin>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub report: Pin,
    pub counts: Counts,
    /// One line for people.
    pub summary: String,
    /// How many accounts the next round takes up.
    pub pending: usize,
    /// How long to wait before it; 0 if there is none.
    pub wait_seconds: u32,
    /// Whether nobody needs to look.
    pub secured: bool,
}

impl Function for PublishReport {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let storage = Storage::new(config, settings.bucket()?);
        Ok(Self {
            missing_results: MissingResults::new(storage.clone()),
            storage,
            new_account_wait_minutes: settings.new_account_wait_minutes()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, plan, approval, deletions, previous } = parse("input", input)?;
        let of = RoundId::new(run, round);
        let plan: DeletionPlan = self.storage.read(&plan, &of.plan_key()).await?;
        let previous = match (previous, of.before()) {
            (None, None) => None,
            (Some(pin), Some(before)) => Some(self.storage.read::<Report>(&pin, &before.report_key()).await?),
            (Some(_), None) | (None, Some(_)) => {
                return Err(InputError::new("input", "`previous`: every round but 0 has one").into());
            }
        };
        let results = WorkerResults::of(&self.storage, &of);
        let mut deletions = results.collect::<DeletionReport>(deletions, |batch| of.deleted_key(batch)).await;
        self.missing_results.fill_in(&plan, approval, &mut deletions).await;
        let report = Report::add_round(previous, plan, approval, deletions, self.new_account_wait_minutes);
        let output = Output {
            counts: report.counts(),
            summary: report.to_string(),
            pending: report.pending.len(),
            wait_seconds: if report.pending.is_empty() { 0 } else { wait_seconds(round) },
            secured: report.is_settled(),
            // INVARIANT: a report is written once. Nobody, whoever invokes this, puts another one in its place.
            report: self.storage.keep_pinned(of.report_key(), &report).await?,
        };
        for told in report.preflight.iter().filter(|_| round == 0) {
            warn!(run.id = %of.run, check = ?told.check, "Preflight: {told}");
        }
        if output.secured {
            info!(run.id = %of.run, round, "{report}");
        } else {
            warn!(run.id = %of.run, round, "{report}");
        }
        Ok(output)
    }
}
