//! The project's bucket: what one step writes, the next one reads by version and SHA-256.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::ByteStream};
use jiff::Timestamp;
use rootwarden_domain::{
    BatchOutcome, ErrorKind, Failure, Pin, RunId, Sha256,
    artifact::{Collected, WorkerError, WorkerResult},
    failure::task_failure_in_words,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::client::{AwsError, bounded, now};

/// The bucket.
#[derive(Debug)]
pub struct Storage {
    s3: aws_sdk_s3::Client,
    bucket: String,
    config: SdkConfig,
}

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

impl Storage {
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        // Why path style: bucket names with dots do not fit the certificate, and a test's endpoint has no subdomains.
        let s3 = aws_sdk_s3::config::Builder::from(&bounded(config)).force_path_style(true).build();
        Self { s3: aws_sdk_s3::Client::from_conf(s3), bucket: bucket.into(), config: config.clone() }
    }

    pub(crate) fn s3(&self) -> &aws_sdk_s3::Client {
        &self.s3
    }

    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The time, as the SDK's configuration tells it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        now(&self.config)
    }

    /// Writes `value` as JSON and says what was written, to hand it on.
    ///
    /// # Errors
    /// Any failure of `PutObject`; `NotEnabled` if the bucket keeps no versions.
    pub async fn write<T: Serialize>(&self, key: String, value: &T) -> Result<Pin, StorageError> {
        let what = || format!("write `{key}`");
        let body = serde_json::to_vec(value).map_err(|source| StorageError::Malformed { key: key.clone(), source })?;
        let sha256 = Sha256::of(&body);
        let output = self
            .s3
            .put_object()
            .bucket(&self.bucket)
            .key(&key)
            .content_type("application/json")
            .body(ByteStream::from(body))
            .send()
            .await
            .map_err(|error| AwsError::new(what(), error))?;
        let version_id = output.version_id().map(str::to_owned).ok_or_else(|| {
            AwsError::of_kind(ErrorKind::NotEnabled, what(), "the bucket keeps no versions: switch versioning on")
        })?;
        Ok(Pin { key, version_id, sha256 })
    }

    /// Reads the version that was handed on. `expected_key` is where it has to lie.
    ///
    /// # Errors
    /// `Altered` if its bytes are not those that were handed on.
    pub async fn read<T: DeserializeOwned>(&self, pin: &Pin, expected_key: &str) -> Result<T, StorageError> {
        let body = self.bytes(pin, expected_key, Some(&pin.version_id)).await?;
        parse(pin, &body)
    }

    /// Reads what was handed on, and insists that nobody has written anything else over it since.
    ///
    /// Why stricter: what is deleted from must be beyond doubt. A second delivery that wrote the same bytes is no doubt.
    ///
    /// # Errors
    /// `Altered` if the newest version differs from what was handed on.
    pub async fn read_unaltered<T: DeserializeOwned>(&self, pin: &Pin, expected_key: &str) -> Result<T, StorageError> {
        let body = self.bytes(pin, expected_key, None).await?;
        parse(pin, &body)
    }

    /// The keys of every object under a prefix.
    ///
    /// # Errors
    /// Any failure of `ListObjectsV2`.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StorageError> {
        let mut pages = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::new(format!("list `{prefix}`"), error))?;
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        Ok(keys)
    }

    /// Reads what the workers of a round left behind, by the number of their batch.
    ///
    /// INVARIANT (I11): a result that cannot be read, or that is of another run, stands there as a failure of its batch
    /// and never stops the others. A worker that left nothing is missing.
    pub async fn collect<T: DeserializeOwned>(
        &self,
        run: &RunId,
        round: u32,
        outcomes: Vec<Option<BatchOutcome>>,
        key: impl Fn(u32) -> String,
    ) -> BTreeMap<u32, Collected<T>> {
        let mut collected = BTreeMap::new();
        for outcome in outcomes.into_iter().flatten() {
            match outcome {
                BatchOutcome::Result { batch, result } => {
                    let read = self.read::<WorkerResult<T>>(&result, &key(batch)).await.map_err(Failure::from);
                    collected.insert(batch, read.and_then(|result| result_of(run, round, batch, result)));
                }
                BatchOutcome::Failed { batch, failed: WorkerError { error, cause } } => {
                    let words = task_failure_in_words(&error, &cause);
                    let message = format!("the worker of batch {batch} failed: {words}");
                    collected.insert(batch, Err(Failure::new(worker_error_kind(&error), message)));
                }
            }
        }
        collected
    }

    async fn bytes(&self, pin: &Pin, expected_key: &str, version_id: Option<&str>) -> Result<Vec<u8>, StorageError> {
        let key = &pin.key;
        if key != expected_key {
            return Err(StorageError::Misplaced { key: key.clone() });
        }
        let what = || format!("read `{key}`");
        let output = self
            .s3
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .set_version_id(version_id.map(str::to_owned))
            .send()
            .await
            .map_err(|error| AwsError::new(what(), error));
        let output = match output {
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion")) => {
                return Err(StorageError::Altered { key: key.clone(), why: "it is gone".to_owned() });
            }
            other => other?,
        };
        whole(output, what).await
    }
}

/// The bytes of an object, once: a plan of the largest organization is tens of megabytes, and `collect` would hold it twice.
pub(crate) async fn whole(mut output: GetObjectOutput, what: impl Fn() -> String) -> Result<Vec<u8>, StorageError> {
    let length = output.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    let mut body = Vec::with_capacity(length);
    while let Some(part) = output.body.next().await {
        body.extend_from_slice(&part.map_err(|_| AwsError::cut_off(what()))?);
    }
    Ok(body)
}

pub(crate) fn result_of<T>(run: &RunId, round: u32, batch: u32, result: WorkerResult<T>) -> Collected<T> {
    if (&result.run, result.round, result.batch) == (run, round, batch) {
        return Ok(result);
    }
    let message = format!(
        "the result of batch {batch} is of run `{}`, round {}, batch {}",
        result.run, result.round, result.batch
    );
    Err(Failure::new(ErrorKind::Defect, message))
}

/// The kind behind a worker's error, if it is one of ours; Lambda's and Step Functions' own may pass.
fn worker_error_kind(error: &str) -> ErrorKind {
    let kinds = [
        ErrorKind::Throttled,
        ErrorKind::Transient,
        ErrorKind::NotYetVisible,
        ErrorKind::Denied,
        ErrorKind::NotEnabled,
        ErrorKind::InvalidRequest,
        ErrorKind::Defect,
    ];
    kinds.into_iter().find(|kind| kind.name() == error).unwrap_or(ErrorKind::Transient)
}

fn parse<T: DeserializeOwned>(pin: &Pin, body: &[u8]) -> Result<T, StorageError> {
    let found = Sha256::of(body);
    if found != pin.sha256 {
        let why = format!("its SHA-256 is {found}, not {}", pin.sha256);
        return Err(StorageError::Altered { key: pin.key.clone(), why });
    }
    serde_json::from_slice(body).map_err(|source| StorageError::Malformed { key: pin.key.clone(), source })
}
