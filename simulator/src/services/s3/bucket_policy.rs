//! What S3 refuses to take as a bucket policy.
//!
//! The texts are S3's as they are reported and as S3-compatible servers repeat them (versitygw, `auth/bucket_policy.go`);
//! nobody here has seen them. Conditions are not validated.

use serde_json::Value;

use super::errors::malformed_policy;
use crate::engine::KnownPrincipals;
use crate::policy::{CheckedStatement, Rejection, checked_statements, wildcard_matches};
use crate::wire::ServiceError;

/// Source: Amazon S3 User Guide, "Bucket policies": limited to 20 KB.
const LONGEST_POLICY_BYTES: usize = 20 * 1024;

/// A policy that may stand on the bucket.
pub(super) struct AcceptedPolicy {
    /// As it was put.
    pub(super) text: String,
    pub(super) document: Value,
}

pub(super) fn read(bytes: &[u8], bucket: &str, known: KnownPrincipals<'_>) -> Result<AcceptedPolicy, ServiceError> {
    if bytes.len() > LONGEST_POLICY_BYTES {
        // Unverified: MinIO, which follows S3's codes, answers so.
        let message = "Policy exceeds the maximum allowed document size.";
        return Err(ServiceError::new("PolicyTooLarge", 400, message));
    }
    let invalid_start = || malformed_policy("Policies must be valid JSON and the first byte must be '{'");
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.starts_with('{')).ok_or_else(invalid_start)?;
    let document = serde_json::from_str(text).map_err(|_| malformed_policy("This policy contains invalid Json"))?;
    for statement in checked_statements(&document).map_err(refuse)? {
        check(statement, bucket, known)?;
    }
    Ok(AcceptedPolicy { text: text.to_owned(), document })
}

fn refuse(rejection: Rejection) -> ServiceError {
    malformed_policy(match rejection {
        Rejection::Missing(field) => format!("Missing required field {field}"),
        Rejection::NoStatement => "Could not parse the policy: Statement is empty!".to_owned(),
        Rejection::Version => "The policy must contain a valid version string".to_owned(),
        Rejection::Unknown(field) => format!("Unknown field {field}"),
        Rejection::Effect(effect) => format!("Invalid effect: {effect}"),
        Rejection::Form => "Invalid policy syntax.".to_owned(),
    })
}

fn check(statement: CheckedStatement<'_>, bucket: &str, known: KnownPrincipals<'_>) -> Result<(), ServiceError> {
    let CheckedStatement { principals, actions, resources, names_actions, names_resources } = statement;
    if let Some((kind, principal)) = principals.into_iter().find(|(kind, name)| !known.include(kind, name)) {
        return Err(
            malformed_policy("Invalid principal in policy").field("Detail", format!("\"{kind}\" : \"{principal}\""))
        );
    }
    if actions.iter().any(|action| *action != "*" && !action.to_ascii_lowercase().starts_with("s3:")) {
        return Err(malformed_policy("Policy has invalid action"));
    }
    let targets: Option<Vec<Reach>> = resources.iter().map(|resource| Reach::of_resource(resource, bucket)).collect();
    let targets = targets.ok_or_else(|| malformed_policy("Policy has invalid resource"))?;
    let applies = |action: &&str| targets.iter().any(|target| target.meets(Reach::of_action(action)));
    if names_actions && names_resources && !actions.iter().all(applies) {
        return Err(malformed_policy("Action does not apply to any resource(s) in statement"));
    }
    Ok(())
}

/// What an action, or a resource, is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Bucket,
    Objects,
    Both,
}

impl Reach {
    fn meets(self, other: Self) -> bool {
        self == other || self == Self::Both || other == Self::Both
    }

    /// A pattern may mean both, unless it names objects before its first wildcard.
    fn of_action(action: &str) -> Self {
        let name = action.to_ascii_lowercase();
        let name = name.strip_prefix("s3:").unwrap_or(&name);
        let literal = name.split(['*', '?']).next().unwrap_or_default();
        let is_about_objects = (literal.contains("object") && !literal.contains("bucket"))
            || matches!(name, "abortmultipartupload" | "listmultipartuploadparts");
        match (is_about_objects, literal == name) {
            (true, _) => Self::Objects,
            (false, true) => Self::Bucket,
            (false, false) => Self::Both,
        }
    }

    /// `None` for a resource that is neither the bucket nor in it.
    fn of_resource(resource: &str, bucket: &str) -> Option<Self> {
        let name = match resource {
            "*" => return Some(Self::Both),
            resource => resource.strip_prefix("arn:aws:s3:::")?,
        };
        match name.split_once('/') {
            Some((name, _)) if wildcard_matches(name, bucket) => Some(Self::Objects),
            None if wildcard_matches(name, bucket) && name.ends_with('*') => Some(Self::Both),
            None if wildcard_matches(name, bucket) => Some(Self::Bucket),
            Some(_) | None => None,
        }
    }
}
