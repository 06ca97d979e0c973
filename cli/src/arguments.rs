//! What may be typed.

mod access;
mod account;
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
use rootwarden_domain::{AccountId, Sha256, people::Reason};

pub use access::{AccessArguments, Whose};
pub use account::account;
pub use deployment::{
    DecisionArguments, DeploymentCommand, ExemptArguments, ReleaseKeyArguments, ReportArguments, ReportedRun,
    RunArguments, RunsArguments, StackName,
};
pub use output::{ColorChoice, Format, OutputArguments};
pub use record::RecordArguments;
pub use recovery::{
    AllowRecoveryArguments, EndRecoveryArguments, ExtendRecoveryArguments, RecoveryArguments, RecoveryCommand,
};
pub use selection::{RuleArguments, SelectionArguments};
pub use unlock::{ChangeKind, Place, UnlockArguments, UnlockResource};

/// Finds and deletes the root credentials of an organization's member accounts, with your own credentials and nothing deployed.
///
/// Exit codes: 0 all is well, exempt and protected accounts included; 1 root credentials were found, or are left
/// (`audit --exit-zero` makes it 0); 2 wrong usage, or AWS does not let you; 3 something is unknown or unfinished; 130 interrupted.
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
    #[command(after_help = "Examples:\n  \
        rootwarden check\n  \
        rootwarden check --profile security --probe 111122223333")]
    Check(CheckArguments),
    /// Switches centralized root access on, in the management account.
    #[command(after_help = "Example:\n  rootwarden enable --delegate 111122223333 --sessions")]
    Enable(EnableArguments),
    /// Reads which root credentials the member accounts have.
    #[command(after_help = "Examples:\n  \
        rootwarden audit\n  \
        rootwarden audit 111122223333 --output json\n  \
        rootwarden audit --ou ou-ab12-11111111 --exclude 111122223333 --exit-zero")]
    Audit(AuditArguments),
    /// Audits, shows what would be deleted, asks, deletes, and reads again.
    #[command(after_help = "Examples:\n  \
        rootwarden delete --exempt exempt.json\n  \
        rootwarden delete 111122223333\n  \
        rootwarden delete --plan-out plan.json")]
    Delete(DeleteArguments),
    /// Carries out exactly the plan that `delete --plan-out` wrote.
    #[command(after_help = "Example:\n  rootwarden apply plan.json")]
    Apply(ApplyArguments),
    /// Runs a command with a root session of one account and one task in its environment.
    #[command(after_help = "Example:\n  rootwarden session 111122223333 --task audit -- aws iam get-account-summary")]
    Session(SessionArguments),
    /// Inspects the policy of a bucket or queue that locked everybody out; changes it if you say so.
    #[command(after_help = "Examples:\n  \
        rootwarden unlock bucket payroll --account 111122223333\n  \
        rootwarden unlock queue arn:aws:sqs:eu-west-1:111122223333:orders --plan\n  \
        rootwarden unlock bucket payroll --account 111122223333 --apply --store s3://kept-policies/payroll.json")]
    Unlock(UnlockArguments),
    /// Lets the root user's password of one account be recovered, and takes that back.
    #[command(after_help = "Examples:\n  \
        rootwarden recovery status 111122223333\n  \
        rootwarden recovery allow 111122223333 --request --reason 'close the account' --ticket CHG-7")]
    Recovery(RecoveryArguments),
    #[command(flatten)]
    Deployment(DeploymentCommand),
    /// Prints the completions for a shell.
    #[command(after_help = "Example:\n  rootwarden completions bash > rootwarden.bash")]
    Completions { shell: clap_complete::Shell },
    /// Writes the manual pages into a directory.
    #[command(after_help = "Example:\n  rootwarden man ./pages")]
    Man { directory: PathBuf },
}

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// The member account in which an audit session is opened; else the first active one that is listed.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub probe: Option<AccountId>,
    #[command(flatten)]
    pub record: RecordArguments,
}

#[derive(Debug, Args)]
pub struct EnableArguments {
    /// Registers this account as a delegated administrator for IAM, too.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub delegate: Option<AccountId>,
    /// Switches on root sessions, too, which unlocking buckets and queues needs.
    #[arg(long)]
    pub sessions: bool,
    /// The management account's id, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
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
    /// Begins anew, whatever the same audit had read before it was stopped.
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
    /// Begins anew, whatever the same deletion had done before it was stopped.
    #[arg(long)]
    pub fresh: bool,
}

#[derive(Debug, Args)]
pub struct ApplyArguments {
    /// What `delete --plan-out` wrote.
    pub file: PathBuf,
    /// Refuses every plan but the one with this hash: the hash of the plan that `delete --plan-out` printed, not of the file.
    /// Where `--confirm-accounts` is given it has to be named.
    #[arg(long, value_name = "HASH")]
    pub plan_sha256: Option<Sha256>,
    #[command(flatten)]
    pub guard: GuardArguments,
    /// Accounts in which nothing is deleted: a JSON file from account ids to reasons, read again now.
    #[arg(long, value_name = "FILE")]
    pub exempt: Option<PathBuf>,
    /// Active access keys used within so many days are left alone, or within those that the plan was made with, if these are more.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub protect_keys_used_within_days: u16,
    /// The number of accounts in which something is deleted, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "N")]
    pub confirm_accounts: Option<usize>,
}

#[derive(Debug, Args)]
pub struct GuardArguments {
    /// In more accounts nothing is deleted.
    #[arg(long, value_name = "N", default_value_t = 25)]
    pub max_accounts: usize,
    /// The bucket of a deployment whose stack is not looked for: its pause, exemptions and recovery windows count, not the stack's parameters.
    #[arg(long, value_name = "BUCKET")]
    pub deployment_bucket: Option<String>,
    /// Whatever a deployment says does not count: neither its pause, nor what it exempts and protects, nor its recovery windows.
    #[arg(long, conflicts_with = "deployment_bucket")]
    pub ignore_deployment: bool,
}

impl GuardArguments {
    /// The deployment whose rules count.
    pub fn whose(&self) -> Whose<'_> {
        match &self.deployment_bucket {
            Some(bucket) => Whose::InBucket(bucket),
            None if self.ignore_deployment => Whose::Nobodys,
            None => Whose::Found,
        }
    }
}

#[derive(Debug, Args)]
pub struct SessionArguments {
    /// The member account in which the session is opened.
    #[arg(value_parser = account)]
    pub account: AccountId,
    /// What AWS lets the session do.
    #[arg(long)]
    pub task: SessionTask,
    /// Prints the session as the AWS CLI's `credential_process` reads it. For the audit task alone, and never on a terminal.
    #[arg(long, conflicts_with = "command")]
    pub credential_process: bool,
    /// The account's id again, as the answer to what is asked before other tasks than the audit: for where there is no terminal.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub confirm_account: Option<AccountId>,
    /// Opens it alone, whatever a deployment says: its second person, its pause, its exemptions and its windows.
    #[arg(long)]
    pub ignore_deployment: bool,
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

fn reason(value: &str) -> Result<Reason, String> {
    Reason::try_from(value.to_owned()).map_err(str::to_owned)
}
