//! Plans what is done with a policy: from the action that was asked for, the policy as it is, and whether force was given.

use serde_json::Value;

use super::{
    CurrentPolicy, Force, LeaveOut, Opens, Planned, PlannedChange, PolicyChange, StoredPolicy, UnlockAction,
    current_policy::not_modelled, is_same_policy,
};
use crate::policy::{
    Analysis, LockOut, PolicyDocument, PolicyError, PolicyText, Reach, analyse, drop_locking, exceeded_limit,
    leave_out, narrow, new_access,
};

/// `stored`: the policy that is to be put back, where that is asked for.
pub(super) fn plan_action(
    action: &UnlockAction,
    current: &CurrentPolicy<'_>,
    stored: Option<&StoredPolicy>,
) -> Planned {
    match action {
        UnlockAction::Inspect => Planned::InspectOnly,
        UnlockAction::Plan { change, force } | UnlockAction::Apply { change, force } => {
            ChangePlanner { current, force: *force }.change(change)
        }
        UnlockAction::Restore { stored: _, leave_out, force } => match stored {
            None => not_possible("the stored policy was not found"),
            Some(stored) => ChangePlanner { current, force: *force }.restore(stored, leave_out),
        },
    }
}

/// Plans one change of the current policy.
#[derive(Clone, Copy)]
struct ChangePlanner<'a> {
    current: &'a CurrentPolicy<'a>,
    force: Force,
}

