//! The names of what people ask for: the same for the same request in the same minute, and no other request's.

use std::{error::Error, str::FromStr};

use jiff::Timestamp;
use rootwarden_domain::{ErrorKind, Failure, Sha256};
use serde::Serialize;

/// Hexadecimal digits of the hash that the name of an execution has: 160 bits.
///
/// Why so many: whoever asks chooses much of what is hashed, and could look for two requests of one name, the one harmless.
/// A name has 80 characters at most, which is what Step Functions allows an execution.
pub(crate) const EXECUTION_DIGITS: usize = 40;

/// What a request is named by: the minute, and the hash of what was asked.
#[derive(Debug)]
pub(crate) struct RequestName {
    /// To the minute, so that the same person who asks for the same within it has asked once.
    pub(crate) requested_at: Timestamp,
    digest: Sha256,
}

impl RequestName {
    /// `asked` has to say by whom.
    pub(crate) fn of(asked: &impl Serialize, now: Timestamp) -> Result<Self, Failure> {
        let second = now.as_second();
        let requested_at = Timestamp::from_second(second - second.rem_euclid(60)).map_err(|error| defect(&error))?;
        let text = serde_json::to_vec(asked).map_err(|error| defect(&error))?;
        Ok(Self { requested_at, digest: Sha256::of(&text) })
    }

    /// The name with a prefix and so many digits of the hash, e.g. `unlock-20261122T0405Z-…`.
    pub(crate) fn with_prefix<T: FromStr<Err: Error>>(&self, prefix: &str, digits: usize) -> Result<T, Failure> {
        let (minute, digest) = (self.requested_at.strftime("%Y%m%dT%H%MZ"), self.digest.first_digits(digits));
        format!("{prefix}-{minute}-{digest}").parse().map_err(|error: T::Err| defect(&error))
    }
}

fn defect(error: &dyn Error) -> Failure {
    Failure::new(ErrorKind::Defect, format!("cannot name the request: {error}"))
}
