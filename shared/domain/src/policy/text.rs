//! A policy as a whole, unread.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Sha256;

/// A policy as AWS gave it, or as it is to be given to AWS. It is sensitive, so its `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PolicyText(String);

impl PolicyText {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PolicyText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for PolicyText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PolicyText({} bytes)", self.0.len())
    }
}

/// The hash that tells one policy from another. Where there is no policy, it is the hash of an empty text.
#[must_use]
pub fn policy_sha256(policy: Option<&PolicyText>) -> Sha256 {
    // A policy is never empty.
    Sha256::of(policy.map_or("", PolicyText::as_str).as_bytes())
}
