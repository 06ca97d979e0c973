//! From a request and the policy as it is: what is found, and what is to be done about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PolicyChange, SignedRequest, StoredKey, StoredPolicy, UnlockAction, UnlockRequest, shown::show};
use crate::{
    AccountId, Pin, Sha256,
    aws::{partition::Partition, resource::Resource},
    ids::unlock::UnlockId,
    people::{Person, Reason, StartedBy, Ticket},
    policy::{
        Analysis, PolicyDocument, PolicyError, PolicyOf, PolicyText, Reach, Verdict, Widening, analyse, drop_locking,
        exceeded_limit, leave_out, narrow, policy_sha256, widenings,
    },
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
    /// Nothing was asked but to look.
    Look,
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
    /// Whether it was asked for with `force`.
    pub force: bool,
}

/// What a change opens beside the management of the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    Known(Vec<Widening>),
    /// Why: the policy before or after it cannot be modelled.
    CannotBeSaid(String),
}

impl Opens {
    /// INVARIANT: what cannot be said needs force like what is known to open.
    #[must_use]
    pub fn needs_force(&self) -> bool {
        match self {
            Self::Known(widenings) => widenings.iter().any(|widening| widening.needs_force),
            Self::CannotBeSaid(_) => true,
        }
    }

    /// In a few words that say nothing of the policy's text: fit for notices.
    #[must_use]
    pub fn words(&self) -> &'static str {
        match self {
            Self::Known(widenings) if widenings.is_empty() => "nothing but the policy itself opens",
            Self::Known(_) => "more than the policy itself opens",
            Self::CannotBeSaid(_) => "what opens cannot be said",
        }
    }
}

/// What the plan is made from.
#[derive(Debug)]
pub struct Found<'a> {
    pub partition: Partition,
    pub region: String,
    pub policy: Option<PolicyText>,
    /// What is to be put back, where that was asked for.
    pub stored: Option<&'a StoredPolicy>,
}

impl UnlockPlan {
    /// Who asked: whoever approves has to be somebody else.
    #[must_use]
    pub fn started_by(&self) -> StartedBy {
        StartedBy::Person(self.requested_by.clone())
    }

    /// The change, if the request was for one and one is to be made.
    #[must_use]
    pub fn change(&self) -> Option<&PlannedChange> {
        match &self.planned {
            Planned::Change(change) if self.action.changes() => Some(change),
            Planned::Look | Planned::NothingToChange(_) | Planned::NotPossible { .. } | Planned::Change(_) => None,
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

    /// The verdict in one word, which says nothing of the policy's text.
    #[must_use]
    pub fn verdict_name(&self) -> &'static str {
        self.analysis.as_ref().map_or("no_policy", |analysis| analysis.verdict.name())
    }
}

/// Plans what `signed` asks for.
#[must_use]
pub fn plan(signed: &SignedRequest, request: Pin, found: Found<'_>, planned_at: Timestamp) -> UnlockPlan {
    let SignedRequest { unlock, request: UnlockRequest { account, resource, action, reason, ticket, .. }, .. } = signed;
    let Found { partition, region, policy, stored } = found;
    let of = PolicyOf { resource, owner: *account, partition };
    let (analysis, planned) = decide(action, of, policy.as_ref(), stored);
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
    plan.text = show(&plan);
    plan
}

fn decide(
    action: &UnlockAction,
    of: PolicyOf<'_>,
    policy: Option<&PolicyText>,
    stored: Option<&StoredPolicy>,
) -> (Option<Analysis>, Planned) {
    let document = policy.map(|policy| PolicyDocument::parse(policy.as_str()));
    let analysis = document.as_ref().map(|document| match document {
        Ok(document) => analyse(document, of),
        Err(error) => not_modelled(error),
    });
    let now = Now { of, policy, document: document.and_then(Result::ok), analysis: analysis.as_ref() };
    let planned = match action {
        UnlockAction::Inspect => Planned::Look,
        UnlockAction::Plan { change, force } | UnlockAction::Apply { change, force } => now.changed(change, *force),
        UnlockAction::Restore { stored: _, leave_out, force } => match stored {
            None => not_possible("the stored policy was not found"),
            Some(stored) => now.restored(stored, leave_out, *force),
        },
    };
    (analysis, planned)
}

/// The policy as it is.
struct Now<'a> {
    of: PolicyOf<'a>,
    policy: Option<&'a PolicyText>,
    /// None: there is no policy, or it cannot be modelled.
    document: Option<PolicyDocument>,
    analysis: Option<&'a Analysis>,
}

