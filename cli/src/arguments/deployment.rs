//! What is asked of a deployment.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use rootwarden_domain::{
    AccountId, Mode, RunId, Sha256,
    aws::credential::AccessKeyId,
    ids::approval::ApprovalId,
    people::{Reason, Ticket},
};

use super::{SelectionArguments, account, reason};

/// The name of a stack. Source: AWS CloudFormation API Reference, `CreateStack`, `StackName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackName(String);

impl StackName {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for StackName {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '-';
        let is_name = value.len() <= 128
            && value.chars().all(is_part)
            && value.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
        if is_name { Ok(Self(value.to_owned())) } else { Err(format!("`{value}` is not the name of a stack")) }
    }
}

/// What goes through a deployment, where other people and its records have a part.
#[derive(Debug, Subcommand)]
pub enum DeploymentCommand {
    /// Starts a run of the deployment. Without `--mode enforce` it only reports.
    #[command(after_help = "Examples:\n  \
        rootwarden run --reason CHG-1234\n  \
        rootwarden run --mode enforce --exclude 111122223333 --reason CHG-1234 --follow")]
    Run(RunArguments),
    /// Lists the last runs of the deployment.
    #[command(after_help = "Example:\n  rootwarden runs --last 5")]
    Runs(RunsArguments),
    /// Prints what a run of the deployment reported.
    #[command(after_help = "Examples:\n  \
        rootwarden report\n  \
        rootwarden report nightly-2026-11-22 --html report.html")]
    Report(ReportArguments),
    /// Lists what waits for somebody's approval.
    #[command(after_help = "Example:\n  rootwarden requests")]
    Requests,
    /// Shows what is asked, and what became of it.
    #[command(after_help = "Example:\n  rootwarden show nightly-2026-11-22.0")]
    Show {
        /// The id, as `requests` lists it.
        id: ApprovalId,
    },
    /// Shows what somebody else asked for, asks, and approves exactly that.
    #[command(after_help = "Example:\n  \
        rootwarden approve nightly-2026-11-22.0 --reason 'expected: acquired company'")]
    Approve(DecisionArguments),
    /// Shows what somebody asked for, asks, and rejects it.
    #[command(after_help = "Example:\n  rootwarden reject nightly-2026-11-22.0 --reason 'not before the audit'")]
    Reject(DecisionArguments),
    /// Asks that an access key in use is no longer protected; somebody else has to approve it.
    #[command(after_help = "Example:\n  \
        rootwarden release-key 111122223333 AKIAIOSFODNN7EXAMPLE --reason moved --ticket INC-43")]
    ReleaseKey(ReleaseKeyArguments),
    /// Exempts an account from every deletion of the deployment, or ends that.
    #[command(after_help = "Examples:\n  \
        rootwarden exempt 111122223333 --reason 'migration until spring' --until 2027-03-31T00:00:00Z\n  \
        rootwarden exempt 111122223333 --end --reason 'migration is done'")]
    Exempt(ExemptArguments),
    /// Pauses everything that the deployment would change.
    #[command(after_help = "Example:\n  rootwarden pause --reason 'incident 42'")]
    Pause {
        /// Why, for the records.
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        reason: Reason,
    },
    /// Ends the pause.
    #[command(after_help = "Example:\n  rootwarden resume --reason 'incident 42 is over'")]
    Resume {
        /// Why, for the records.
        #[arg(long, value_name = "TEXT", value_parser = reason)]
        reason: Reason,
    },
    /// Says how the deployment stands: pause, exemptions, recovery windows, the last run.
    #[command(after_help = "Examples:\n  \
        rootwarden status\n  \
        rootwarden status --stack rootwarden-production")]
    Status,
}

#[derive(Debug, Args)]
pub struct RunArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Whether it deletes what it finds, if the deployment does.
    #[arg(long, value_name = "MODE", default_value = "report")]
    pub mode: RunMode,
    /// Why, for the records.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Reason,
    /// Tells of its progress until it has ended, then prints its report.
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunMode {
    Report,
    Enforce,
}

impl RunMode {
    pub fn mode(self) -> Mode {
        match self {
            Self::Report => Mode::Report,
            Self::Enforce => Mode::Enforce,
        }
    }
}

#[derive(Debug, Args)]
pub struct RunsArguments {
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub last: u16,
}

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The run; else the last one over the whole organization.
    #[arg(value_name = "RUN|latest", default_value = "latest")]
    pub run: ReportedRun,
    /// Writes the report's page into this new file, too.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

#[derive(Debug, Clone)]
pub enum ReportedRun {
    Latest,
    Run(RunId),
}

impl FromStr for ReportedRun {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if value == "latest" {
            return Ok(Self::Latest);
        }
        value.parse().map(Self::Run).map_err(|error| format!("{error}"))
    }
}

#[derive(Debug, Args)]
pub struct DecisionArguments {
    /// The id, as `requests` lists it.
    pub id: ApprovalId,
    /// Why, for the records and for whoever asked.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Reason,
    /// The hash of what you looked at, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "HASH")]
    pub plan_sha256: Option<Sha256>,
}

#[derive(Debug, Args)]
pub struct ReleaseKeyArguments {
    /// The account whose root user has the key.
    #[arg(value_parser = account)]
    pub account: AccountId,
    /// The access key's id, e.g. `AKIAIOSFODNN7EXAMPLE`.
    #[arg(value_name = "KEY")]
    pub access_key_id: AccessKeyId,
    /// Why, for the records and for whoever approves.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Reason,
    /// The ticket it belongs to.
    #[arg(long, value_name = "TEXT")]
    pub ticket: Ticket,
}

#[derive(Debug, Args)]
pub struct ExemptArguments {
    /// The account that keeps its root credentials, or no longer does.
    #[arg(value_parser = account)]
    pub account: AccountId,
    /// Why it keeps its root credentials, or no longer does.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Reason,
    /// From this moment on it no longer counts, e.g. `2027-03-31T00:00:00Z`.
    #[arg(long, value_name = "TIME")]
    pub until: Option<Timestamp>,
    /// Ends the exemption now.
    #[arg(long, conflicts_with = "until")]
    pub end: bool,
    /// Writes over what lies there, although it cannot be read as an exemption.
    #[arg(long)]
    pub write_over_unreadable: bool,
}
