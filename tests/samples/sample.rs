//! The samples as files: what AWS answered, and where that was seen.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// How many samples there are. A new operation comes with one.
pub const SAMPLES: usize = 69;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// Where it was seen, for people who want to look.
    pub source: String,
    pub kind: Kind,
    pub form: Form,
    pub note: Option<String>,
    pub answers: Vec<Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Capture,
    Documentation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As on the wire: a text is its bytes, anything else the JSON that it is.
    Wire,
    /// As boto3 or the AWS CLI show it.
    Parsed,
    /// What is known about it, without a message of AWS.
    Facts,
}

/// One answer of AWS, or one input that AWS makes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    pub case: String,
    pub operation: String,
    pub status: Option<u16>,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    /// Path → form of a value that differs from answer to answer. `*`: any text, `%`: one digit.
    #[serde(default)]
    pub volatile: BTreeMap<String, String>,
    /// Paths of objects of which only a part was captured.
    #[serde(default)]
    pub partial: Vec<String>,
    /// What of ours takes it.
    pub reader: Option<String>,
    /// What answers in its place in our tests.
    pub stands: Vec<Stand>,
    /// Why nothing takes it, or nothing stands for it.
    pub why: Option<String>,
    #[serde(skip)]
    pub sample: String,
    #[serde(skip)]
    pub form: Option<Form>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stand {
    Simulator,
    Emulator,
    Fixture,
}

impl Answer {
    pub fn id(&self) -> String {
        format!("{}: {}", self.sample, self.case)
    }

    /// The service that answered, e.g. `s3`.
    pub fn service(&self) -> &str {
        self.operation.split(':').next().unwrap()
    }

    pub fn operation_name(&self) -> &str {
        self.operation.split(':').nth(1).unwrap()
    }

    pub fn is_error(&self) -> bool {
        self.status.is_some_and(|status| status >= 400)
    }

    /// The same as an answer to another operation, which has this structure too.
    pub fn of_operation(&self, operation: &str) -> Self {
        Self { operation: operation.to_owned(), ..self.clone() }
    }

    /// The text at a path such as `Error.Message`.
    #[track_caller]
    pub fn text(&self, path: &str) -> &str {
        let pointer = format!("/{}", path.replace('.', "/"));
        self.body.pointer(&pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{}: no {path}", self.id()))
    }
}

pub fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../samples"))
}

/// The samples by their names.
pub fn load() -> BTreeMap<String, Sample> {
    let mut samples = BTreeMap::new();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_none_or(|extension| extension != "json") || name == "differences" {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let mut sample: Sample = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for answer in &mut sample.answers {
            answer.sample.clone_from(&name);
            answer.form = Some(sample.form);
        }
        samples.insert(name, sample);
    }
    samples
}
