//! Findings for other systems: what each format says, and which are sent.

use std::{fs, path::PathBuf};

use jiff::SignedDuration;
use rootwarden_domain::{AccountId, run::report::Status};
use serde_json::Value;

use super::fixtures::{Told, failure, hostile_report, inventory, report};
use crate::{
    document::Scope,
    findings::{
        ComplianceStatus,
        asff::Publisher,
        ocsf,
        sent::{Sent, Wanted},
    },
    status::StatusName,
};

fn publisher() -> Publisher {
    Publisher { partition: "aws", region: "us-east-1".into(), account: "111122223333".parse().unwrap() }
}

fn found() -> Status {
    Status::Found { inventory: inventory(), protected: vec![] }
}

fn night(number: u32, accounts: Vec<(u64, Status)>) -> Told {
    let accounts = accounts.into_iter().map(|(id, status)| (id, Some(format!("account {id}")), status));
    let mut told = Told::of(report(&format!("nightly-2026-11-{number}"), accounts));
    told.planned_at += SignedDuration::from_hours(24 * i64::from(number));
    told
}

/// What is sent of a run, and what is kept once all of it was taken.
fn sent(told: &Told, before: &Sent, wanted: Wanted) -> (Vec<Value>, Sent) {
    let document = told.document();
    let to_send = before.to_send(&document, wanted);
    let findings = to_send.iter().map(|one| one.finding(&publisher())).collect();
    (findings, before.clone().after(to_send))
}

fn statuses(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["Compliance"]["Status"].as_str().unwrap()).collect()
}

