//! Between a sample as boto3 shows it and the bytes of its protocol, both ways.

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value, json};

use crate::{
    sample::{Answer, Form},
    xml,
};

/// Where S3 has in headers what boto3 shows among the fields.
const S3_HEADERS: [(&str, &str); 11] = [
    ("x-amz-version-id", "VersionId"),
    ("etag", "ETag"),
    ("x-amz-checksum-crc32", "ChecksumCRC32"),
    ("x-amz-checksum-type", "ChecksumType"),
    ("x-amz-server-side-encryption", "ServerSideEncryption"),
    ("x-amz-delete-marker", "DeleteMarker"),
    ("accept-ranges", "AcceptRanges"),
    ("content-length", "ContentLength"),
    ("content-type", "ContentType"),
    ("last-modified", "LastModified"),
    ("x-amz-expiration", "Expiration"),
];

/// A message's text as fields; of XML, the root element's name and namespace stand among them.
pub fn read_text(text: &str) -> Value {
    if !text.starts_with('<') {
        return serde_json::from_str(text).unwrap();
    }
    let root = xml::parse(text);
    let mut fields = root.value(None);
    let namespace = text.split_once("xmlns=\"").and_then(|(_, rest)| rest.split('"').next());
    fields["@element"] = json!(root.name);
    fields["@xmlns"] = json!(namespace);
    fields
}

// ── The sample's bytes, for our readers ──

pub fn encode(answer: &Answer) -> Response<Bytes> {
    let status = StatusCode::from_u16(answer.status.unwrap_or(200)).unwrap();
    let mut headers: Vec<(String, String)> = answer.headers.clone().into_iter().collect();
    let body = match (&answer.body, answer.form.unwrap()) {
        (Value::String(text), Form::Wire) => text.clone(),
        (body, Form::Wire | Form::Facts) => body.to_string(),
        (body, Form::Parsed) => match answer.service() {
            "sts" | "iam" | "ec2" => encode_query(answer),
            "s3" if answer.is_error() => xml::write("Error", &body["Error"], "member"),
            "s3" => encode_s3(answer, &mut headers),
            "sqs" if answer.is_error() => encode_sqs_error(&body["Error"], &mut headers),
            _ if answer.is_error() => encode_json_error(answer),
            // SQS has its times as texts.
            "sqs" => body.to_string(),
            _ => with_seconds(body).to_string(),
        },
    };
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(Bytes::from(body)).unwrap()
}

fn encode_query(answer: &Answer) -> String {
    let id = "<RequestId>11111111-2222-3333-4444-555555555555</RequestId>";
    if answer.is_error() {
        return format!("<ErrorResponse>{}{id}</ErrorResponse>", xml::write("Error", &answer.body["Error"], "member"));
    }
    let name = answer.operation_name();
    let result = xml::write(&format!("{name}Result"), &answer.body, "member");
    format!("<{name}Response>{result}<ResponseMetadata>{id}</ResponseMetadata></{name}Response>")
}

fn encode_s3(answer: &Answer, headers: &mut Vec<(String, String)>) -> String {
    let body = &answer.body;
    for (header, field) in S3_HEADERS {
        match &body[field] {
            Value::Null => {}
            Value::String(value) => headers.push((header.to_owned(), value.clone())),
            value => headers.push((header.to_owned(), value.to_string())),
        }
    }
    match answer.operation_name() {
        "ListBuckets" => xml::write("ListAllMyBucketsResult", body, "Bucket"),
        "GetBucketPolicy" => body["Policy"].as_str().unwrap().to_owned(),
        _ => body["Body"].as_str().unwrap_or_default().to_owned(),
    }
}

/// In the JSON protocol of SQS the code of the query protocol stands in a header.
fn encode_sqs_error(error: &Value, headers: &mut Vec<(String, String)>) -> String {
    let code = error["Code"].as_str().unwrap();
    let own = error["QueryErrorCode"].as_str().unwrap_or(code);
    let fault = error["Type"].as_str().unwrap_or("Sender");
    headers.push(("x-amzn-query-error".to_owned(), format!("{code};{fault}")));
    let mut fields = json!({"__type": format!("com.amazonaws.sqs#{own}")});
    if let Some(message) = error["Message"].as_str() {
        fields["message"] = json!(message);
    }
    fields.to_string()
}

fn encode_json_error(answer: &Answer) -> String {
    let error = &answer.body["Error"];
    match answer.service() {
        "states" => {
            let code = error["Code"].as_str().unwrap();
            json!({"__type": format!("com.amazonaws.swf.service.v2.model#{code}"), "message": error["Message"]})
        }
        _ => json!({"__type": error["Code"], "Message": error["Message"]}),
    }
    .to_string()
}

