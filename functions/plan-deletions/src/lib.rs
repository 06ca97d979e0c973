//! Turns what the audits said into a plan: what goes, what is held back, and what is left alone.

mod approved;
mod chain;
mod guard;

use std::collections::BTreeMap;

use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Mode, Pin, RunId, Sha256,
    ids::approval::ApprovalRequest,
    run::{
        exemption::Exemptions,
        plan::{DeletionPlan, Finding, Guard, KeyRules, PlannedAccount, ReleasedKeys, Rules},
        selection::Tag,
    },
    text::input::{InvalidInput, parse},
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
    /// The round's last chunk.
    chunk: u32,
    /// The record of its audit, which names the one before it, and so on to chunk 0.
    audited: Pin,
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
    /// Somebody approved all of it in an earlier round.
    Given,
}

/// Why an object that was to be written once could not be.
#[derive(Debug)]
struct ByAnother(String);

impl From<ByAnother> for FunctionError {
    fn from(ByAnother(key): ByAnother) -> Self {
        Self::new(ErrorKind::Transient, format!("cannot write `{key}`: it is just being written by another call"))
    }
}

fn defect(error: &dyn std::error::Error) -> FunctionError {
    FunctionError::new(ErrorKind::Defect, format!("cannot write the plan: {error}"))
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
        let made_from = Sha256::of(input.to_string().as_bytes());
        let Input { run, round, chunk, audited } = parse("input", input)?;
        if let Some(output) = self.planned_before(&run, round, made_from).await? {
            return Ok(output);
        }
        let (first, further) = self.chunks(&run, round, chunk, audited).await?;
        Mode::of_run(first.selected.mode, self.deployed_mode)?;
        let mut exemptions = self.exemptions.clone();
        self.storage.add_exemptions(&mut exemptions).await?;
        let (none, now) = (ReleasedKeys::new(), self.storage.now());
        let keys = KeyRules { protect_used_within_days: self.protect_keys_used_within_days, released: &none };
        let held_back = keys.held_back(std::iter::once(&first).chain(&further), now);
        let released = self.storage.released_keys(&held_back).await?;
        let rules = Rules { exemptions: &exemptions, keys: KeyRules { released: &released, ..keys }, now };
        let mut plan = DeletionPlan::plan(first, further, rules);
        plan.made_from = made_from;
        self.leave_out_tagged(&mut plan).await;
        let (approved_in, approved_before) = self.approved_before(&plan).await?.unzip();
        plan.approved_before = approved_before;
        self.guard(&mut plan, approved_in).await?;

        // INVARIANT (I10): a round has one plan.
        let key = run.plan_key(round);
        if let Some(pin) = self.storage.create_pinned(&key, &plan).await? {
            let output = output(pin, &plan);
            let account_count = output.account_count;
            info!(run.id = %run, round, accounts = account_count, mode = ?output.mode, approval = ?output.approval,
                "Planned deletions in {account_count} accounts for round {round} of run {run}");
            return Ok(output);
        }
        drop(plan);
        self.planned_before(&run, round, made_from).await?.ok_or_else(|| ByAnother(key).into())
    }
}

fn output(pin: Pin, plan: &DeletionPlan) -> Output {
    let Guard { accounts_in_24_hours, limit } = plan.guard;
    let approval = match (plan.guard.needs_approval(), &plan.approved_before) {
        (false, _) => Approval::NotNeeded,
        (true, Some(_)) => Approval::Given,
        (true, None) => Approval::Needed,
    };
    let request = ApprovalRequest::Deletion { run: plan.run.clone(), round: plan.round };
    let (batch_count, account_count) = (plan.batches.len(), plan.account_count());
    Output { plan: pin, mode: plan.mode, batch_count, account_count, approval, request, accounts_in_24_hours, limit }
}

impl PlanDeletions {
    /// The plan that was made of the round before, by an attempt whose answer got lost. A plan says when it was made, so a second one
    /// would be another.
    ///
    /// INVARIANT (I10): a round is not planned again from anything else, or each plan could stay within the guard.
    async fn planned_before(
        &self,
        run: &RunId,
        round: u32,
        made_from: Sha256,
    ) -> Result<Option<Output>, FunctionError> {
        let Some((pin, plan)) = self.storage.find_pinned::<DeletionPlan>(&run.plan_key(round)).await? else {
            return Ok(None);
        };
        if (&plan.run, plan.round, plan.made_from) == (run, round, made_from) {
            return Ok(Some(output(pin, &plan)));
        }
        let why = format!("round {round} of run `{run}` was planned before, from something else: start another run");
        Err(InvalidInput::new("input", why).into())
    }

    /// Takes accounts with an excluded tag out of the plan. Tags are read only now, and only for what is in the plan:
    /// AWS allows 10 such calls a second.
    async fn leave_out_tagged(&self, plan: &mut DeletionPlan) {
        let excluded: Vec<Tag> = plan.excluded_tags.clone();
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
