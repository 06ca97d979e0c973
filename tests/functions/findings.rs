//! Findings for Security Hub and in OCSF: what is sent, what is not sent again, and what a failure leaves.

use rootwarden_simulator::{Fault, RootCredentials};
use rootwarden_tests::{BUCKET, Deployment, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

fn deployed(security_hub: &'static str) -> Rehearsal {
    let deployment = Deployment { mode: "report", security_hub, ocsf_findings: "on", ..Deployment::default() };
    Rehearsal::deployed(world(), &deployment)
}

fn night() -> Value {
    json!({"selection": "all", "started_by": "schedule"})
}

fn keys(rehearsal: &Rehearsal) -> Vec<String> {
    rehearsal.simulator.objects(BUCKET).into_iter().map(|(key, _)| key).collect()
}

fn object(rehearsal: &Rehearsal, ends: &str) -> String {
    let objects = rehearsal.simulator.objects(BUCKET);
    let found = objects.iter().find(|(key, _)| key.starts_with("reports/2") && key.ends_with(ends));
    String::from_utf8(found.unwrap().1.to_vec()).unwrap()
}

fn of(finding: &Value) -> String {
    finding["Id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn accounts_with_root_credentials_are_failed_findings_and_the_second_night_sends_nothing() {
    let rehearsal = deployed("not-passed");
    rehearsal.run(night()).await.unwrap();
    let findings = rehearsal.simulator.findings();
    let failed: Vec<String> = findings.iter().map(of).collect();
    for account in [KEYS, CERTIFICATE, PASSWORD, EVERYTHING] {
        assert!(failed.contains(&account.to_owned()), "{failed:?}");
    }
    assert!(!failed.contains(&CLEAN.to_owned()), "{failed:?}");
    assert!(findings.iter().all(|finding| finding["Compliance"]["Status"] != "PASSED"));
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().len(), findings.len());
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 1);
    // What changed is sent, and nothing else.
    rehearsal.simulator.update(|world| world.account_mut(KEYS).unwrap().root = RootCredentials::default());
    rehearsal.run(night()).await.unwrap();
    let more = &rehearsal.simulator.findings()[findings.len()..];
    assert_eq!(
        more.iter().map(|finding| (of(finding), finding["Compliance"]["Status"].clone())).collect::<Vec<_>>(),
        [(KEYS.to_owned(), json!("PASSED"))]
    );
}

#[tokio::test(start_paused = true)]
async fn a_security_hub_that_refuses_fails_nothing_else_is_named_and_gets_all_of_it_the_next_night() {
    let rehearsal = deployed("not-passed");
    rehearsal.simulator.inject(Fault::on("securityhub:BatchImportFindings").denied());
    let finished = rehearsal.run(night()).await.unwrap();
    let not_written = finished.output["not_written"].to_string();
    assert!(not_written.contains("Security Hub"), "{not_written}");
    assert!(object(&rehearsal, "/report.json").contains("Security Hub findings"), "the report names it");
    for name in ["/report.csv", "/report.html", "/findings.ocsf.jsonl", "/notice.json"] {
        assert!(keys(&rehearsal).iter().any(|key| key.ends_with(name)), "{name}");
    }
    assert_eq!(rehearsal.simulator.findings(), Vec::<Value>::new());
    rehearsal.run(night()).await.unwrap();
    assert!(rehearsal.simulator.findings().len() >= 4);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_and_cannot_be_read_has_everything_sent_again() {
    let rehearsal = deployed("all");
    rehearsal.run(night()).await.unwrap();
    let first = rehearsal.simulator.findings().len();
    rehearsal.simulator.put_object(BUCKET, "reports/security-hub.json", "no JSON");
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.simulator.findings().len(), 2 * first);
}

#[tokio::test(start_paused = true)]
async fn without_the_settings_nothing_is_sent_or_written() {
    let rehearsal = Rehearsal::deployed(world(), &Deployment { mode: "report", ..Deployment::default() });
    rehearsal.run(night()).await.unwrap();
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 0);
    assert!(!keys(&rehearsal).iter().any(|key| key.contains("ocsf") || key.contains("security-hub")));
}

#[tokio::test(start_paused = true)]
async fn a_run_over_some_accounts_sends_nothing_to_security_hub() {
    let rehearsal = deployed("all");
    rehearsal.run(json!({"selection": {"accounts": [KEYS]}})).await.unwrap();
    assert_eq!(rehearsal.count("securityhub:BatchImportFindings"), 0);
}