impl ChangePlanner<'_> {
    fn change(self, change: &PolicyChange) -> Planned {
        if let Some(why) = self.nothing_to_change(change) {
            return Planned::NothingToChange(why.to_owned());
        }
        if let Some(why) = self.why_not_possible(change) {
            return not_possible(why);
        }
        let reach = match self.force {
            Force::Given => Reach::AlsoWithExceptions,
            Force::NotGiven => Reach::Everyone,
        };
        let (after, notes) = match (change, &self.current.document) {
            (PolicyChange::Narrow, Some(document)) => {
                let change = narrow(document, self.current.subject, reach);
                (change.after, change.notes)
            }
            (PolicyChange::Drop, Some(document)) => {
                let change = drop_locking(document, self.current.subject, reach);
                (change.after, change.notes)
            }
            (PolicyChange::Narrow | PolicyChange::Drop, None) | (PolicyChange::Delete, _) => (None, Vec::new()),
            (PolicyChange::Replace(policy), _) => match self.replacement(policy) {
                Ok(document) => (Some(document), Vec::new()),
                Err(why) => return not_possible(why),
            },
        };
        self.to_document(after, notes)
    }

    /// Why there is nothing to change, if so.
    fn nothing_to_change(self, change: &PolicyChange) -> Option<&'static str> {
        match (change, self.current.verdict()) {
            (PolicyChange::Narrow | PolicyChange::Drop | PolicyChange::Delete, None) => {
                Some("there is no policy: nobody is locked out by one")
            }
            (PolicyChange::Narrow | PolicyChange::Drop, Some(LockOut::Nobody)) => {
                let can_only_be_deleted =
                    self.current.analysis.as_ref().is_some_and(|analysis| analysis.way_left.is_some());
                Some(if can_only_be_deleted {
                    "this policy locks nobody out of itself: it cannot be replaced, but deleted by whoever IAM allows, as the plan says"
                } else {
                    "this policy locks nobody out of itself"
                })
            }
            (
                PolicyChange::Narrow | PolicyChange::Drop,
                Some(LockOut::Everyone | LockOut::EveryoneExcept(_) | LockOut::NotModelled(_)),
            )
            | (PolicyChange::Delete, Some(_))
            | (PolicyChange::Replace(_), _) => None,
        }
    }

    /// Why this change is not made at all, or not without force, if so.
    fn why_not_possible(self, change: &PolicyChange) -> Option<&'static str> {
        match (change, self.current.verdict(), self.force) {
            (
                PolicyChange::Narrow | PolicyChange::Drop | PolicyChange::Replace(_),
                Some(LockOut::NotModelled(_)),
                _,
            ) => Some("a policy that cannot be modelled may only be deleted: ask with the change `delete` and `force`"),
            (_, Some(LockOut::Everyone), _) | (_, _, Force::Given) => None,
            (_, Some(LockOut::EveryoneExcept(_)), Force::NotGiven) => Some(
                "the policy leaves somebody out, as the plan says: if one of them can be found, they can change it; if nobody can, ask again with `force`",
            ),
            (_, Some(LockOut::Nobody), Force::NotGiven) => Some(
                "nobody is locked out of this policy: whoever IAM allows can change it; if it is to be done here, ask again with `force`",
            ),
            (PolicyChange::Delete, Some(LockOut::NotModelled(_)), Force::NotGiven) => {
                Some("a policy that cannot be modelled is only deleted with `force`")
            }
            (_, None, Force::NotGiven) => Some("there is no policy: to put one there, ask again with `force`"),
        }
    }

    /// A policy that takes another one's place. `Err` says why it may not.
    fn replacement(self, policy: &Value) -> Result<PolicyDocument, String> {
        let document =
            PolicyDocument::parse(&policy.to_string()).map_err(|error| format!("the replacement: {error}"))?;
        match (analyse(&document, self.current.subject).verdict, self.force) {
            (LockOut::Everyone, _) => Err("the replacement would lock everybody out again".to_owned()),
            (LockOut::EveryoneExcept(_), Force::NotGiven) => {
                Err("the replacement would lock out everybody but some: ask again with `force`".to_owned())
            }
            (LockOut::EveryoneExcept(_), Force::Given) | (LockOut::Nobody | LockOut::NotModelled(_), _) => Ok(document),
        }
    }

    /// Puts a stored policy back, without the parts that are to be left out.
    fn restore(self, stored: &StoredPolicy, without: &LeaveOut) -> Planned {
        let is_whole = *without == LeaveOut::default();
        let Some(policy) = &stored.policy else {
            return if is_whole {
                self.to_document(None, vec!["there was no policy when this was stored".to_owned()])
            } else {
                not_possible("there was no policy when this was stored: nothing can be left out")
            };
        };
        match PolicyDocument::parse(policy.as_str()) {
            Err(error) => self.restore_not_modelled(policy, is_whole, &error),
            Ok(document) if is_whole => self.to_policy(Some((policy.clone(), document)), Vec::new()),
            Ok(document) => match leave_out(&document, &without.principals, &without.statements) {
                Ok(after) => self.to_document(after, vec!["not all of what was stored is put back".to_owned()]),
                Err(detail) => Planned::NotPossible {
                    why: "what is to be left out cannot be, as the plan says".to_owned(),
                    details: vec![detail],
                },
            },
        }
    }

    fn restore_not_modelled(self, policy: &PolicyText, is_whole: bool, error: &PolicyError) -> Planned {
        match (self.force, is_whole) {
            (Force::Given, true) => {
                let notes = vec!["put back as it was, since it cannot be modelled".to_owned()];
                let opens = Opens::CannotBeSaid(format!("the policy that is put back cannot be modelled: {error}"));
                self.planned(Some(policy.clone()), Some(not_modelled(error)), notes, opens)
            }
            (Force::NotGiven, _) | (Force::Given, false) => Planned::NotPossible {
                why: "the stored policy cannot be modelled, so what it would open cannot be said: it can be put back as it was, with `force`".to_owned(),
                details: vec![error.to_string()],
            },
        }
    }

    /// Changes the policy to this document, or deletes it.
    fn to_document(self, after: Option<PolicyDocument>, notes: Vec<String>) -> Planned {
        self.to_policy(after.map(|after| (PolicyText::from(after.to_text()), after)), notes)
    }

    /// The same, with the very text that the policy is to have.
    fn to_policy(self, after: Option<(PolicyText, PolicyDocument)>, notes: Vec<String>) -> Planned {
        let (text, document) = after.unzip();
        let subject = self.current.subject;
        if let Some(exceeded) = document.as_ref().and_then(|document| exceeded_limit(document, subject)) {
            return not_possible(format!("{exceeded}: ask with the change `drop`, `delete` or `replace` instead"));
        }
        let analysis = document.as_ref().map(|document| analyse(document, subject));
        let opens = self.opens(document.as_ref());
        match self.force {
            Force::NotGiven if opens.needs_force() && !self.is_so_already(text.as_ref()) => needs_force(opens),
            Force::NotGiven | Force::Given => self.planned(text, analysis, notes, opens),
        }
    }

    fn opens(self, after: Option<&PolicyDocument>) -> Opens {
        match (self.current.verdict(), &self.current.document) {
            (Some(LockOut::NotModelled(why)), _) => {
                Opens::CannotBeSaid(format!("the policy as it is cannot be modelled: {why}"))
            }
            (_, before) => Opens::Known(new_access(before.as_ref(), after, self.current.subject)),
        }
    }

    fn planned(
        self,
        after: Option<PolicyText>,
        analysis: Option<Analysis>,
        notes: Vec<String>,
        opens: Opens,
    ) -> Planned {
        if self.is_so_already(after.as_ref()) {
            return Planned::NothingToChange("the policy is so already".to_owned());
        }
        Planned::Change(PlannedChange { after, analysis, notes, opens, force: self.force })
    }

    fn is_so_already(self, after: Option<&PolicyText>) -> bool {
        is_same_policy(self.current.text, after)
    }
}

/// A change that is not made without force.
///
/// Why what it opens stands in the details alone: it names who is in the policy, and the reason goes into a notice.
fn needs_force(opens: Opens) -> Planned {
    let (why, details) = match opens {
        Opens::Known(new_access) => (
            "it would open more than the policy itself, as the plan says: ask again with `force`",
            new_access.into_iter().map(|new_access| new_access.words).collect(),
        ),
        Opens::CannotBeSaid(why) => {
            ("what it would open cannot be said, as the plan says: ask again with `force`", vec![why])
        }
    };
    Planned::NotPossible { why: why.to_owned(), details }
}

fn not_possible(why: impl Into<String>) -> Planned {
    Planned::NotPossible { why: why.into(), details: Vec::new() }
}
