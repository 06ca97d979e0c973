//! What a service answers: an output or an error.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;

/// A successful answer.
#[derive(Debug)]
pub(crate) enum Output {
    /// The inside of the `…Result` element.
    Xml(String),
    Json(Value),
    Rest {
        status: StatusCode,
        headers: Vec<(&'static str, String)>,
        body: Bytes,
    },
}

/// An error as a service answers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceError {
    pub(crate) code: String,
    pub(crate) status: u16,
    pub(crate) message: String,
    /// Of Organizations.
    pub(super) reason: Option<&'static str>,
    /// Further elements of S3's errors, e.g. `Detail`.
    pub(super) fields: Vec<(&'static str, String)>,
    /// Headers that only this error has.
    pub(super) headers: Vec<(&'static str, String)>,
}

pub(crate) type Answer = Result<Output, ServiceError>;

impl ServiceError {
    pub(crate) fn new(code: impl Into<String>, status: u16, message: impl Into<String>) -> Self {
        let (fields, headers) = (Vec::new(), Vec::new());
        Self { code: code.into(), status, message: message.into(), reason: None, fields, headers }
    }

    /// Organizations explains some errors by a `Reason`.
    pub(crate) fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Adds an element to an error of S3.
    pub(crate) fn field(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The general denial of IAM and STS.
    pub(crate) fn not_authorized(principal: &str, action: &str, resource: &str) -> Self {
        let message = format!("User: {principal} is not authorized to perform: {action} on resource: {resource}");
        Self::new("AccessDenied", 403, message)
    }

    pub(crate) fn no_such_entity(message: impl Into<String>) -> Self {
        Self::new("NoSuchEntity", 404, message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", 400, message)
    }

    pub(crate) fn not_simulated(action: &str) -> Self {
        Self::new("NotImplemented", 501, format!("the simulator does not serve {action}"))
    }
}
