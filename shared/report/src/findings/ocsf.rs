//! OCSF 1.6, class Compliance Finding (2003): one line of JSON for each finding of a run, for each that somebody accepted, and for
//! each that is none any more.
//!
//! Source: github.com/ocsf/ocsf-schema at 1.6.0, `events/findings/compliance_finding.json`, `events/findings/finding.json`,
//! `objects/{compliance,finding_info,metadata,resource_details}.json`. Times are milliseconds since 1970.

use std::collections::BTreeSet;

use rootwarden_domain::AccountId;
use serde_json::{Value, json};

use super::{
    ComplianceStatus, Severity, TITLE, at_most, description, id,
    requirements::{self, Requirement},
    seen, what_to_do,
};
use crate::{
    Document,
    document::{Account, Change, GoneAccount},
    text::shown,
};

pub const VERSION: &str = "1.6.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;
/// OCSF has no limit.
const LONGEST_NAME: usize = 200;

/// What was done to a finding. Source: `events/findings/finding.json`, `activity_id`.
#[derive(Debug, Clone, Copy)]
enum Activity {
    Create = 1,
    Update = 2,
    Close = 3,
}

/// Where a finding stands with people. Source: `events/findings/finding.json`, `status_id`.
///
/// Why not "In Progress" for a finding that was there before: it means that somebody reviews it, which nobody told us.
#[derive(Debug, Clone, Copy)]
enum FindingStatus {
    New = 1,
    Suppressed = 3,
    Resolved = 4,
    Archived = 5,
}

impl FindingStatus {
    fn caption(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Suppressed => "Suppressed",
            Self::Resolved => "Resolved",
            Self::Archived => "Archived",
        }
    }
}

impl Activity {
    fn caption(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Close => "Close",
        }
    }
}

/// What is said of an account: what was done to its finding, where that stands, and its result.
type Said = (Activity, FindingStatus, ComplianceStatus);

/// The lines of a run over the whole organization, each with its line end. `region`: where Rootwarden runs.
///
/// # Errors
/// A line cannot be written as JSON.
pub fn lines(document: &Document<'_>, region: &str) -> Result<Vec<u8>, serde_json::Error> {
    let were: BTreeSet<AccountId> = document.changes.gone.iter().map(|gone| gone.id).collect();
    let findings = document.accounts.iter().filter_map(|account| {
        let said = said(account, were.contains(&account.id))?;
        Some(of_account(document, account, region, said))
    });
    let left = document.changes.gone.iter().filter(|gone| gone.is.is_none());
    let left = left.map(|gone| of_left(document, gone, region));
    let mut text = Vec::new();
    for finding in findings.chain(left) {
        serde_json::to_writer(&mut text, &finding)?;
        text.push(b'\n');
    }
    Ok(text)
}

/// `was_finding`: whether it was one in the run before, and is none now.
fn said(account: &Account<'_>, was_finding: bool) -> Option<Said> {
    let status = ComplianceStatus::of(account);
    Some(match status {
        ComplianceStatus::Failed | ComplianceStatus::Unknown => match account.change {
            Some(Change::New) | None => (Activity::Create, FindingStatus::New, status),
            Some(Change::Changed | Change::Unchanged) => (Activity::Update, FindingStatus::New, status),
        },
        // Never as one that is created: there is nothing to do about it.
        ComplianceStatus::Accepted => (Activity::Update, FindingStatus::Suppressed, status),
        ComplianceStatus::Passed if was_finding => (Activity::Close, FindingStatus::Resolved, status),
        // Not resolved: what was there may be there still.
        ComplianceStatus::NotRead if was_finding => (Activity::Close, FindingStatus::Archived, status),
        ComplianceStatus::Passed | ComplianceStatus::NotRead => return None,
    })
}

