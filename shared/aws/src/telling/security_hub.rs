//! Security Hub CSPM, which takes findings.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::{JsonRequest, JsonService};

/// The most findings of one call. Source: AWS Security Hub API Reference, `BatchImportFindings`, Findings.
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

    /// Sends at most [`BATCH`] findings. Throttling is waited for and tried again as in every other call.
    pub async fn import(&self, batch: &[Value]) -> Imported {
        let request = JsonRequest::Post { path: PATH, input: json!({ "Findings": batch }) };
        match self.hub.call::<Answer>("send findings to Security Hub", request).await {
            Ok(answer) => imported(batch, &answer),
            Err(error) => Imported { taken: batch.iter().map(|_| false).collect(), why_not: Some(error.to_string()) },
        }
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
