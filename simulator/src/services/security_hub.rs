//! Security Hub CSPM: findings that are imported.

use serde_json::{Value, json};

use super::unserved::refuse;
use crate::engine::{Handler, Signer, require_statements};
use crate::state::State;
use crate::wire::{Answer, Input, Operation, Output, Request, ServiceError};

/// Source: AWS Security Hub Partner Integration Guide, "Guidelines for using the `BatchImportFindings` API".
const MOST_FINDINGS: usize = 100;
const LARGEST_FINDING: usize = 240 * 1024;
const LARGEST_BATCH: usize = 6 * 1024 * 1024;
/// Each text that may be there, and its longest. Source: AWS Security Hub API Reference, `AwsSecurityFinding`, `Recommendation`.
const LONGEST: [(&str, usize); 7] = [
    ("/Id", 512),
    ("/GeneratorId", 512),
    ("/ProductName", 128),
    ("/CompanyName", 128),
    ("/Title", 256),
    ("/Description", 1024),
    ("/Remediation/Recommendation/Text", 512),
];

pub(super) struct SecurityHub;

impl Handler for SecurityHub {
    fn perform(&self, state: &mut State, signer: &Signer, request: &Request, operation: &Operation) -> Answer {
        if matches!(signer, Signer::RootSession(_)) {
            return Err(refuse(state, signer, operation));
        }
        require_statements(state, signer, operation, 403)?;
        let findings = match &operation.input {
            Input::Json(body) => body.get("Findings").and_then(Value::as_array).cloned().unwrap_or_default(),
            Input::Form(_) | Input::Rest => Vec::new(),
        };
        if findings.is_empty() || findings.len() > MOST_FINDINGS {
            return Err(ServiceError::new("InvalidInputException", 400, "1 to 100 findings"));
        }
        if findings.iter().map(size).sum::<usize>() > LARGEST_BATCH {
            return Err(ServiceError::new("InvalidInputException", 400, "more than 6 MB"));
        }
        let region = request.signature.as_ref().map(|signature| signature.region.clone()).unwrap_or_default();
        let (mut taken, mut failed) = (0_usize, Vec::new());
        for finding in findings {
            match wrong(&finding, signer.account(), &region) {
                None => {
                    taken += 1;
                    state.told.findings.push(finding);
                }
                Some(why) => {
                    let id = finding.get("Id");
                    failed.push(json!({"Id": id, "ErrorCode": "InvalidParameter", "ErrorMessage": why}));
                }
            }
        }
        Ok(Output::Json(json!({"FailedCount": failed.len(), "SuccessCount": taken, "FailedFindings": failed})))
    }
}

fn size(finding: &Value) -> usize {
    finding.to_string().len()
}

/// Unverified: the words, and that texts are counted in UTF-16 units. Source for the rules: AWS Security Hub User Guide,
/// "`BatchImportFindings` for finding providers": the account of the default product is the caller's; service model: every text has
/// something to read (`NonEmptyString`).
fn wrong(finding: &Value, account: &str, region: &str) -> Option<String> {
    let text = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default();
    let product = format!(":securityhub:{region}:{account}:product/{account}/default");
    if text("AwsAccountId") != account || !text("ProductArn").ends_with(&product) {
        return Some("AwsAccountId and ProductArn are not those of the caller".to_owned());
    }
    if size(finding) > LARGEST_FINDING {
        return Some("more than 240 KB".to_owned());
    }
    if has_empty_text(finding) {
        return Some("a text is empty".to_owned());
    }
    let is_long = |(pointer, longest): &&(&str, usize)| {
        let text = finding.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        text.encode_utf16().count() > *longest
    };
    LONGEST.iter().find(is_long).map(|(pointer, _)| format!("{pointer} is too long"))
}

fn has_empty_text(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().any(has_empty_text),
        Value::Object(fields) => fields.values().any(has_empty_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_has_to_be_the_callers_and_within_its_limits() {
        let finding = json!({
            "AwsAccountId": "111122223333", "Title": "x".repeat(256),
            "ProductArn": "arn:aws:securityhub:us-east-1:111122223333:product/111122223333/default",
        });
        let wrong = |name: &str, value: Value| {
            let mut finding = finding.clone();
            finding[name] = value;
            super::wrong(&finding, "111122223333", "us-east-1").unwrap_or_default()
        };
        assert_eq!(wrong("Description", json!("fits")), "");
        assert!(wrong("AwsAccountId", json!("000000000001")).contains("not those of the caller"));
        assert!(wrong("Title", json!("x".repeat(257))).contains("too long"));
        assert!(wrong("Title", json!("😀".repeat(129))).contains("too long"));
        assert!(wrong("Resources", json!([{"Details": {"Other": {"AccountName": " "}}}])).contains("empty"));
        assert!(wrong("ProductFields", json!({"x": "x".repeat(250_000)})).contains("240 KB"));
    }
}