/// boto3's texts of times as the seconds that they are on the wire.
fn with_seconds(value: &Value) -> Value {
    map_times(value, &|value| match value.as_str() {
        Some(text) => {
            let at = text
                .parse::<Timestamp>()
                .unwrap_or_else(|_| text.parse::<DateTime>().unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp());
            let milliseconds: i32 = (at.as_millisecond() % 1000).try_into().unwrap();
            json!(f64::from(i32::try_from(at.as_second()).unwrap()) + f64::from(milliseconds) / 1000.0)
        }
        None => value.clone(),
    })
}

// ── What stands for AWS, as boto3 would show it ──

/// What was answered, in the form of the sample.
pub fn decode(answer: &Answer, response: &Response<Bytes>) -> Value {
    let text = std::str::from_utf8(response.body()).unwrap();
    if answer.form == Some(Form::Wire) {
        let mut fields = read_text(text);
        for name in answer.headers.keys() {
            if let Some(value) = response.headers().get(name) {
                fields[format!("header:{name}")] = json!(value.to_str().unwrap());
            }
        }
        return fields;
    }
    match answer.service() {
        "sts" | "iam" | "ec2" => {
            let root = xml::parse(text);
            if answer.is_error() {
                return json!({"Error": root.child("Error").unwrap().value(answer.body.get("Error"))});
            }
            let result = root.children.iter().find(|child| child.name.ends_with("Result")).unwrap();
            result.value(Some(&answer.body))
        }
        "s3" if answer.is_error() => {
            let mut error = xml::parse(text).value(answer.body.get("Error"));
            for id in ["RequestId", "HostId"] {
                // boto3 takes them out; what was read from the XML itself has them.
                if answer.body["Error"].get(id).is_none() {
                    assert!(error.as_object_mut().unwrap().shift_remove(id).is_some(), "{}: no {id}", answer.id());
                }
            }
            json!({"Error": error})
        }
        "s3" => decode_s3(answer, response, text),
        _ if answer.is_error() => decode_json_error(answer, response, text),
        "sqs" => serde_json::from_str(text).unwrap(),
        _ => map_times(&serde_json::from_str(text).unwrap(), &shown_time),
    }
}

fn decode_s3(answer: &Answer, response: &Response<Bytes>, text: &str) -> Value {
    if answer.operation_name() == "ListBuckets" {
        return xml::parse(text).value(Some(&answer.body));
    }
    let mut fields = Map::new();
    for (header, field) in S3_HEADERS {
        let Some(value) = response.headers().get(header) else { continue };
        let value = value.to_str().unwrap();
        let is_about_body = ["ContentLength", "ContentType"].contains(&field);
        if is_about_body && answer.operation_name() != "GetObject" {
            continue;
        }
        let value = match field {
            "ContentLength" => json!(value.parse::<u64>().unwrap()),
            "DeleteMarker" => json!(value == "true"),
            _ => json!(value),
        };
        fields.insert(field.to_owned(), value);
    }
    match answer.operation_name() {
        "GetBucketPolicy" => fields.insert("Policy".to_owned(), json!(text)),
        "GetObject" => fields.insert("Body".to_owned(), json!(text)),
        _ => None,
    };
    fields.into()
}

fn decode_json_error(answer: &Answer, response: &Response<Bytes>, text: &str) -> Value {
    let mut fields: Value = serde_json::from_str(text).unwrap();
    let kind = fields.as_object_mut().unwrap().shift_remove("__type").unwrap();
    let code = kind.as_str().unwrap().rsplit('#').next().unwrap();
    let message = fields.get("message").or(fields.get("Message")).cloned();
    let mut error = json!({"Code": code, "Message": message});
    if answer.service() == "sqs" {
        // boto3 shows neither the message again nor the header as it is.
        let header = response.headers()["x-amzn-query-error"].to_str().unwrap();
        let (query_code, fault) = header.split_once(';').unwrap();
        error = json!({"Code": query_code, "Message": message, "QueryErrorCode": code, "Type": fault});
        return json!({"Error": error});
    }
    fields["Error"] = error;
    fields
}

/// Seconds as boto3 shows them; without a fraction on the wire there is none in the text.
fn shown_time(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            let since_epoch = SignedDuration::try_from_secs_f64(number.as_f64().unwrap()).unwrap();
            let at = Timestamp::from_duration(since_epoch).unwrap();
            let form = if number.is_f64() { "%Y-%m-%dT%H:%M:%S%.6f+00:00" } else { "%Y-%m-%dT%H:%M:%S+00:00" };
            json!(at.to_zoned(TimeZone::UTC).strftime(form).to_string())
        }
        other => other.clone(),
    }
}

/// Changes what stands under the name of a time.
fn map_times(value: &Value, change: &impl Fn(&Value) -> Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| {
                    let is_time = name.ends_with("Timestamp") || name == "startDate";
                    (name.clone(), if is_time { change(value) } else { map_times(value, change) })
                })
                .collect(),
        ),
        Value::Array(values) => values.iter().map(|value| map_times(value, change)).collect::<Vec<_>>().into(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
