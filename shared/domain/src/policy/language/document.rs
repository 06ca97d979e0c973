//! A policy's text, kept as it is.

use std::fmt;

use serde_json::{Map, Value};

use super::{statement::Statement, unique_keys::UniqueKeys, values::elements, words::quoted};

/// A resource policy as its JSON, in its owner's order.
///
/// INVARIANT: every statement can be read as a statement.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyDocument(Map<String, Value>);

/// Why a text is no policy that can be reasoned about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    #[error("the policy is not JSON: {0}")]
    NotJson(String),
    /// JSON of which something is not understood, so that it may only be shown or deleted.
    #[error("the policy is not understood: {0}")]
    NotModelled(String),
}

impl PolicyDocument {
    /// Reads a policy as S3 and SQS hand it out.
    ///
    /// # Errors
    /// Each in one line: text that is not JSON, or JSON with anything that this version does not know.
    /// Source: AWS IAM User Guide, "Grammar of the IAM JSON policy language".
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        let document: Value = serde_json::from_str(text).map_err(|error| PolicyError::NotJson(error.to_string()))?;
        serde_json::from_str::<UniqueKeys>(text).map_err(|error| PolicyError::NotModelled(error.to_string()))?;
        Self::of_json(document).map_err(PolicyError::NotModelled)
    }

    fn of_json(document: Value) -> Result<Self, String> {
        let Value::Object(document) = document else { return Err("it is not an object".to_owned()) };
        for (element, value) in &document {
            match (element.as_str(), value) {
                ("Version", Value::String(version)) if matches!(version.as_str(), "2008-10-17" | "2012-10-17") => {}
                ("Version", _) => return Err("its Version is neither 2008-10-17 nor 2012-10-17".to_owned()),
                ("Id", Value::String(_)) | ("Statement", Value::Object(_) | Value::Array(_)) => {}
                ("Id", _) => return Err("its Id is not a string".to_owned()),
                ("Statement", _) => return Err("its Statement is neither an object nor a list".to_owned()),
                (unknown, _) => return Err(format!("it has an unknown element {}", quoted(unknown))),
            }
        }
        let statements = elements(document.get("Statement").ok_or("it has no Statement")?);
        for (number, statement) in (1..).zip(statements) {
            Statement::read(number, statement).map_err(|why| format!("statement {number}: {why}"))?;
        }
        Ok(Self(document))
    }

    /// Compact JSON, to send to AWS.
    #[must_use]
    pub fn to_text(&self) -> String {
        Value::Object(self.0.clone()).to_string()
    }

    /// Indented by two spaces, for people and for comparing line by line.
    #[must_use]
    pub fn pretty(&self) -> String {
        format!("{:#}", Value::Object(self.0.clone()))
    }

    /// The statements as they stand there.
    pub(in crate::policy) fn json_statements(&self) -> &[Value] {
        self.0.get("Statement").map(elements).unwrap_or_default()
    }

    pub(in crate::policy) fn statements(&self) -> Vec<Statement<'_>> {
        // INVARIANT: each was read once when the document was made.
        (1..).zip(self.json_statements()).filter_map(|(number, value)| Statement::read(number, value).ok()).collect()
    }

    /// The same document with other statements; `None` if there are none.
    ///
    /// A single statement that stood without a list still does, where one is left.
    pub(in crate::policy) fn with_statements(&self, mut statements: Vec<Value>) -> Option<Self> {
        let mut document = self.0.clone();
        let place = document.get_mut("Statement")?;
        *place = match (place.is_object(), statements.len()) {
            (_, 0) => return None,
            (true, 1) => statements.pop()?,
            (true | false, _) => Value::Array(statements),
        };
        Some(Self(document))
    }
}

/// Why not derived: a policy's text is nobody's business in logs.
impl fmt::Debug for PolicyDocument {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PolicyDocument({} statements)", self.json_statements().len())
    }
}
