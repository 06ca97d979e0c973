//! Findings for other systems: what each format says, and which are sent.

mod hostile;
mod ocsf;
mod sent;

use std::{fs, path::PathBuf};

use jiff::SignedDuration;
use rootwarden_domain::{
    AccountId, Inventory,
    run::{
        deletion::StepOutcome,
        report::Status,
        selection::{Ineligible, Tag},
    },
};
use serde_json::{Value, json};

use super::fixtures::{Told, failure, inventory, key, report, step};
use crate::findings::{
    asff::Publisher,
    ocsf::lines,
    sent::{Sent, Wanted},
};

fn publisher() -> Publisher {
    Publisher { partition: "aws", region: "us-east-1".into(), account: "111122223333".parse().unwrap() }
}

fn found() -> Status {
    Status::Found { inventory: inventory(), protected: vec![] }
}

fn exempt(inventory: Option<Inventory>) -> Status {
    Status::Exempt { reason: "break-glass account".into(), inventory }
}

/// Left alone or not looked at, and nothing is known of what is there.
fn unread() -> Vec<Status> {
    let tag = Tag { key: "root".into(), value: "keep".into() };
    vec![
        exempt(None),
        exempt(Some(Inventory::default())),
        Status::Excluded { tag, inventory: Inventory::default() },
        Status::Ineligible(Ineligible::ManagementAccount),
        Status::Ineligible(Ineligible::Excluded),
    ]
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
    (findings, before.clone().after(to_send, []))
}

fn statuses(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["Compliance"]["Status"].as_str().unwrap()).collect()
}

fn ocsf_lines(told: &Told) -> Vec<Value> {
    let text = String::from_utf8(lines(&told.document(), "us-east-1").unwrap()).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn i2_only_a_read_makes_a_finding_pass() {
    let (_, kept) = sent(&night(1, vec![(1, found())]), &Sent::default(), Wanted::All);
    for status in unread() {
        let told = night(2, vec![(1, status.clone()), (2, status)]);
        let (findings, _) = sent(&told, &kept, Wanted::All);
        assert_eq!(
            statuses(&findings),
            ["NOT_AVAILABLE"],
            "what is there is corrected, and nothing is made of nothing"
        );
        assert!(findings[0]["Resources"][0]["Id"].as_str().unwrap().ends_with("000001"));
        assert!(sent(&told, &Sent::default(), Wanted::All).0.is_empty());
    }
    let cleaned = Status::Cleaned { steps: vec![step(key("AKIAIOSFODNN7EXAMPLE"), StepOutcome::Deleted)] };
    let told = night(2, vec![(1, Status::Clean), (2, cleaned), (3, Status::Unknown(failure()))]);
    let by_account: Vec<(String, String)> = sent(&told, &kept, Wanted::All)
        .0
        .iter()
        .map(|finding| {
            let id = finding["Id"].as_str().unwrap();
            (id[id.len() - 1..].to_owned(), finding["Compliance"]["Status"].as_str().unwrap().to_owned())
        })
        .collect();
    let expected = [("3", "NOT_AVAILABLE"), ("2", "PASSED"), ("1", "PASSED")];
    assert_eq!(by_account, expected.map(|(id, status)| (id.to_owned(), status.to_owned())));
}

#[test]
fn root_credentials_that_somebody_accepted_are_a_warning_and_never_passed() {
    let tag = Tag { key: "root".into(), value: "keep".into() };
    for status in [exempt(Some(inventory())), Status::Excluded { tag, inventory: inventory() }] {
        let (findings, _) = sent(&night(1, vec![(1, status)]), &Sent::default(), Wanted::NotPassed);
        assert_eq!(statuses(&findings), ["WARNING"]);
        assert_eq!(findings[0]["FindingProviderFields"]["Severity"]["Label"], "LOW");
    }
}

/// The text is AWS's: User Guide, "Security Hub CSPM controls for IAM", IAM.4 and IAM.9.
#[test]
fn a_finding_names_the_requirements_that_it_is_about() {
    let of = |inventory: Inventory| {
        let status = Status::Found { inventory, protected: vec![] };
        let (findings, _) = sent(&night(1, vec![(1, status)]), &Sent::default(), Wanted::All);
        findings[0]["Compliance"]["RelatedRequirements"].clone()
    };
    let (no_key, no_password) = (
        ["CIS AWS Foundations Benchmark v5.0.0/1.3", "NIST.800-53.r5 AC-6(10)"],
        ["CIS AWS Foundations Benchmark v5.0.0/1.4", "NIST.800-53.r5 IA-2(1)"],
    );
    let all = json!([no_key, no_password].concat());
    let none = Inventory::default;
    let Inventory { access_keys, login_profile, mfa_devices, signing_certificates: _ } = inventory();
    assert_eq!(of(Inventory { access_keys: access_keys.clone(), ..none() }), json!(no_key));
    assert_eq!(of(Inventory { login_profile: login_profile.clone(), ..none() }), json!(no_password));
    assert_eq!(of(Inventory { access_keys, login_profile: login_profile.clone(), ..none() }), all);
    let with_mfa = Inventory { login_profile, mfa_devices: mfa_devices.clone(), ..none() };
    assert_eq!(of(with_mfa), Value::Null, "neither asks for it");
    assert_eq!(of(Inventory { mfa_devices, ..none() }), Value::Null);
    let (passed, _) = sent(&night(1, vec![(1, Status::Clean)]), &Sent::default(), Wanted::All);
    assert_eq!(passed[0]["Compliance"]["RelatedRequirements"], all);
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
        assert_eq!((&finding["ProductName"], &finding["CompanyName"]), (&json!("Rootwarden"), &json!("Rootwarden")));
        let resource = finding["Resources"][0]["Id"].as_str().unwrap();
        assert!(resource.starts_with("AWS::::Account:") && !resource.ends_with("111122223333"));
        assert!(finding["FindingProviderFields"]["Severity"]["Label"].is_string());
    }
}

