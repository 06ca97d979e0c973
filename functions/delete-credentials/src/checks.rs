//! What is held against the plan before anything is deleted: that it is the one that was planned, counted, approved where it has
//! to be, not too old, and not carried out before.

use rootwarden_aws::{Clock, Storage};
use rootwarden_domain::{
    Batch, ErrorKind, Mode, Pin, RoundId,
    approvals::{DecisionRecord, carries_out},
    artifact::WorkerResult,
    ids::approval::ApprovalId,
    run::{
        deletion::{DeletionOutcome, DeletionReport},
        guard::LedgerEntry,
        plan::{DeletionPlan, PlannedAccount},
    },
    text::input::InputError,
};
use rootwarden_lambda::FunctionError;

/// Holds a plan against what the bucket says of it.
#[derive(Debug)]
pub(crate) struct Checks {
    storage: Storage,
    clock: Clock,
    deployed_mode: Mode,
}

fn denied(why: impl std::fmt::Display) -> FunctionError {
    FunctionError::new(ErrorKind::Denied, format!("nothing is deleted: {why}"))
}

impl Checks {
    pub(crate) fn new(storage: Storage, clock: Clock, deployed_mode: Mode) -> Self {
        Self { storage, clock, deployed_mode }
    }

    /// The plan, with nothing in it but the batch that is to be carried out.
    pub(crate) async fn planned(
        &self,
        round: &RoundId,
        pin: &Pin,
        number: u32,
    ) -> Result<(DeletionPlan, Batch<PlannedAccount>), FunctionError> {
        let mut plan: DeletionPlan = self.storage.read_unaltered(pin, &round.plan_key()).await?;
        plan.keep_batch(number);
        let batch = plan.batches.first().filter(|_| plan.round_id() == *round).cloned();
        let batch =
            batch.ok_or_else(|| InputError::new("input", format!("batch {number} is not in the plan of {round}")))?;
        if Mode::of_run(plan.mode, self.deployed_mode)? != Mode::Enforce {
            return Err(InputError::new("input", "the plan is of a run that only reports").into());
        }
        Ok((plan, batch))
    }

    /// INVARIANT (I10, I12): whoever invokes this function, it deletes what was planned, counted and, where the guard says so,
    /// approved; and not for ever.
    pub(crate) async fn require_permission(
        &self,
        pin: &Pin,
        plan: &DeletionPlan,
        batch: &Batch<PlannedAccount>,
    ) -> Result<(), FunctionError> {
        let (of, planned_at) = (plan.round_id(), plan.planned_at);
        let entry = self.storage.find::<LedgerEntry>(&LedgerEntry::key_of(&of, planned_at)).await?;
        LedgerEntry::require(entry.as_ref(), plan, batch).map_err(|error| denied(format!("{of}: {error}")))?;
        if !plan.is_valid(self.clock.now()) {
            return Err(denied(format!(
                "the plan of {of} is of {planned_at}, which is too long ago: start another run"
            )));
        }
        // INVARIANT (I12): an approval does not outlive its round.
        if self.storage.exists(&of.report_key()).await? {
            return Err(denied(format!("{of} is over, its report is written: start another run")));
        }
        match (plan.guard.needs_approval(), &plan.approved_before) {
            (false, _) => Ok(()),
            (true, None) => self.require_approval(pin, plan, of).await,
            (true, Some(approved)) => self.require_approval_before(approved, plan).await,
        }
    }

    /// INVARIANT (I10, I12): what the guard stopped is deleted only with somebody else's recorded approval of this very plan.
    async fn require_approval(&self, pin: &Pin, plan: &DeletionPlan, round: RoundId) -> Result<(), FunctionError> {
        let approval_id = ApprovalId::Deletion(round);
        let decided = self.storage.find::<DecisionRecord>(&approval_id.decision_key()).await?;
        carries_out(pin, &approval_id, plan.started_by.as_ref(), decided.as_ref()).map_err(denied)
    }

    /// INVARIANT (I12): or of an earlier round's plan in which all that this worker deletes stood, for as long as that one is good.
    async fn require_approval_before(&self, approved: &Pin, plan: &DeletionPlan) -> Result<(), FunctionError> {
        let mut rounds = (0..plan.round).map(|round| RoundId::new(plan.run.clone(), round));
        let round = rounds.find(|round| round.plan_key() == approved.key);
        let round = round.ok_or_else(|| denied(format!("`{}` is no plan of an earlier round", approved.key)))?;
        let earlier: DeletionPlan = self.storage.read_unaltered(approved, &round.plan_key()).await?;
        if earlier.round_id() != round || !earlier.covers(plan) {
            return Err(denied(format!("not all of it stands in the plan that was approved, `{}`", approved.key)));
        }
        if !earlier.is_valid(self.clock.now()) {
            return Err(denied(format!("the approval was of a plan of {}, which is too long ago", earlier.planned_at)));
        }
        self.require_approval(approved, plan, round).await
    }

    /// What came of this batch, if it was carried out before.
    ///
    /// INVARIANT (I12): a batch is carried out once. What was set since it was deleted is not what was planned.
    pub(crate) async fn carried_out(
        &self,
        round: &RoundId,
        number: u32,
    ) -> Result<Option<(Pin, WorkerResult<DeletionReport>)>, FunctionError> {
        let found: Option<(Pin, WorkerResult<DeletionReport>)> =
            self.storage.find_pinned(&round.deleted_key(number)).await?;
        // One in which nothing was come to was not carried out: whoever wrote it had no time.
        let was_begun = |report: &DeletionReport| report.outcome != DeletionOutcome::NotAttempted;
        Ok(found.filter(|(_, result)| result.accounts.iter().any(was_begun)))
    }
}
