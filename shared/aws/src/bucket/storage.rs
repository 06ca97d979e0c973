//! The project's bucket: what one step writes, the next one reads by version and SHA-256.

mod listing;

use aws_config::SdkConfig;
use aws_sdk_s3::{operation::get_object::GetObjectOutput, primitives::ByteStream};
use bytes::Bytes;
use rootwarden_domain::{ErrorKind, Pin, Sha256, artifact::WorkerResult, run::call::AccountCalls};
use serde::{Serialize, de::DeserializeOwned};
use tracing::warn;

use super::{
    error::StorageError,
    object::{Json, parse, pinned, whole},
    read_recorder::ReadRecorder,
};
use crate::client::{AwsError, Done, bounded};

/// The bucket.
#[derive(Debug, Clone)]
pub struct Storage {
    s3: aws_sdk_s3::Client,
    bucket: String,
    reads: Option<ReadRecorder>,
}

/// What a write does where something lies already.
#[derive(Debug, Clone, Copy)]
enum Existing<'a> {
    Replace,
    Keep,
    /// Replaces this one alone, by its `ETag`.
    Only(&'a str),
}

/// Whether an object was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    Yes,
    WrittenMeanwhile,
}

/// An object that was read by its key alone.
struct Newest {
    version_id: Option<String>,
    body: Vec<u8>,
}

impl Storage {
    #[must_use]
    pub fn new(config: &SdkConfig, bucket: impl Into<String>) -> Self {
        // Why path style: bucket names with dots do not fit the certificate, and a test's endpoint has no subdomains.
        let s3 = aws_sdk_s3::config::Builder::from(&bounded(config)).force_path_style(true).build();
        Self { s3: aws_sdk_s3::Client::from_conf(s3), bucket: bucket.into(), reads: None }
    }

    /// The same bucket, whose reads are noted.
    #[must_use]
    pub fn recorded(&self, reads: &ReadRecorder) -> Self {
        Self { reads: Some(reads.clone()), ..self.clone() }
    }

    /// Reads the version that was handed on. `expected_key` is where it has to lie.
    ///
    /// # Errors
    /// `Altered` if its bytes are not those that were handed on.
    pub async fn read<T: DeserializeOwned>(&self, pin: &Pin, expected_key: &str) -> Result<T, StorageError> {
        self.read_as_handed_on(pin, expected_key, Some(&pin.version_id)).await
    }

    /// Reads what was handed on, and insists that nobody has written anything else over it since.
    ///
    /// Why stricter: what is deleted from must be beyond doubt. A second delivery that wrote the same bytes is no doubt.
    ///
    /// # Errors
    /// `Altered` if the newest version differs from what was handed on.
    pub async fn read_unaltered<T: DeserializeOwned>(&self, pin: &Pin, expected_key: &str) -> Result<T, StorageError> {
        self.read_as_handed_on(pin, expected_key, None).await
    }

