//! Security Hub CSPM, which takes findings.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{AwsError, JsonRequest, JsonService};

/// The most findings of one call. It may have 6 MB, and each finding 240 KB: ours have a few kilobytes.
/// Source: AWS Security Hub Partner Integration Guide, "Guidelines for using the `BatchImportFindings` API".
pub const BATCH: usize = 100;
const PATH: &str = "/findings/import";

/// Security Hub in the account and Region.
#[derive(Debug, Clone)]
pub struct SecurityHub {
    hub: JsonService,
}

/// What became of findings that were sent.
#[derive(Debug, Default)]
pub struct Imported {
    /// Of each finding, in the order in which they were given, whether it was taken.
    pub taken: Vec<bool>,
    /// Why the last one that was not taken was not.
    pub why_not: Option<String>,
}

/// Source: AWS Security Hub API Reference, `BatchImportFindings`, response elements.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    success_count: usize,
    #[serde(default)]
    failed_findings: Vec<FailedFinding>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailedFinding {
    id: String,
    error_code: String,
    error_message: String,
}

impl SecurityHub {
    #[must_use]
    pub fn new(config: &SdkConfig, region: &str) -> Self {
        Self { hub: JsonService::new(config, "securityhub", region) }
    }

    /// Sends at most [`BATCH`] findings. Throttling is waited for and tried again, for 30 seconds in all, as in every other call.
    ///
    /// # Errors
    /// Any failure of the call: whether a finding was taken is not known then. `NotEnabled` where Security Hub is not switched on.
    pub async fn import(&self, batch: &[Value]) -> Result<Imported, AwsError> {
        let request = JsonRequest::Post { path: PATH, input: json!({ "Findings": batch }) };
        Ok(imported(batch, &self.hub.call::<Answer>("send findings to Security Hub", request).await?))
    }
}

fn imported(batch: &[Value], answer: &Answer) -> Imported {
    let mut imported = Imported::default();
    let failed: BTreeMap<&str, &FailedFinding> =
        answer.failed_findings.iter().map(|failed| (failed.id.as_str(), failed)).collect();
    // An answer that does not account for all of them is no answer about any.
    let adds_up = answer.success_count + failed.len() == batch.len();
    if !adds_up {
        imported.why_not = Some(format!("the answer speaks of {} of {} findings", answer.success_count, batch.len()));
    }
    for finding in batch {
        let failed = finding.get("Id").and_then(Value::as_str).and_then(|id| failed.get(id));
        imported.taken.push(adds_up && failed.is_none());
        if let Some(FailedFinding { id, error_code, error_message }) = failed {
            imported.why_not = Some(format!("{id}: {error_code}: {error_message}"));
        }
    }
    imported
}
