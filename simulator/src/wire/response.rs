//! How an answer is written in the protocol of its service.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, Output, ServiceError};
use super::operation::{Operation, Service};
use super::xml;

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
        | Service::CloudTrail
        | Service::CloudFormation
        | Service::Lambda
        | Service::Sns
        | Service::EventBridge
        | Service::SecurityHub
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
        Service::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
        Service::CloudFormation => "http://cloudformation.amazonaws.com/doc/2010-05-15/",
        Service::Iam
        | Service::Organizations
        | Service::StepFunctions
        | Service::S3
        | Service::Sqs
        | Service::CloudTrail
        | Service::Lambda
        | Service::EventBridge
        | Service::SecurityHub
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
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let written = match service {
        Service::Sts | Service::Iam | Service::Sns | Service::CloudFormation => {
            query_error(service, status, error, request_id)
        }
        Service::S3 => s3_error(status, error, request_id),
        Service::Sqs => sqs_error(status, error, request_id),
        Service::StepFunctions => states_error(status, error, request_id),
        Service::Lambda => lambda_error(status, error, request_id),
        Service::Organizations | Service::CloudTrail | Service::EventBridge | Service::SecurityHub | Service::Other => {
            json_error(service, status, error, request_id)
        }
    };
    with_headers(written, error.headers.clone())
}

fn query_error(service: Service, status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let kind = xml::text("Type", fault_of(status));
    let inside = kind + &xml::text("Code", &error.code) + &xml::text("Message", &error.message);
    let inside = xml::element("Error", inside) + &xml::text("RequestId", request_id);
    // Seen on AWS: github.com/kubernetes/kops, issue 12042 (STS).
    let body = format!(r#"<ErrorResponse xmlns="{}">{inside}</ErrorResponse>"#, namespace(service));
    response(status, "text/xml", body.into(), request_id)
}

fn s3_error(status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let further: String = error.fields.iter().map(|(name, value)| xml::text(name, value)).collect();
    let inside = xml::text("Code", &error.code) + &xml::text("Message", &error.message) + &further;
    let ids = xml::text("RequestId", request_id) + &xml::text("HostId", host_id(request_id));
    let inside = xml::element("Error", inside + &ids);
    of_s3(response(status, "application/xml", inside.into(), request_id), request_id)
}

fn sqs_error(status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let ServiceError { code, message, .. } = error;
    let query_error = format!("{};{}", query_code(code), fault_of(status));
    let fields = match code.as_str() {
        // samples/sqs.AccessDenied.json-protocol.json
        "AccessDenied" => {
            json!({"__type": "com.amazon.coral.service#AccessDeniedException", "Message": message})
        }
        // Seen on AWS: `InternalFailure` without any message.
        code if message.is_empty() => json!({"__type": format!("com.amazonaws.sqs#{code}")}),
        code => json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": message}),
    };
    let response = response(status, json_type(Service::Sqs), body(&fields), request_id);
    with_headers(response, vec![("x-amzn-query-error", query_error)])
}

/// Seen on AWS in September 2026: this prefix, and `message` in lower case. The codes of all services end otherwise.
fn states_error(status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let ServiceError { code, message, .. } = error;
    let model = if code.ends_with("Exception") { "amazon.coral.service" } else { "amazonaws.swf.service.v2.model" };
    let fields = json!({"__type": format!("com.{model}#{code}"), "message": message});
    response(status, json_type(Service::StepFunctions), body(&fields), request_id)
}

/// The service model of Organizations has `Message` in every exception.
fn json_error(service: Service, status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let mut fields = json!({"__type": error.code, "Message": error.message});
    if let (Some(reason), Some(fields)) = (error.reason, fields.as_object_mut()) {
        fields.insert("Reason".to_owned(), json!(reason));
    }
    response(status, json_type(service), body(&fields), request_id)
}

/// Seen on AWS in September 2026 (radkawar/stackd, `testdata/aws/lambda/concurrency_admission.json`): the code stands in a header.
fn lambda_error(status: StatusCode, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let ServiceError { code, message, .. } = error;
    let kind = if status.is_server_error() { "Service" } else { "User" };
    let fields = json!({"Type": kind, "Message": message});
    let response = response(status, json_type(Service::Lambda), body(&fields), request_id);
    with_headers(response, vec![("x-amzn-errortype", code.clone())])
}

/// Whose fault it is, as the query protocol says it.
fn fault_of(status: StatusCode) -> &'static str {
    if status.is_server_error() { "Receiver" } else { "Sender" }
}

/// The code that the query protocol has for an error; SDKs show it.
///
/// Source: Amazon SQS API Reference, the `awsQueryError` of its Smithy model.
fn query_code(code: &str) -> &str {
    match code {
        "QueueDoesNotExist" => "AWS.SimpleQueueService.NonExistentQueue",
        "UnsupportedOperation" => "AWS.SimpleQueueService.UnsupportedOperation",
        code => code,
    }
}

/// The version of AWS's JSON protocol that a service speaks.
fn json_type(service: Service) -> &'static str {
    match service {
        Service::Sqs | Service::StepFunctions => "application/x-amz-json-1.0",
        Service::Lambda => "application/json",
        Service::Sts
        | Service::Iam
        | Service::Organizations
        | Service::S3
        | Service::CloudTrail
        | Service::Sns
        | Service::EventBridge
        | Service::SecurityHub
        | Service::CloudFormation
        | Service::Other => "application/x-amz-json-1.1",
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
