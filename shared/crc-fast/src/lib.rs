//! The three CRCs that `aws-smithy-checksums` asks the crate `crc-fast` for, and no other. `[patch.crates-io]` in the workspace's
//! `Cargo.toml` puts this in the place of that crate.
//!
//! Why: `crc-fast` holds tables for 27 CRCs, which do not compress: 0.6 MB of each function's zip (docs/decisions/0010-sizes.md).
//! The CRCs themselves are computed by `crc32fast` and `crc`.
//! Source for names and signatures: `crc-fast` 1.10.0, as `aws-smithy-checksums` 0.65.0 uses it.

use std::fmt;

use crc::{CRC_32_ISCSI, CRC_64_NVME, Crc, Table};

// Tables of one row: 1 and 2 KB. Only the CRC-32 is computed over large bodies.
static CRC32C: Crc<u32, Table<1>> = Crc::<u32, Table<1>>::new(&CRC_32_ISCSI);
static CRC64_NVME: Crc<u64, Table<1>> = Crc::<u64, Table<1>>::new(&CRC_64_NVME);

/// The CRCs that S3 knows: CRC-32, CRC-32C and CRC-64/NVME.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrcAlgorithm {
    Crc32IsoHdlc,
    Crc32Iscsi,
    Crc64Nvme,
}

/// A CRC over bytes that come one part after the other.
pub struct Digest(State);

enum State {
    Crc32(crc32fast::Hasher),
    Crc32c(crc::Digest<'static, u32, Table<1>>),
    Crc64Nvme(crc::Digest<'static, u64, Table<1>>),
}

impl Digest {
    #[must_use]
    pub fn new(algorithm: CrcAlgorithm) -> Self {
        Self(match algorithm {
            CrcAlgorithm::Crc32IsoHdlc => State::Crc32(crc32fast::Hasher::new()),
            CrcAlgorithm::Crc32Iscsi => State::Crc32c(CRC32C.digest()),
            CrcAlgorithm::Crc64Nvme => State::Crc64Nvme(CRC64_NVME.digest()),
        })
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc32(hasher) => hasher.update(bytes),
            State::Crc32c(digest) => digest.update(bytes),
            State::Crc64Nvme(digest) => digest.update(bytes),
        }
    }

    /// The CRC; of 32 bits, in the lower half.
    #[must_use]
    pub fn finalize(self) -> u64 {
        match self.0 {
            State::Crc32(hasher) => hasher.finalize().into(),
            State::Crc32c(digest) => digest.finalize().into(),
            State::Crc64Nvme(digest) => digest.finalize(),
        }
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            State::Crc32(_) => "Digest(Crc32IsoHdlc)",
            State::Crc32c(_) => "Digest(Crc32Iscsi)",
            State::Crc64Nvme(_) => "Digest(Crc64Nvme)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The CRC of `123456789`, given in two parts. Source: the catalogue of parametrised CRC algorithms, reveng.sourceforge.io/crc-catalogue,
    /// `check` of CRC-32/ISO-HDLC, CRC-32/ISCSI and CRC-64/NVME.
    #[test]
    fn each_crc_is_that_of_the_catalogue() {
        for (algorithm, check) in [
            (CrcAlgorithm::Crc32IsoHdlc, 0xcbf4_3926),
            (CrcAlgorithm::Crc32Iscsi, 0xe306_9283),
            (CrcAlgorithm::Crc64Nvme, 0xae8b_1486_0a79_9888),
        ] {
            let mut digest = Digest::new(algorithm);
            digest.update(b"1234");
            digest.update(b"56789");
            assert_eq!(digest.finalize(), check, "{algorithm:?}");
        }
    }
}
