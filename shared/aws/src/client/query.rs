//! The AWS query protocol, in which SNS alone is spoken to without a client: a form goes out, XML comes back.
//!
//! Source: Smithy 2.0, "AWS query protocol": `<ErrorResponse><Error><Type/><Code/><Message/></Error></ErrorResponse>`.

use std::borrow::Cow;

use aws_smithy_query::QueryWriter;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use aws_smithy_types::error::metadata::ErrorMetadata;
use aws_smithy_xml::decode::{Document, XmlDecodeError, try_data};
use serde_json::Value;

/// The body of a request.
pub(super) fn form(action: &str, version: &str, parameters: &[(&'static str, String)]) -> String {
    let mut body = String::new();
    let mut writer = QueryWriter::new(&mut body, action, version);
    for (name, value) in parameters {
        writer.prefix(name).string(value);
    }
    writer.finish();
    body
}

/// The answer as it is, or the error in it.
pub(super) fn read(is_success: bool, body: &[u8]) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let text = std::str::from_utf8(body).map_err(OrchestratorError::other)?;
    if is_success {
        return Ok(Value::from(text));
    }
    let mut error = ErrorMetadata::builder();
    // One that cannot be read has its status all the same.
    if let Ok((code, message)) = said(text) {
        if let Some(code) = code {
            error = error.code(code);
        }
        if let Some(message) = message {
            error = error.message(message);
        }
    }
    Err(OrchestratorError::operation(error.build()))
}

/// The text of the first element of this name under the answer's result: `<PublishResponse><PublishResult><MessageId>`.
pub(crate) fn result(answer: &str, name: &str) -> Option<String> {
    let mut document = Document::new(answer);
    let mut root = document.root_element().ok()?;
    while let Some(mut result) = root.next_tag() {
        while let Some(mut field) = result.next_tag() {
            if field.start_el().matches(name) {
                return try_data(&mut field).ok().map(Cow::into_owned);
            }
        }
    }
    None
}

/// The code and the message of an error.
fn said(text: &str) -> Result<(Option<String>, Option<String>), XmlDecodeError> {
    let (mut code, mut message) = (None, None);
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    while let Some(mut element) = root.next_tag() {
        if !element.start_el().matches("Error") {
            continue;
        }
        while let Some(mut field) = element.next_tag() {
            if field.start_el().matches("Code") {
                code = Some(try_data(&mut field)?.into_owned());
            } else if field.start_el().matches("Message") {
                message = Some(try_data(&mut field)?.into_owned());
            }
        }
    }
    Ok((code, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_every_character() {
        let body = form("Publish", "2010-03-31", &[("Message", "a&b=c\n\u{e9}+ %".to_owned())]);
        assert_eq!(body, "Action=Publish&Version=2010-03-31&Message=a%26b%3Dc%0A%C3%A9%2B%20%25");
    }

    #[test]
    fn an_error_is_read_with_its_code_and_message() {
        let body = "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>NotFound</Code>\
                    <Message>Topic &lt;x&gt; does not exist</Message></Error><RequestId>r</RequestId></ErrorResponse>";
        let error = read(false, body.as_bytes()).unwrap_err();
        let error = error.as_operation_error().unwrap();
        assert_eq!((error.code(), error.message()), (Some("NotFound"), Some("Topic <x> does not exist")));
        assert!(read(false, b"<html>").unwrap_err().is_operation_error());
    }

    #[test]
    fn the_id_of_a_message_is_found() {
        let answer = "<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>";
        assert_eq!(result(answer, "MessageId").as_deref(), Some("m-1"));
        assert_eq!(result("no xml", "MessageId"), None);
    }
}
