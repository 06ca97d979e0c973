//! What is written where: results on standard output, everything else on standard error.

use std::{
    env,
    io::{self, IsTerminal, Write},
};

use rustix::termios::{QueueSelector, tcflush};
use tokio::sync::oneshot;

use crate::{
    arguments::{ColorChoice, Format, OutputArguments},
    exit::Ended,
    stop::Stop,
};

/// The two streams, and what may be done on them.
#[derive(Debug)]
pub struct Terminal {
    format: Format,
    color: ColorChoice,
}

impl Terminal {
    pub fn new(arguments: OutputArguments) -> Self {
        Self { format: arguments.output, color: arguments.color }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Whether a table is coloured; JSON and CSV never are.
    ///
    /// Why not `anstream`, which takes colours out again: the tables are made with them or without, and nothing else has any.
    pub fn is_coloured(&self) -> bool {
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        match (self.format, self.color) {
            (Format::Json | Format::Csv, _) | (Format::Table, ColorChoice::Never) => false,
            (Format::Table, ColorChoice::Always) => true,
            // Source: no-color.org: any value that is not empty.
            (Format::Table, ColorChoice::Auto) => {
                io::stdout().is_terminal()
                    && !is_set("NO_COLOR")
                    && env::var_os("TERM").is_none_or(|term| term != "dumb")
            }
        }
    }
}

/// Writes a result. Of a reader that has gone nothing is said: it has what it wanted.
///
/// # Errors
/// It cannot be written.
pub fn say(text: &str) -> Result<(), Ended> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Ended::Unfinished(format!("cannot write to standard output: {error}"))),
    }
}

/// Writes a line for people. That it cannot be written changes nothing.
pub fn note(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Whether somebody can be asked.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// What somebody types, without the end of the line; an empty answer at the end of the input, also in the middle of a line.
///
/// What was typed before the question is no answer to it, and is thrown away.
///
/// # Errors
/// They pressed Ctrl-C instead.
pub async fn ask(question: &str, stop: &Stop) -> Result<String, Ended> {
    // Where it fails there is no terminal, and so nobody who typed ahead.
    let _ = tcflush(io::stdin(), QueueSelector::IFlush);
    {
        let mut err = io::stderr().lock();
        drop(write!(err, "{question} ").and_then(|()| err.flush()));
    }
    let (answer, answered) = oneshot::channel();
    // A thread of its own: reading cannot be cancelled, and must not keep the process.
    std::thread::spawn(move || {
        let mut line = String::new();
        let is_whole = io::stdin().read_line(&mut line).is_ok() && line.ends_with('\n');
        if !is_whole {
            drop(writeln!(io::stderr().lock()));
            line.clear();
        }
        drop(answer.send(line.trim().to_owned()));
    });
    tokio::select! {
        answer = answered => Ok(answer.unwrap_or_default()),
        () = stop.stopped() => {
            drop(writeln!(io::stderr().lock()));
            Err(Ended::Interrupted("nothing was changed".to_owned()))
        }
    }
}
