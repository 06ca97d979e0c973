//! `check`: who you are, and what keeps root credentials from being read. It changes nothing.

mod record;
mod steps;

use serde::Serialize;

use crate::{
    arguments::{CheckArguments, Format},
    context::Context,
    exit::{Ended, Exit},
    output::{self, column_table, fitted, json, tone_of},
    terminal,
};

/// One thing that has to be as it should.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub name: &'static str,
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do, where something is to be done.
    pub to_do: Option<String>,
}

/// Ordered: of several the strongest decides how the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// Off, and not needed for an audit or a deletion.
    Off,
    /// It could not be asked for, or only what came before kept it from being asked.
    Unknown,
    Failed,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Off => "off",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
        }
    }
}

pub async fn run(arguments: CheckArguments, context: &Context) -> Result<Exit, Ended> {
    let recording = record::Recording::of(&arguments.record)?;
    let findings = steps::all(arguments.probe, recording.as_ref(), context).await?;
    if let Some(recording) = recording {
        terminal::note(table(&findings, false).trim_end());
        return recording.finish(context).await;
    }
    let text = match context.terminal.format() {
        Format::Json => json(&serde_json::json!({ "checks": findings }))?,
        Format::Csv => csv(&findings)?,
        Format::Table => table(&findings, context.terminal.is_coloured()),
    };
    terminal::say(&text)?;
    Ok(match findings.iter().map(|finding| finding.state).max() {
        Some(State::Failed) => Exit::Refused,
        Some(State::Unknown) | None => Exit::Unfinished,
        Some(State::Ok | State::Off) => Exit::Well,
    })
}

fn table(findings: &[Finding], is_coloured: bool) -> String {
    let mut table = column_table(&["check", "state", "found", "what to do"], is_coloured);
    for Finding { name, state, found, to_do } in findings {
        let mut word = comfy_table::Cell::new(state.word());
        if let Some(tone) = tone_of(state.word()).filter(|_| is_coloured) {
            word = word.fg(tone);
        }
        let to_do = to_do.as_deref().unwrap_or_default();
        table.add_row([
            comfy_table::Cell::new(name),
            word,
            comfy_table::Cell::new(found),
            comfy_table::Cell::new(to_do),
        ]);
    }
    fitted(table, is_coloured)
}

fn csv(findings: &[Finding]) -> Result<String, Ended> {
    let record = |Finding { name, state, found, to_do }: &Finding| {
        [(*name).to_owned(), state.word().to_owned(), found.clone(), to_do.clone().unwrap_or_default()]
    };
    output::csv(["check", "state", "found", "to_do"], findings.iter().map(record))
}