    /// Reads an object that may not be there.
    ///
    /// # Errors
    /// Anything but its absence. An object that cannot be read as a `T` is an error, never absent.
    pub async fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        self.find_small(key, usize::MAX).await
    }

    /// Reads an object that may not be there, and that somebody else may have written.
    ///
    /// # Errors
    /// As [`Self::find`]; `Unreadable` if it has more than `largest` bytes, of which none are read then.
    pub async fn find_small<T: DeserializeOwned>(&self, key: &str, largest: usize) -> Result<Option<T>, StorageError> {
        let found = self.newest(key, largest).await?;
        found.map(|Newest { body, .. }| parse(key, &body)).transpose()
    }

    /// The same as [`Self::find`], with the pin of what was read, to hand it on.
    ///
    /// # Errors
    /// As [`Self::find`]; `NotEnabled` if the bucket keeps no versions.
    pub async fn find_pinned<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(Pin, T)>, StorageError> {
        let Some(Newest { version_id, body, .. }) = self.newest(key, usize::MAX).await? else { return Ok(None) };
        let pin = pinned(key, version_id, Sha256::of(&body))?;
        Ok(Some((pin, parse(key, &body)?)))
    }

    /// Reads the bytes of an object that may not be there.
    ///
    /// # Errors
    /// Anything but its absence.
    pub async fn find_bytes(&self, key: &str) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.newest(key, usize::MAX).await?.map(|Newest { body, .. }| body))
    }

    /// Writes `value` as JSON and says what was written, to hand it on.
    ///
    /// # Errors
    /// Any failure of `PutObject`; `NotEnabled` if the bucket keeps no versions.
    pub async fn write<T: Serialize>(&self, key: String, value: &T) -> Result<Pin, StorageError> {
        self.put_json(&key, Json::of(&key, value)?, Existing::Replace).await
    }

    /// Writes text for people to read.
    ///
    /// # Errors
    /// Any failure of `PutObject`.
    pub async fn write_text(&self, key: &str, text: &str) -> Result<(), StorageError> {
        let body = text.as_bytes().to_vec();
        self.put(key, "text/plain; charset=utf-8", body, Existing::Replace).await?;
        Ok(())
    }

    /// Writes what is told of a run, in a form that browsers and spreadsheets know by its type, and says what was written.
    ///
    /// # Errors
    /// Any failure of `PutObject`; `NotEnabled` if the bucket keeps no versions.
    pub async fn write_bytes(&self, key: &str, content_type: &str, body: Bytes) -> Result<Pin, StorageError> {
        let sha256 = Sha256::of(&body);
        let version_id = self.put(key, content_type, body, Existing::Replace).await?;
        pinned(key, version_id, sha256)
    }

    /// Writes down which calls a worker made. They are evidence, and nothing goes by them: where it fails, the work is done all the same.
    pub async fn note_calls(&self, key: String, calls: &WorkerResult<AccountCalls>) {
        if let Err(error) = self.write(key, calls).await {
            warn!(error.kind = %error.kind(), "The calls of a batch are not written down: {error}");
        }
    }

    /// Writes `value` as JSON where nothing is yet: of several writers, one does.
    ///
    /// # Errors
    /// Any failure of `PutObject` but the one that means that something is there.
    pub async fn create<T: Serialize>(&self, key: &str, value: &T) -> Result<Done, StorageError> {
        Ok(self.create_pinned(key, value).await?.map_or(Done::Already, |_| Done::Now))
    }

    /// The same, with the pin of what this call wrote; `None` if something was there.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn create_pinned<T: Serialize>(&self, key: &str, value: &T) -> Result<Option<Pin>, StorageError> {
        self.create_json(key, Json::of(key, value)?).await
    }

    /// Reads a small object that is to be replaced, with its `ETag`. What cannot be read as a `T` can be replaced as well.
    ///
    /// # Errors
    /// It cannot be asked for.
    pub(super) async fn find_to_replace<T: DeserializeOwned>(
        &self,
        key: &str,
        largest: usize,
    ) -> Result<Option<(Option<String>, Result<T, StorageError>)>, StorageError> {
        let what = format!("read `{key}`");
        let output = match self.get(key, None, &what).await {
            Ok(output) => output,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let etag = output.e_tag().map(str::to_owned);
        let read = small(key, output, largest).await.and_then(|Newest { body, .. }| parse(key, &body));
        Ok(Some((etag, read)))
    }

    /// Writes `value` as JSON over the object with this `ETag`, or where nothing is, if there was none.
    ///
    /// # Errors
    /// Any failure of `PutObject` but the one that means that something else is there.
    pub(super) async fn replace<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        etag: Option<String>,
    ) -> Result<Replaced, StorageError> {
        Ok(self.replace_pinned(key, value, etag).await?.map_or(Replaced::WrittenMeanwhile, |_| Replaced::Yes))
    }

    /// The same, with the pin of what this call wrote; `None` if something else was there.
    ///
    /// # Errors
    /// As [`Self::replace`].
    pub(super) async fn replace_pinned<T: Serialize>(
        &self,
        key: &str,
        value: &T,
        etag: Option<String>,
    ) -> Result<Option<Pin>, StorageError> {
        let existing = etag.as_deref().map_or(Existing::Keep, Existing::Only);
        match self.put_json(key, Json::of(key, value)?, existing).await {
            Ok(pin) => Ok(Some(pin)),
            Err(StorageError::Aws(error)) if is_precondition_failed(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps `value` as JSON for good: written once, and never over anything else.
    ///
    /// # Errors
    /// `Altered` if something else lies there; `NotEnabled` if the bucket keeps no versions; any failure of the calls.
    pub async fn keep<T: Serialize + DeserializeOwned + PartialEq>(
        &self,
        key: &str,
        value: &T,
    ) -> Result<(), StorageError> {
        if self.create(key, value).await? == Done::Now {
            return Ok(());
        }
        match self.find::<T>(key).await? {
            Some(there) if there == *value => Ok(()),
            Some(_) => Err(something_else(key)),
            None => Err(being_written(key)),
        }
    }

    /// Keeps `value` as JSON for good, and says what was written, to hand it on: said again, it is the same version.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn keep_pinned<T: Serialize>(&self, key: String, value: &T) -> Result<Pin, StorageError> {
        let json = Json::of(&key, value)?;
        let sha256 = json.sha256;
        if let Some(pin) = self.create_json(&key, json).await? {
            return Ok(pin);
        }
        match self.newest(&key, usize::MAX).await? {
            Some(Newest { version_id, body, .. }) if Sha256::of(&body) == sha256 => pinned(&key, version_id, sha256),
            Some(_) => Err(something_else(&key)),
            None => Err(being_written(&key)),
        }
    }

    /// An object as S3 answers it: one version, or the newest. `what` completes "cannot …".
    pub(super) async fn get(
        &self,
        key: &str,
        version_id: Option<&str>,
        what: &str,
    ) -> Result<GetObjectOutput, AwsError> {
        let get = self.s3.get_object().bucket(&self.bucket).key(key).set_version_id(version_id.map(str::to_owned));
        get.send().await.map_err(|error| AwsError::new(what, error))
    }

    async fn newest(&self, key: &str, largest: usize) -> Result<Option<Newest>, StorageError> {
        let what = format!("read `{key}`");
        match self.get(key, None, &what).await {
            Ok(output) => {
                let newest = small(key, output, largest).await?;
                self.note_read(key, newest.version_id.as_deref(), || Sha256::of(&newest.body));
                Ok(Some(newest))
            }
            Err(error) if error.code() == Some("NoSuchKey") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn read_as_handed_on<T: DeserializeOwned>(
        &self,
        pin: &Pin,
        expected_key: &str,
        version_id: Option<&str>,
    ) -> Result<T, StorageError> {
        let Pin { key, version_id: _, sha256 } = pin;
        if key != expected_key {
            return Err(StorageError::Misplaced { key: key.clone() });
        }
        let altered = |why: String| StorageError::Altered { key: key.clone(), why };
        let what = format!("read `{key}`");
        let output = match self.get(key, version_id, &what).await {
            Err(error) if matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion")) => {
                return Err(altered("it is gone".to_owned()));
            }
            other => other?,
        };
        let body = whole(output, &what).await?;
        let found = Sha256::of(&body);
        if found != *sha256 {
            return Err(altered(format!("its SHA-256 is {found}, not {sha256}")));
        }
        self.note_read(key, Some(&pin.version_id), || found);
        parse(key, &body)
    }

    /// Notes an object that was read whole, where reads are noted.
    pub(super) fn note_read(&self, key: &str, version_id: Option<&str>, sha256: impl FnOnce() -> Sha256) {
        if let (Some(reads), Some(version_id)) = (&self.reads, version_id) {
            reads.note(Pin { key: key.to_owned(), version_id: version_id.to_owned(), sha256: sha256() });
        }
    }

    /// Writes bytes where nothing is yet, in any bucket: one that keeps no versions as well.
    ///
    /// # Errors
    /// Any failure of `PutObject` but the one that means that something is there.
    pub async fn create_bytes(&self, key: &str, content_type: &str, body: Bytes) -> Result<Done, StorageError> {
        match self.put(key, content_type, body, Existing::Keep).await {
            Ok(_) => Ok(Done::Now),
            Err(error) if is_precondition_failed(&error) => Ok(Done::Already),
            Err(error) => Err(error.into()),
        }
    }

    async fn create_json(&self, key: &str, json: Json) -> Result<Option<Pin>, StorageError> {
        match self.put_json(key, json, Existing::Keep).await {
            Ok(pin) => Ok(Some(pin)),
            Err(StorageError::Aws(error)) if is_precondition_failed(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The one place that writes JSON: what is written is pinned by its digest, and by the version that AWS names.
    async fn put_json(&self, key: &str, json: Json, existing: Existing<'_>) -> Result<Pin, StorageError> {
        let Json { body, sha256 } = json;
        let version_id = self.put(key, "application/json", body, existing).await?;
        pinned(key, version_id, sha256)
    }

    /// The version that was written.
    async fn put(
        &self,
        key: &str,
        content_type: &str,
        body: impl Into<ByteStream>,
        existing: Existing<'_>,
    ) -> Result<Option<String>, AwsError> {
        let put = self.s3.put_object().bucket(&self.bucket).key(key).content_type(content_type);
        let put = match existing {
            Existing::Replace => put,
            Existing::Keep => put.if_none_match("*"),
            Existing::Only(etag) => put.if_match(etag),
        };
        let written = put.body(body.into()).send().await;
        let output = written.map_err(|error| AwsError::new(format!("write `{key}`"), error))?;
        Ok(output.version_id().map(str::to_owned))
    }
}

/// An object that has not more than `largest` bytes.
async fn small(key: &str, output: GetObjectOutput, largest: usize) -> Result<Newest, StorageError> {
    let length = output.content_length().and_then(|bytes| usize::try_from(bytes).ok());
    if length.is_some_and(|bytes| bytes > largest) {
        return Err(StorageError::Unreadable(format!("`{key}` has more than {largest} bytes")));
    }
    let version_id = output.version_id().map(str::to_owned);
    Ok(Newest { version_id, body: whole(output, &format!("read `{key}`")).await? })
}

/// Source: Amazon S3 User Guide, "Conditional writes": 412, or 409 while another write of it is going on.
fn is_precondition_failed(error: &AwsError) -> bool {
    matches!(error.code(), Some("PreconditionFailed" | "ConditionalRequestConflict"))
}

fn something_else(key: &str) -> StorageError {
    StorageError::Altered { key: key.to_owned(), why: "something else lies there".to_owned() }
}

fn being_written(key: &str) -> StorageError {
    let why = "it is just being written by somebody else";
    AwsError::of_kind(ErrorKind::Transient, format!("write `{key}`"), why).into()
}
