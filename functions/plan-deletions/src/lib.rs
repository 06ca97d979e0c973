//! Turns what the audits said into a plan: what goes, what is held back, and what is left alone.

use rootwarden_domain::{
    BatchOutcome, Mode, Pin, RunId,
    audit::AuditedAccount,
    exemption::Exemptions,
    input::{InvalidInput, parse},
    plan::{DeletionPlan, Rules},
    selection::SelectedAccounts,
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{Deadline, SdkConfig, Storage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

#[derive(Debug)]
pub struct PlanDeletions {
    storage: Storage,
    deployed_mode: Mode,
    exemptions: Exemptions,
    protect_keys_used_within_days: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    selection: Pin,
    audits: Vec<Option<BatchOutcome>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub plan: Pin,
    pub mode: Mode,
    pub batch_count: usize,
    pub account_count: usize,
}

impl Function for PlanDeletions {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            storage: Storage::new(config, settings.bucket()?),
            deployed_mode: settings.mode()?,
            exemptions: settings.exemptions()?,
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, selection, audits } = parse("input", input)?;
        let selected: SelectedAccounts = self.storage.read(&selection, &run.selection_key(round)).await?;
        if selected.run != run || selected.round != round {
            return Err(InvalidInput::new("input", format!("`selection` is not of run `{run}`, round {round}")).into());
        }
        let mode = Mode::of_run(selected.mode, self.deployed_mode)?;
        let audits =
            self.storage.collect::<AuditedAccount>(&run, round, audits, |batch| run.audit_key(round, batch)).await;
        let rules = Rules {
            exemptions: &self.exemptions,
            protect_keys_used_within_days: self.protect_keys_used_within_days,
            now: self.storage.now(),
        };
        let plan = DeletionPlan::plan(&selected, audits, rules);
        let (batch_count, account_count) = (plan.batches.len(), plan.account_count());
        info!(run.id = %run, round, accounts = account_count, mode = ?mode,
            "Planned deletions in {account_count} accounts for round {round} of run {run}");
        let plan = self.storage.write(run.plan_key(round), &plan).await?;
        Ok(Output { plan, mode, batch_count, account_count })
    }
}
