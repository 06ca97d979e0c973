//! Who signed a call. Only the access key and the session token count: signatures are not verified.

use std::sync::Arc;

use super::errors;
use crate::identifiers::{is_account_id, root_arn};
use crate::state::{RootSession, RootSessionOfCall, State, UnknownKeys};
use crate::wire::{Operation, Request, ServiceError};
use crate::world::RegisteredCaller;

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
    let Some(signature) = &request.signature else { return Err(errors::unsigned(service)) };
    let key = signature.access_key.as_str();
    if let Some(session) = state.credentials.session(key) {
        return if request.session_token.as_deref() != Some(session.token.as_str()) {
            Err(errors::unknown_key(service))
        } else if state.now() >= session.expires {
            Err(errors::expired(service))
        } else {
            Ok(Signer::RootSession(Arc::clone(session)))
        };
    }
    if let Some(caller) = state.credentials.caller(key) {
        return Ok(Signer::Caller(Arc::clone(caller)));
    }
    match state.credentials.unknown_keys() {
        UnknownKeys::AccountRoots if is_account_id(key) => Ok(Signer::AccountRoot(key.to_owned())),
        UnknownKeys::AccountRoots | UnknownKeys::CannotAssumeRoot if operation.is_assume_root() => {
            Ok(Signer::Unregistered(key.to_owned()))
        }
        UnknownKeys::AccountRoots | UnknownKeys::CannotAssumeRoot | UnknownKeys::Refused => {
            Err(errors::unknown_key(service))
        }
    }
}
