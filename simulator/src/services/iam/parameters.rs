//! Parameters of IAM's operations.

use crate::wire::{Operation, ServiceError};

/// A parameter that the operation cannot do without.
pub(super) fn required<'a>(operation: &'a Operation, name: &str) -> Result<&'a str, ServiceError> {
    operation.parameter(name).ok_or_else(|| {
        let name = name.chars().enumerate().map(|(index, c)| if index == 0 { c.to_ascii_lowercase() } else { c });
        let message = "1 validation error detected: Value null at";
        let name: String = name.collect();
        ServiceError::validation(format!("{message} '{name}' failed to satisfy constraint: Member must not be null"))
    })
}
