//! Which Deny statements keep whom from managing the policy.

use super::{
    PolicyOf, Reach, action,
    condition::Holds,
    describe, pattern,
    statement::{Effect, Listed, Principal, Statement},
    words::quoted,
};

/// Whom of the owner's account a Deny reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Everyone,
    /// Everybody but these, in plain words.
    Except(Vec<String>),
    /// Nobody in particular: named principals, other accounts, or requests out of the ordinary.
    Nobody,
}

/// What a Deny does to the management of the policy.
#[derive(Debug)]
pub(super) struct Denial {
    /// Which of the management actions it covers.
    pub(super) covers: Vec<&'static str>,
    pub(super) scope: Scope,
}

impl Denial {
    /// `None` for an Allow.
    pub(super) fn of(statement: &Statement<'_>, of: PolicyOf<'_>) -> Option<Self> {
        if statement.effect != Effect::Deny {
            return None;
        }
        let (covers, on_resource) = match names(&statement.resources, &of.arn()) {
            Names::No => (vec![], None),
            Names::Yes => (covered(statement, of), None),
            Names::Perhaps => {
                let words = "whatever the policy variable in its resources leaves out, which cannot be read";
                (covered(statement, of), Some(words.to_owned()))
            }
        };
        Some(Self { covers, scope: scope(statement, on_resource, of) })
    }

    /// Whether it covers any management action for everybody, perhaps with exceptions.
    pub(super) fn locks(&self) -> bool {
        !self.covers.is_empty() && self.scope != Scope::Nobody
    }

    pub(super) fn is_within(&self, reach: Reach) -> bool {
        self.locks()
            && match (reach, &self.scope) {
                (Reach::Everyone | Reach::AlsoWithExceptions, Scope::Everyone)
                | (Reach::AlsoWithExceptions, Scope::Except(_)) => true,
                (Reach::Everyone, Scope::Except(_)) | (_, Scope::Nobody) => false,
            }
    }
}

fn covered(statement: &Statement<'_>, of: PolicyOf<'_>) -> Vec<&'static str> {
    of.management().iter().copied().filter(|action| action::includes(&statement.actions, action)).collect()
}

/// Whether `Resource` or `NotResource` takes in an ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Yes,
    No,
    /// A policy variable decides.
    Perhaps,
}

/// Source: AWS IAM User Guide, "IAM JSON policy elements: Resource" (case counts).
pub(super) fn names(resources: &Listed<&str>, arn: &str) -> Names {
    let is_named =
        resources.values().iter().any(|resource| !pattern::has_variable(resource) && pattern::matches(resource, arn));
    let is_perhaps = resources.values().iter().any(|resource| pattern::matches(&pattern::widest(resource), arn));
    match (resources, is_named, is_perhaps) {
        (Listed::In(_), true, _) | (Listed::NotIn(_), false, false) => Names::Yes,
        (Listed::In(_), false, false) | (Listed::NotIn(_), true, _) => Names::No,
        (Listed::In(_) | Listed::NotIn(_), false, true) => Names::Perhaps,
    }
}

fn scope(statement: &Statement<'_>, on_resource: Option<String>, of: PolicyOf<'_>) -> Scope {
    let Some(mut exceptions) = left_out_by_principal(&statement.principals, of) else { return Scope::Nobody };
    exceptions.extend(on_resource);
    for condition in &statement.conditions {
        match condition.holds(of) {
            Holds::Always => {}
            Holds::Never => return Scope::Nobody,
            Holds::Except(left_out) => exceptions.extend(left_out),
        }
    }
    if exceptions.is_empty() { Scope::Everyone } else { Scope::Except(exceptions) }
}

/// `None`: the statement names some, not everybody.
fn left_out_by_principal(principals: &Listed<Principal<'_>>, of: PolicyOf<'_>) -> Option<Vec<String>> {
    match principals {
        Listed::In(named) if named.iter().any(|principal| is_everybody(*principal, of)) => Some(vec![]),
        Listed::In(named) => {
            // Why not nobody: the owner's own canonical id stands for its whole account, and cannot be told from another's.
            let canonical: Vec<String> = named
                .iter()
                .filter_map(|principal| match principal {
                    Principal::CanonicalUser(id) => {
                        Some(format!("everybody, unless canonical user {} is the owner", quoted(id)))
                    }
                    Principal::Anybody | Principal::Aws(_) | Principal::Service(_) | Principal::Federated(_) => None,
                })
                .collect();
            (!canonical.is_empty()).then_some(canonical)
        }
        Listed::NotIn(named) if named.contains(&Principal::Anybody) => None,
        Listed::NotIn(named) => Some(named.iter().map(|principal| describe::principal(*principal)).collect()),
    }
}

/// Whether a principal stands for everybody in the owner's account.
///
/// Sources: AWS IAM User Guide, "AWS JSON policy elements: Principal" (an account and its root ARN mean the same); since
/// 20 October 2023 S3 applies a Deny on the owner's root ARN to every IAM principal of the account
/// (k9security.io/posts/2023/10/how-s3-is-changing-the-handling-of-the-root-identity-in-bucket-policy-on-october-20-2023).
fn is_everybody(principal: Principal<'_>, of: PolicyOf<'_>) -> bool {
    match principal {
        Principal::Anybody => true,
        Principal::Aws(name) => is_owner(name, of),
        Principal::Service(_) | Principal::Federated(_) | Principal::CanonicalUser(_) => false,
    }
}

/// Whether it is the owner's account as a whole.
pub(super) fn is_owner(name: &str, of: PolicyOf<'_>) -> bool {
    let PolicyOf { resource: _, owner, partition } = of;
    name == owner.to_string() || name == format!("arn:{partition}:iam::{owner}:root")
}
