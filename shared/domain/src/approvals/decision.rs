//! Who may decide about what, and what a decision is good for afterwards.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ApprovalRequest;
use crate::{
    Pin, Sha256,
    ids::approval::ApprovalId,
    people::{Person, Reason, StartedBy},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    Approved,
    Rejected,
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        })
    }
}

/// A decision as a person sends it, about the plan that they were shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRequest {
    pub approval_id: ApprovalId,
    pub decision: Decision,
    /// The plan's hash, as it was shown.
    pub plan_sha256: Sha256,
    pub reason: Reason,
}

/// A decision as it is written down, once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRecord {
    pub approval_id: ApprovalId,
    pub decision: Decision,
    pub plan_sha256: Sha256,
    pub by: Person,
    pub started_by: StartedBy,
    pub reason: Reason,
    pub at: Timestamp,
}

/// Why a person's decision is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionError {
    #[error("nothing is asked under `{0}`: look the id up in the notice")]
    UnknownRequest(ApprovalId),
    #[error(
        "this is not the plan that `{approval_id}` is about, whose SHA-256 is {asked}: look at it again with `show`"
    )]
    OtherPlan { approval_id: ApprovalId, asked: Sha256 },
    /// What lies in the bucket is not what the run asked about.
    #[error("{0}, so nobody can decide about it: find out who wrote it")]
    Altered(String),
    #[error(
        "nobody knows who started this run, so it cannot be shown that somebody else decides about `{0}`: start it anew through the URL for requests"
    )]
    StarterUnknown(ApprovalId),
    #[error(
        "this was asked for by {0}, and somebody else has to decide about it (a session name that a tool made up is nobody's)"
    )]
    SamePerson(StartedBy),
    #[error("`{by}` has {decision} this already, at {at}, and that stands: ask anew for another decision")]
    AlreadyDecided { decision: Decision, by: Person, at: Timestamp },
    #[error("too late: nothing waits for a decision about `{0}` any more; ask anew")]
    TooLate(ApprovalId),
}

impl DecisionError {
    /// The HTTP status that goes with it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::StarterUnknown(_) | Self::SamePerson(_) => 403,
            Self::UnknownRequest(_) => 404,
            Self::OtherPlan { .. } | Self::Altered(_) | Self::AlreadyDecided { .. } | Self::TooLate(_) => 409,
        }
    }
}

/// What a decision is about: made from what lies in the bucket, never from what a person sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSubject {
    pub approval_id: ApprovalId,
    /// The hash of what is to be carried out.
    pub sha256: Sha256,
    pub started_by: Option<StartedBy>,
    /// After it, nothing can be decided for the first time; none where a waiting execution says when it is too late.
    pub decide_before: Option<Timestamp>,
}

impl DecisionSubject {
    /// Decides whether `caller` may decide as in `request`, `existing` being what was decided before.
    ///
    /// The record is the one before if the same person says the same again.
    ///
    /// # Errors
    /// Why the decision is not taken.
    pub fn decide(
        &self,
        existing: Option<&DecisionRecord>,
        caller: &Person,
        request: &DecisionRequest,
        now: Timestamp,
    ) -> Result<DecisionRecord, DecisionError> {
        let DecisionRequest { approval_id, decision, plan_sha256, reason } = request;
        if *approval_id != self.approval_id {
            return Err(asks_about_something_else(approval_id));
        }
        // INVARIANT (I12): who decides has named the hash of what they were shown.
        if self.sha256 != *plan_sha256 {
            return Err(DecisionError::OtherPlan { approval_id: approval_id.clone(), asked: self.sha256 });
        }
        // INVARIANT (I12): two people, told apart by what AWS says of them.
        let started_by = self.started_by.as_ref().ok_or_else(|| DecisionError::StarterUnknown(approval_id.clone()))?;
        if is_started_by(started_by, caller) {
            return Err(DecisionError::SamePerson(started_by.clone()));
        }
        match existing {
            None if self.decide_before.is_some_and(|before| now > before) => {
                Err(DecisionError::TooLate(approval_id.clone()))
            }
            None => Ok(DecisionRecord {
                approval_id: approval_id.clone(),
                decision: *decision,
                plan_sha256: *plan_sha256,
                by: caller.clone(),
                started_by: started_by.clone(),
                reason: reason.clone(),
                at: now,
            }),
            Some(existing) => existing.said_again(caller, request),
        }
    }
}

