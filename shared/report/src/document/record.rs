//! What a report rests on: objects of the bucket, by what their bytes were.

use rootwarden_domain::{Pin, Sha256};
use schemars::JsonSchema;
use serde::Serialize;

/// An object of the bucket, in one version. `docs/evidence.md` says how to hold it against its digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Record<'a> {
    pub key: &'a str,
    pub version_id: &'a str,
    /// Of its bytes, in hexadecimal digits.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: Sha256,
}

impl<'a> Record<'a> {
    pub(super) fn of(pin: &'a Pin) -> Self {
        let Pin { key, version_id, sha256 } = pin;
        Self { key, version_id, sha256: *sha256 }
    }
}
