//! What a service answers, and how it stands on the wire.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use crate::services::sqs;
use crate::wire::request::{Operation, Service};
use crate::wire::xml;

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
    reason: Option<&'static str>,
    /// Further elements of S3's errors, e.g. `Detail`.
    fields: Vec<(&'static str, String)>,
    /// Headers that only this error has.
    headers: Vec<(&'static str, String)>,
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

/// Writes an answer in the protocol of its service.
pub(crate) fn write(operation: &Operation, answer: Answer, request_id: &str) -> Response<Bytes> {
    let written = match answer {
        Ok(output) => write_output(operation, output, request_id),
        Err(error) => write_error(operation.service, &error, request_id),
    };
    match operation.service {
        // STS has a second id (samples/sts.GetCallerIdentity.user.json).
        Service::Sts => with_headers(written, vec![("x-amz-sts-extended-request-id", host_id(request_id))]),
        Service::Iam
        | Service::Organizations
        | Service::StepFunctions
        | Service::S3
        | Service::Sqs
        | Service::Other => written,
    }
}

fn write_output(operation: &Operation, output: Output, request_id: &str) -> Response<Bytes> {
    match output {
        Output::Xml(inside) => {
            let name = &operation.name;
            let namespace = namespace(operation.service);
            let result = xml::element(&format!("{name}Result"), inside);
            let metadata = xml::element("ResponseMetadata", xml::text("RequestId", request_id));
            let body = format!(r#"<{name}Response xmlns="{namespace}">{result}{metadata}</{name}Response>"#);
            response(StatusCode::OK, "text/xml", body.into(), request_id)
        }
        Output::Json(value) => response(StatusCode::OK, json_type(operation.service), body(&value), request_id),
        Output::Rest { status, headers, body } => {
            let response = response(status, "application/xml", body, request_id);
            let is_s3 = operation.service == Service::S3;
            with_headers(if is_s3 { of_s3(response, request_id) } else { response }, headers)
        }
    }
}

/// The XML namespace of a service that speaks the query protocol.
fn namespace(service: Service) -> &'static str {
    match service {
        Service::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
        Service::Iam
        | Service::Organizations
        | Service::StepFunctions
        | Service::S3
        | Service::Sqs
        | Service::Other => "https://iam.amazonaws.com/doc/2010-05-08/",
    }
}

/// S3 has names of its own for the ids of a request.
fn of_s3(mut response: Response<Bytes>, request_id: &str) -> Response<Bytes> {
    response.headers_mut().remove("x-amzn-requestid");
    let ids = vec![("x-amz-request-id", request_id.to_owned()), ("x-amz-id-2", host_id(request_id))];
    with_headers(response, ids)
}

/// What tells AWS which host answered; nobody else knows its inside.
fn host_id(request_id: &str) -> String {
    format!("host+{request_id}=")
}

fn write_error(service: Service, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let ServiceError { code, status, message, reason, fields: further, headers } = error;
    let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let answer = match service {
        Service::Sts | Service::Iam => {
            let kind = if status.is_server_error() { "Receiver" } else { "Sender" };
            let inside = xml::text("Type", kind) + &xml::text("Code", code) + &xml::text("Message", message);
            let inside = xml::element("Error", inside) + &xml::text("RequestId", request_id);
            // Seen on AWS: github.com/kubernetes/kops, issue 12042 (STS).
            let body = format!(r#"<ErrorResponse xmlns="{}">{inside}</ErrorResponse>"#, namespace(service));
            response(status, "text/xml", body.into(), request_id)
        }
        Service::S3 => {
            let further: String = further.iter().map(|(name, value)| xml::text(name, value)).collect();
            let inside = xml::text("Code", code) + &xml::text("Message", message) + &further;
            let ids = xml::text("RequestId", request_id) + &xml::text("HostId", host_id(request_id));
            let inside = xml::element("Error", inside + &ids);
            of_s3(response(status, "application/xml", inside.into(), request_id), request_id)
        }
        Service::Sqs => {
            let fault = if status.is_server_error() { "Receiver" } else { "Sender" };
            let query_error = format!("{};{fault}", sqs::query_code(code));
            let fields = match code.as_str() {
                // samples/sqs.AccessDenied.json-protocol.json
                "AccessDenied" => {
                    json!({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": message})
                }
                // Seen on AWS: `InternalFailure` without any message.
                code if message.is_empty() => json!({"__type": format!("com.amazonaws.sqs#{code}")}),
                code => json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": message}),
            };
            let response = response(status, json_type(service), body(&fields), request_id);
            with_headers(response, vec![("x-amzn-query-error", query_error)])
        }
        // Seen on AWS in September 2026: this prefix, and `message` in lower case. The codes of all services end otherwise.
        Service::StepFunctions => {
            let model =
                if code.ends_with("Exception") { "amazon.coral.service" } else { "amazonaws.swf.service.v2.model" };
            let fields = json!({"__type": format!("com.{model}#{code}"), "message": message});
            response(status, json_type(service), body(&fields), request_id)
        }
        // The service model of Organizations has `Message` in every exception.
        Service::Organizations | Service::Other => {
            let mut fields = json!({"__type": code, "Message": message});
            if let (Some(reason), Some(fields)) = (reason, fields.as_object_mut()) {
                fields.insert("Reason".to_owned(), json!(reason));
            }
            response(status, json_type(service), body(&fields), request_id)
        }
    };
    with_headers(answer, headers.clone())
}

/// The version of AWS's JSON protocol that a service speaks.
fn json_type(service: Service) -> &'static str {
    match service {
        Service::Sqs | Service::StepFunctions => "application/x-amz-json-1.0",
        Service::Sts | Service::Iam | Service::Organizations | Service::S3 | Service::Other => {
            "application/x-amz-json-1.1"
        }
    }
}

fn with_headers(mut response: Response<Bytes>, headers: Vec<(&'static str, String)>) -> Response<Bytes> {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response
}

fn body(value: &Value) -> Bytes {
    value.to_string().into()
}

fn response(status: StatusCode, content_type: &'static str, body: Bytes, request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static(content_type));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}
