//! The table in `samples/README.md` and the list of differences say what the samples say.

use std::{collections::BTreeSet, fs};

use crate::{
    check::declared,
    sample::{self, Kind, SAMPLES, Sample, Stand},
};

#[test]
fn each_sample_has_its_row_in_the_table() {
    let readme = fs::read_to_string(sample::folder().join("README.md")).unwrap();
    let rows: BTreeSet<&str> = readme.lines().filter(|line| line.starts_with("| `")).collect();
    let samples = sample::load();
    assert_eq!((samples.len(), rows.len()), (SAMPLES, SAMPLES));
    for (name, sample) in &samples {
        let row = row(name, sample);
        assert!(rows.contains(row.as_str()), "samples/README.md needs this row:\n{row}");
    }
}

#[test]
fn each_difference_is_of_a_sample_and_has_a_reason() {
    let samples = sample::load();
    let declared = declared();
    for one in &declared {
        let answers = samples.get(&one.sample).into_iter().flat_map(|sample| &sample.answers);
        let stands = answers.filter(|answer| answer.case == one.case).flat_map(|answer| &answer.stands);
        assert!(stands.into_iter().any(|stand| *stand == one.stands), "{one:?}: nothing of this sample stands there");
        assert!(one.reason.len() > 20, "{one:?}");
    }
}

#[test]
fn each_sample_names_its_source_and_nothing_of_a_machine() {
    for (name, sample) in sample::load() {
        assert!(sample.source.len() > 10 && !sample.source.contains("/work"), "{name}: {}", sample.source);
        assert!(!sample.answers.is_empty(), "{name}");
        assert!(sample.note.is_none_or(|note| note.len() > 10), "{name}");
    }
}

/// What takes it, what stands for AWS, and why something does not.
fn row(name: &str, sample: &Sample) -> String {
    let readers = distinct(sample.answers.iter().filter_map(|answer| answer.reader.clone()));
    let stands = distinct(sample.answers.iter().flat_map(|answer| &answer.stands).map(|stand| {
        match stand {
            Stand::Simulator => "simulator",
            Stand::Emulator => "emulator",
            Stand::Fixture => "event fixture",
        }
        .to_owned()
    }));
    let why = distinct(sample.answers.iter().filter_map(|answer| answer.why.clone()));
    let or_nothing = |texts: String| if texts.is_empty() { "nothing".to_owned() } else { texts };
    let kind = match sample.kind {
        Kind::Capture => "capture",
        Kind::Documentation => "documentation",
    };
    format!("| `{name}` | {kind} | {} | {} | {why} |", or_nothing(readers), or_nothing(stands))
}

fn distinct(texts: impl Iterator<Item = String>) -> String {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join("; ")
}
