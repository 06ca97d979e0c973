//! `rootwarden`: an organization's root credentials, at a terminal and with the caller's own credentials.
//!
//! It decides nothing itself: what is eligible, protected, exempt and clean is decided in `rootwarden-domain`, and done in
//! `rootwarden-aws`, as in the deployed functions.

mod access;
mod arguments;
mod audit;
mod check;
mod context;
mod delete;
mod deployment;
mod documentation;
mod enable;
mod exit;
mod journal;
mod origin;
mod output;
mod progress;
mod recovery;
mod session;
mod stop;
mod terminal;
mod typed;
mod unlock;
mod words;

use std::{
    process::{self, ExitCode},
    sync::Arc,
};

use clap::{Parser, error::ErrorKind};
use rootwarden_domain::text::line::on_one_line;
use tokio::runtime::Builder;

use arguments::{Arguments, Command};
use context::Context;
use exit::{Ended, Exit};
use stop::{Reason, Stop};
use terminal::{Terminal, note};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let runtime = match Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&format!("cannot start: {error}"), Exit::Unfinished),
    };
    let Arguments { access, output, command } = arguments;
    let context = Context::new(access, Terminal::new(output), output.progress_seconds);
    let ended = runtime.block_on(run(command, &context));
    // Why: a thread may still wait for somebody to type.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(ended) => complain(&on_one_line(&words::for_caller(&ended.to_string())), ended.exit()),
    }
}

async fn run(command: Command, context: &Context) -> Result<Exit, Ended> {
    tokio::spawn(listen(Arc::clone(&context.stop)));
    match command {
        Command::Check(arguments) => Box::pin(check::run(arguments, context)).await,
        Command::Enable(arguments) => Box::pin(enable::run(arguments, context)).await,
        Command::Audit(arguments) => Box::pin(audit::run(arguments, context)).await,
        Command::Delete(arguments) => Box::pin(delete::run(arguments, context)).await,
        Command::Apply(arguments) => Box::pin(delete::apply(arguments, context)).await,
        Command::Session(arguments) => Box::pin(session::run(arguments, context)).await,
        Command::Unlock(arguments) => Box::pin(unlock::run(arguments, context)).await,
        Command::Recovery(arguments) => Box::pin(recovery::run(arguments, context)).await,
        Command::Deployment(command) => Box::pin(deployment::run(command, context)).await,
        Command::Completions { shell } => documentation::completions(shell),
        Command::Man { directory } => documentation::man(&directory),
    }
}

/// Ctrl-C finishes what is in hand; once more, and everything ends at once.
async fn listen(stop: Arc<Stop>) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.set(Reason::Interrupted);
    note("interrupted: the accounts in hand are finished; Ctrl-C again ends at once");
    if tokio::signal::ctrl_c().await.is_ok() {
        note("ended: what was begun stands in the journal, and the same command goes on");
        #[expect(clippy::exit, reason = "somebody asked twice for the end")]
        process::exit(i32::from(Exit::Interrupted.code()));
    }
}

/// What is wrong with the arguments, in one line and without the usage after it.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        // Asking for help is no mistake.
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            drop(error.print());
            return Exit::Well.into();
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return complain("no command was given: `rootwarden --help` lists them", Exit::Refused);
        }
        _ => {}
    }
    complain(&on_one_line(&in_one_line(&error.to_string())), Exit::Refused)
}

/// What clap says, and its tips, without the usage after it.
fn in_one_line(text: &str) -> String {
    let mut paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<&str> = paragraph.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        lines.join(" ")
    });
    let said = paragraphs.next().unwrap_or_default();
    let tips =
        paragraphs.filter_map(|paragraph| paragraph.strip_prefix("tip: ").map(|tip| tip.replace(" tip: ", "; ")));
    let said = said.trim_start_matches("error: ").to_owned();
    [said].into_iter().chain(tips).collect::<Vec<_>>().join("; ")
}

fn complain(why: &str, exit: Exit) -> ExitCode {
    note(&format!("rootwarden: {why}"));
    exit.into()
}
