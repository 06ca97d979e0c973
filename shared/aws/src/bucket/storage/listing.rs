//! What lies in the bucket, by its keys.

use jiff::Timestamp;

use super::{Storage, StorageError};
use crate::client::AwsError;

impl Storage {
    /// Whether anything lies there. Nothing of it is read.
    ///
    /// # Errors
    /// Any failure of `ListObjectsV2`.
    pub async fn exists(&self, key: &str) -> Result<bool, StorageError> {
        Ok(self.list(key).await?.iter().any(|found| found == key))
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

    /// The keys of every object under a prefix, each with when it was last written.
    ///
    /// # Errors
    /// Any failure of `ListObjectsV2`.
    pub async fn list_with_times(&self, prefix: &str) -> Result<Vec<(String, Option<Timestamp>)>, StorageError> {
        let mut pages = self.s3.list_objects_v2().bucket(&self.bucket).prefix(prefix).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| AwsError::new(format!("list `{prefix}`"), error))?;
            found.extend(page.contents().iter().filter_map(|object| {
                let written = object.last_modified().and_then(|at| Timestamp::from_second(at.secs()).ok());
                Some((object.key()?.to_owned(), written))
            }));
        }
        Ok(found)
    }
}
