//! Names and texts that nobody wishes for, within the limits of the formats.

use super::*;
use crate::tests::fixtures::hostile_names;

/// Source: AWS Security Hub Partner Integration Guide, "Guidelines for using the `BatchImportFindings` API": 240 KB for a finding,
/// 6 MB for a batch of 100.
const LARGEST_FINDING: usize = 240_000;
const LARGEST_BATCH: usize = 6_000_000;

/// Each of these as the name of an account, and as all that people and AWS write of it.
fn texts() -> Vec<String> {
    let long = [
        "x".repeat(300),
        "y".repeat(256),
        "😀".repeat(300),
        "\"\\".repeat(1000),
        "\u{202e}".repeat(300),
        "e\u{301}".repeat(2000),
    ];
    hostile_names().into_iter().chain(long).collect()
}

fn told() -> Told {
    let mut accounts = Vec::new();
    for text in texts() {
        let mut failure = failure();
        failure.message.clone_from(&text);
        let id = accounts.len() as u64;
        let exempt = Status::Exempt { reason: text.clone(), inventory: Some(inventory()) };
        accounts.push((id, Some(text.clone()), exempt));
        accounts.push((id + 1, Some(text), Status::Unknown(failure)));
    }
    Told::of(report("nightly-2026-11-22", accounts))
}

#[test]
fn every_text_is_within_its_limit_however_it_is_counted_and_seen_whole() {
    let told = told();
    let (findings, _) = sent(&told, &Sent::default(), Wanted::All);
    assert_eq!(findings.len(), 2 * texts().len());
    for finding in &findings {
        let text = |pointer: &str| finding.pointer(pointer).and_then(Value::as_str);
        for (pointer, longest) in [
            ("/Id", 512),
            ("/GeneratorId", 512),
            ("/ProductName", 128),
            ("/CompanyName", 128),
            ("/Title", 256),
            ("/Description", 1024),
            ("/Remediation/Recommendation/Text", 512),
            ("/Resources/0/Details/Other/AccountName", 256),
        ] {
            let Some(text) = text(pointer) else { continue };
            let units = text.encode_utf16().count();
            assert!((1..=longest).contains(&units), "{pointer}: {units}");
            assert!(!text.chars().any(|character| character.is_control() || character == '\u{202e}'), "{text}");
        }
        let bytes = serde_json::to_vec(finding).unwrap().len();
        assert!(bytes < LARGEST_FINDING && bytes * 100 < LARGEST_BATCH, "{bytes}");
    }
}

#[test]
fn a_text_is_cut_between_characters_and_says_so() {
    let (findings, _) = sent(&told(), &Sent::default(), Wanted::All);
    let names =
        findings.iter().filter_map(|finding| finding["Resources"][0]["Details"]["Other"]["AccountName"].as_str());
    let names: Vec<&str> = names.collect();
    // The last one fits, and is whole.
    for name in [format!("{}…", "x".repeat(255)), format!("{}…", "😀".repeat(127)), "y".repeat(256)] {
        assert!(names.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn a_line_of_ocsf_stays_one_line() {
    let text = String::from_utf8(lines(&told().document(), "us-east-1").unwrap()).unwrap();
    assert_eq!(text.lines().count(), 2 * texts().len());
    assert!(!text.contains(['\r', '\u{2028}', '\u{202e}', '\0']));
}
