//! A request as the services see it: who signed it, for which service, and which operation it asks for.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::uri::Authority;
use http::{HeaderMap, Method};
use serde_json::Value;

/// An HTTP request with the parts that every service needs taken out of it.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) host: String,
    /// The path as sent, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) signature: Option<Signature>,
    pub(crate) session_token: Option<String>,
}

/// The credential scope of a Signature Version 4 header. The signature itself is not verified.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) access_key: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) service: Service,
    /// The service's prefix in IAM actions, e.g. `iam`.
    prefix: String,
    pub(crate) name: String,
    pub(crate) input: Input,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Sts,
    Iam,
    Organizations,
    StepFunctions,
    S3,
    Sqs,
    /// Not simulated.
    Other,
}

#[derive(Debug)]
pub(crate) enum Input {
    Form(BTreeMap<String, String>),
    Json(Value),
    /// In the path, the query and the headers.
    Rest,
}

impl Request {
    pub(crate) fn read(request: http::Request<Bytes>) -> Self {
        let (parts, body) = request.into_parts();
        let host = header(&parts.headers, "host")
            .or_else(|| parts.uri.authority().map(Authority::as_str))
            .unwrap_or_default()
            .to_owned();
        let query = form(parts.uri.query().unwrap_or_default().as_bytes());
        let signature = header(&parts.headers, "authorization").and_then(Signature::read);
        let session_token = header(&parts.headers, "x-amz-security-token").map(ToOwned::to_owned);
        let path = parts.uri.path().to_owned();
        Self { method: parts.method, host, path, query, headers: parts.headers, body, signature, session_token }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    fn signing_service(&self) -> &str {
        self.signature.as_ref().map_or("", |signature| signature.service.as_str())
    }

    /// Finds out which operation of which service is meant.
    pub(crate) fn operation(&self) -> Operation {
        if let Some((target, name)) = self.header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
            let service = match target {
                "AWSOrganizationsV20161128" => Service::Organizations,
                "AWSStepFunctions" => Service::StepFunctions,
                "AmazonSQS" => Service::Sqs,
                _ => Service::Other,
            };
            let input = Input::Json(serde_json::from_slice(&self.body).unwrap_or_default());
            return self.operation_of(service, name, input);
        }
        if self.signing_service() == "s3" {
            return self.operation_of(Service::S3, crate::services::s3::operation_name(self), Input::Rest);
        }
        let mut parameters = self.query.clone();
        if self.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            parameters.extend(form(&self.body));
        }
        let service = match parameters.get("Version").map(String::as_str) {
            Some("2011-06-15") => Service::Sts,
            Some("2010-05-08") => Service::Iam,
            Some(_) | None => Service::Other,
        };
        let name = parameters.get("Action").cloned().unwrap_or_else(|| "Unknown".to_owned());
        self.operation_of(service, &name, Input::Form(parameters))
    }

    fn operation_of(&self, service: Service, name: &str, input: Input) -> Operation {
        let prefix = service.prefix().unwrap_or_else(|| self.signing_service()).to_owned();
        Operation { service, prefix, name: name.to_owned(), input }
    }
}

impl Signature {
    /// Reads `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
    fn read(authorization: &str) -> Option<Self> {
        let (_, scope) = authorization.split_once("Credential=")?;
        let scope = scope.split([',', ' ']).next()?;
        let mut fields = scope.split('/');
        let access_key = fields.next()?.to_owned();
        let _date = fields.next()?;
        let region = fields.next()?.to_owned();
        let service = fields.next()?.to_owned();
        Some(Self { access_key, region, service })
    }
}

impl Operation {
    /// The IAM action, e.g. `iam:DeleteAccessKey`.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }

    /// A non-empty parameter of a query or JSON request.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let value = match &self.input {
            Input::Form(parameters) => parameters.get(name).map(String::as_str),
            Input::Json(body) => body.get(name).and_then(Value::as_str),
            Input::Rest => None,
        };
        value.filter(|value| !value.is_empty())
    }

    /// The texts in a list of a JSON request.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match &self.input {
            Input::Json(body) => {
                body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
            }
            Input::Form(_) | Input::Rest => Vec::new(),
        }
    }

    /// A number among the parameters.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        match &self.input {
            Input::Form(parameters) => parameters.get(name)?.parse().ok(),
            Input::Json(body) => usize::try_from(body.get(name)?.as_u64()?).ok(),
            Input::Rest => None,
        }
    }
}

impl Service {
    /// The prefix in IAM actions; another service's is the name that it is signed for.
    fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Sts => Some("sts"),
            Self::Iam => Some("iam"),
            Self::Organizations => Some("organizations"),
            Self::StepFunctions => Some("states"),
            Self::S3 => Some("s3"),
            Self::Sqs => Some("sqs"),
            Self::Other => None,
        }
    }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn form(text: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}
