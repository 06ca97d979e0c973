//! Who signed a call. Only the access key and the session token count: signatures are not verified.

use std::sync::Arc;

use crate::state::call::RootSessionOfCall;
use crate::state::{RootSession, State, UnknownKeys};
use crate::wire::answer::ServiceError;
use crate::wire::request::{Operation, Request, Service};
use crate::world::account::root_arn;
use crate::world::caller::RegisteredCaller;
use crate::world::organization::is_account_id;

/// Whoever signed a call.
pub(crate) enum Signer {
    Caller(Arc<RegisteredCaller>),
    RootSession(Arc<RootSession>),
    /// The emulator's way to sign as an account's root user; never in process.
    AccountRoot(String),
    /// A key that nobody registered, in a server.
    Unregistered(String),
}

impl Signer {
    pub(crate) fn arn(&self) -> String {
        match self {
            Self::Caller(caller) => caller.arn.clone(),
            Self::RootSession(session) => root_arn(&session.account),
            Self::AccountRoot(account) => root_arn(account),
            Self::Unregistered(key) => format!("unregistered/{key}"),
        }
    }

    /// The account that the signer belongs to; empty for a key that nobody registered.
    pub(crate) fn account(&self) -> &str {
        match self {
            Self::Caller(caller) => caller.account(),
            Self::RootSession(session) => &session.account,
            Self::AccountRoot(account) => account,
            Self::Unregistered(_) => "",
        }
    }

    pub(crate) fn session(&self) -> Option<RootSessionOfCall> {
        match self {
            Self::RootSession(session) => {
                Some(RootSessionOfCall { account: session.account.clone(), task: session.task.name().to_owned() })
            }
            Self::Caller(_) | Self::AccountRoot(_) | Self::Unregistered(_) => None,
        }
    }
}

/// Finds the signer of a call.
///
/// # Errors
/// The service's own code for a missing, unknown or expired credential.
pub(crate) fn authenticate(state: &State, request: &Request, operation: &Operation) -> Result<Signer, ServiceError> {
    let service = operation.service;
    let Some(signature) = &request.signature else { return Err(missing(service)) };
    let key = signature.access_key.as_str();
    if let Some(session) = state.sessions.get(key) {
        return if request.session_token.as_deref() != Some(session.token.as_str()) {
            Err(unknown(service))
        } else if state.now() >= session.expires {
            Err(expired(service))
        } else {
            Ok(Signer::RootSession(Arc::clone(session)))
        };
    }
    if let Some(caller) = state.callers.get(key) {
        return Ok(Signer::Caller(Arc::clone(caller)));
    }
    match state.keys {
        UnknownKeys::AccountRoots if is_account_id(key) => Ok(Signer::AccountRoot(key.to_owned())),
        UnknownKeys::AccountRoots | UnknownKeys::CannotAssumeRoot if is_assume_root(operation) => {
            Ok(Signer::Unregistered(key.to_owned()))
        }
        UnknownKeys::AccountRoots | UnknownKeys::CannotAssumeRoot | UnknownKeys::Refused => Err(unknown(service)),
    }
}

fn is_assume_root(operation: &Operation) -> bool {
    operation.service == Service::Sts && operation.name == "AssumeRoot"
}

fn missing(service: Service) -> ServiceError {
    let message = "Request is missing Authentication Token";
    match service {
        Service::Sts | Service::Iam | Service::Sqs => ServiceError::new("MissingAuthenticationToken", 403, message),
        Service::S3 => ServiceError::new("AccessDenied", 403, "Access Denied"),
        Service::Organizations | Service::StepFunctions | Service::Other => {
            ServiceError::new("MissingAuthenticationTokenException", 400, message)
        }
    }
}

fn unknown(service: Service) -> ServiceError {
    let message = "The security token included in the request is invalid.";
    match service {
        Service::Sts | Service::Iam | Service::Sqs => ServiceError::new("InvalidClientTokenId", 403, message),
        Service::S3 => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            ServiceError::new("InvalidAccessKeyId", 403, message)
        }
        Service::Organizations | Service::StepFunctions | Service::Other => {
            ServiceError::new("UnrecognizedClientException", 400, message)
        }
    }
}

fn expired(service: Service) -> ServiceError {
    let message = "The security token included in the request is expired";
    match service {
        Service::Sts | Service::Iam | Service::Sqs => ServiceError::new("ExpiredToken", 403, message),
        Service::S3 => ServiceError::new("ExpiredToken", 400, "The provided token has expired."),
        Service::Organizations | Service::StepFunctions | Service::Other => {
            ServiceError::new("ExpiredTokenException", 400, message)
        }
    }
}
