//! IAM: the organization's features for its callers, and the root user's credentials for root sessions.

mod credentials;
mod features;
mod lists;
mod parameters;
mod summary;

use crate::engine::{Handler, Signer, authorize_root, statements_allow};
use crate::identifiers::root_arn;
use crate::state::{RootSession, State};
use crate::wire::{Answer, Operation, Request, ServiceError};

/// Whether an operation is about the organization's features rather than about credentials.
pub(crate) fn is_feature_operation(name: &str) -> bool {
    name == "ListOrganizationsFeatures" || features::Change::of(name).is_some()
}

pub(super) struct Iam;

impl Handler for Iam {
    fn perform(&self, state: &mut State, signer: &Signer, _request: &Request, operation: &Operation) -> Answer {
        match signer {
            Signer::RootSession(session) => perform_as_root(state, session, operation),
            Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_)
                if is_feature_operation(&operation.name) && statements_allow(state, signer, operation) =>
            {
                features::perform(&mut state.world, signer.account(), &operation.name)
            }
            Signer::Caller(_) | Signer::AccountRoot(_) | Signer::Unregistered(_) => {
                Err(not_allowed(&signer.arn(), &operation.action()))
            }
        }
    }

    /// A credential vanishes.
    fn vanish(&self, state: &mut State, _request: &Request, operation: &Operation, account: Option<&str>) {
        if let Some(account) = account.and_then(|id| state.world.account_mut(id)) {
            credentials::remove(&mut account.root, operation);
        }
    }
}

/// What IAM answers to somebody who lacks a permission (samples/iam.AccessDenied.with-authorization-details.json).
fn not_allowed(principal: &str, action: &str) -> ServiceError {
    let id = "00000000-0000-4000-8000-000000000000";
    let mut denied = ServiceError::not_authorized(principal, action, "*");
    denied.message = format!(
        "{} because no identity-based policy allows the {action} action. Go to https://us-east-1.console.aws.amazon.com/\
         iam/home?region=us-east-1#/authorization-details/{id} for complete details, or call the \
         GetRequestAuthorizationDetails API with the following authorization id: {id}",
        denied.message
    );
    denied
}

fn perform_as_root(state: &mut State, session: &RootSession, operation: &Operation) -> Answer {
    let resource = resource(session, operation);
    authorize_root(state, session, &operation.action(), &resource, &session.account)?;
    let now = state.now();
    let page_size = state.world.iam_page_size;
    // Unverified: what a root session gets once its account has left the organization.
    let Some(account) = state.world.account_mut(&session.account) else {
        return Err(ServiceError::new(
            "InvalidClientTokenId",
            403,
            "The security token included in the request is invalid.",
        ));
    };
    match operation.name.as_str() {
        "GetAccountSummary" => Ok(summary::get_account_summary(&account.root)),
        "GetUser" => Ok(credentials::get_user(account)),
        "GetLoginProfile" => credentials::get_login_profile(account),
        "CreateLoginProfile" => credentials::create_login_profile(account, now),
        "GetAccessKeyLastUsed" => credentials::get_access_key_last_used(account, operation),
        "ListAccessKeys" => lists::list_access_keys(&account.root, operation, page_size),
        "ListSigningCertificates" => lists::list_signing_certificates(&account.root, operation, page_size),
        "ListMFADevices" => lists::list_mfa_devices(&account.root, operation, page_size),
        "DeleteAccessKey" => credentials::delete_access_key(account, operation),
        "DeleteSigningCertificate" => credentials::delete_signing_certificate(account, operation),
        "DeleteLoginProfile" => credentials::delete_login_profile(account),
        "DeactivateMFADevice" => credentials::deactivate_mfa_device(account, operation),
        _ => Err(ServiceError::not_simulated(&operation.action())),
    }
}

/// The resource that a policy sees: the root user unless the call names another one.
fn resource(session: &RootSession, operation: &Operation) -> String {
    let account = &session.account;
    match (operation.name.as_str(), operation.parameter("UserName")) {
        ("GetAccountSummary", _) => "*".to_owned(),
        (_, Some(user)) => format!("arn:aws:iam::{account}:user/{user}"),
        (_, None) => root_arn(account),
    }
}
