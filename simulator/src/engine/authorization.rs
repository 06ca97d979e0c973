//! Whether a root session or a caller may do what it asks for.

use super::authentication::Signer;
use crate::identifiers::root_arn;
use crate::policy::{
    AccessDecision, CallingPrincipal, Context, Decision, Policy, Question, ResourcePolicy, decide, usual_context,
    verdict,
};
use crate::state::{RootSession, State};
use crate::wire::{Operation, ServiceError};
use crate::world::{PolicyType, RegisteredCaller, World};

/// What somebody wants to do with a bucket or a queue.
pub(crate) struct Target<'a> {
    /// The IAM action.
    pub(crate) action: &'a str,
    /// The ARN that policies see.
    pub(crate) resource: &'a str,
    /// The account that the resource belongs to.
    pub(crate) owner: &'a str,
    /// The text of the resource's policy.
    pub(crate) policy: Option<&'a str>,
    /// Whether the resource's policy never denies it to its owner's root.
    pub(crate) is_open_to_owners_root: bool,
    /// Condition keys besides those of every call.
    pub(crate) context: &'a [(&'a str, &'a str)],
}

impl<'a> Target<'a> {
    /// What no resource's policy decides on.
    pub(crate) fn without_policy(action: &'a str, resource: &'a str, owner: &'a str) -> Self {
        Self { action, resource, owner, policy: None, is_open_to_owners_root: false, context: &[] }
    }
}

/// Checks a call on a bucket or a queue against everything that decides on it.
///
/// A root session: its task policy, service control policies and, unless the owner's root is exempt, the resource's
/// policy. Anybody else: service control policies, the resource's policy and its own statements, if it has any.
pub(crate) fn authorize(state: &State, signer: &Signer, target: &Target<'_>) -> Result<(), ServiceError> {
    let Target { action, resource, owner, policy, is_open_to_owners_root, context } = *target;
    let arn = signer.arn();
    let caller = CallingPrincipal::of(&arn);
    let usual = usual_context(caller, owner, &state.world.organization_id, state.now());
    let question = Question { action, resource, context: usual.with_all(context) };
    let refuse = |why: &str| Err(refused(&arn, action, resource, why));
    if let Signer::RootSession(session) = signer {
        authorize_root(state, session, action, resource, owner)?;
    } else if let Some(why) = denied_by_organization(&state.world, caller.account(), SERVICE_CONTROL, &question) {
        return refuse(&why);
    }
    let context = match signer {
        Signer::RootSession(_) => question.context.clone().with("aws:AssumedRoot", "true"),
        Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_) => question.context.clone(),
    };
    let of_resource = Question { action, resource, context };
    if let Some(why) = denied_by_organization(&state.world, owner, PolicyType::ResourceControlPolicy, &of_resource) {
        return refuse(&why);
    }
    let identity = match signer {
        Signer::RootSession(_) | Signer::AccountRoot(_) => Decision::Allowed,
        Signer::Unregistered(_) => Decision::NotAllowed,
        Signer::Caller(registered) => match &registered.statements {
            None => Decision::Allowed,
            Some(statements) => decide(statements, &question),
        },
    };
    let is_owners_root = matches!(caller, CallingPrincipal::Root { account } if account == owner);
    if is_owners_root && is_open_to_owners_root {
        return Ok(());
    }
    let said = policy.map(|policy| ResourcePolicy::of_text(policy).decide(caller, question));
    // SQS writes the action in lower case everywhere (samples/sqs.AccessDenied.json-protocol.json).
    let lower = action.to_ascii_lowercase();
    let said_action = if action.starts_with("sqs:") { lower.as_str() } else { action };
    match verdict(caller, owner, identity == Decision::Allowed, said) {
        AccessDecision::DeniedByResourcePolicy => refuse("with an explicit deny in a resource-based policy"),
        _ if identity == Decision::ExplicitlyDenied => refuse("with an explicit deny in an identity-based policy"),
        AccessDecision::Allowed => Ok(()),
        AccessDecision::NotAllowedByIdentity => {
            refuse(&format!("because no identity-based policy allows the {said_action} action"))
        }
        AccessDecision::NotAllowedByResourcePolicy => {
            refuse(&format!("because no resource-based policy allows the {said_action} action"))
        }
    }
}

/// Checks a call of a root session against its task policy and the account's service control policies.
///
/// Root may do everything that neither of them denies. `owner`: the account that the resource belongs to.
pub(crate) fn authorize_root(
    state: &State,
    session: &RootSession,
    action: &str,
    resource: &str,
    owner: &str,
) -> Result<(), ServiceError> {
    let caller = CallingPrincipal::Root { account: &session.account };
    let context = usual_context(caller, owner, &state.world.organization_id, state.now());
    let question = Question { action, resource, context: context.with("aws:AssumedRoot", "true") };
    let refuse = |why: &str| Err(refused(&caller.principal_arn(), action, resource, why));
    if decide(session.task.statements(), &question) == Decision::ExplicitlyDenied {
        // Unverified: nobody here has seen the text of a task policy's denial.
        return refuse("with an explicit deny in a session policy");
    }
    // Unverified for a root session. Seen elsewhere: samples/any.AccessDenied.service-control-policy.json.
    if let Some(why) = denied_by_organization(&state.world, &session.account, SERVICE_CONTROL, &question) {
        return refuse(&why);
    }
    Ok(())
}

