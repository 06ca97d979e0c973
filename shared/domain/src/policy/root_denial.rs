//! Which statements of an organization's policies keep root sessions from what Rootwarden does in member accounts.
//!
//! Service control policies and resource control policies have the grammar of resource policies; the former without principals.
//! Only a Deny is looked at. What is denied because no policy allows it cannot be read from one policy.
//!
//! Limits: a condition on a key of which nothing is known here, such as the Region of a request, is told of only where the
//! statement also names root users. Otherwise every policy that limits Regions would be.

mod carried;

use serde_json::{Value, json};

use super::language::{
    PolicyDocument, PolicyError, action, pattern,
    statement::{Effect, Listed, Statement},
};
use crate::aws::partition::Partition;

pub use carried::RootSessionContext;

/// What a root session does in a member account to find and delete root credentials.
pub const CREDENTIAL_ACTIONS: [&str; 10] = [
    "iam:GetAccountSummary",
    "iam:ListAccessKeys",
    "iam:GetAccessKeyLastUsed",
    "iam:ListSigningCertificates",
    "iam:ListMFADevices",
    "iam:GetLoginProfile",
    "iam:DeleteAccessKey",
    "iam:DeleteSigningCertificate",
    "iam:DeleteLoginProfile",
    "iam:DeactivateMFADevice",
];

/// What a root session does with the policy of a bucket or a queue; only these have a resource that a resource control policy
/// decides on.
///
/// Source: AWS Service Authorization Reference, Amazon S3 and Amazon SQS: actions with a resource type.
pub const UNLOCK_ACTIONS: [&str; 6] = [
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:DeleteBucketPolicy",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:SetQueueAttributes",
];

/// A statement that denies root sessions something that they are opened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootDenial {
    /// What people find it by: `Sid "DenyRoot"`, or `statement 2`.
    pub statement: String,
    /// The actions of those asked for that it denies.
    pub actions: Vec<&'static str>,
    pub reach: DenialReach,
}

/// Of the accounts that the policy binds, where it denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DenialReach {
    Everywhere,
    /// In some accounts or on some resources.
    InPart,
    /// A condition decides of which nothing is known here.
    Perhaps,
}

/// Whether something holds for root sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    Always,
    /// For some accounts or resources.
    InPart,
    /// It cannot be said.
    Perhaps,
    Never,
}

/// The statements of a service control policy or a resource control policy that deny root sessions any of `actions`.
///
/// # Errors
/// Text that is no policy, or has anything that this version does not know.
/// Source: AWS Organizations User Guide, "SCP syntax" and "RCP syntax".
pub fn root_denials(
    text: &str,
    actions: &[&'static str],
    context: &RootSessionContext,
) -> Result<Vec<RootDenial>, PolicyError> {
    let document = with_principals(text)?;
    let statements = document.statements();
    Ok(statements.iter().filter_map(|statement| denial(statement, actions, context)).collect())
}

/// The policy as if each of its statements named everybody, which is what one without principals means.
fn with_principals(text: &str) -> Result<PolicyDocument, PolicyError> {
    let mut policy: Value = serde_json::from_str(text).map_err(|error| PolicyError::NotJson(error.to_string()))?;
    if let Some(statements) = policy.get_mut("Statement") {
        let statements = match statements {
            Value::Array(statements) => statements.as_mut_slice(),
            single => std::slice::from_mut(single),
        };
        for statement in statements.iter_mut().filter_map(Value::as_object_mut) {
            if !statement.contains_key("Principal") && !statement.contains_key("NotPrincipal") {
                statement.insert("Principal".to_owned(), json!("*"));
            }
        }
    }
    PolicyDocument::parse(&policy.to_string())
}

fn denial(statement: &Statement<'_>, actions: &[&'static str], context: &RootSessionContext) -> Option<RootDenial> {
    if statement.effect != Effect::Deny || matches!(statement.principals, Listed::NotIn(_)) {
        return None;
    }
    let conditions: Vec<Holds> = statement.conditions.iter().map(|condition| context.holds(condition)).collect();
    let of_conditions = conditions.into_iter().max().unwrap_or(Holds::Always);
    let denied: Vec<(&'static str, Holds)> = actions
        .iter()
        .filter(|action| action::includes(&statement.actions, action))
        .map(|action| (*action, takes_in(&statement.resources, &family(action, context.partition)).max(of_conditions)))
        .filter(|(_, holds)| *holds != Holds::Never)
        .collect();
    let reach = match denied.iter().map(|(_, holds)| *holds).max()? {
        Holds::Always => DenialReach::Everywhere,
        Holds::InPart => DenialReach::InPart,
        Holds::Perhaps | Holds::Never => DenialReach::Perhaps,
    };
    let names_root = statement.conditions.iter().any(|condition| context.is_named_by(condition));
    if reach == DenialReach::Perhaps && !names_root {
        return None;
    }
    Some(RootDenial {
        statement: statement.name(),
        actions: denied.into_iter().map(|(action, _)| action).collect(),
        reach,
    })
}

/// A pattern of what the action is done with, in any member account.
fn family(action: &str, partition: Partition) -> String {
    match action.split_once(':') {
        Some(("s3", _)) => format!("arn:{partition}:s3:::*"),
        Some(("sqs", _)) => format!("arn:{partition}:sqs:*:????????????:*"),
        // It is of no resource, so that only `*` takes it in.
        Some((_, "GetAccountSummary")) => String::new(),
        Some(_) | None => format!("arn:{partition}:iam::????????????:root"),
    }
}

/// Whether `Resource` or `NotResource` takes in what is of a pattern.
fn takes_in(resources: &Listed<&str>, family: &str) -> Holds {
    let values = resources.values().iter().map(|resource| pattern::widest(resource));
    let of_one = |resource: String| {
        if pattern::covers(&resource, family) {
            Holds::Always
        } else if pattern::intersect(&resource, family) {
            Holds::InPart
        } else {
            Holds::Never
        }
    };
    let most = values.map(of_one).min().unwrap_or(Holds::Never);
    match (resources, most) {
        (Listed::In(_), most) => most,
        (Listed::NotIn(_), Holds::Always) => Holds::Never,
        (Listed::NotIn(_), Holds::InPart | Holds::Perhaps) => Holds::InPart,
        (Listed::NotIn(_), Holds::Never) => Holds::Always,
    }
}

#[cfg(test)]
mod tests;
