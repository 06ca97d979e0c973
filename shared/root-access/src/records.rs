//! Small objects in the bucket that are not handed on by pin: found by their name, or not there.

use aws_sdk_s3::primitives::ByteStream;
use rootwarden_domain::{ErrorKind, Pin, Sha256};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    AwsError,
    storage::{Storage, StorageError},
};

/// Whether this call wrote an object, or one was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    Now,
    /// Somebody else wrote it, or is just writing it.
    AlreadyThere,
}

impl Storage {
    /// Reads an object that may not be there.
    ///
    /// # Errors
    /// Anything but its absence. An object that cannot be read as a `T` is an error, never absent.
    pub async fn find<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, StorageError> {
        let what = || format!("read `{key}`");
        let output = match self.s3().get_object().bucket(self.bucket()).key(key).send().await {
            Ok(output) => output,
            Err(error) => {
                let error = AwsError::new(what(), error);
                return if error.code() == Some("NoSuchKey") { Ok(None) } else { Err(error.into()) };
            }
        };
        let body =
            output.body.collect().await.map_err(|error| AwsError::of_kind(ErrorKind::Transient, what(), error))?;
        let malformed = |source| StorageError::Malformed { key: key.to_owned(), source };
        serde_json::from_slice(&body.to_vec()).map(Some).map_err(malformed)
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
        if self.create(key, value).await? == Created::Now {
            return Ok(());
        }
        match self.find::<T>(key).await? {
            Some(there) if there == *value => Ok(()),
            Some(_) => Err(StorageError::Altered { key: key.to_owned(), why: "something else lies there".to_owned() }),
            None => {
                let why = "it is just being written by somebody else";
                Err(AwsError::of_kind(ErrorKind::Transient, format!("write `{key}`"), why).into())
            }
        }
    }

    /// Writes text for people to read.
    ///
    /// # Errors
    /// Any failure of `PutObject`.
    pub async fn write_text(&self, key: &str, text: &str) -> Result<(), StorageError> {
        let body = ByteStream::from(text.as_bytes().to_vec());
        let put = self.s3().put_object().bucket(self.bucket()).key(key).content_type("text/plain; charset=utf-8");
        put.body(body).send().await.map_err(|error| AwsError::new(format!("write `{key}`"), error))?;
        Ok(())
    }

    /// Writes `value` as JSON where nothing is yet: of several writers, one does.
    ///
    /// # Errors
    /// Any failure of `PutObject` but the one that means that something is there.
    pub async fn create<T: Serialize>(&self, key: &str, value: &T) -> Result<Created, StorageError> {
        let body =
            serde_json::to_vec(value).map_err(|source| StorageError::Malformed { key: key.to_owned(), source })?;
        Ok(match self.put_new(key, body).await? {
            Some(_) => Created::Now,
            None => Created::AlreadyThere,
        })
    }

    /// Keeps `value` as JSON for good, and says what was written, to hand it on: said again, it is the same version.
    ///
    /// # Errors
    /// `Altered` if something else lies there; `NotEnabled` if the bucket keeps no versions; any failure of the calls.
    pub async fn keep_pinned<T: Serialize>(&self, key: String, value: &T) -> Result<Pin, StorageError> {
        let body = serde_json::to_vec(value).map_err(|source| StorageError::Malformed { key: key.clone(), source })?;
        let sha256 = Sha256::of(&body);
        let version_id = match self.put_new(&key, body).await? {
            Some(version_id) => version_id,
            None => self.version_of(&key, sha256).await?,
        };
        Ok(Pin { key, version_id, sha256 })
    }

    /// The newest version of what lies at `key`, if it is what has this hash.
    async fn version_of(&self, key: &str, sha256: Sha256) -> Result<String, StorageError> {
        let what = || format!("read `{key}`");
        let output = self.s3().get_object().bucket(self.bucket()).key(key).send().await;
        let output = match output.map_err(|error| AwsError::new(what(), error)) {
            Err(error) if error.code() == Some("NoSuchKey") => {
                let why = "it is just being written by somebody else";
                return Err(AwsError::of_kind(ErrorKind::Transient, format!("write `{key}`"), why).into());
            }
            other => other?,
        };
        let version_id = output.version_id.unwrap_or_default();
        let body =
            output.body.collect().await.map_err(|error| AwsError::of_kind(ErrorKind::Transient, what(), error))?;
        if Sha256::of(&body.to_vec()) != sha256 {
            return Err(StorageError::Altered { key: key.to_owned(), why: "something else lies there".to_owned() });
        }
        Ok(version_id)
    }

    /// Writes where nothing is yet: the version, or none if something is there.
    async fn put_new(&self, key: &str, body: Vec<u8>) -> Result<Option<String>, StorageError> {
        let put = self.s3().put_object().bucket(self.bucket()).key(key).if_none_match("*");
        let written = put.content_type("application/json").body(ByteStream::from(body)).send().await;
        match written.map_err(|error| AwsError::new(format!("write `{key}`"), error)) {
            Ok(output) => output.version_id.map(Some).ok_or_else(|| {
                let why = "the bucket keeps no versions: switch versioning on";
                AwsError::of_kind(ErrorKind::NotEnabled, format!("write `{key}`"), why).into()
            }),
            // Source: Amazon S3 User Guide, "Conditional writes": 412, or 409 while another write of it is going on.
            Err(error) if matches!(error.code(), Some("PreconditionFailed" | "ConditionalRequestConflict")) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
