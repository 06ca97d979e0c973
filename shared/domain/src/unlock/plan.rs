//! From a request and the policy as it is: what is found, and what is to be done about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    CurrentPolicy, Force, LockOutKind, SignedRequest, StoredKey, StoredPolicy, UnlockAction, UnlockRequest,
    planning::plan_action, shown::text_for_people,
};
use crate::{
    AccountId, Pin, Sha256,
    aws::{partition::Partition, resource::Resource},
    ids::unlock::UnlockId,
    people::{Person, Reason, StartedBy, Ticket},
    policy::{Analysis, NewAccess, PolicySubject, PolicyText, policy_sha256},
};

/// What an approval is bound to, by the hash of this very object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockPlan {
    pub unlock: UnlockId,
    pub request: Pin,
    pub account: AccountId,
    pub resource: Resource,
    /// Where the resource was found.
    pub region: String,
    pub action: UnlockAction,
    pub requested_by: Person,
    pub reason: Reason,
    pub ticket: Ticket,
    pub planned_at: Timestamp,
    /// The policy as it was read; none if there is none.
    pub before: Option<PolicyText>,
    pub before_sha256: Sha256,
    /// Who is locked out by it; none if there is no policy.
    pub analysis: Option<Analysis>,
    pub planned: Planned,
    /// All of this for people, with the change as a diff.
    pub text: String,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Planned {
    /// Nothing was asked for but to inspect the policy.
    #[serde(rename = "look")]
    InspectOnly,
    /// What was asked for is so already, or locks nobody out.
    NothingToChange(String),
    /// It is not done, and why; with what could be asked for instead. The details may name what stands in the policy.
    NotPossible {
        why: String,
        details: Vec<String>,
    },
    Change(PlannedChange),
}

/// A change of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedChange {
    /// None: the policy is deleted.
    pub after: Option<PolicyText>,
    /// Who is locked out then.
    pub analysis: Option<Analysis>,
    pub notes: Vec<String>,
    pub opens: Opens,
    pub force: Force,
}

/// What a change opens beside the management of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    Known(Vec<NewAccess>),
    /// Why: the policy before or after it cannot be modelled.
    CannotBeSaid(String),
}

impl Opens {
    /// INVARIANT: a change needs force also where it cannot be said what it opens.
    #[must_use]
    pub fn needs_force(&self) -> bool {
        match self {
            Self::Known(new_access) => new_access.iter().any(|new_access| new_access.needs_force),
            Self::CannotBeSaid(_) => true,
        }
    }

    /// In a few words that say nothing of the policy's text: fit for notices.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Known(new_access) if new_access.is_empty() => "nothing but the policy itself opens",
            Self::Known(_) => "more than the policy itself opens",
            Self::CannotBeSaid(_) => "what opens cannot be said",
        }
    }
}

/// What was read for a plan: the policy of the resource, and where the resource is.
#[derive(Debug)]
pub struct FoundPolicy<'a> {
    pub partition: Partition,
    pub region: String,
    pub policy: Option<PolicyText>,
    /// The stored policy that is to be put back, where that was asked for.
    pub stored: Option<&'a StoredPolicy>,
}

impl UnlockPlan {
    /// Who asked: whoever approves has to be somebody else.
    #[must_use]
    pub fn started_by(&self) -> StartedBy {
        StartedBy::Person(self.requested_by.clone())
    }

    /// The change that is to be made: none if nothing was asked for but a plan, or if nothing can or need be changed.
    #[must_use]
    pub fn change(&self) -> Option<&PlannedChange> {
        match &self.planned {
            Planned::Change(change) if self.action.changes() => Some(change),
            Planned::InspectOnly | Planned::NothingToChange(_) | Planned::NotPossible { .. } | Planned::Change(_) => {
                None
            }
        }
    }

    /// Where the policy is stored before it is changed.
    #[must_use]
    pub fn stored_key(&self) -> StoredKey {
        StoredKey::new(self.account, &self.resource, self.planned_at, &self.unlock)
    }

    /// The policy as it was read, to be stored before it is changed.
    #[must_use]
    pub fn stored_policy(&self) -> StoredPolicy {
        StoredPolicy {
            account: self.account,
            resource: self.resource.clone(),
            policy: self.before.clone(),
            sha256: self.before_sha256,
            unlock: self.unlock.clone(),
            planned_at: self.planned_at,
            requested_by: self.requested_by.clone(),
            reason: self.reason.clone(),
            ticket: self.ticket.clone(),
        }
    }

    /// Who is locked out of the policy as it was read, in one word.
    #[must_use]
    pub fn lock_out_kind(&self) -> LockOutKind {
        LockOutKind::of(self.analysis.as_ref())
    }
}

/// Plans what `signed` asks for.
#[must_use]
pub fn plan(signed: &SignedRequest, request: Pin, found: FoundPolicy<'_>, planned_at: Timestamp) -> UnlockPlan {
    let SignedRequest { unlock, request: UnlockRequest { account, resource, action, reason, ticket, .. }, .. } = signed;
    let FoundPolicy { partition, region, policy, stored } = found;
    let subject = PolicySubject { resource, owner: *account, partition };
    let current = CurrentPolicy::of(policy.as_ref(), subject);
    let planned = plan_action(action, &current, stored);
    let analysis = current.analysis;
    let mut plan = UnlockPlan {
        unlock: unlock.clone(),
        request,
        account: *account,
        resource: resource.clone(),
        region,
        action: action.clone(),
        requested_by: signed.requested_by.clone(),
        reason: reason.clone(),
        ticket: ticket.clone(),
        planned_at,
        before_sha256: policy_sha256(policy.as_ref()),
        before: policy,
        analysis,
        planned,
        text: String::new(),
    };
    plan.text = text_for_people(&plan);
    plan
}
