//! A function's error, whose type is the kind of failure.

use lambda_runtime::Diagnostic;
use rootwarden_aws::{AwsError, StorageError};
use rootwarden_domain::{ErrorKind, Failure, text::input::InputError};
use tracing::error;

/// Why a function could not do what it was asked for.
///
/// Lambda reports the kind as `errorType`; by default it would be the name of a Rust type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct FunctionError(#[from] Failure);

impl FunctionError {
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Failure::new(kind, message))
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The same error, with what the person who must act should know.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        self.0.message = format!("{}; {note}", self.0.message);
        self
    }

    pub(crate) fn log(&self, request_id: &str) {
        let Failure { kind, message, code, request_id: aws_request_id, denied_by: _ } = &self.0;
        error!(request.id = request_id, error.kind = %kind, aws.code = code, aws.request_id = aws_request_id, "{message}");
    }
}

impl From<InputError> for FunctionError {
    fn from(error: InputError) -> Self {
        Self::new(ErrorKind::InvalidRequest, error.to_string())
    }
}

impl From<AwsError> for FunctionError {
    fn from(error: AwsError) -> Self {
        Self(error.into())
    }
}

impl From<StorageError> for FunctionError {
    fn from(error: StorageError) -> Self {
        Self(error.into())
    }
}

impl From<FunctionError> for Diagnostic {
    fn from(error: FunctionError) -> Self {
        Self { error_type: error.kind().name().to_owned(), error_message: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_type_is_the_kind() {
        let error = FunctionError::new(ErrorKind::NotYetVisible, "cannot open a root session");
        let Diagnostic { error_type, error_message } = error.into();
        assert_eq!((error_type.as_str(), error_message.as_str()), ("NotYetVisible", "cannot open a root session"));
    }
}
