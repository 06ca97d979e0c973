//! STS: `AssumeRoot` and `GetCallerIdentity`.

use crate::clock::{seconds_between, seconds_later};
use crate::engine::{Handler, Signer, account_of_session, may_assume_root};
use crate::identifiers::{is_account_id, root_arn};
use crate::policy::Task;
use crate::state::State;
use crate::wire::{ASSUME_ROOT, Answer, Operation, Output, Request, ServiceError, xml};
use crate::world::{Account, Feature, World};

const LONGEST_SESSION_SECONDS: i64 = 900;

pub(super) struct Sts;

impl Handler for Sts {
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
        match operation.name.as_str() {
            ASSUME_ROOT if is_global_endpoint(&request.host) => {
                Err(ServiceError::new("InvalidAction", 400, "Unknown Operation"))
            }
            ASSUME_ROOT => assume_root(state, signer, operation),
            "GetCallerIdentity" => Ok(Output::Xml(
                xml::text("Arn", signer.arn())
                    + &xml::text("UserId", user_id(signer))
                    + &xml::text("Account", signer.account()),
            )),
            _ => Err(ServiceError::not_simulated(&operation.action())),
        }
    }

    fn account(
        &self,
        _state: &State,
        _request: &Request,
        operation: &Operation,
        signer: Option<&Signer>,
    ) -> Option<String> {
        if operation.is_assume_root() {
            target_account(operation).map(ToOwned::to_owned)
        } else {
            account_of_session(signer)
        }
    }

    fn vanish(&self, state: &mut State, _request: &Request, _operation: &Operation, account: Option<&str>) {
        if let Some(id) = account {
            state.world.accounts.remove(id);
        }
    }
}

/// The unique id of a user, of a role with its session's name, or of a root user, which is the account's.
fn user_id(signer: &Signer) -> String {
    let arn = signer.arn();
    match arn.split_once(":assumed-role/").and_then(|(_, rest)| rest.split_once('/')) {
        Some((_, session)) => format!("AROAEXAMPLE{}:{session}", signer.account().get(..10).unwrap_or_default()),
        None if arn.contains(":user/") => format!("AIDAEXAMPLE{}", signer.account().get(..10).unwrap_or_default()),
        None => signer.account().to_owned(),
    }
}

/// Only Regional endpoints serve AssumeRoot.
fn is_global_endpoint(host: &str) -> bool {
    host.split(':').next() == Some("sts.amazonaws.com")
}

/// The account id in a `TargetPrincipal`: an id, or a root user's ARN.
fn target_account(operation: &Operation) -> Option<&str> {
    let target = operation.parameter("TargetPrincipal")?;
    let id = target.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).unwrap_or(target);
    is_account_id(id).then_some(id)
}

/// The checks stand in the order that the observed answers imply: form, then permission, then the organization's settings.
fn assume_root(state: &mut State, signer: &Signer, operation: &Operation) -> Answer {
    let Some(policy_arn) = operation.parameter("TaskPolicyArn.arn") else {
        return Err(constraint("null", "taskPolicyArn", "Member must not be null"));
    };
    let seconds = duration_seconds(operation)?;
    let Some(target) = target_account(operation) else {
        return Err(ServiceError::validation("Request must contain a valid target principal"));
    };
    let Some(task) = Task::from_policy_arn(policy_arn) else {
        return Err(ServiceError::validation("Request must contain valid AWS managed task policy ARN"));
    };
    if !is_permitted(state, signer, target, policy_arn) {
        return Err(ServiceError::not_authorized(&signer.arn(), "sts:AssumeRoot", &root_arn(target)));
    }
    if !trust_still_counts(state) {
        return Err(ServiceError::new("AccessDenied", 403, "Service not enabled for AWS Organizations."));
    }
    let feature = required_feature(task);
    if !state.world.features.contains(&feature) {
        let feature = match feature {
            Feature::RootSessions => "Root sessions",
            Feature::RootCredentialsManagement => "Root credentials management",
        };
        let message = format!("{feature} feature is not enabled for your AWS Organization.");
        return Err(ServiceError::new("AccessDenied", 403, message));
    }
    let expires = seconds_later(state.now(), seconds);
    let credentials = state.credentials.open_session(target, task, expires);
    let fields = xml::text("AccessKeyId", credentials.access_key)
        + &xml::text("SecretAccessKey", credentials.secret)
        + &xml::text("SessionToken", credentials.token)
        + &xml::text("Expiration", expires.to_string());
    Ok(Output::Xml(xml::element("Credentials", fields)))
}

/// The organization feature without which no session for a task can be opened.
fn required_feature(task: Task) -> Feature {
    match task {
        Task::AuditRootUserCredentials | Task::CreateRootUserPassword | Task::DeleteRootUserCredentials => {
            Feature::RootCredentialsManagement
        }
        Task::UnlockBucketPolicy | Task::UnlockQueuePolicy => Feature::RootSessions,
    }
}

fn duration_seconds(operation: &Operation) -> Result<i64, ServiceError> {
    let Some(text) = operation.parameter("DurationSeconds") else { return Ok(LONGEST_SESSION_SECONDS) };
    let limit = |bound: &str| {
        let message = format!("Member must have value {bound}");
        constraint(&format!("'{text}'"), "durationSeconds", &message)
    };
    match text.parse::<i64>() {
        Ok(seconds) if seconds > LONGEST_SESSION_SECONDS => Err(limit("less than or equal to 900")),
        Ok(seconds) if seconds < 0 => Err(limit("greater than or equal to 0")),
        Ok(seconds) => Ok(seconds),
        Err(_) => Err(ServiceError::new("MalformedInput", 400, "durationSeconds is not a number")),
    }
}

fn constraint(value: &str, field: &str, rule: &str) -> ServiceError {
    let message = "1 validation error detected: Value";
    ServiceError::validation(format!("{message} {value} at '{field}' failed to satisfy constraint: {rule}"))
}

/// Everything that AWS answers with one and the same text: the caller's own permission, its place in the organization,
/// and the target's.
fn is_permitted(state: &State, signer: &Signer, target: &str, policy_arn: &str) -> bool {
    // AWS never lets a root user, a root session among them, open a root session.
    let Signer::Caller(caller) = signer else { return false };
    let world = &state.world;
    // Unverified: what AWS answers for a member that is not ACTIVE. The most restrictive guess.
    let target_can_be_opened = !world.is_management(target) && world.account(target).is_some_and(Account::is_active);
    target_can_be_opened
        && !caller.arn.ends_with(":root")
        && (world.is_management_or_delegate(caller.account()) || is_flapping_delegate(state, caller.account()))
        && may_assume_root(caller, target, policy_arn)
}

/// Revocation as it was observed after a delegate was deregistered: denied at 0 s, allowed at 15 s, denied at 60 s and later.
fn is_flapping_delegate(state: &State, account: &str) -> bool {
    let removed = state.world.former_delegates.get(account);
    removed.is_some_and(|removed| (15..60).contains(&seconds_between(*removed, state.now())))
}

/// After trusted access was disabled, sessions could be opened at 60 s, and no longer at 180 s.
fn trust_still_counts(state: &State) -> bool {
    let World { trust_removed_at, .. } = &state.world;
    state.world.trusts_iam()
        || trust_removed_at.is_some_and(|removed| (0..180).contains(&seconds_between(removed, state.now())))
}
