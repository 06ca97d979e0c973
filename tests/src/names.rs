//! Who and what the tests' deployment is.

/// The management account, where the functions run.
pub const MANAGEMENT: &str = "111122223333";
pub const BUCKET: &str = "rootwarden-bucket";
/// The first run of a test.
pub const RUN: &str = "nightly-2026-11-22";
