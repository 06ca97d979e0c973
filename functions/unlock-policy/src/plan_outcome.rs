//! What planning answers: what the state machine goes on with, and what its notices say.

use rootwarden_domain::{
    AccountId, Pin,
    aws::partition::Partition,
    people::StartedBy,
    text::line::one_line,
    unlock::{ActionName, Force, LockOutKind, Planned, PlannedChange, UnlockPlan},
};
use serde::Serialize;

/// Whether a change needs a second person's approval in this deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApprovalSetting {
    Required,
    NotRequired,
}

/// What the state machine goes on with, and what its notices say.
#[derive(Debug, Serialize)]
pub struct PlanOutcome {
    pub(crate) outcome: Outcome,
    approval: ApprovalStatus,
    pub(crate) summary: String,
    plan: Pin,
    /// Where the plan lies for people.
    shown: String,
    account: AccountId,
    /// The ARN.
    resource: String,
    pub(crate) verdict: LockOutKind,
    action: ActionName,
    /// The ARN, for people.
    requested_by: String,
    reason: String,
    ticket: String,
    started_by: StartedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Inspected,
    Planned,
    NothingToChange,
    NotPossible,
    ToApply,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ApprovalStatus {
    Needed,
    NotNeeded,
}

impl PlanOutcome {
    /// `pin`: where `plan` was written.
    pub(crate) fn of(plan: &UnlockPlan, pin: Pin, partition: Partition, setting: ApprovalSetting) -> Self {
        let (outcome, what) = Outcome::of(plan);
        let (action, account, verdict) = (plan.action.name(), plan.account, plan.lock_out_kind());
        let resource = plan.resource.arn(partition);
        Self {
            outcome,
            approval: ApprovalStatus::of(outcome, setting),
            summary: format!("{action} of `{resource}` in account {account} ({verdict}): {what}"),
            plan: pin,
            shown: plan.unlock.plan_text_key(),
            account,
            resource,
            verdict,
            action,
            started_by: plan.started_by(),
            requested_by: plan.requested_by.to_string(),
            reason: one_line(plan.reason.as_str()),
            ticket: one_line(plan.ticket.as_str()),
        }
    }
}

impl Outcome {
    /// The outcome, and the same in words that say nothing of the policy's text.
    fn of(plan: &UnlockPlan) -> (Self, String) {
        match &plan.planned {
            Planned::InspectOnly => (Self::Inspected, "nothing was asked for but to look".to_owned()),
            Planned::NothingToChange(why) => (Self::NothingToChange, format!("there is nothing to change: {why}")),
            Planned::NotPossible { why, details: _ } => (Self::NotPossible, format!("it is not done: {why}")),
            Planned::Change(change) if plan.action.changes() => (Self::ToApply, change_in_words(change)),
            Planned::Change(change) => (Self::Planned, change_in_words(change)),
        }
    }
}

impl ApprovalStatus {
    fn of(outcome: Outcome, setting: ApprovalSetting) -> Self {
        match (outcome, setting) {
            (Outcome::ToApply, ApprovalSetting::Required) => Self::Needed,
            (Outcome::ToApply, ApprovalSetting::NotRequired)
            | (Outcome::Inspected | Outcome::Planned | Outcome::NothingToChange | Outcome::NotPossible, _) => {
                Self::NotNeeded
            }
        }
    }
}

/// What is to be changed, in words that say nothing of the policy's text.
fn change_in_words(change: &PlannedChange) -> String {
    let PlannedChange { after, analysis: _, notes: _, opens, force } = change;
    let what = if after.is_some() { "the policy is to be changed" } else { "the policy is to be deleted" };
    let with_force = match force {
        Force::Given => "; with force",
        Force::NotGiven => "",
    };
    format!("{what}; {}{with_force}", opens.words())
}
