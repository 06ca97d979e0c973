//! What people are answered: JSON with a status, and one line where something was not done.

use std::fmt::Display;

use rootwarden_aws::{AwsError, StorageError};
use rootwarden_domain::{
    ErrorKind, Failure,
    approvals::DecisionError,
    people::{Person, PersonError},
    text::input::InputError,
};
use rootwarden_lambda::Endpoint;
use serde::Serialize;
use serde_json::json;
use tracing::{error, info};

/// Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs", "Response payload format".
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpAnswer {
    pub status_code: u16,
    headers: Headers,
    /// JSON.
    pub body: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Headers {
    #[serde(rename = "content-type")]
    content_type: &'static str,
}

impl HttpAnswer {
    pub(crate) fn ok(body: &impl Serialize) -> Self {
        match serde_json::to_string(body) {
            Ok(body) => Self::of(200, body),
            Err(error) => Self::of(502, json!({"error": format!("cannot write the answer: {error}")}).to_string()),
        }
    }

    fn of(status_code: u16, body: String) -> Self {
        Self { status_code, headers: Headers { content_type: "application/json" }, body }
    }
}

/// Why a person's request was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    #[error(transparent)]
    BadInput(#[from] InputError),
    #[error("the request is not signed with an IAM identity: sign it as docs/operating.md shows")]
    NotSigned,
    #[error(transparent)]
    PersonError(#[from] PersonError),
    #[error(
        "nobody could approve what `{0}` starts: the session's name was made up by a tool, so that nobody can be shown to be \
         somebody else; sign with a session that is named after you"
    )]
    NobodyCouldApprove(Person),
    #[error("this URL does not take it: send it to the URL for {}, which is in the stack's outputs", name_of_url(*.0))]
    OtherUrl(Endpoint),
    #[error("this deployment takes no unlock requests: they are switched on with the parameter UnlockRequests")]
    NoUnlockRequests,
    #[error(
        "this deployment allows no root password recovery: it only reports, and could not take it back (parameter Mode)"
    )]
    NoRecovery,
    #[error(
        "run `{0}` over the whole organization runs already, and by hand there is one at a time: wait for its end, or have it stopped"
    )]
    OneAtATime(String),
    #[error(transparent)]
    Refused(#[from] DecisionError),
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// As the stack's outputs call the URL of this deployment.
fn name_of_url(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Requests => "requests",
        Endpoint::Approvals => "approvals",
    }
}

impl From<AwsError> for RequestError {
    fn from(error: AwsError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StorageError> for RequestError {
    fn from(error: StorageError) -> Self {
        Self::Failed(error.into())
    }
}

impl RequestError {
    /// The same, to a state machine.
    pub(crate) fn into_failure(self) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            refused => Failure::new(ErrorKind::InvalidRequest, refused.to_string()),
        }
    }

    fn status(&self) -> u16 {
        match self {
            Self::BadInput(_) => 400,
            Self::NotSigned | Self::PersonError(_) | Self::NobodyCouldApprove(_) | Self::OtherUrl(_) => 403,
            Self::NoUnlockRequests | Self::NoRecovery | Self::OneAtATime(_) => 409,
            Self::Refused(refusal) => refusal.status(),
            Self::Failed(_) => 502,
        }
    }

    /// The answer to a person, once it is logged.
    pub(crate) fn answer_to(&self, caller: impl Display) -> HttpAnswer {
        let status = self.status();
        match self {
            Self::Failed(Failure { kind, message, code, request_id, denied_by: _ }) => {
                error!(
                    error.kind = %kind, aws.code = code, aws.request_id = request_id, caller = %caller,
                    "Could not do what {caller} asked for: {message}"
                );
            }
            Self::BadInput(_)
            | Self::NotSigned
            | Self::PersonError(_)
            | Self::NobodyCouldApprove(_)
            | Self::OtherUrl(_)
            | Self::NoUnlockRequests
            | Self::NoRecovery
            | Self::OneAtATime(_)
            | Self::Refused(_) => {
                info!(caller = %caller, status, "Refused what {caller} asked for: {self}");
            }
        }
        HttpAnswer::of(status, json!({"error": self.to_string()}).to_string())
    }
}
