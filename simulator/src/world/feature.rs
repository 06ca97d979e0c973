//! The features of centralized root access.

use serde::{Deserialize, Serialize};

/// A feature of centralized root access; ordered as AWS lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Feature {
    RootSessions,
    RootCredentialsManagement,
}
