//! Reads what was asked, looks at the policy, and writes down what is to be done.

use rootwarden_domain::{
    AccountId, Pin,
    ids::unlock::UnlockId,
    people::StartedBy,
    text::{input::InvalidInput, line::one_line},
    unlock::{
        Found, Planned, PlannedChange, SignedRequest, StoredKey, StoredPolicy, UnlockAction, UnlockPlan, UnlockRequest,
        plan,
    },
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::Deadline;
use serde::Serialize;
use tracing::info;

use crate::UnlockPolicy;

/// What the state machine goes on with, and what its notices say.
#[derive(Debug, Serialize)]
pub struct PlanOutcome {
    outcome: Outcome,
    approval: Approval,
    summary: String,
    plan: Pin,
    /// Where the plan lies for people.
    shown: String,
    account: AccountId,
    resource: String,
    verdict: &'static str,
    action: &'static str,
    /// The ARN, for people.
    requested_by: String,
    reason: String,
    ticket: String,
    started_by: StartedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Inspected,
    Planned,
    NothingToChange,
    NotPossible,
    ToApply,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Approval {
    Needed,
    NotNeeded,
}

impl UnlockPolicy {
    pub(crate) async fn plan(
        &self,
        unlock: &UnlockId,
        pin: Pin,
        deadline: Deadline,
    ) -> Result<PlanOutcome, FunctionError> {
        let signed: SignedRequest = self.storage.read_unaltered(&pin, &unlock.request_key()).await?;
        if signed.unlock != *unlock {
            let why = format!("the request at `{}` is of `{}`", pin.key, signed.unlock);
            return Err(InvalidInput::new("input", why).into());
        }
        let UnlockRequest { account, resource, region, action, .. } = &signed.request;
        let stored = match action {
            UnlockAction::Restore { stored, .. } => Some(self.stored(stored, &signed.request).await?),
            UnlockAction::Inspect | UnlockAction::Plan { .. } | UnlockAction::Apply { .. } => None,
        };
        let session = self.open(*account, resource, deadline).await?;
        if let Some(region) = region
            && region != session.region()
        {
            let why = format!("`region`: {resource} is in `{}`, not `{region}`: leave it out", session.region());
            return Err(InvalidInput::new("request", why).into());
        }
        let policy = session.read().await?;
        let found =
            Found { partition: self.partition, region: session.region().to_owned(), policy, stored: stored.as_ref() };
        let plan = plan(&signed, pin, found, self.clock.now());
        self.storage.write_text(&unlock.shown_key(), &plan.text).await?;
        let pin = self.storage.write(unlock.plan_key(), &plan).await?;
        let outcome = self.outcome(plan, pin);
        info!(
            unlock.id = %unlock, account.id = %account, verdict = outcome.verdict, outcome = ?outcome.outcome,
            "{}", outcome.summary
        );
        Ok(outcome)
    }

    /// The stored policy that is to be put back.
    async fn stored(&self, key: &StoredKey, request: &UnlockRequest) -> Result<StoredPolicy, FunctionError> {
        let refused = |why: String| FunctionError::from(InvalidInput::new("request", format!("`stored`: {why}")));
        let stored: Option<StoredPolicy> = self.storage.find(key.as_str()).await?;
        let stored = stored
            .ok_or_else(|| refused(format!("there is no `{key}`: the result of the change names what was stored")))?;
        let is_of_resource = (stored.account, &stored.resource) == (request.account, &request.resource);
        if !is_of_resource || !key.is_of(request.account, &request.resource) || !stored.is_whole() {
            return Err(refused(format!(
                "`{key}` is not the stored policy of this resource, as it was stored: find out who wrote it"
            )));
        }
        Ok(stored)
    }

    fn outcome(&self, plan: UnlockPlan, pin: Pin) -> PlanOutcome {
        let (outcome, what) = match &plan.planned {
            Planned::Look => (Outcome::Inspected, "nothing was asked for but to look".to_owned()),
            Planned::NothingToChange(why) => (Outcome::NothingToChange, format!("there is nothing to change: {why}")),
            Planned::NotPossible { why, details: _ } => (Outcome::NotPossible, format!("it is not done: {why}")),
            Planned::Change(change) if plan.action.changes() => (Outcome::ToApply, changes(change)),
            Planned::Change(change) => (Outcome::Planned, changes(change)),
        };
        let approval = match outcome {
            Outcome::ToApply if self.require_approval => Approval::Needed,
            Outcome::ToApply
            | Outcome::Inspected
            | Outcome::Planned
            | Outcome::NothingToChange
            | Outcome::NotPossible => Approval::NotNeeded,
        };
        let verdict = plan.verdict_name();
        let resource = plan.resource.arn(self.partition);
        let summary = format!("{} of `{resource}` in account {} ({verdict}): {what}", plan.action.name(), plan.account);
        PlanOutcome {
            outcome,
            approval,
            summary,
            plan: pin,
            shown: plan.unlock.shown_key(),
            account: plan.account,
            resource,
            verdict,
            action: plan.action.name(),
            started_by: plan.started_by(),
            requested_by: plan.requested_by.to_string(),
            reason: one_line(plan.reason.as_str()),
            ticket: one_line(plan.ticket.as_str()),
        }
    }
}

/// What is to be changed, without saying what stands in the policy.
fn changes(change: &PlannedChange) -> String {
    let PlannedChange { after, analysis: _, notes: _, opens, force } = change;
    let what = if after.is_some() { "the policy is to be changed" } else { "the policy is to be deleted" };
    format!("{what}; {}{}", opens.words(), if *force { "; with force" } else { "" })
}
