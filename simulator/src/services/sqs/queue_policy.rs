//! What SQS refuses to take as a queue's policy.
//!
//! It answers one text for whatever is wrong and names no part (seen in hashicorp/terraform-provider-aws, pull request
//! 42209; for a principal that is gone in samples/sqs.SetQueueAttributes.principal-does-not-exist.json, where the sixth answer
//! was HTTP 500 `InternalFailure` without a message: a fault has to say so). Resources and conditions are not validated, nor
//! the quotas on statements, actions and principals.

use serde_json::Value;

use crate::engine::KnownPrincipals;
use crate::policy::{CheckedStatement, checked_statements};
use crate::wire::ServiceError;

/// Source: Amazon SQS Developer Guide, "Amazon SQS policy quotas".
const LONGEST_POLICY_BYTES: usize = 8192;

pub(super) fn check(text: &str, known: KnownPrincipals<'_>) -> Result<(), ServiceError> {
    let document: Value = serde_json::from_str(text).map_err(|_| invalid())?;
    if text.len() > LONGEST_POLICY_BYTES {
        return Err(invalid());
    }
    let statements = checked_statements(&document).map_err(|_| invalid())?;
    for CheckedStatement { principals, actions, .. } in statements {
        let is_gone = principals.into_iter().any(|(kind, name)| !known.include(kind, name));
        if is_gone || actions.iter().any(|action| *action != "*" && !action.to_ascii_lowercase().starts_with("sqs:")) {
            return Err(invalid());
        }
    }
    Ok(())
}

fn invalid() -> ServiceError {
    ServiceError::new("InvalidAttributeValue", 400, "Invalid value for the parameter Policy.")
}
