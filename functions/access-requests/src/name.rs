//! The names of what people start: the same for the same request in the same minute, and no other request's.

use jiff::Timestamp;
use rootwarden_domain::{ErrorKind, Failure, Sha256};
use serde::Serialize;

/// Hexadecimal digits of the hash that a name has: 160 bits.
///
/// Why so many: whoever asks chooses much of what is hashed, and could look for two requests of one name, the one harmless.
/// A name has 80 characters at most, which is what Step Functions allows an execution.
const DIGITS: usize = 40;

/// Names what is asked at this time, e.g. `unlock-20261122T0405Z-…`. `asked` has to say by whom.
pub(crate) fn name(what: &str, asked: &impl Serialize, at: Timestamp) -> Result<String, Failure> {
    let text = serde_json::to_vec(asked).map_err(|error| defect(&error))?;
    let digest = Sha256::of(&text).to_string();
    Ok(format!("{what}-{}-{}", at.strftime("%Y%m%dT%H%MZ"), digest.get(..DIGITS).unwrap_or(&digest)))
}

pub(crate) fn defect(error: &dyn std::error::Error) -> Failure {
    Failure::new(ErrorKind::Defect, format!("cannot name the request: {error}"))
}
