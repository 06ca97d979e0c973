//! Whether a request was made with `force`.

use serde::{Deserialize, Serialize};

/// Whether a person asked with `force`, which allows a change that may open more than the management of the policy.
///
/// Written as a boolean, as people send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Force {
    #[default]
    NotGiven,
    Given,
}

impl From<bool> for Force {
    fn from(is_given: bool) -> Self {
        if is_given { Self::Given } else { Self::NotGiven }
    }
}

impl From<Force> for bool {
    fn from(force: Force) -> Self {
        match force {
            Force::Given => true,
            Force::NotGiven => false,
        }
    }
}
