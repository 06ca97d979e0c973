//! Turns what the audits said into a plan: what goes, what is held back, and what is left alone.

mod chain;
mod guard;

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId, BatchOutcome, Failure, Mode, Pin, RunId,
    approval::ApprovalRequest,
    artifact::outcomes,
    exemption::Exemptions,
    input::parse,
    plan::{DeletionPlan, Finding, Guard, PlannedAccount, Rules},
    selection::Tag,
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{Deadline, Organization, SdkConfig, Storage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::{info, warn};

#[derive(Debug)]
pub struct PlanDeletions {
    organization: Organization,
    storage: Storage,
    deployed_mode: Mode,
    exemptions: Exemptions,
    protect_keys_used_within_days: u16,
    max_accounts_to_clean: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    run: RunId,
    round: u32,
    /// The last chunk of the selection; each names the one before it.
    selection: Pin,
    /// What the workers of the last chunk left behind.
    #[serde(deserialize_with = "outcomes")]
    audits: Vec<Option<BatchOutcome>>,
    /// What those of the chunk before it did.
    #[serde(deserialize_with = "outcomes")]
    audits_before: Vec<Option<BatchOutcome>>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Output {
    pub plan: Pin,
    pub mode: Mode,
    pub batch_count: usize,
    pub account_count: usize,
    pub approval: Approval,
    /// Under this name an approval is asked for.
    pub request: ApprovalRequest,
    pub accounts_in_24_hours: usize,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    NotNeeded,
    Needed,
}

impl Function for PlanDeletions {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            organization: Organization::new(config),
            storage: Storage::new(config, settings.bucket()?),
            deployed_mode: settings.mode()?,
            exemptions: settings.exemptions()?,
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
            max_accounts_to_clean: settings.max_accounts_to_clean()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let Input { run, round, selection, audits, audits_before } = parse("input", input)?;
        let (first, further) = self.chunks(&run, round, &selection, audits, audits_before).await?;
        let mode = Mode::of_run(first.selected.mode, self.deployed_mode)?;
        let excluded_tags = first.selected.request.exclude.tags.clone();
        let mut exemptions = self.exemptions.clone();
        self.storage.add_exemptions(&mut exemptions).await?;
        let rules = Rules {
            exemptions: &exemptions,
            protect_keys_used_within_days: self.protect_keys_used_within_days,
            now: self.storage.now(),
        };
        let mut plan = DeletionPlan::plan(first, further, rules);
        self.leave_out_tagged(&mut plan, &excluded_tags).await;
        plan.guard = self.guard(&plan).await?;

        let Guard { accounts_in_24_hours, limit } = plan.guard;
        let approval = if plan.guard.needs_approval() { Approval::Needed } else { Approval::NotNeeded };
        let (batch_count, account_count) = (plan.batches.len(), plan.account_count());
        info!(run.id = %run, round, accounts = account_count, mode = ?mode, approval = ?approval,
            "Planned deletions in {account_count} accounts for round {round} of run {run}");
        let plan = self.storage.write(run.plan_key(round), &plan).await?;
        let request = ApprovalRequest::Deletion { run, round };
        Ok(Output { plan, mode, batch_count, account_count, approval, request, accounts_in_24_hours, limit })
    }
}

impl PlanDeletions {
    /// Takes accounts with an excluded tag out of the plan. Tags are read only now, and only for what is in the plan:
    /// AWS allows 10 such calls a second.
    async fn leave_out_tagged(&self, plan: &mut DeletionPlan, excluded: &[Tag]) {
        if excluded.is_empty() {
            return;
        }
        let mut findings: BTreeMap<AccountId, Finding> = BTreeMap::new();
        for PlannedAccount { account, inventory, delete: _, held_back: _ } in plan.accounts() {
            match self.organization.tags(account.id).await {
                Ok(tags) => {
                    if let Some(tag) = tags.into_iter().find(|tag| excluded.contains(tag)) {
                        findings.insert(account.id, Finding::Excluded { tag, inventory: inventory.clone() });
                    }
                }
                // Whether it is excluded is not known: nothing is deleted.
                Err(error) => {
                    let failure = Failure::from(error);
                    warn!(error.kind = %failure.kind, aws.code = failure.code, "{failure}");
                    findings.insert(account.id, Finding::Unknown(failure));
                }
            }
        }
        plan.leave_out(|planned| findings.remove(&planned.account.id));
    }
}
