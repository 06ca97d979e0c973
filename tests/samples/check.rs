//! The account of what was done with each sample: nothing may be left out, and nothing may differ undeclared.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use serde::Deserialize;
use serde_json::Value;

use crate::{
    compare::{self, Difference},
    exchange::Seen,
    sample::{self, Answer, Form, SAMPLES, Sample, Stand},
    wire,
};

#[derive(Debug)]
pub struct Check {
    samples: BTreeMap<String, Sample>,
    read: BTreeSet<String>,
    compared: BTreeSet<(String, Stand)>,
    found: BTreeSet<(String, Stand, Difference)>,
}

/// A difference that is known, and why it is left.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    pub sample: String,
    pub case: String,
    pub stands: Stand,
    pub path: String,
    pub what: String,
    pub reason: String,
}

/// What `differences.json` declares.
pub fn declared() -> Vec<Declared> {
    serde_json::from_str(&fs::read_to_string(sample::folder().join("differences.json")).unwrap()).unwrap()
}

/// A sample holds to its own forms, and says why where nothing takes it or nothing stands for it.
fn check_form(answer: &Answer) {
    let id = answer.id();
    assert!(answer.reader.is_some() || answer.why.is_some(), "{id}: nothing takes it, and it does not say why");
    assert!(!answer.stands.is_empty() || answer.why.is_some(), "{id}: nothing stands for it, and it does not say why");
    if answer.form != Some(Form::Facts) {
        let own = compare::readable(answer);
        assert_eq!(compare::differences(answer, &own, &own), [], "{id} does not have its own forms");
        let unused = compare::unused_forms(answer, &own);
        assert!(unused.is_empty(), "{id}: nothing is at {unused:?}");
    }
}

impl Check {
    pub fn load() -> Self {
        let samples = sample::load();
        assert_eq!(samples.len(), SAMPLES, "a sample is gone, or a new one is not counted");
        samples.values().flat_map(|sample| &sample.answers).for_each(check_form);
        Self { samples, read: BTreeSet::new(), compared: BTreeSet::new(), found: BTreeSet::new() }
    }

    #[track_caller]
    pub fn answer(&self, sample: &str, case: &str) -> Answer {
        let answers = self.answers(sample);
        answers
            .into_iter()
            .find(|answer| answer.case == case)
            .unwrap_or_else(|| panic!("{sample} has no case `{case}`"))
    }

    #[track_caller]
    pub fn answers(&self, sample: &str) -> Vec<Answer> {
        self.samples.get(sample).unwrap_or_else(|| panic!("there is no sample `{sample}`")).answers.clone()
    }

    /// A reader of ours took it, and its result was asserted.
    #[track_caller]
    pub fn reader_took(&mut self, answer: &Answer) {
        assert!(answer.reader.is_some(), "{}: the sample says that nothing takes it", answer.id());
        self.read.insert(answer.id());
    }

    /// Compares it with what the simulator answered to the same operation.
    #[track_caller]
    pub fn compare(&mut self, answer: &Answer, seen: &Seen) {
        let status = seen.response.status().as_u16();
        assert_eq!(Some(status), answer.status, "{}: {:?}", answer.id(), seen.response);
        self.compare_fields(answer, Stand::Simulator, &wire::decode(answer, &seen.response));
    }

    #[track_caller]
    pub fn compare_fields(&mut self, answer: &Answer, stand: Stand, ours: &Value) {
        assert!(
            answer.stands.contains(&stand),
            "{}: the sample does not say that {stand:?} stands for it",
            answer.id()
        );
        self.compared.insert((answer.id(), stand));
        for difference in compare::differences(answer, &compare::readable(answer), ours) {
            self.found.insert((answer.id(), stand, difference));
        }
    }

    /// Asserts that everything was done, and says how many answers were read and how many compared.
    pub fn finish(self) -> (usize, usize) {
        let Self { samples, read, compared, found } = self;
        let answers: Vec<&Answer> = samples.values().flat_map(|sample| &sample.answers).collect();
        let to_read = answers.iter().filter(|answer| answer.reader.is_some()).map(|answer| answer.id());
        let unread: Vec<String> = to_read.filter(|id| !read.contains(id)).collect();
        assert!(unread.is_empty(), "no reader was given {unread:#?}");
        let to_compare = answers.iter().flat_map(|answer| answer.stands.iter().map(|stand| (answer.id(), *stand)));
        let uncompared: Vec<_> = to_compare.filter(|one| one.1 != Stand::Emulator && !compared.contains(one)).collect();
        assert!(uncompared.is_empty(), "nothing was compared with {uncompared:#?}");

        let declared: BTreeSet<_> = declared()
            .into_iter()
            .filter(|one| one.stands != Stand::Emulator)
            .map(|one| (format!("{}: {}", one.sample, one.case), one.stands, one.path, one.what))
            .collect();
        let found: BTreeSet<_> = found
            .into_iter()
            .map(|(id, stand, Difference { path, what })| (id, stand, path, what.to_owned()))
            .collect();
        let undeclared: Vec<_> = found.difference(&declared).collect();
        assert!(undeclared.is_empty(), "differences that are not declared: {undeclared:#?}");
        let gone: Vec<_> = declared.difference(&found).collect();
        assert!(gone.is_empty(), "declared differences that there are not any more: {gone:#?}");
        (read.len(), compared.len())
    }
}
