//! Where a policy is stored before it is changed: in a new file or a new object, read again before anything happens.

use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

use rootwarden_aws::{Done, SdkConfig, Storage};
use rootwarden_domain::unlock::StoredPolicy;

use crate::{arguments::Place, exit::Ended};

/// More bytes than that are no stored policy: AWS takes policies of up to 20 KB.
const LARGEST_BYTES: usize = 256 * 1024;

/// Stores what was read of a policy where nothing is yet.
///
/// INVARIANT (I6): it is stored once the same bytes were read back, and never over anything else.
///
/// # Errors
/// Something lies there already, it cannot be written, or what was written is not what is read.
pub(super) async fn store(text: &str, place: &Place, config: &SdkConfig) -> Result<(), Ended> {
    let failed = |why: &dyn std::fmt::Display| {
        Ended::Unfinished(format!("cannot store the policy in `{place}`, so nothing was changed: {why}"))
    };
    let read = match place {
        Place::File(path) => {
            write_new(path, text).map_err(|error| failed(&error))?;
            fs::read(path).map_err(|error| failed(&error))?
        }
        Place::Object { bucket, key } => {
            let storage = Storage::new(config, bucket);
            let body = text.as_bytes().to_vec().into();
            let written = storage.create_bytes(key, "application/json", body).await;
            let written = written.map_err(|error| failed(&error))?;
            let read = storage.find_bytes(key).await.map_err(|error| failed(&error))?.unwrap_or_default();
            // An answer that got lost makes the second try meet what the first one wrote.
            if written == Done::Already && read != text.as_bytes() {
                return Err(failed(&"something lies there already, and nothing is written over"));
            }
            read
        }
    };
    if read == text.as_bytes() { Ok(()) } else { Err(failed(&"what is read there is not what was written")) }
}

/// What lies there is left alone, be it a link.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Reads what was stored.
///
/// # Errors
/// It is not there, or was changed since.
pub(super) async fn restored(place: &Place, config: &SdkConfig) -> Result<StoredPolicy, Ended> {
    let stored: StoredPolicy = match place {
        Place::File(path) => super::wanted::read(path)?,
        Place::Object { bucket, key } => {
            let found = Storage::new(config, bucket).find_small(key, LARGEST_BYTES).await;
            let found = found.map_err(|error| {
                Ended::of_failure(error.kind(), format!("cannot read what was stored in `{place}`: {error}"))
            })?;
            found.ok_or_else(|| Ended::Refused(format!("nothing is stored in `{place}`")))?
        }
    };
    if stored.is_whole() {
        return Ok(stored);
    }
    Err(Ended::Usage(format!("what was stored of `{}` was changed since", stored.unlock)))
}
