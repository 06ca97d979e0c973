//! Security Hub CSPM: findings that are imported.

use serde_json::{Value, json};

use super::unserved::refuse;
use crate::engine::{Handler, Signer, require_statements};
use crate::state::State;
use crate::wire::{Answer, Input, Operation, Output, Request, ServiceError};

/// Source: AWS Security Hub API Reference, `BatchImportFindings`, Findings.
const MOST_FINDINGS: usize = 100;
/// Source: the same, `AwsSecurityFinding`, Title.
const LONGEST_TITLE: usize = 256;

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

/// Unverified: the words. Source for the rules: AWS Security Hub User Guide, "`BatchImportFindings` for finding providers": the
/// account of the default product is the caller's.
fn wrong(finding: &Value, account: &str, region: &str) -> Option<String> {
    let text = |name: &str| finding.get(name).and_then(Value::as_str).unwrap_or_default();
    let product = format!(":securityhub:{region}:{account}:product/{account}/default");
    if text("AwsAccountId") != account || !text("ProductArn").ends_with(&product) {
        return Some("AwsAccountId and ProductArn are not those of the caller".to_owned());
    }
    let is_long = text("Title").chars().count() > LONGEST_TITLE;
    is_long.then(|| "Title is too long".to_owned())
}
