//! OCSF 1.6, class Compliance Finding (2003): one line of JSON for each finding of a run, and for each that is none any more.
//!
//! Source: github.com/ocsf/ocsf-schema, `events/findings/compliance_finding.json`, `events/findings/finding.json`,
//! `objects/{compliance,finding_info,metadata,resource_details}.json`. Times are milliseconds since 1970.

use rootwarden_domain::AccountId;
use serde_json::{Value, json};

use super::{ComplianceStatus, STANDARDS, Severity, TITLE, at_most, description, id, what_to_do};
use crate::{
    Document,
    document::{Account, Change, GoneAccount},
    text::shown,
};

pub const VERSION: &str = "1.6.0";
const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;

/// What was done to a finding. Source: `events/findings/finding.json`, `activity_id`.
#[derive(Debug, Clone, Copy)]
enum Activity {
    Create = 1,
    Update = 2,
    Close = 3,
}

/// The lines of a run, each with its line end. `region`: where Rootwarden runs.
///
/// # Errors
/// A line cannot be written as JSON.
pub fn lines(document: &Document<'_>, region: &str) -> Result<Vec<u8>, serde_json::Error> {
    let findings = document.accounts.iter().filter(|account| account.status.is_finding());
    let findings = findings.map(|account| of_account(document, account, region));
    let gone = document.changes.gone.iter().map(|gone| of_gone(document, gone, region));
    let mut text = Vec::new();
    for finding in findings.chain(gone) {
        serde_json::to_writer(&mut text, &finding)?;
        text.push(b'\n');
    }
    Ok(text)
}

fn of_account(document: &Document<'_>, account: &Account<'_>, region: &str) -> Value {
    let (activity, name) = match account.change {
        Some(Change::New) | None => (Activity::Create, "Create"),
        Some(Change::Changed | Change::Unchanged) => (Activity::Update, "Update"),
    };
    let (status_id, status) = match ComplianceStatus::of(account) {
        ComplianceStatus::Passed => (1, "Pass"),
        ComplianceStatus::Accepted | ComplianceStatus::Unknown | ComplianceStatus::NotLookedAt => (2, "Warning"),
        ComplianceStatus::Failed => (3, "Fail"),
    };
    let text = description(account);
    let mut finding = common(document, account.id, account.name, region, (activity, name));
    set(&mut finding, "severity_id", json!(severity(account).0));
    set(&mut finding, "severity", json!(severity(account).1));
    set(&mut finding, "status_id", json!(if matches!(activity, Activity::Create) { 1 } else { 2 }));
    set(&mut finding, "message", json!(text));
    set(&mut finding, "compliance", compliance(status_id, status, &text));
    if let (Some(since), Some(info)) = (account.since, finding.get_mut("finding_info")) {
        set(info, "first_seen_time", json!(since.as_millisecond()));
    }
    if let Some(next) = what_to_do(account) {
        set(&mut finding, "remediation", json!({"desc": next}));
    }
    finding
}

/// A finding of the run before that is none any more.
fn of_gone(document: &Document<'_>, gone: &GoneAccount<'_>, region: &str) -> Value {
    let text = match gone.is {
        Some(status) => format!("{} now", status.words()),
        None => "the organization does not have the account any more".to_owned(),
    };
    // 4: resolved. 5: archived, since nothing is known of an account that is gone. Source: `finding.json`, `status_id`.
    let (status, compliance_status) = if gone.is.is_some() { (4, (1, "Pass")) } else { (5, (2, "Warning")) };
    let mut finding = common(document, gone.id, gone.name, region, (Activity::Close, "Close"));
    set(&mut finding, "severity_id", json!(1));
    set(&mut finding, "severity", json!("Informational"));
    set(&mut finding, "status_id", json!(status));
    set(&mut finding, "message", json!(text));
    set(&mut finding, "compliance", compliance(compliance_status.0, compliance_status.1, &text));
    finding
}

fn common(
    document: &Document<'_>,
    account: AccountId,
    name: Option<&str>,
    region: &str,
    (activity, activity_name): (Activity, &str),
) -> Value {
    let at = document.published_at.as_millisecond();
    let name = name.map(|name| at_most(&shown(name), 200));
    json!({
        "activity_id": activity as u32,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + activity as u32,
        "time": at,
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
        "resources": [{"type": "AwsAccount", "uid": account, "name": name, "owner": {"account": {"uid": account, "name": name}}}],
    })
}

fn compliance(status_id: u32, status: &str, detail: &str) -> Value {
    json!({"control": TITLE, "standards": STANDARDS, "status_id": status_id, "status": status, "status_detail": detail})
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