#[test]
fn an_id_is_an_accounts_for_ever() {
    let id: AccountId = "000000000001".parse().unwrap();
    let (findings, _) = sent(&night(1, vec![(1, found())]), &Sent::default(), Wanted::NotPassed);
    assert_eq!(findings[0]["Id"], format!("rootwarden/root-credentials/{id}"));
}

/// Holds a file of `docs/findings/` against what is made; with `UPDATE_SCHEMA` it is written anew.
fn hold(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/findings").join(name);
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        fs::write(&path, text).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == text, "{name}: run the tests of this crate with UPDATE_SCHEMA=1");
}

/// Two nights with every kind of finding: what Security Hub has after the first, and the second.
fn two_nights() -> (Vec<Value>, Sent, Told) {
    let (unknown, accepted) = (|| Status::Unknown(failure()), || exempt(Some(inventory())));
    let first = night(1, vec![(1, found()), (2, accepted()), (3, unknown()), (4, Status::Clean), (9, found())]);
    let (findings, kept) = sent(&first, &Sent::default(), Wanted::All);
    let mut second = night(2, vec![(1, found()), (2, accepted()), (3, Status::Clean), (4, unknown()), (5, found())]);
    second.history = first.remembered();
    (findings, kept, second)
}

/// The samples, which end-to-end tests hold against the service's own model.
#[test]
fn the_samples_of_the_findings_have_each_kind_once_and_are_what_is_made() {
    let (mut findings, kept, second) = two_nights();
    let archived = sent(&second, &kept, Wanted::NotPassed).0;
    findings.retain(|finding| !finding["Id"].as_str().unwrap().ends_with('9'));
    findings.extend(archived.into_iter().filter(|finding| finding["RecordState"] == "ARCHIVED"));
    assert_eq!(statuses(&findings), ["NOT_AVAILABLE", "FAILED", "WARNING", "PASSED", "NOT_AVAILABLE"]);
    hold("security-hub.json", &(serde_json::to_string_pretty(&json!({ "Findings": findings })).unwrap() + "\n"));
    let lines = ocsf_lines(&second);
    let kinds: Vec<_> = lines.iter().map(|line| (&line["activity_name"], &line["status"])).collect();
    let expected = [
        ("Create", "New"),
        ("Update", "New"),
        ("Create", "New"),
        ("Update", "Suppressed"),
        ("Close", "Resolved"),
        ("Close", "Archived"),
    ];
    assert_eq!(
        kinds,
        expected
            .map(|(activity, status)| (json!(activity), json!(status)))
            .iter()
            .map(|(a, s)| (a, s))
            .collect::<Vec<_>>()
    );
    let text: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    hold("ocsf.jsonl", &text.concat());
}
