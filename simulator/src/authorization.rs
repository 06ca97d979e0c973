//! Whether a root session or a calling role may do what it asks for.

use std::collections::BTreeMap;

use crate::account::root_arn;
use crate::answer::ServiceError;
use crate::caller::RegisteredCaller;
use crate::policy::{Decision, Policy, Question, decide};
use crate::state::RootSession;
use crate::world::World;

/// Checks a call of a root session against its task policy and the account's service control policies.
///
/// Root may do everything that neither of them denies.
pub(crate) fn authorize_root(
    world: &World,
    session: &RootSession,
    action: &str,
    resource: &str,
) -> Result<(), ServiceError> {
    let principal = root_arn(&session.account);
    let context = BTreeMap::from([
        ("aws:principalarn", principal.clone()),
        ("aws:principalaccount", session.account.clone()),
        ("aws:resourceaccount", session.account.clone()),
        ("aws:assumedroot", "true".to_owned()),
    ]);
    let question = Question { action, resource, context };
    let denied = ServiceError::not_authorized(&principal, action, resource);
    let explicitly = |policy: &str| ServiceError {
        message: format!("{} with an explicit deny in a {policy}", denied.message),
        ..denied.clone()
    };
    if decide(session.task.statements(), &question) == Decision::ExplicitlyDenied {
        // Unverified: nobody here has seen the text of a task policy's denial.
        return Err(explicitly("session policy"));
    }
    let policies = world.account(&session.account).map(|account| account.service_control_policies.as_slice());
    let statements = policies.unwrap_or_default().iter().flat_map(Policy::statements);
    if decide(statements, &question) == Decision::ExplicitlyDenied {
        // Unverified: nobody here has seen the text of an SCP's denial of a root session.
        return Err(explicitly("service control policy"));
    }
    Ok(())
}

/// Whether a calling role's own statements allow it to open a session with a task policy in an account.
pub(crate) fn may_assume_root(caller: &RegisteredCaller, target: &str, task_policy_arn: &str) -> bool {
    let Some(statements) = &caller.statements else { return true };
    let resource = root_arn(target);
    let context = BTreeMap::from([
        ("sts:taskpolicyarn", task_policy_arn.to_owned()),
        ("aws:principalarn", role_arn(&caller.arn)),
        ("aws:principalaccount", caller.account().to_owned()),
        ("aws:resourceaccount", target.to_owned()),
    ]);
    let question = Question { action: "sts:AssumeRoot", resource: &resource, context };
    decide(statements, &question) == Decision::Allowed
}

/// `aws:PrincipalArn` of a role's session is the role.
fn role_arn(arn: &str) -> String {
    match arn.split_once(":assumed-role/").map(|(account, role)| (account, role.split('/').next())) {
        Some((account, Some(role))) => format!("{}:role/{role}", account.replacen(":sts:", ":iam:", 1)),
        Some((_, None)) | None => arn.to_owned(),
    }
}
