//! Faults by rule: on an action, in an account, from the nth matching call on.

use serde::{Deserialize, Serialize};

/// A rule that makes matching calls fail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// An action such as `iam:DeleteAccessKey`; `*` and `?` are wildcards.
    pub on: String,
    /// Only calls in, or aimed at, this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Only calls about this resource, as the call log names it, such as `BUCKET/KEY`; `*` and `?` are wildcards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The first matching call that fails, counted from 1.
    #[serde(default = "first")]
    pub nth: u64,
    #[serde(default)]
    pub times: Times,
    pub effect: Effect,
}

/// How many matching calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Times {
    Always,
    #[serde(untagged)]
    Count(u64),
}

impl Default for Times {
    fn default() -> Self {
        Self::Count(1)
    }
}

/// What happens to a call that a fault hits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// The service's own throttling error.
    Throttle,
    /// HTTP 500.
    InternalError,
    /// No answer, no effect.
    Timeout,
    /// The connection breaks before anything happened.
    ConnectionReset,
    /// The call takes effect, then the connection breaks.
    LostResponse,
    /// The call takes effect at once, and its answer comes so many seconds later.
    Slow(u64),
    /// The call is answered as if it had been carried out, and nothing changes.
    Ignored,
    /// `AccessDenied` with AWS's general text.
    Denied,
    DeniedWith(String),
    /// What the call is about disappears just before it.
    Vanished,
    Error {
        code: String,
        status: u16,
        message: String,
    },
    /// An answer that no service of AWS writes: what a load balancer or a proxy puts in its place.
    Answer {
        status: u16,
        content_type: String,
        body: String,
    },
}

/// A fault that does not say yet what happens; made by [`Fault::on`].
#[derive(Clone, Debug)]
pub struct FaultTrigger {
    on: String,
    account: Option<String>,
    resource: Option<String>,
    nth: u64,
    times: Times,
}

impl Fault {
    /// Starts a rule for an action, e.g. `iam:DeleteAccessKey`; it hits the first matching call, once.
    #[must_use]
    pub fn on(action: impl Into<String>) -> FaultTrigger {
        FaultTrigger { on: action.into(), account: None, resource: None, nth: first(), times: Times::default() }
    }
}

impl FaultTrigger {
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Only calls about this resource, e.g. `*/report.csv`.
    #[must_use]
    pub fn resource(mut self, pattern: impl Into<String>) -> Self {
        self.resource = Some(pattern.into());
        self
    }

    /// The first matching call to fail, counted from 1.
    #[must_use]
    pub fn nth(mut self, call: u64) -> Self {
        self.nth = call;
        self
    }

    #[must_use]
    pub fn times(mut self, calls: u64) -> Self {
        self.times = Times::Count(calls);
        self
    }

    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = Times::Always;
        self
    }

    #[must_use]
    pub fn throttle(self) -> Fault {
        self.then(Effect::Throttle)
    }

    #[must_use]
    pub fn internal_error(self) -> Fault {
        self.then(Effect::InternalError)
    }

    #[must_use]
    pub fn timeout(self) -> Fault {
        self.then(Effect::Timeout)
    }

    #[must_use]
    pub fn connection_reset(self) -> Fault {
        self.then(Effect::ConnectionReset)
    }

    #[must_use]
    pub fn lost_response(self) -> Fault {
        self.then(Effect::LostResponse)
    }

    /// The call takes effect at once, and its answer comes `seconds` later.
    #[must_use]
    pub fn slow(self, seconds: u64) -> Fault {
        self.then(Effect::Slow(seconds))
    }

    #[must_use]
    pub fn ignored(self) -> Fault {
        self.then(Effect::Ignored)
    }

    #[must_use]
    pub fn denied(self) -> Fault {
        self.then(Effect::Denied)
    }

    #[must_use]
    pub fn denied_with(self, message: impl Into<String>) -> Fault {
        self.then(Effect::DeniedWith(message.into()))
    }

    #[must_use]
    pub fn vanished(self) -> Fault {
        self.then(Effect::Vanished)
    }

    #[must_use]
    pub fn error(self, code: impl Into<String>, status: u16, message: impl Into<String>) -> Fault {
        self.then(Effect::Error { code: code.into(), status, message: message.into() })
    }

    /// Nothing is done; `body` is the whole answer, word for word, as if the service had succeeded.
    #[must_use]
    pub fn answer(self, body: impl ToString) -> Fault {
        self.answered(200, "application/x-amz-json-1.1", body.to_string())
    }

    #[must_use]
    pub fn answered(self, status: u16, content_type: impl Into<String>, body: impl Into<String>) -> Fault {
        self.then(Effect::Answer { status, content_type: content_type.into(), body: body.into() })
    }

    fn then(self, effect: Effect) -> Fault {
        let Self { on, account, resource, nth, times } = self;
        Fault { on, account, resource, nth, times, effect }
    }
}

fn first() -> u64 {
    1
}