fn ocsf_lines(told: &Told) -> Vec<Value> {
    let text = String::from_utf8(ocsf::lines(&told.document(), "us-east-1").unwrap()).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn i2_nothing_that_is_unknown_has_passed() {
    let told = Told::full();
    for account in &told.document().accounts {
        let has_passed = ComplianceStatus::of(account) == ComplianceStatus::Passed;
        let is_clean = matches!(account.status, StatusName::Clean | StatusName::Cleaned);
        let has_nothing = account.evidence.left.is_empty();
        assert!(!has_passed || is_clean || has_nothing, "{:?}", account.status);
        assert!(!has_passed || account.status != StatusName::Unknown);
    }
    let (findings, _) = sent(&night(1, vec![(1, Status::Unknown(failure()))]), &Sent::default(), Wanted::All);
    assert_eq!(statuses(&findings), ["NOT_AVAILABLE"]);
}

#[test]
fn a_finding_is_sent_once_again_when_it_changes_and_after_60_days() {
    let (first, kept) = sent(&night(1, vec![(1, found()), (2, Status::Clean)]), &Sent::default(), Wanted::NotPassed);
    assert_eq!(statuses(&first), ["FAILED"]);
    let (second, kept) = sent(&night(2, vec![(1, found()), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert!(second.is_empty(), "{second:#?}");
    let (late, kept) = sent(&night(62, vec![(1, found()), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert_eq!(statuses(&late), ["FAILED"]);
    assert_eq!((&late[0]["CreatedAt"], &late[0]["Id"]), (&first[0]["CreatedAt"], &first[0]["Id"]));
    assert_eq!(late[0]["FirstObservedAt"], first[0]["FirstObservedAt"]);
    assert_ne!(late[0]["UpdatedAt"], first[0]["UpdatedAt"]);
    let (passed, kept) = sent(&night(63, vec![(1, Status::Clean), (2, Status::Clean)]), &kept, Wanted::NotPassed);
    assert_eq!(statuses(&passed), ["PASSED"]);
    assert_eq!(passed[0]["CreatedAt"], first[0]["CreatedAt"]);
    // What passed is not renewed for ever.
    assert!(sent(&night(180, vec![(1, Status::Clean)]), &kept, Wanted::NotPassed).0.is_empty());
}

#[test]
fn clean_accounts_have_findings_only_where_all_are_wanted() {
    let told = night(1, vec![(1, Status::Clean), (2, Status::Clean)]);
    assert!(sent(&told, &Sent::default(), Wanted::NotPassed).0.is_empty());
    assert_eq!(statuses(&sent(&told, &Sent::default(), Wanted::All).0), ["PASSED", "PASSED"]);
}

#[test]
fn an_account_that_left_is_archived_and_only_by_a_run_over_the_whole_organization() {
    let (_, kept) = sent(&night(1, vec![(1, found()), (2, found())]), &Sent::default(), Wanted::NotPassed);
    let mut part = night(2, vec![(2, found())]);
    part.scope = Scope::Selection;
    assert!(sent(&part, &kept, Wanted::NotPassed).0.is_empty());
    assert!(sent(&night(2, vec![]), &kept, Wanted::NotPassed).0.is_empty(), "nobody is no organization");
    let (archived, kept) = sent(&night(2, vec![(2, found())]), &kept, Wanted::NotPassed);
    let [finding] = archived.as_slice() else { panic!("{archived:#?}") };
    assert_eq!(
        (&finding["RecordState"], &finding["Resources"][0]["Id"]),
        (&"ARCHIVED".into(), &"AWS::::Account:000000000001".into())
    );
    assert!(sent(&night(3, vec![(2, found())]), &kept, Wanted::NotPassed).0.is_empty(), "once");
}

#[test]
fn what_was_not_taken_is_sent_again_and_so_is_everything_where_nothing_is_known() {
    let told = night(1, vec![(1, found()), (2, found())]);
    let document = told.document();
    let to_send = Sent::default().to_send(&document, Wanted::NotPassed);
    let kept = Sent::default().after(to_send.into_iter().take(1));
    assert_eq!(sent(&night(2, vec![(1, found()), (2, found())]), &kept, Wanted::NotPassed).0.len(), 1);
    assert_eq!(sent(&told, &Sent::default(), Wanted::NotPassed).0.len(), 2);
}

#[test]
fn what_people_write_is_never_written_and_the_member_stands_in_the_resources() {
    let (findings, _) = sent(&Told::full(), &Sent::default(), Wanted::All);
    assert!(findings.len() > 5);
    for finding in &findings {
        assert!(
            finding.get("Workflow").is_none() && finding.get("Note").is_none() && finding.get("Severity").is_none()
        );
        assert_eq!(finding["AwsAccountId"], "111122223333");
        let resource = finding["Resources"][0]["Id"].as_str().unwrap();
        assert!(resource.starts_with("AWS::::Account:") && !resource.ends_with("111122223333"));
        assert!(finding["FindingProviderFields"]["Severity"]["Label"].is_string());
    }
}

/// The sample, which end-to-end tests hold against the service's own model.
#[test]
fn the_sample_of_the_findings_is_what_is_sent() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings/security-hub.json");
    let mut told = Told::of(hostile_report());
    told.planned_at += SignedDuration::from_hours(1);
    let (mut findings, kept) = sent(&Told::full(), &Sent::default(), Wanted::All);
    findings.extend(sent(&told, &Sent::default(), Wanted::All).0);
    findings.extend(sent(&night(2, vec![(900, found())]), &kept, Wanted::NotPassed).0);
    let text = serde_json::to_string_pretty(&serde_json::json!({ "Findings": findings })).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == text, "run the tests of this crate with UPDATE_SCHEMA=1");
}

#[test]
fn every_line_of_ocsf_is_a_compliance_finding() {
    let schema: Value = serde_json::from_str(include_str!("compliance_finding.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut next = night(2, vec![(1, found()), (900, Status::Clean)]);
    next.history = Told::full().remembered();
    for told in [Told::full(), Told::of(hostile_report()), next] {
        for line in ocsf_lines(&told) {
            let errors: Vec<String> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{errors:#?}\n{line:#}");
        }
    }
    let broken = serde_json::json!({"class_uid": 2003});
    assert!(!validator.is_valid(&broken), "the schema refuses what lacks the rest");
}

#[test]
fn ocsf_creates_updates_and_closes_a_finding_under_one_id() {
    let first = night(1, vec![(1, found()), (2, Status::Clean)]);
    let lines = ocsf_lines(&first);
    let [created] = lines.as_slice() else { panic!("{lines:#?}") };
    assert_eq!(
        (&created["activity_id"], &created["type_uid"], &created["compliance"]["status_id"]),
        (&1.into(), &200_301.into(), &3.into())
    );
    let mut second = night(2, vec![(1, found()), (2, Status::Clean)]);
    second.history = first.remembered();
    assert_eq!(ocsf_lines(&second)[0]["activity_id"], 2);
    let mut third = night(3, vec![(1, Status::Clean), (2, Status::Clean)]);
    third.history = second.remembered();
    let closed = &ocsf_lines(&third)[0];
    assert_eq!((&closed["activity_id"], &closed["status_id"]), (&3.into(), &4.into()));
    assert_eq!(closed["finding_info"]["uid"], created["finding_info"]["uid"]);
}

#[test]
fn an_id_is_an_accounts_for_ever() {
    let id: AccountId = "000000000001".parse().unwrap();
    let (findings, _) = sent(&night(1, vec![(1, found())]), &Sent::default(), Wanted::NotPassed);
    assert_eq!(findings[0]["Id"], format!("rootwarden/root-credentials/{id}"));
}
