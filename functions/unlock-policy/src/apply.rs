//! Carries out a plan: if it was approved, and not too long ago; then says what a fresh read shows.

use std::sync::Arc;

use jiff::SignedDuration;
use rootwarden_aws::{Clock, Deadline, PauseSwitch, Storage};
use rootwarden_domain::{
    ErrorKind, Pin,
    approvals::{DecisionRecord, carries_out},
    ids::{approval::ApprovalId, unlock::UnlockId},
    people::Person,
    unlock::{ApplyOutcome, PolicyState, StoredKey, UnlockResult},
};
use rootwarden_lambda::FunctionError;
use serde::Serialize;

use crate::{
    access::ResourceAccess,
    change::{ChangeAttempt, unchanged},
    change_outcome::ChangeOutcome,
    change_plan::{ChangePlan, read_plan},
    plan_outcome::ApprovalSetting,
};

/// How long a plan may be carried out: as long as its state machine may run.
const VALID: SignedDuration = SignedDuration::from_hours(36);

/// What the state machine goes on with.
#[derive(Debug, Serialize)]
pub struct Applied {
    outcome: ApplyOutcome,
    state: PolicyState,
    summary: String,
    stored: Option<StoredKey>,
    result: Pin,
}

/// The step that changes the policy as planned.
#[derive(Debug)]
pub(crate) struct Applier {
    pub(crate) access: Arc<ResourceAccess>,
    pub(crate) storage: Storage,
    pub(crate) pause: PauseSwitch,
    pub(crate) clock: Clock,
    pub(crate) approval: ApprovalSetting,
}

impl Applier {
    /// INVARIANT: up to the change itself every failure leaves the policy as it is, and says so; after it, every answer
    /// says what a fresh read shows.
    pub(crate) async fn apply(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        deadline: Deadline,
    ) -> Result<Applied, FunctionError> {
        let plan = read_plan(&self.storage, unlock, &pin).await.map_err(unchanged)?;
        let plan = ChangePlan::of(plan, pin)?;
        self.require_recent(&plan).map_err(unchanged)?;
        let approved_by = self.approver(&plan).await.map_err(unchanged)?;
        let session = self.access.open(plan.plan.account, &plan.plan.resource, deadline).await.map_err(unchanged)?;
        let attempt =
            ChangeAttempt { plan: &plan, session: &session, storage: &self.storage, pause: &self.pause, deadline };
        let outcome = attempt.make().await?;
        self.write_down(plan, approved_by, outcome).await
    }

    fn require_recent(&self, ChangePlan { plan, .. }: &ChangePlan) -> Result<(), FunctionError> {
        if self.clock.now().duration_since(plan.planned_at) <= VALID {
            return Ok(());
        }
        let why = format!("the plan of `{}` is of {}, which is too long ago; ask anew", plan.unlock, plan.planned_at);
        Err(FunctionError::new(ErrorKind::Denied, why))
    }

    /// Who approved this very plan; none if this deployment asks for no approval.
    ///
    /// INVARIANT (I12): the record decides, not that the state machine came here.
    async fn approver(&self, ChangePlan { plan, pin, .. }: &ChangePlan) -> Result<Option<Person>, FunctionError> {
        match self.approval {
            ApprovalSetting::NotRequired => return Ok(None),
            ApprovalSetting::Required => {}
        }
        let request = ApprovalId::Unlock(plan.unlock.clone());
        let decided = self.storage.find::<DecisionRecord>(&request.decision_key()).await?;
        carries_out(pin, &request, Some(&plan.started_by()), decided.as_ref())
            .map_err(|error| FunctionError::new(ErrorKind::Denied, error.to_string()))?;
        Ok(decided.map(|decided| decided.by))
    }

    async fn write_down(
        &self,
        ChangePlan { plan, pin, change: _ }: ChangePlan,
        approved_by: Option<Person>,
        changed: ChangeOutcome,
    ) -> Result<Applied, FunctionError> {
        let summary = changed.summary(&plan, self.access.partition);
        changed.log(&plan, &summary);
        let ChangeOutcome { outcome, state, stored, why: _, advice } = changed;
        let (key, at) = (plan.unlock.result_key(), self.clock.now());
        let result = UnlockResult {
            unlock: plan.unlock,
            plan: pin,
            at,
            approved_by,
            outcome,
            state,
            stored: stored.clone(),
            summary: summary.clone(),
            advice,
        };
        let written = self.storage.write(key, &result).await;
        let result = written.map_err(|error| FunctionError::from(error).with_note(&summary))?;
        Ok(Applied { outcome, state, summary, stored, result })
    }
}
