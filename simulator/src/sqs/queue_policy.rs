//! What SQS refuses to take as a queue's policy.
//!
//! It answers one text for whatever is wrong (seen in hashicorp/terraform-provider-aws, pull request 42209). That it
//! gives a reason for a principal is a guess. Resources and conditions are not validated, nor the quotas on statements,
//! actions and principals.

use serde_json::Value;

use crate::answer::ServiceError;
use crate::policy_document::{Statement, statements};
use crate::state::State;

/// Source: Amazon SQS Developer Guide, "Amazon SQS policy quotas".
const LONGEST_POLICY_BYTES: usize = 8192;

pub(super) fn check(text: &str, state: &State) -> Result<(), ServiceError> {
    let document: Value = serde_json::from_str(text).map_err(|_| invalid(""))?;
    if text.len() > LONGEST_POLICY_BYTES {
        return Err(invalid(""));
    }
    let statements = statements(&document).map_err(|_| invalid(""))?;
    for Statement { principals, actions, .. } in statements {
        if let Some((_, principal)) = principals.into_iter().find(|(kind, name)| !state.has_principal(kind, name)) {
            return Err(invalid(&format!(" Reason: Principal {principal} does not exist.")));
        }
        if actions.iter().any(|action| *action != "*" && !action.to_ascii_lowercase().starts_with("sqs:")) {
            return Err(invalid(""));
        }
    }
    Ok(())
}

fn invalid(reason: &str) -> ServiceError {
    let message = format!("Invalid value for the parameter Policy.{reason}");
    ServiceError::new("InvalidAttributeValue", 400, message)
}
