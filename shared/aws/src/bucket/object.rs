//! What an object holds: JSON, with the digest that it is handed on with.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use rootwarden_domain::{ErrorKind, Pin, Sha256};
use serde::{Serialize, de::DeserializeOwned};

use super::error::StorageError;
use crate::client::AwsError;

/// A value as it is written into the bucket.
pub(super) struct Json {
    pub(super) body: Vec<u8>,
    pub(super) sha256: Sha256,
}

impl Json {
    /// `key` is where it is to be written.
    pub(super) fn of<T: Serialize>(key: &str, value: &T) -> Result<Self, StorageError> {
        let body = serde_json::to_vec(value).map_err(|source| malformed(key, source))?;
        Ok(Self { sha256: Sha256::of(&body), body })
    }
}

pub(super) fn parse<T: DeserializeOwned>(key: &str, body: &[u8]) -> Result<T, StorageError> {
    serde_json::from_slice(body).map_err(|source| malformed(key, source))
}

fn malformed(key: &str, source: serde_json::Error) -> StorageError {
    StorageError::Malformed { key: key.to_owned(), source }
}

/// The pin of what lies at `key` in the version that AWS named.
pub(super) fn pinned(key: &str, version_id: Option<String>, sha256: Sha256) -> Result<Pin, StorageError> {
    let version_id = version_id.ok_or_else(|| {
        let why = "the bucket keeps no versions: switch versioning on";
        AwsError::of_kind(ErrorKind::NotEnabled, format!("write `{key}`"), why)
    })?;
    Ok(Pin { key: key.to_owned(), version_id, sha256 })
}

/// The bytes of an object, once: a plan of the largest organization is tens of megabytes, and `collect` would hold it twice.
/// `what` completes "cannot …".
pub(super) async fn whole(mut output: GetObjectOutput, what: &str) -> Result<Vec<u8>, AwsError> {
    let length = output.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    let mut body = Vec::with_capacity(length);
    while let Some(part) = output.body.next().await {
        body.extend_from_slice(&part.map_err(|_| AwsError::cut_off(what))?);
    }
    Ok(body)
}
