//! Whether calls are throttled.

use serde::{Deserialize, Serialize};

/// Which rate limits a world has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limits {
    #[default]
    Off,
    /// What AWS publishes for Organizations and STS.
    Published,
}
