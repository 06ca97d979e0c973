//! Why an object could not be read or written.

use rootwarden_domain::{ErrorKind, Failure};

use crate::client::AwsError;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// Somebody wrote over it, or removed it, after the step before handed it on.
    #[error("`{key}` is not what was handed on: {why}; nothing is done with it: find out who wrote it")]
    Altered { key: String, why: String },
    #[error("cannot read `{key}`: {source} (mend it, or find out who wrote it)")]
    Malformed { key: String, source: serde_json::Error },
    #[error("`{key}` is not where this kind of object lies: find out who named it")]
    Misplaced { key: String },
    /// What a person wrote and has to mend.
    #[error("{0}")]
    Unreadable(String),
}

impl StorageError {
    /// Somebody else has written what was to be written: it has to be read again.
    pub(super) fn written_meanwhile(key: &str) -> Self {
        let why = "it was written meanwhile, by somebody else or by an attempt whose answer got lost";
        AwsError::of_kind(ErrorKind::Transient, format!("write `{key}`"), why).into()
    }

    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Aws(error) => error.kind(),
            Self::Altered { .. } | Self::Malformed { .. } | Self::Misplaced { .. } | Self::Unreadable(_) => {
                ErrorKind::InvalidRequest
            }
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Aws(error) => error.into(),
            other => Self::new(other.kind(), other.to_string()),
        }
    }
}
