//! Turns what the audits said into a plan: what goes, what is protected, and what is left alone.

mod approved;
mod chain;
mod error;
mod guard;
mod tags;

use rootwarden_aws::{
    Clock, Deadline, ExemptionReader, OrganizationLists, Recoveries, ReleaseReader, SdkConfig, Storage,
};
use rootwarden_domain::{
    Mode, Pin, RoundId, RunId, Sha256,
    ids::approval::ApprovalId,
    run::plan::{DeletionPlan, Guard, KeyRules, ReleasedKeys, Rules},
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tracing::info;

use approved::EarlierApprovals;
use chain::AuditChain;
use error::ConcurrentWriteError;
use guard::GuardLedger;
use tags::ExcludedTags;

#[derive(Debug)]
pub struct PlanDeletions {
    audits: AuditChain,
    tags: ExcludedTags,
    storage: Storage,
    clock: Clock,
    deployed_mode: Mode,
    exemptions: ExemptionReader,
    recoveries: Recoveries,
    releases: ReleaseReader,
    protect_keys_used_within_days: u16,
    earlier_approvals: EarlierApprovals,
    guard: GuardLedger,
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
    pub approval: ApprovalStatus,
    /// Under this name an approval is asked for.
    pub approval_id: ApprovalId,
    pub accounts_in_24_hours: usize,
    pub limit: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalStatus {
    NotNeeded,
    Needed,
    /// Somebody approved all of it in an earlier round.
    Given,
}

impl Function for PlanDeletions {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        Ok(Self {
            audits: AuditChain::new(storage.clone()),
            tags: ExcludedTags::new(OrganizationLists::new(config)),
            deployed_mode: settings.mode()?,
            exemptions: ExemptionReader::new(storage.clone(), settings.exemptions()?),
            recoveries: Recoveries::new(storage.clone()),
            releases: ReleaseReader::new(storage.clone(), clock.clone()),
            earlier_approvals: EarlierApprovals::new(storage.clone(), clock.clone()),
            guard: GuardLedger::new(storage.clone(), settings.max_accounts_to_clean()?),
            storage,
            clock,
            protect_keys_used_within_days: settings.protect_keys_used_within_days()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        let made_from = Sha256::of(input.to_string().as_bytes());
        let Input { run, round, chunk, audited } = parse("input", input)?;
        let of = RoundId::new(run, round);
        if let Some(output) = self.planned_before(&of, made_from).await? {
            return Ok(output);
        }
        let (first, further) = self.audits.read(&of, chunk, audited).await?;
        Mode::of_run(first.selected.mode, self.deployed_mode)?;
        let (exemptions, recoveries) = (self.exemptions.all().await?, self.recoveries.all().await?);
        let (none, now) = (ReleasedKeys::new(), self.clock.now());
        let keys = KeyRules { protect_used_within_days: self.protect_keys_used_within_days, released: &none };
        let protected = keys.protected(std::iter::once(&first).chain(&further), now);
        let released = self.releases.released(&protected).await?;
        let keys = KeyRules { released: &released, ..keys };
        let rules = Rules { exemptions: &exemptions, recoveries: &recoveries, keys, now };
        let mut plan = DeletionPlan::plan(first, further, rules);
        plan.made_from = made_from;
        self.tags.leave_out(&mut plan).await;
        let (approved_in, approved_before) = self.earlier_approvals.find(&plan).await?.unzip();
        plan.approved_before = approved_before;
        self.guard.count(&mut plan, approved_in).await?;

        // INVARIANT (I10): a round has one plan.
        let key = of.plan_key();
        if let Some(pin) = self.storage.create_pinned(&key, &plan).await? {
            let output = output(pin, &plan);
            let account_count = output.account_count;
            info!(run.id = %of.run, round, accounts = account_count, mode = ?output.mode, approval = ?output.approval,
                "Planned deletions in {account_count} accounts for {of}");
            return Ok(output);
        }
        drop(plan);
        self.planned_before(&of, made_from).await?.ok_or_else(|| ConcurrentWriteError(key).into())
    }
}

fn output(pin: Pin, plan: &DeletionPlan) -> Output {
    let Guard { accounts_in_24_hours, limit } = plan.guard;
    let approval = match (plan.guard.needs_approval(), &plan.approved_before) {
        (false, _) => ApprovalStatus::NotNeeded,
        (true, Some(_)) => ApprovalStatus::Given,
        (true, None) => ApprovalStatus::Needed,
    };
    let approval_id = ApprovalId::Deletion(plan.round_id());
    let (batch_count, account_count) = (plan.batches.len(), plan.account_count());
    Output {
        plan: pin,
        mode: plan.mode,
        batch_count,
        account_count,
        approval,
        approval_id,
        accounts_in_24_hours,
        limit,
    }
}

impl PlanDeletions {
    /// The plan of this round that an earlier attempt made, whose answer got lost. A plan says when it was made, so a second one
    /// would be another.
    ///
    /// INVARIANT (I10): a round is not planned again from anything else, or each plan could stay within the guard.
    async fn planned_before(&self, round: &RoundId, made_from: Sha256) -> Result<Option<Output>, FunctionError> {
        let Some((pin, plan)) = self.storage.find_pinned::<DeletionPlan>(&round.plan_key()).await? else {
            return Ok(None);
        };
        if (&plan.round_id(), plan.made_from) == (round, made_from) {
            return Ok(Some(output(pin, &plan)));
        }
        let why = format!("{round} was planned before, from something else: start another run");
        Err(InputError::new("input", why).into())
    }
}
