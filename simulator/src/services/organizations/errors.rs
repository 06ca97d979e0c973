//! Errors of Organizations that several operations have.

use crate::wire::ServiceError;

pub(super) fn no_such_account() -> ServiceError {
    ServiceError::new("AccountNotFoundException", 400, "You specified an account that doesn't exist.")
}

pub(super) fn invalid_input(message: &str, reason: &'static str) -> ServiceError {
    ServiceError::new("InvalidInputException", 400, message).because(reason)
}

pub(super) fn invalid_token() -> ServiceError {
    invalid_input("You provided an invalid NextToken.", "INVALID_NEXT_TOKEN")
}

pub(super) fn constraint(message: &str, reason: &'static str) -> ServiceError {
    ServiceError::new("ConstraintViolationException", 400, message).because(reason)
}
