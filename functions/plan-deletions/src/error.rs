//! Why a plan or its entry in the ledger could not be written.

use rootwarden_domain::ErrorKind;
use rootwarden_lambda::FunctionError;

/// Why an object that was to be written once could not be.
#[derive(Debug)]
pub(crate) struct ConcurrentWriteError(pub(crate) String);

impl From<ConcurrentWriteError> for FunctionError {
    fn from(ConcurrentWriteError(key): ConcurrentWriteError) -> Self {
        Self::new(ErrorKind::Transient, format!("cannot write `{key}`: it is just being written by another call"))
    }
}

pub(crate) fn defect(error: &dyn std::error::Error) -> FunctionError {
    FunctionError::new(ErrorKind::Defect, format!("cannot write the plan: {error}"))
}