fn of_account(document: &Document<'_>, account: &Account<'_>, region: &str, said: Said) -> Value {
    let why = shown(&account.why);
    let mut finding = common(document, account.id, account.name, region, said);
    set(&mut finding, "severity_id", json!(severity(account).0));
    set(&mut finding, "severity", json!(severity(account).1));
    set(&mut finding, "message", json!(description(account)));
    set(&mut finding, "compliance", compliance(said, &why, &requirements::of(account)));
    if let FindingStatus::Suppressed = said.1 {
        // Why it is suppressed, in the words of whoever decided it.
        set(&mut finding, "comment", json!(why));
    }
    if let (Some(since), Some(info)) = (account.since, finding.get_mut("finding_info")) {
        set(info, "first_seen_time", json!(since.as_millisecond()));
    }
    if let Some(next) = what_to_do(account) {
        set(&mut finding, "remediation", json!({"desc": next}));
    }
    finding
}

/// A finding of an account that the organization does not have any more, and of which nothing is known therefore.
fn of_left(document: &Document<'_>, gone: &GoneAccount<'_>, region: &str) -> Value {
    let text = "the organization does not have the account any more";
    let said = (Activity::Close, FindingStatus::Archived, ComplianceStatus::NotRead);
    let mut finding = common(document, gone.id, gone.name, region, said);
    set(&mut finding, "severity_id", json!(1));
    set(&mut finding, "severity", json!("Informational"));
    set(&mut finding, "message", json!(text));
    set(&mut finding, "compliance", compliance(said, text, &[]));
    finding
}

fn common(
    document: &Document<'_>,
    account: AccountId,
    name: Option<&str>,
    region: &str,
    (activity, status, _): Said,
) -> Value {
    let at = document.published_at.as_millisecond();
    let mut finding = json!({
        "activity_id": activity as u32,
        "activity_name": activity.caption(),
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + activity as u32,
        "time": at,
        "status_id": status as u32,
        "status": status.caption(),
        "metadata": {
            "version": VERSION,
            "profiles": ["cloud"],
            "product": {"name": "Rootwarden", "vendor_name": "Rootwarden", "version": env!("CARGO_PKG_VERSION")},
            "uid": format!("{}/{account}", document.run),
        },
        "cloud": {"provider": "AWS", "region": region},
        "finding_info": {
            "uid": id(account),
            "title": TITLE,
            "types": ["Software and Configuration Checks/AWS Security Best Practices"],
            "last_seen_time": at,
        },
    });
    let (mut of_account, mut resource) = (json!({ "uid": account }), json!({"type": "AwsAccount", "uid": account}));
    if let Some(name) = seen(name) {
        let name = json!(at_most(&name, LONGEST_NAME));
        set(&mut of_account, "name", name.clone());
        set(&mut resource, "name", name);
    }
    set(&mut resource, "owner", json!({ "account": of_account }));
    set(&mut finding, "resources", json!([resource]));
    finding
}

/// Source: `objects/compliance.json`, `status_id`, and `dictionary.json` for one that is unknown.
fn compliance((_, _, status): Said, detail: &str, requirements: &[Requirement]) -> Value {
    let (status_id, status) = match status {
        ComplianceStatus::Passed => (1, "Pass"),
        ComplianceStatus::Accepted | ComplianceStatus::Failed => (3, "Fail"),
        ComplianceStatus::Unknown | ComplianceStatus::NotRead => (0, "Unknown"),
    };
    let mut compliance =
        json!({"control": TITLE, "status_id": status_id, "status": status, "status_details": [detail]});
    if !requirements.is_empty() {
        let standards: BTreeSet<&str> = requirements.iter().map(|requirement| requirement.standard).collect();
        let ids: Vec<&str> = requirements.iter().map(|requirement| requirement.id).collect();
        set(&mut compliance, "standards", json!(standards));
        set(&mut compliance, "requirements", json!(ids));
    }
    compliance
}

/// Source: `severity_id` in `dictionary.json`.
fn severity(account: &Account<'_>) -> (u32, &'static str) {
    match Severity::of(account) {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}
