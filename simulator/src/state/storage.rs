//! The objects in the project's buckets, every version of them.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

#[derive(Debug, Default)]
pub(crate) struct Storage {
    buckets: HashMap<String, BTreeMap<String, Vec<Version>>>,
    versions: u64,
}

/// One version of an object.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) id: String,
    /// Absent: a delete marker.
    pub(crate) body: Option<Bytes>,
    pub(crate) modified: Timestamp,
    pub(crate) content_type: Option<String>,
    /// Header name and value of the checksum that the writer sent.
    pub(crate) checksum: Option<(&'static str, String)>,
}

impl Version {
    /// A version that the storage has not named yet.
    pub(crate) fn new(body: Option<Bytes>, modified: Timestamp) -> Self {
        Self { id: String::new(), body, modified, content_type: None, checksum: None }
    }

    pub(crate) fn etag(&self) -> String {
        let digest = hex::encode(Sha256::digest(self.body.as_deref().unwrap_or_default()));
        format!("\"{}\"", digest.get(..32).unwrap_or_default())
    }
}

impl Storage {
    /// Adds a version and returns its id.
    pub(crate) fn put(&mut self, bucket: &str, key: &str, mut version: Version) -> String {
        self.versions += 1;
        version.id = format!("version-{:08}", self.versions);
        let id = version.id.clone();
        self.buckets.entry(bucket.to_owned()).or_default().entry(key.to_owned()).or_default().push(version);
        id
    }

    /// The latest version, delete markers included.
    pub(crate) fn latest(&self, bucket: &str, key: &str) -> Option<&Version> {
        self.buckets.get(bucket)?.get(key)?.last()
    }

    pub(crate) fn version(&self, bucket: &str, key: &str, id: &str) -> Option<&Version> {
        self.buckets.get(bucket)?.get(key)?.iter().find(|version| version.id == id)
    }

    /// Keys after `after` whose latest version is not a delete marker, with that version.
    pub(crate) fn list(&self, bucket: &str, after: &str) -> impl Iterator<Item = (&str, &Version, &Bytes)> {
        let bounds = (std::ops::Bound::Excluded(after), std::ops::Bound::Unbounded);
        let objects = self.buckets.get(bucket).into_iter().flat_map(move |objects| objects.range::<str, _>(bounds));
        objects.filter_map(|(key, versions)| {
            let latest = versions.last()?;
            Some((key.as_str(), latest, latest.body.as_ref()?))
        })
    }

    /// Removes an object with all its versions.
    pub(crate) fn remove(&mut self, bucket: &str, key: &str) {
        if let Some(objects) = self.buckets.get_mut(bucket) {
            objects.remove(key);
        }
    }
}
