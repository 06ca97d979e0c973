//! The kinds of input: a person's HTTP request, and of a state machine an approval request or the question how a release stands.

use base64::{Engine, prelude::BASE64_STANDARD};
use rootwarden_domain::{
    approvals::ApprovalRequest,
    ids::release::ReleaseId,
    people::{People, Person},
    text::input::{InputError, parse},
};
use serde::Deserialize;
use serde_json::Value;

use crate::answer::RequestError;

#[derive(Debug)]
pub(crate) enum Event {
    ApprovalRequest(Box<ApprovalRequest>),
    /// How a request to release a key stands.
    Release(ReleaseId),
    Url(UrlEvent),
}

/// The event in which a state machine asks for an approval.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalEvent {
    approval_request: ApprovalRequest,
}

/// The event in which a state machine asks about a release.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReleaseEvent {
    release: ReleaseId,
}

impl Event {
    /// Lambda puts a `requestContext` into every HTTP request; everything else has to come from a state machine.
    pub(crate) fn read(input: Value) -> Result<Self, InputError> {
        if input.get("requestContext").is_some() {
            return Ok(Self::Url(UrlEvent(input)));
        }
        if input.get("release").is_some() {
            let ReleaseEvent { release } = parse("input", input)?;
            return Ok(Self::Release(release));
        }
        let ApprovalEvent { approval_request } = parse("input", input)?;
        approval_request.check()?;
        Ok(Self::ApprovalRequest(Box::new(approval_request)))
    }
}

/// An HTTP request in payload format 2.0. AWS may add fields to it, so only what is needed is looked at.
///
/// Source: AWS Lambda Developer Guide, "Invoking Lambda function URLs", "Request payload format".
#[derive(Debug)]
pub(crate) struct UrlEvent(Value);

impl UrlEvent {
    /// Who signed the request, if they are one of `people`.
    ///
    /// INVARIANT (I12): known by their IAM identity, as Lambda verified it.
    pub(crate) fn caller(&self, people: &People) -> Result<Person, RequestError> {
        let arn = self.arn().ok_or(RequestError::NotSigned)?;
        Ok(people.check(Person::signed(arn, self.signer("userId"))?)?)
    }

    /// The same, as it stands in the event: for the log alone.
    pub(crate) fn arn(&self) -> Option<&str> {
        self.signer("userArn")
    }

    fn signer(&self, field: &str) -> Option<&str> {
        self.0.pointer("/requestContext/authorizer/iam")?.get(field)?.as_str()
    }

    /// What the person wrote.
    pub(crate) fn body(&self) -> Result<Value, InputError> {
        let body = self.0.get("body").and_then(Value::as_str);
        let body = body.ok_or_else(|| InputError::new("request", "it has no body"))?;
        let decoded = if self.0.get("isBase64Encoded") == Some(&Value::Bool(true)) {
            BASE64_STANDARD
                .decode(body)
                .map_err(|error| InputError::new("request", format!("not the Base64 that it claims to be: {error}")))?
        } else {
            body.as_bytes().to_vec()
        };
        serde_json::from_slice(&decoded).map_err(|error| InputError::new("request", format!("not JSON: {error}")))
    }
}
