//! What a stack says of itself, its outputs and its parameters: one read of CloudFormation, without a client of its own (docs/decisions/0041).

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::ErrorMetadata;
use aws_smithy_xml::decode::{Document, ScopedDecoder, XmlDecodeError, try_data};
use rootwarden_domain::{ErrorKind, aws::partition::Partition};

use crate::client::{AwsError, Post, PostAnswer, PostService};

/// What a stack says of itself, by the names of its outputs and of its parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeployedStack {
    outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
}

impl DeployedStack {
    /// Reads what a stack says of itself in the configuration's Region; `None` if there is no stack of this name.
    ///
    /// `name` holds nothing but letters, digits and hyphens.
    ///
    /// Source: AWS CloudFormation API Reference, `DescribeStacks`: its example, and that a stack that is not there is a
    /// `ValidationError`. Its words are in docs/unverified.md.
    ///
    /// # Errors
    /// Any other failure of `DescribeStacks`.
    pub async fn find(config: &SdkConfig, name: &str) -> Result<Option<Self>, AwsError> {
        let what = format!("look for the stack `{name}`");
        let defect = |why: String| AwsError::of_kind(ErrorKind::Defect, what.clone(), why);
        let region = config.region().ok_or_else(|| defect("no Region is set".to_owned()))?.to_string();
        let suffix = Partition::of_region(&region).dns_suffix();
        let endpoint =
            config.endpoint_url().map_or_else(|| format!("https://cloudformation.{region}.{suffix}"), str::to_owned);
        let service = PostService::new(config, "cloudformation", &region, &endpoint, read);
        let post = Post {
            content_type: "application/x-www-form-urlencoded",
            body: format!("Action=DescribeStacks&Version=2010-05-15&StackName={name}"),
            host: None,
        };
        let answer = match service.send(&what, post).await {
            Ok(PostAnswer { body, .. }) => body,
            Err(error) if error.code() == Some("ValidationError") && error.to_string().contains("does not exist") => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let text = String::from_utf8(answer).map_err(|error| defect(error.to_string()))?;
        described(&text).map(Some).map_err(|error| defect(error.to_string()))
    }

    #[must_use]
    pub fn output(&self, name: &str) -> Option<&str> {
        self.outputs.get(name).map(String::as_str)
    }

    /// A parameter as it was given, or its default.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }
}

fn read(response: &HttpResponse) -> Result<PostAnswer, OrchestratorError<ErrorMetadata>> {
    let answer = PostAnswer::of(response);
    if response.status().is_success() {
        return Ok(answer);
    }
    let text = String::from_utf8_lossy(&answer.body);
    Err(OrchestratorError::operation(error(&text).unwrap_or_default()))
}

/// Source: Smithy 2.0, "AWS query protocol", "Operation error serialization".
fn error(text: &str) -> Result<ErrorMetadata, XmlDecodeError> {
    let mut error = ErrorMetadata::builder();
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    while let Some(mut tag) = root.next_tag() {
        if !tag.start_el().matches("Error") {
            continue;
        }
        while let Some(mut field) = tag.next_tag() {
            if field.start_el().matches("Code") {
                error = error.code(try_data(&mut field)?);
            } else if field.start_el().matches("Message") {
                error = error.message(try_data(&mut field)?);
            }
        }
    }
    Ok(error.build())
}

fn described(text: &str) -> Result<DeployedStack, XmlDecodeError> {
    Ok(DeployedStack {
        outputs: named(text, "Outputs", ["OutputKey", "OutputValue"])?,
        parameters: named(text, "Parameters", ["ParameterKey", "ParameterValue"])?,
    })
}

/// A list of names and values.
fn named(text: &str, list: &str, [name_of, value_of]: [&str; 2]) -> Result<BTreeMap<String, String>, XmlDecodeError> {
    let mut found = BTreeMap::new();
    let mut document = Document::new(text);
    let mut root = document.root_element()?;
    within(&mut root, &["DescribeStacksResult", "Stacks", "member", list, "member"], &mut |one| {
        let (mut name, mut value) = (String::new(), String::new());
        while let Some(mut field) = one.next_tag() {
            if field.start_el().matches(name_of) {
                name = try_data(&mut field)?.into_owned();
            } else if field.start_el().matches(value_of) {
                value = try_data(&mut field)?.into_owned();
            }
        }
        found.insert(name, value);
        Ok(())
    })?;
    Ok(found)
}

type Visit<'v> = &'v mut dyn FnMut(&mut ScopedDecoder<'_, '_>) -> Result<(), XmlDecodeError>;

/// Visits each element at the end of a path.
fn within(from: &mut ScopedDecoder<'_, '_>, path: &[&str], visit: Visit<'_>) -> Result<(), XmlDecodeError> {
    let Some((name, rest)) = path.split_first() else { return visit(from) };
    while let Some(mut tag) = from.next_tag() {
        if tag.start_el().matches(name) {
            within(&mut tag, rest, visit)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: AWS CloudFormation API Reference, `DescribeStacks`, its example, with a second output and with the parameters of
    /// the data type `Stack`.
    const ANSWER: &str = r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>
        <member><StackName>MyStack</StackName><StackId>arn:aws:cloudformation:us-east-1:123456789:stack/MyStack/aaf549a0</StackId>
        <StackStatus>CREATE_COMPLETE</StackStatus><DisableRollback>false</DisableRollback><Parameters><member>
        <ParameterKey>ExemptAccounts</ParameterKey><ParameterValue>{&quot;111122223333&quot;: &quot;why&quot;}</ParameterValue></member></Parameters><Outputs><member><OutputKey>StartPage</OutputKey>
        <OutputValue>http://my-load-balancer.amazonaws.com:80/index.html?a=1&amp;b=2</OutputValue></member><member><OutputKey>BucketName</OutputKey>
        <OutputValue>bucket</OutputValue><Description>where</Description></member></Outputs></member></Stacks></DescribeStacksResult>
        <ResponseMetadata><RequestId>b9b4b068-3a41-11e5-94eb-example</RequestId></ResponseMetadata></DescribeStacksResponse>"#;

    #[test]
    fn the_outputs_and_parameters_of_aws_own_example_are_read() {
        let found = described(ANSWER).unwrap();
        assert_eq!(found.output("StartPage"), Some("http://my-load-balancer.amazonaws.com:80/index.html?a=1&b=2"));
        assert_eq!((found.output("BucketName"), found.output("StackName")), (Some("bucket"), None));
        assert_eq!(found.parameter("ExemptAccounts"), Some(r#"{"111122223333": "why"}"#));
        assert_eq!((found.parameter("BucketName"), found.output("ExemptAccounts")), (None, None));
        assert!(described("<html").is_err());
    }

    #[test]
    fn an_error_is_read_by_its_code_and_message() {
        let said = r#"<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>
            <Code>ValidationError</Code><Message>Stack with id rootwarden does not exist</Message></Error>
            <RequestId>70a76d42-9665-11e2-9fdf-211deEXAMPLE</RequestId></ErrorResponse>"#;
        let error = error(said).unwrap();
        assert_eq!(error.code(), Some("ValidationError"));
        assert_eq!(error.message(), Some("Stack with id rootwarden does not exist"));
    }
}
