//! Who and what the tests' deployment is.

/// The management account, where the functions run.
pub const MANAGEMENT: &str = "111122223333";
pub const BUCKET: &str = "rootwarden-bucket";
/// The first run of a test.
pub const RUN: &str = "nightly-2026-11-22";
/// The topic of notices, and that of their form for a chat.
pub const NOTICES: &str = "arn:aws:sns:us-east-1:111122223333:rootwarden-notices";
pub const CHAT: &str = "arn:aws:sns:us-east-1:111122223333:rootwarden-chat";