impl Now<'_> {
    fn changed(&self, change: &PolicyChange, force: bool) -> Planned {
        if let Some(refused) = self.refused(change, force) {
            return refused;
        }
        let reach = if force { Reach::AlsoWithExceptions } else { Reach::Everyone };
        let (after, notes) = match (change, &self.document) {
            (PolicyChange::Narrow, Some(document)) => {
                let change = narrow(document, self.of, reach);
                (change.after, change.notes)
            }
            (PolicyChange::Drop, Some(document)) => {
                let change = drop_locking(document, self.of, reach);
                (change.after, change.notes)
            }
            (PolicyChange::Narrow | PolicyChange::Drop, None) | (PolicyChange::Delete, _) => (None, Vec::new()),
            (PolicyChange::Replace(policy), _) => match self.replacement(policy, force) {
                Ok(document) => (Some(document), Vec::new()),
                Err(why) => return not_possible(why),
            },
        };
        self.becoming(after, notes, force)
    }

    /// A policy that takes another one's place, if it gives administrators the policy back.
    fn replacement(&self, policy: &Value, force: bool) -> Result<PolicyDocument, String> {
        let document =
            PolicyDocument::parse(&policy.to_string()).map_err(|error| format!("the replacement: {error}"))?;
        match analyse(&document, self.of).verdict {
            Verdict::Everyone => Err("the replacement would lock everybody out again".to_owned()),
            Verdict::EveryoneExcept(_) if !force => {
                Err("the replacement would lock out everybody but some: ask again with `force`".to_owned())
            }
            Verdict::EveryoneExcept(_) | Verdict::Nobody | Verdict::NotModelled(_) => Ok(document),
        }
    }

    /// What is not done at all, or not without `force`.
    fn refused(&self, change: &PolicyChange, force: bool) -> Option<Planned> {
        let why = match (change, self.analysis.map(|now| &now.verdict)) {
            (PolicyChange::Narrow | PolicyChange::Drop | PolicyChange::Delete, None) => {
                return Some(Planned::NothingToChange("there is no policy: nobody is locked out by one".to_owned()));
            }
            (PolicyChange::Narrow | PolicyChange::Drop, Some(Verdict::Nobody)) => {
                let way_left = self.analysis.is_some_and(|now| now.way_left.is_some());
                let why = if way_left {
                    "this policy locks nobody out of itself: it cannot be replaced, but deleted by whoever IAM allows, as the plan says"
                } else {
                    "this policy locks nobody out of itself"
                };
                return Some(Planned::NothingToChange(why.to_owned()));
            }
            (PolicyChange::Narrow | PolicyChange::Drop | PolicyChange::Replace(_), Some(Verdict::NotModelled(_))) => {
                "a policy that cannot be modelled may only be deleted: ask with the change `delete` and `force`"
            }
            (_, Some(Verdict::Everyone)) => return None,
            _ if force => return None,
            (_, Some(Verdict::EveryoneExcept(_))) => {
                "the policy leaves somebody out, as the plan says: if one of them can be found, they can change it; if nobody can, ask again with `force`"
            }
            (_, Some(Verdict::Nobody)) => {
                "nobody is locked out of this policy: whoever IAM allows can change it; if it is to be done here, ask again with `force`"
            }
            (_, Some(Verdict::NotModelled(_))) => "a policy that cannot be modelled is only deleted with `force`",
            (PolicyChange::Replace(_), None) => "there is no policy: to put one there, ask again with `force`",
        };
        Some(not_possible(why))
    }

    fn restored(&self, stored: &StoredPolicy, without: &super::LeaveOut, force: bool) -> Planned {
        let Some(policy) = &stored.policy else {
            return if *without == super::LeaveOut::default() {
                self.becoming(None, vec!["there was no policy when this was stored".to_owned()], force)
            } else {
                not_possible("there was no policy when this was stored: nothing can be left out")
            };
        };
        let document = match PolicyDocument::parse(policy.as_str()) {
            Ok(document) => document,
            Err(error) if *without == super::LeaveOut::default() && force => {
                let notes = vec!["put back as it was, since it cannot be modelled".to_owned()];
                let opens = Opens::CannotBeSaid(format!("the policy that is put back cannot be modelled: {error}"));
                return self.change(Some(policy.clone()), Some(not_modelled(&error)), notes, opens, force);
            }
            Err(error) => {
                return Planned::NotPossible {
                    why: "the stored policy cannot be modelled, so what it would open cannot be said: it can be put back as it was, with `force`".to_owned(),
                    details: vec![error.to_string()],
                };
            }
        };
        if *without == super::LeaveOut::default() {
            return self.becoming_text(Some((policy.clone(), document)), Vec::new(), force);
        }
        match leave_out(&document, &without.principals, &without.statements) {
            Ok(after) => self.becoming(after, vec!["not all of what was stored is put back".to_owned()], force),
            Err(detail) => Planned::NotPossible {
                why: "what is to be left out cannot be, as the plan says".to_owned(),
                details: vec![detail],
            },
        }
    }

    fn becoming(&self, after: Option<PolicyDocument>, notes: Vec<String>, force: bool) -> Planned {
        self.becoming_text(after.map(|after| (PolicyText::from(after.to_text()), after)), notes, force)
    }

    fn becoming_text(&self, after: Option<(PolicyText, PolicyDocument)>, notes: Vec<String>, force: bool) -> Planned {
        let (text, document) = after.unzip();
        if let Some(exceeded) = document.as_ref().and_then(|document| exceeded_limit(document, self.of)) {
            return not_possible(format!("{exceeded}: ask with the change `drop`, `delete` or `replace` instead"));
        }
        let analysis = document.as_ref().map(|document| analyse(document, self.of));
        let opens = self.opens(document.as_ref());
        if !force && opens.needs_force() && !super::outcome::is_same_policy(self.policy, text.as_ref()) {
            return without_force(opens);
        }
        self.change(text, analysis, notes, opens, force)
    }

    fn opens(&self, after: Option<&PolicyDocument>) -> Opens {
        match (self.analysis.map(|now| &now.verdict), &self.document) {
            (Some(Verdict::NotModelled(why)), _) => {
                Opens::CannotBeSaid(format!("the policy as it is cannot be modelled: {why}"))
            }
            (_, before) => Opens::Known(widenings(before.as_ref(), after, self.of)),
        }
    }

    fn change(
        &self,
        after: Option<PolicyText>,
        analysis: Option<Analysis>,
        notes: Vec<String>,
        opens: Opens,
        force: bool,
    ) -> Planned {
        if super::outcome::is_same_policy(self.policy, after.as_ref()) {
            return Planned::NothingToChange("the policy is so already".to_owned());
        }
        Planned::Change(PlannedChange { after, analysis, notes, opens, force })
    }
}

/// Why not in the reason itself what it opens: that names who is in the policy, and the reason goes into a notice.
fn without_force(opens: Opens) -> Planned {
    let (why, details) = match opens {
        Opens::Known(widenings) => (
            "it would open more than the policy itself, as the plan says: ask again with `force`",
            widenings.into_iter().map(|widening| widening.words).collect(),
        ),
        Opens::CannotBeSaid(why) => {
            ("what it would open cannot be said, as the plan says: ask again with `force`", vec![why])
        }
    };
    Planned::NotPossible { why: why.to_owned(), details }
}

fn not_modelled(error: &PolicyError) -> Analysis {
    Analysis { verdict: Verdict::NotModelled(error.to_string()), findings: Vec::new(), way_left: None }
}

fn not_possible(why: impl Into<String>) -> Planned {
    Planned::NotPossible { why: why.into(), details: Vec::new() }
}