const SERVICE_CONTROL: PolicyType = PolicyType::ServiceControlPolicy;

/// Which policy over an account denies it, in AWS's words, if one does. They bind members, not the management account.
fn denied_by_organization(world: &World, account: &str, kind: PolicyType, question: &Question<'_>) -> Option<String> {
    let policies = world.policies_over(account, kind);
    let denies = |policy: &Policy| decide(policy.statements(), question) == Decision::ExplicitlyDenied;
    let policy = policies.into_iter().find(|policy| denies(&policy.policy()))?;
    let World { management_account, organization_id, .. } = world;
    let (words, segment) = (kind.segment().replace('_', " "), kind.segment());
    let arn = format!("arn:aws:organizations::{management_account}:policy/{organization_id}/{segment}/{}", policy.id);
    Some(format!("with an explicit deny in a {words}: {arn}"))
}

/// S3 quotes the resource, SQS writes the action in lower case.
///
/// Sources: github.com/noobaa/noobaa-core, issue 10060 (S3); samples/sqs.AccessDenied.json-protocol.json.
fn refused(principal: &str, action: &str, resource: &str, why: &str) -> ServiceError {
    let mut denied = match action.split_once(':') {
        Some(("s3", _)) => ServiceError::not_authorized(principal, action, &format!("\"{resource}\"")),
        Some(("sqs", _)) => ServiceError::not_authorized(principal, &action.to_ascii_lowercase(), resource),
        Some(_) | None => ServiceError::not_authorized(principal, action, resource),
    };
    denied.message = format!("{} {why}", denied.message);
    denied
}

/// Whether a caller's own statements allow an operation of Organizations or of the organization's features in IAM.
///
/// A delegation is asked of a resource, the account, and an import of findings, the product.
/// Source: Service Authorization Reference, AWS Organizations and AWS Security Hub.
pub(crate) fn statements_allow(state: &State, signer: &Signer, operation: &Operation) -> bool {
    let Signer::Caller(registered) = signer else { return true };
    let Some(statements) = &registered.statements else { return true };
    let caller = CallingPrincipal::of(&registered.arn);
    let context = usual_context(caller, registered.account(), &state.world.organization_id, state.now());
    // Source: Service Authorization Reference, AWS Organizations: what its condition keys are filled from.
    let context = match operation.parameter("ServicePrincipal") {
        Some(service) => context.with("organizations:ServicePrincipal", service),
        None => context,
    };
    let (action, World { management_account, organization_id, .. }) = (operation.action(), &state.world);
    let resource = match (operation.name.as_str(), operation.parameter("AccountId")) {
        ("RegisterDelegatedAdministrator", Some(account)) => {
            format!("arn:aws:organizations::{management_account}:account/{organization_id}/{account}")
        }
        ("BatchImportFindings", _) => {
            let account = registered.account();
            format!("arn:aws:securityhub:us-east-1:{account}:product/{account}/default")
        }
        _ => "*".to_owned(),
    };
    decide(statements, &Question { action: &action, resource: &resource, context }) == Decision::Allowed
}

/// Refuses what a caller's own statements do not allow, with this HTTP status.
///
/// Unverified: the text is that of other services; nobody here has seen Organizations, CloudTrail or Lambda refuse by a caller's
/// own policies.
pub(crate) fn require_statements(
    state: &State,
    signer: &Signer,
    operation: &Operation,
    status: u16,
) -> Result<(), ServiceError> {
    if statements_allow(state, signer, operation) {
        return Ok(());
    }
    let action = operation.action();
    let ServiceError { message, .. } = ServiceError::not_authorized(&signer.arn(), &action, "*");
    let message = format!("{message} because no identity-based policy allows the {action} action");
    Err(ServiceError::new("AccessDeniedException", status, message))
}

/// Whether a calling role's own statements allow it to open a session with a task policy in an account.
pub(crate) fn may_assume_root(caller: &RegisteredCaller, target: &str, task_policy_arn: &str) -> bool {
    let Some(statements) = &caller.statements else { return true };
    let resource = root_arn(target);
    let context = Context::default()
        .with("sts:TaskPolicyArn", task_policy_arn)
        .with("aws:PrincipalArn", CallingPrincipal::of(&caller.arn).principal_arn())
        .with("aws:PrincipalAccount", caller.account())
        .with("aws:ResourceAccount", target);
    // Source: Lambda Developer Guide, "Using source function ARN to control function access behavior".
    let context = match &caller.function {
        Some(function) => context.with("lambda:SourceFunctionArn", function),
        None => context,
    };
    let question = Question { action: "sts:AssumeRoot", resource: &resource, context };
    decide(statements, &question) == Decision::Allowed
}
