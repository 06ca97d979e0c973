//! `check --record`: what AWS answered to the calls of a check, as samples that anybody may read.

mod compare;
mod replaced;
mod walk;

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use rootwarden_aws::{WireAnswer, WireRecorder};
use serde::Serialize;
use serde_json::Value;

use crate::{
    arguments::RecordArguments,
    context::Context,
    exit::{Ended, Exit},
    output, terminal,
};
use replaced::Replaced;

/// A recording that is under way, and where it goes.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    name: String,
    is_confirmed: bool,
    /// Where the same calls are made once more.
    pub simulator: Option<String>,
    pub answers: WireRecorder,
    pub simulated: WireRecorder,
}

impl Recording {
    /// # Errors
    /// The file is there already; nobody can be asked, and no answer was given.
    pub fn of(arguments: &RecordArguments) -> Result<Option<Self>, Ended> {
        let RecordArguments { record, confirm_name, simulator } = arguments.clone();
        let Some(path) = record else { return Ok(None) };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.is_empty() || path.exists() {
            return Err(Ended::Usage(format!("`{}` is there already: nothing is written over", path.display())));
        }
        match confirm_name {
            None if !terminal::can_ask() => {
                let why = "there is no terminal to ask on: say --confirm-name with the name of the file";
                return Err(Ended::Usage(why.to_owned()));
            }
            Some(given) if given != name => {
                return Err(Ended::Usage(format!("--confirm-name is {given}, and the file is {name}")));
            }
            Some(_) | None => {}
        }
        let is_confirmed = arguments.confirm_name.is_some();
        let (answers, simulated) = (WireRecorder::default(), WireRecorder::default());
        Ok(Some(Self { path, name, is_confirmed, simulator, answers, simulated }))
    }

    /// Shows what would be written, asks, and writes it into a new file.
    ///
    /// # Errors
    /// The answer is another one; it cannot be written; something that was replaced still stands in it.
    pub async fn finish(self, context: &Context) -> Result<Exit, Ended> {
        let sample = Sample::of(self.answers.answers())?;
        let exit = self.compare(&sample)?;
        let text = output::json(&sample)?;
        terminal::say(&text)?;
        terminal::note(&format!(
            "this is what would be written: {} answers; ids, names, e-mail addresses and keys stand for others. Read it first",
            sample.answers.len()
        ));
        if !self.is_confirmed {
            let question = format!("Type the file's name ({}) to write it:", self.name);
            if terminal::ask(&question, &context.stop).await? != self.name {
                return Err(Ended::Refused(format!("the answer is not {}: nothing was written", self.name)));
            }
        }
        write(&self.path, &text)?;
        terminal::note(&format!("written to `{}`", self.path.display()));
        Ok(exit)
    }

    /// Says how a simulated organization answers otherwise.
    fn compare(&self, sample: &Sample) -> Result<Exit, Ended> {
        if self.simulator.is_none() {
            return Ok(Exit::Well);
        }
        let simulated = Sample::of(self.simulated.answers())?;
        let differences = compare::differences(&sample.answers, &simulated.answers);
        for difference in &differences {
            terminal::note(difference);
        }
        if differences.is_empty() {
            terminal::note("the simulated organization answers in the same structure");
            return Ok(Exit::Well);
        }
        Ok(Exit::Unfinished)
    }
}

/// As `samples/README.md` says.
#[derive(Debug, Serialize)]
struct Sample {
    source: String,
    kind: &'static str,
    form: &'static str,
    note: &'static str,
    answers: Vec<Answer>,
}

#[derive(Debug, Serialize)]
struct Answer {
    case: String,
    operation: String,
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: Value,
    stands: Vec<String>,
}

impl Sample {
    fn of(answers: Vec<WireAnswer>) -> Result<Self, Ended> {
        let mut replaced = Replaced::default();
        // Twice: a name that is only learnt in the last answer may stand in the first one's message.
        for answer in &answers {
            Answer::of(answer, 0, &mut replaced);
        }
        let numbered = answers.iter().enumerate();
        let answers: Vec<Answer> = numbered.map(|(number, answer)| Answer::of(answer, number, &mut replaced)).collect();
        let sample = Self {
            source: format!("rootwarden {} check --record", env!("CARGO_PKG_VERSION")),
            kind: "capture",
            form: "wire",
            note: "Ids, names, e-mail addresses and keys are replaced, each by the same everywhere; secrets are removed.",
            answers,
        };
        let text = output::json(&sample)?;
        match replaced.left_in(&text) {
            0 => Ok(sample),
            count => {
                Err(Ended::Unfinished(format!("{count} ids or addresses would still stand in it: nothing was written")))
            }
        }
    }
}

impl Answer {
    fn of(answer: &WireAnswer, number: usize, replaced: &mut Replaced) -> Self {
        let WireAnswer { operation, status, headers, body } = answer;
        let headers = headers.iter().map(|(name, value)| (name.clone(), replaced.header(name, value))).collect();
        Self {
            case: format!("answer {}", number + 1),
            operation: operation.clone(),
            status: *status,
            headers,
            body: walk::body(body, replaced),
            stands: Vec::new(),
        }
    }
}

fn write(path: &Path, text: &str) -> Result<(), Ended> {
    let failed = |error: std::io::Error| Ended::Unfinished(format!("cannot write `{}`: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
