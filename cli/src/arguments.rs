//! What may be typed.

mod access;
mod deployment;
#[cfg(test)]
mod of_reports;
mod output;
mod record;
mod recovery;
mod selection;
mod unlock;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rootwarden_domain::{AccountId, Sha256};

pub use access::AccessArguments;
pub use deployment::{
    DecisionArguments, DeploymentCommand, ExemptArguments, OpenRecoveryArguments, RecoveryRequestArguments,
    RecoveryWanted, ReleaseKeyArguments, ReportArguments, ReportedRun, RunArguments, RunsArguments, StackName, Wanted,
};
pub use output::{ColorChoice, Format, OutputArguments};
pub use record::RecordArguments;
pub use recovery::{RecoveryArguments, RecoveryCommand};
pub use selection::{RuleArguments, SelectionArguments};
pub use unlock::{ChangeKind, UnlockArguments, UnlockResource};

/// Finds and deletes the root credentials of an organization's member accounts, with your own credentials and nothing deployed.
///
/// Exit codes: 0 all is well, exempt and protected accounts included; 1 root credentials were found, or are left; 2 wrong usage,
/// or AWS does not let you; 3 something is unknown or unfinished; 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "rootwarden", version, max_term_width = 120)]
pub struct Arguments {
    #[command(flatten)]
    pub access: AccessArguments,
    #[command(flatten)]
    pub output: OutputArguments,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Says who you are, and what keeps root credentials from being read or deleted.
    Check(CheckArguments),
    /// Switches centralized root access on, in the management account.
    Enable(EnableArguments),
    /// Reads which root credentials the member accounts have.
    Audit(AuditArguments),
    /// Audits, shows what would be deleted, asks, deletes, and reads again.
    Delete(DeleteArguments),
    /// Carries out exactly the plan that `delete --plan-out` wrote.
    Apply(ApplyArguments),
    /// Runs a command with a root session of one account and one task in its environment.
    Session(SessionArguments),
    /// Inspects the policy of a bucket or queue that locked everybody out; changes it if you say so.
    Unlock(UnlockArguments),
    /// Lets the root user's password of one account be recovered, and takes that back.
    Recovery(RecoveryArguments),
    #[command(flatten)]
    Deployment(DeploymentCommand),
    /// Prints the completions for a shell.
    Completions { shell: clap_complete::Shell },
    /// Writes the manual pages into a directory.
    Man { directory: PathBuf },
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The member account in which an audit session is opened; else the first active one that is listed.
    #[arg(long, value_name = "ACCOUNT")]
    pub probe: Option<AccountId>,
    #[command(flatten)]
    pub record: RecordArguments,
}

#[derive(Debug, Args)]
pub struct EnableArguments {
    /// Registers this account as a delegated administrator for IAM, too.
    #[arg(long, value_name = "ACCOUNT")]
    pub delegate: Option<AccountId>,
    /// Switches on root sessions, too, which unlocking buckets and queues needs.
    #[arg(long)]
    pub sessions: bool,
    /// The management account's id, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "ACCOUNT")]
    pub confirm_account: Option<AccountId>,
}

#[derive(Debug, Args)]
pub struct AuditArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    #[command(flatten)]
    pub rules: RuleArguments,
    /// Lists clean accounts in the table as well.
    #[arg(long)]
    pub all: bool,
    /// Ends with 0 where root credentials were found: for reports in pipelines. What is unknown still ends with 3.
    #[arg(long)]
    pub exit_zero: bool,
    /// Writes the page of a run's report into this new file, too.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Begins anew, whatever an interrupted audit of the same accounts has read.
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Debug, Args)]
pub struct DeleteArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    #[command(flatten)]
    pub rules: RuleArguments,
    #[command(flatten)]
    pub guard: GuardArguments,
    /// Writes the plan into this new file, and deletes nothing.
    #[arg(long, value_name = "FILE")]
    pub plan_out: Option<PathBuf>,
    /// The number of accounts in which something is deleted, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "N", conflicts_with = "plan_out")]
    pub confirm_accounts: Option<usize>,
    /// Begins anew, whatever an interrupted deletion in the same accounts has done.
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// What `delete --plan-out` wrote.
    pub file: PathBuf,
    /// Refuses every plan but the one with this hash, which `--plan-out` printed.
    #[arg(long, value_name = "HASH")]
    pub plan_sha256: Option<Sha256>,
    #[command(flatten)]
    pub guard: GuardArguments,
    /// Accounts in which nothing is deleted: a JSON file from account ids to reasons, read again now.
    #[arg(long, value_name = "FILE")]
    pub exempt: Option<PathBuf>,
    /// The number of accounts in which something is deleted, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "N")]
    pub confirm_accounts: Option<usize>,
}

#[derive(Debug, Args)]
pub struct GuardArguments {
    /// In more accounts nothing is deleted.
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub max_accounts: usize,
    /// The bucket of a deployment whose stack is not looked for: its pause, exemptions and recovery windows count.
    #[arg(long, value_name = "BUCKET")]
    pub deployment_bucket: Option<String>,
    /// Whatever a deployment says does not count: neither its pause, nor its exemptions and recovery windows.
    #[arg(long, conflicts_with = "deployment_bucket")]
    pub ignore_deployment: bool,
}

#[derive(Debug, Args)]
pub struct SessionArguments {
    pub account: AccountId,
    /// What AWS lets the session do.
    #[arg(long)]
    pub task: SessionTask,
    /// Prints the session as the AWS CLI's `credential_process` reads it. For the audit task alone, and never on a terminal.
    #[arg(long, conflicts_with = "command")]
    pub credential_process: bool,
    /// The account's id again, as the answer to what is asked before other tasks than the audit: for where there is no terminal.
    #[arg(long, value_name = "ACCOUNT")]
    pub confirm_account: Option<AccountId>,
    /// The command and its arguments, after `--`.
    #[arg(last = true, required_unless_present = "credential_process")]
    pub command: Vec<std::ffi::OsString>,
}

/// The tasks that AWS scopes a root session to, as far as this command opens them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SessionTask {
    Audit,
    Delete,
    UnlockBucket,
    UnlockQueue,
}
