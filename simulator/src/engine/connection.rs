//! What can happen to an answer on its way.

use std::time::Duration;

/// How long an answer is on its way; stands among its extensions where a fault makes it slow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay(pub(crate) Duration);

/// A connection that breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectorFault {
    #[error("no answer came in time")]
    Timeout,
    #[error("the connection was reset before the call had an effect")]
    ConnectionReset,
    #[error("the connection was reset after the call had its effect")]
    LostResponse,
}

impl ConnectorFault {
    /// The name in the call log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Timeout => "Timeout",
            Self::ConnectionReset => "ConnectionReset",
            Self::LostResponse => "LostResponse",
        }
    }
}