impl DecisionRecord {
    /// This very record, if `caller` says the same again.
    fn said_again(&self, caller: &Person, request: &DecisionRequest) -> Result<Self, DecisionError> {
        let DecisionRequest { approval_id, decision, plan_sha256, reason: _ } = request;
        if self.approval_id != *approval_id || self.plan_sha256 != *plan_sha256 {
            return Err(DecisionError::Altered(format!(
                "`{}` decides about something else",
                approval_id.decision_key()
            )));
        }
        if self.decision == *decision && self.by.is_same_person(caller) {
            return Ok(self.clone());
        }
        Err(DecisionError::AlreadyDecided { decision: self.decision, by: self.by.clone(), at: self.at })
    }
}

impl ApprovalRequest {
    /// What a decision about `request` is about, this being what is asked under it.
    ///
    /// # Errors
    /// `Altered` if this asks about something else.
    pub fn decision_subject(&self, approval_id: &ApprovalId) -> Result<DecisionSubject, DecisionError> {
        if self.approval_id != *approval_id || self.check().is_err() {
            return Err(asks_about_something_else(approval_id));
        }
        let (sha256, started_by) = (self.plan.sha256, self.started_by.clone());
        Ok(DecisionSubject { approval_id: approval_id.clone(), sha256, started_by, decide_before: None })
    }
}

fn asks_about_something_else(approval_id: &ApprovalId) -> DecisionError {
    DecisionError::Altered(format!("`{}` asks about something else", approval_id.request_key()))
}

fn is_started_by(started_by: &StartedBy, person: &Person) -> bool {
    match started_by {
        StartedBy::Schedule | StartedBy::Event => false,
        StartedBy::Person(starter) => starter.is_same_person(person),
    }
}

/// Why a plan that needs an approval is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    #[error("nobody has approved `{0}`: ask for an approval first")]
    Undecided(ApprovalId),
    #[error("`{by}` has rejected `{approval_id}`: ask anew for another decision")]
    Rejected { approval_id: ApprovalId, by: Person },
    #[error("the decision about `{approval_id}` is one about `{decided}`")]
    OtherRequest { approval_id: ApprovalId, decided: ApprovalId },
    #[error("the decision about `{approval_id}` is about another plan: its SHA-256 is {decided}, not {planned}")]
    OtherPlan { approval_id: ApprovalId, decided: Sha256, planned: Sha256 },
    #[error("the decision about `{0}` names somebody else as who asked for it: find out who wrote it")]
    OtherStarter(ApprovalId),
    #[error("nobody knows who started the run of `{0}`, so nobody else can have approved it")]
    StarterUnknown(ApprovalId),
    #[error("`{approval_id}` was approved by who started its run, or by a session name that a tool made up: `{by}`")]
    SamePerson { approval_id: ApprovalId, by: Person },
}

/// Whether `decided` lets the plan of `request` be carried out, in a run that was started by `started_by`.
///
/// INVARIANT (I10, I12): only an approval of this very plan, under this request, by somebody else than who started the run.
/// `started_by` has to come from what is being carried out: a record's own word for it counts for nothing.
///
/// # Errors
/// Why not.
pub fn carries_out(
    plan: &Pin,
    approval_id: &ApprovalId,
    started_by: Option<&StartedBy>,
    decided: Option<&DecisionRecord>,
) -> Result<(), ApprovalError> {
    let DecisionRecord { approval_id: decided, decision, plan_sha256, by, started_by: recorded, reason: _, at: _ } =
        decided.ok_or_else(|| ApprovalError::Undecided(approval_id.clone()))?;
    let approval_id = approval_id.clone();
    if *decided != approval_id {
        return Err(ApprovalError::OtherRequest { approval_id, decided: decided.clone() });
    }
    if *plan_sha256 != plan.sha256 {
        return Err(ApprovalError::OtherPlan { approval_id, decided: *plan_sha256, planned: plan.sha256 });
    }
    match decision {
        Decision::Approved => {}
        Decision::Rejected => return Err(ApprovalError::Rejected { approval_id, by: by.clone() }),
    }
    match started_by {
        None => Err(ApprovalError::StarterUnknown(approval_id)),
        Some(started_by) if is_started_by(started_by, by) => {
            Err(ApprovalError::SamePerson { approval_id, by: by.clone() })
        }
        Some(started_by) if started_by != recorded => Err(ApprovalError::OtherStarter(approval_id)),
        Some(_) => Ok(()),
    }
}
