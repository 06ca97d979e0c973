//! Small objects in the bucket that are not handed on by pin: found by their name, or not there.

use aws_sdk_s3::primitives::ByteStream;
use rootwarden_domain::{ErrorKind, Pin, Sha256};
use serde::{Serialize, de::DeserializeOwned};

use super::storage::{Storage, StorageError, whole};
use crate::client::AwsError;

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
        self.find_small(key, usize::MAX).await
    }

    /// Reads an object that may not be there, and that somebody else may have written.
    ///
    /// # Errors
    /// As [`Self::find`]; `Unreadable` if it has more than `largest` bytes, of which none are read then.
    pub async fn find_small<T: DeserializeOwned>(&self, key: &str, largest: usize) -> Result<Option<T>, StorageError> {
        let found = self.newest(key, largest).await?;
        found.map(|(_, body)| read(key, &body)).transpose()
    }

    /// The same, with the pin of what was read, to hand it on.
    ///
    /// # Errors
    /// As [`Self::find`]; `NotEnabled` if the bucket keeps no versions.
    pub async fn find_pinned<T: DeserializeOwned>(&self, key: &str) -> Result<Option<(Pin, T)>, StorageError> {
        let Some((version_id, body)) = self.newest(key, usize::MAX).await? else { return Ok(None) };
        let pin = pinned(key, version_id, Sha256::of(&body))?;
        Ok(Some((pin, read(key, &body)?)))
    }

    /// Whether anything lies there. Nothing of it is read.
    ///
    /// # Errors
    /// Any failure of `ListObjectsV2`.
    pub async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        Ok(self.list(key).await?.iter().any(|found| found == key))
    }

    async fn newest(&self, key: &str, largest: usize) -> Result<Option<(Option<String>, Vec<u8>)>, StorageError> {
        let what = || format!("read `{key}`");
        match self.s3().get_object().bucket(self.bucket()).key(key).send().await {
            Ok(output) => {
                let length = output.content_length().and_then(|bytes| usize::try_from(bytes).ok());
                if length.is_some_and(|bytes| bytes > largest) {
                    return Err(StorageError::Unreadable(format!("`{key}` has more than {largest} bytes")));
                }
                let version_id = output.version_id().map(str::to_owned);
                Ok(Some((version_id, whole(output, what).await?)))
            }
            Err(error) => {
                let error = AwsError::new(what(), error);
                if error.code() == Some("NoSuchKey") { Ok(None) } else { Err(error.into()) }
            }
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
        if self.create(key, value).await? == Created::Now {
            return Ok(());
        }
        match self.find::<T>(key).await? {
            Some(there) if there == *value => Ok(()),
            Some(_) => Err(StorageError::Altered { key: key.to_owned(), why: "something else lies there".to_owned() }),
            None => Err(being_written(key).into()),
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
        Ok(self.create_pinned(key, value).await?.map_or(Created::AlreadyThere, |_| Created::Now))
    }

    /// The same, with the pin of what this call wrote; `None` if something was there.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub async fn create_pinned<T: Serialize>(&self, key: &str, value: &T) -> Result<Option<Pin>, StorageError> {
        let body =
            serde_json::to_vec(value).map_err(|source| StorageError::Malformed { key: key.to_owned(), source })?;
        let sha256 = Sha256::of(&body);
        let put = self.s3().put_object().bucket(self.bucket()).key(key).if_none_match("*");
        let written = put.content_type("application/json").body(ByteStream::from(body)).send().await;
        match written.map_err(|error| AwsError::new(format!("write `{key}`"), error)) {
            Ok(output) => pinned(key, output.version_id().map(str::to_owned), sha256).map(Some),
            // Source: Amazon S3 User Guide, "Conditional writes": 412, or 409 while another write of it is going on.
            Err(error) if matches!(error.code(), Some("PreconditionFailed" | "ConditionalRequestConflict")) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps `value` as JSON for good, and says what was written, to hand it on: said again, it is the same version.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn keep_pinned<T: Serialize>(&self, key: String, value: &T) -> Result<Pin, StorageError> {
        if let Some(pin) = self.create_pinned(&key, value).await? {
            return Ok(pin);
        }
        let body = serde_json::to_vec(value).map_err(|source| StorageError::Malformed { key: key.clone(), source })?;
        let sha256 = Sha256::of(&body);
        match self.newest(&key, usize::MAX).await? {
            Some((version_id, there)) if Sha256::of(&there) == sha256 => pinned(&key, version_id, sha256),
            Some(_) => Err(StorageError::Altered { key, why: "something else lies there".to_owned() }),
            None => Err(being_written(&key).into()),
        }
    }
}

fn being_written(key: &str) -> AwsError {
    let why = "it is just being written by somebody else";
    AwsError::of_kind(ErrorKind::Transient, format!("write `{key}`"), why)
}

fn read<T: DeserializeOwned>(key: &str, body: &[u8]) -> Result<T, StorageError> {
    serde_json::from_slice(body).map_err(|source| StorageError::Malformed { key: key.to_owned(), source })
}

fn pinned(key: &str, version_id: Option<String>, sha256: Sha256) -> Result<Pin, StorageError> {
    let version_id = version_id.ok_or_else(|| {
        let why = "the bucket keeps no versions: switch versioning on";
        AwsError::of_kind(ErrorKind::NotEnabled, format!("write `{key}`"), why)
    })?;
    Ok(Pin { key: key.to_owned(), version_id, sha256 })
}
