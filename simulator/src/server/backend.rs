//! What a server stands on.

use std::time::Duration;

use super::forward::Upstream;
use crate::simulator::Simulator;

/// What answers the requests of a server.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub(super) simulator: Simulator,
    pub(super) upstream: Option<Upstream>,
    /// How long the answer to a call takes; control endpoints and what is forwarded are not slowed down.
    pub(super) latency: Duration,
}
