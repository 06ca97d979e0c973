//! Which Deny statements keep whom from managing the policy.

use super::{
    excepted::{Excepted, excepted_by_all},
    exception::Exception,
    holds::Holds,
    not_principal,
};
use crate::policy::language::{
    action,
    principal::{Principal, is_owner},
    resource::{Names, names},
    statement::{Effect, Listed, Statement},
    subject::PolicySubject,
    words::quoted,
};

/// Whom of the owner's account a Deny reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::policy) enum Scope {
    /// Whatever their permissions; the account's root user is passed over, since it can always act.
    Everyone,
    /// Everybody but these.
    Except(Vec<Excepted>),
    /// Nobody in particular: named principals, other accounts, or requests out of the ordinary.
    Nobody,
}

/// What a Deny does to the management of the policy.
#[derive(Debug)]
pub(in crate::policy) struct Denial {
    /// The management actions that it covers, and for whom.
    pub(in crate::policy) covers: Vec<(&'static str, Scope)>,
    /// Those whom it names as exceptions and who are none.
    pub(in crate::policy) nobodys: Vec<Exception>,
}

impl Denial {
    /// `None` for an Allow.
    pub(in crate::policy) fn of(statement: &Statement<'_>, subject: PolicySubject<'_>) -> Option<Self> {
        if statement.effect != Effect::Deny {
            return None;
        }
        let on_resource = match names(&statement.resources, &subject.arn()) {
            Names::No => return Some(Self { covers: vec![], nobodys: vec![] }),
            Names::Yes => None,
            Names::Perhaps(why) => Some(Excepted::unknown("whatever its resources leave out", why)),
        };
        let covered =
            subject.management().iter().copied().filter(|action| action::includes(&statement.actions, action));
        let covers: Vec<_> =
            covered.map(|action| (action, scope(statement, on_resource.clone(), action, subject))).collect();
        let mut nobodys = not_principal::nobodys(&statement.principals, subject);
        for (action, _) in &covers {
            for exception in statement.conditions.iter().flat_map(|condition| condition.nobodys(action, subject)) {
                if !nobodys.contains(&exception) {
                    nobodys.push(exception);
                }
            }
        }
        Some(Self { covers, nobodys })
    }

    /// For whom a Deny is that covers no management action, as far as that can be said without one.
    pub(in crate::policy) fn scope_beside(statement: &Statement<'_>, subject: PolicySubject<'_>) -> Scope {
        scope(statement, None, "", subject)
    }

    /// For whom it covers a management action; `None` if it does not, or for nobody in particular.
    pub(in crate::policy) fn scope_of(&self, action: &str) -> Option<&Scope> {
        let covered = self.covers.iter().find(|(covered, _)| *covered == action).map(|(_, scope)| scope);
        covered.filter(|scope| **scope != Scope::Nobody)
    }

    /// Whether it covers any management action for everybody, perhaps with exceptions.
    pub(in crate::policy) fn locks(&self) -> bool {
        self.covers.iter().any(|(_, scope)| *scope != Scope::Nobody)
    }

    /// Whether it covers any management action for everybody without exception.
    pub(in crate::policy) fn locks_everyone(&self) -> bool {
        self.covers.iter().any(|(_, scope)| *scope == Scope::Everyone)
    }
}

/// Those whom all of several denials keep from an action: `None` if none of them covers it, else those who are left out.
pub(in crate::policy) fn kept_from<'a>(
    denials: impl Iterator<Item = &'a Denial>,
    action: &str,
) -> Option<Vec<Exception>> {
    let mut lists: Vec<&[Excepted]> = vec![];
    let (mut is_covered, mut is_everyone) = (false, false);
    for scope in denials.filter_map(|denial| denial.scope_of(action)) {
        is_covered = true;
        match scope {
            Scope::Everyone => is_everyone = true,
            Scope::Except(excepted) => lists.push(excepted),
            Scope::Nobody => {}
        }
    }
    is_covered.then(|| if is_everyone { vec![] } else { excepted_by_all(&lists) })
}

fn scope(statement: &Statement<'_>, on_resource: Option<Excepted>, action: &str, subject: PolicySubject<'_>) -> Scope {
    let Some(mut exceptions) = excepted_by_principal(&statement.principals, subject) else { return Scope::Nobody };
    exceptions.extend(on_resource);
    for condition in &statement.conditions {
        match condition.holds(action, subject) {
            Holds::Always => {}
            Holds::Never => return Scope::Nobody,
            Holds::Except(excepted) => exceptions.extend(excepted),
        }
    }
    if exceptions.is_empty() { Scope::Everyone } else { Scope::Except(exceptions) }
}

/// `None`: the statement names some, not everybody.
fn excepted_by_principal(principals: &Listed<Principal<'_>>, subject: PolicySubject<'_>) -> Option<Vec<Excepted>> {
    match principals {
        Listed::In(named) if named.iter().any(|principal| is_everybody(*principal, subject)) => Some(vec![]),
        Listed::In(named) => {
            // Why not nobody: the owner's own canonical id stands for its whole account, and cannot be told from another's.
            let canonical = named.iter().find_map(|principal| match principal {
                Principal::CanonicalUser(id) => Some(quoted(id)),
                Principal::Anybody | Principal::Aws(_) | Principal::Service(_) | Principal::Federated(_) => None,
            })?;
            Some(vec![Excepted::unknown(
                format!("everybody, if canonical user {canonical} is another account"),
                "compare the id with the account's own, which S3 shows with a bucket's ACL",
            )])
        }
        Listed::NotIn(named) if named.contains(&Principal::Anybody) => None,
        Listed::NotIn(named) => Some(not_principal::excepted(named, subject)),
    }
}

/// Whether a principal stands for everybody in the owner's account.
///
/// Sources: AWS IAM User Guide, "AWS JSON policy elements: Principal" (an account and its root ARN mean the same); since
/// 20 October 2023 S3 applies a Deny on the owner's root ARN to every IAM principal of the account
/// (k9security.io/posts/2023/10/how-s3-is-changing-the-handling-of-the-root-identity-in-bucket-policy-on-october-20-2023).
fn is_everybody(principal: Principal<'_>, subject: PolicySubject<'_>) -> bool {
    match principal {
        Principal::Anybody => true,
        Principal::Aws(name) => is_owner(name, subject),
        Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => false,
    }
}
