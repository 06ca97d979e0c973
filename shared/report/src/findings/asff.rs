//! The AWS Security Finding Format.
//!
//! Source: AWS Security Hub API Reference, `AwsSecurityFinding`; User Guide, "AWS Security Finding Format (ASFF)". `Workflow` and
//! `Note` are people's, and are never written: `BatchImportFindings` would write over what they say. The names of product and
//! company can be given, and given anew, by custom integrations alone, which this is (`AwsSecurityFinding`, `ProductName`).

use jiff::Timestamp;
use rootwarden_domain::AccountId;
use serde_json::{Value, json};

use super::{ComplianceStatus, Severity, TITLE, at_most, description, id, requirements, seen, what_to_do};
use crate::document::Account;

/// Where findings are sent, and from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    pub partition: &'static str,
    pub region: String,
    /// The account that Rootwarden runs in. Findings of the default product name it; the member stands in `Resources`.
    pub account: AccountId,
}

/// When a finding was there first, and when it changed last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub first_observed_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

// In characters; a finding has a few kilobytes with all of them, and a batch less than one megabyte.
const LONGEST_TITLE: usize = 256;
const LONGEST_DESCRIPTION: usize = 1024;
const LONGEST_RECOMMENDATION: usize = 512;
const LONGEST_NAME: usize = 256;

impl Publisher {
    /// Of the product that every account has for its own findings.
    #[must_use]
    pub fn product_arn(&self) -> String {
        let Self { partition, region, account } = self;
        format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default")
    }

    /// The finding of an account as it is in this run.
    #[must_use]
    pub fn finding(&self, account: &Account<'_>, times: Times) -> Value {
        let status = match ComplianceStatus::of(account) {
            ComplianceStatus::Passed => "PASSED",
            ComplianceStatus::Accepted => "WARNING",
            ComplianceStatus::Failed => "FAILED",
            ComplianceStatus::Unknown | ComplianceStatus::NotRead => "NOT_AVAILABLE",
        };
        let severity = match Severity::of(account) {
            Severity::Informational => "INFORMATIONAL",
            Severity::Low => "LOW",
            Severity::Medium => "MEDIUM",
            Severity::High => "HIGH",
            Severity::Critical => "CRITICAL",
        };
        let mut finding = self.common(account.id, account.name, times, "ACTIVE");
        finding.insert("Description".to_owned(), json!(at_most(&description(account), LONGEST_DESCRIPTION)));
        let mut compliance = json!({ "Status": status });
        let related: Vec<&str> = requirements::of(account).iter().map(|requirement| requirement.id).collect();
        if let (false, Some(fields)) = (related.is_empty(), compliance.as_object_mut()) {
            fields.insert("RelatedRequirements".to_owned(), json!(related));
        }
        finding.insert("Compliance".to_owned(), compliance);
        finding.insert("FindingProviderFields".to_owned(), provider_fields(severity));
        if let Some(next) = what_to_do(account) {
            let text = at_most(&next, LONGEST_RECOMMENDATION);
            finding.insert("Remediation".to_owned(), json!({"Recommendation": {"Text": text}}));
        }
        Value::Object(finding)
    }

    /// The finding of an account that left the organization.
    #[must_use]
    pub fn archived(&self, account: AccountId, times: Times) -> Value {
        let mut finding = self.common(account, None, times, "ARCHIVED");
        finding.insert("Description".to_owned(), json!("The organization does not have this account any more."));
        finding.insert("Compliance".to_owned(), json!({"Status": "NOT_AVAILABLE"}));
        finding.insert("FindingProviderFields".to_owned(), provider_fields("INFORMATIONAL"));
        Value::Object(finding)
    }

    fn common(
        &self,
        account: AccountId,
        name: Option<&str>,
        times: Times,
        record_state: &str,
    ) -> serde_json::Map<String, Value> {
        let Times { first_observed_at, created_at, updated_at } = times;
        let name = seen(name);
        let title = match &name {
            Some(name) => format!("{TITLE}: {name} ({account})"),
            None => format!("{TITLE}: {account}"),
        };
        let mut resource = json!({
            "Type": "AwsAccount",
            "Id": format!("AWS::::Account:{account}"),
            "Partition": self.partition,
            "Region": self.region,
        });
        if let (Some(name), Some(fields)) = (name, resource.as_object_mut()) {
            let details = json!({"Other": {"AccountName": at_most(&name, LONGEST_NAME)}});
            fields.insert("Details".to_owned(), details);
        }
        let fields = json!({
            "SchemaVersion": "2018-10-08",
            "Id": id(account),
            "ProductArn": self.product_arn(),
            "ProductName": "Rootwarden",
            "CompanyName": "Rootwarden",
            "GeneratorId": "rootwarden/root-credentials",
            "AwsAccountId": self.account,
            "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
            "FirstObservedAt": first_observed_at,
            "CreatedAt": created_at,
            "UpdatedAt": updated_at,
            "Title": at_most(&title, LONGEST_TITLE),
            "Resources": [resource],
            "RecordState": record_state,
        });
        match fields {
            Value::Object(fields) => fields,
            _ => serde_json::Map::new(),
        }
    }
}

fn provider_fields(severity: &str) -> Value {
    json!({
        "Severity": {"Label": severity},
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
    })
}
