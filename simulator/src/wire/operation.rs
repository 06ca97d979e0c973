//! Which operation of which service a request asks for, and with what.

use std::collections::BTreeMap;

use http::Method;
use serde_json::Value;

use super::request::{Request, form};
use super::rest;

pub(crate) const ASSUME_ROOT: &str = "AssumeRoot";

/// The one operation of Lambda that is simulated. Source: AWS Lambda API Reference, `GetAccountSettings`.
const ACCOUNT_SETTINGS: &str = "/2016-08-19/account-settings/";

/// The one operation of Security Hub that is simulated. Source: AWS Security Hub API Reference, `BatchImportFindings`.
const IMPORT_FINDINGS: &str = "/findings/import";

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
    CloudTrail,
    CloudFormation,
    /// The settings of an account; everything else of Lambda is not simulated.
    Lambda,
    /// Publishing alone.
    Sns,
    /// `PutEvents` alone.
    EventBridge,
    /// `BatchImportFindings` alone.
    SecurityHub,
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

impl Operation {
    /// Finds out which operation of which service a request means.
    pub(crate) fn of(request: &Request) -> Self {
        if let Some((target, name)) = request.header("x-amz-target").and_then(|target| target.rsplit_once('.')) {
            let service = match target {
                "AWSOrganizationsV20161128" => Service::Organizations,
                "AWSStepFunctions" => Service::StepFunctions,
                "AmazonSQS" => Service::Sqs,
                // Source: service model of CloudTrail, `targetPrefix`.
                "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101" => Service::CloudTrail,
                // Source: service model of EventBridge, `targetPrefix`.
                "AWSEvents" => Service::EventBridge,
                _ => Service::Other,
            };
            let input = Input::Json(serde_json::from_slice(&request.body).unwrap_or_default());
            return Self::new(request, service, name, input);
        }
        if request.signing_service() == "lambda" && request.method == Method::GET && request.path == ACCOUNT_SETTINGS {
            return Self::new(request, Service::Lambda, "GetAccountSettings", Input::Rest);
        }
        if request.signing_service() == "securityhub"
            && request.method == Method::POST
            && request.path == IMPORT_FINDINGS
        {
            let input = Input::Json(serde_json::from_slice(&request.body).unwrap_or_default());
            return Self::new(request, Service::SecurityHub, "BatchImportFindings", input);
        }
        if request.signing_service() == "s3" {
            return Self::new(request, Service::S3, rest::operation_name(request), Input::Rest);
        }
        let mut parameters = request.query.clone();
        if request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            parameters.extend(form(&request.body));
        }
        let service = match parameters.get("Version").map(String::as_str) {
            Some("2011-06-15") => Service::Sts,
            Some("2010-05-08") => Service::Iam,
            Some("2010-03-31") => Service::Sns,
            Some("2010-05-15") => Service::CloudFormation,
            Some(_) | None => Service::Other,
        };
        let name = parameters.get("Action").cloned().unwrap_or_else(|| "Unknown".to_owned());
        Self::new(request, service, &name, Input::Form(parameters))
    }

    fn new(request: &Request, service: Service, name: &str, input: Input) -> Self {
        let prefix = service.prefix().unwrap_or_else(|| request.signing_service()).to_owned();
        Self { service, prefix, name: name.to_owned(), input }
    }

    /// The IAM action, e.g. `iam:DeleteAccessKey`.
    pub(crate) fn action(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }

    /// Whether it opens a root session.
    pub(crate) fn is_assume_root(&self) -> bool {
        self.service == Service::Sts && self.name == ASSUME_ROOT
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
            Self::CloudTrail => Some("cloudtrail"),
            Self::CloudFormation => Some("cloudformation"),
            Self::Lambda => Some("lambda"),
            Self::Sns => Some("sns"),
            Self::EventBridge => Some("events"),
            Self::SecurityHub => Some("securityhub"),
            Self::Other => None,
        }
    }
}
