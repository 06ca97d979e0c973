//! Root password recovery in one account.

use clap::{Args, Subcommand};
use rootwarden_domain::{
    AccountId,
    people::{Reason, Ticket},
    recovery::WindowDuration,
};

use super::{Whose, account, reason};

#[derive(Debug, Args)]
pub struct RecoveryArguments {
    #[command(subcommand)]
    pub command: RecoveryCommand,
}

#[derive(Debug, Subcommand)]
pub enum RecoveryCommand {
    /// Lets the root user's password be set anew from the sign-in page. Without `--request` nothing ends that but `recovery end`.
    #[command(after_help = "Examples:\n  \
        rootwarden recovery allow 111122223333 --request --reason 'close the account' --ticket CHG-7\n  \
        rootwarden recovery allow 111122223333 --ignore-deployment")]
    Allow(AllowRecoveryArguments),
    /// Asks the deployment to allow it for longer, counted from the new approval.
    #[command(after_help = "Example:\n  \
        rootwarden recovery extend 111122223333 --request --reason 'support needs longer' --ticket CHG-8")]
    Extend(ExtendRecoveryArguments),
    /// Reads whether there is a root password, or one may be recovered.
    #[command(after_help = "Example:\n  rootwarden recovery status 111122223333")]
    Status {
        /// The member account.
        #[arg(value_parser = account)]
        account: AccountId,
    },
    /// Deletes the root user's password, and with it the permission to recover one.
    #[command(after_help = "Examples:\n  \
        rootwarden recovery end 111122223333 --request --reason done --ticket CHG-7\n  \
        rootwarden recovery end 111122223333")]
    End(EndRecoveryArguments),
}

#[derive(Debug, Args)]
pub struct AllowRecoveryArguments {
    /// The member account.
    #[arg(value_parser = account)]
    pub account: AccountId,
    #[command(flatten)]
    pub alone: RecoveryAloneArguments,
    #[command(flatten)]
    pub request: RecoveryRequestArguments,
    /// For how long a request allows it, from the approval on: an ISO 8601 duration.
    #[arg(long, value_name = "DURATION", default_value = "PT24H", requires = "request")]
    pub duration: WindowDuration,
}

#[derive(Debug, Args)]
pub struct ExtendRecoveryArguments {
    /// The member account.
    #[arg(value_parser = account)]
    pub account: AccountId,
    /// Sends it to the deployment as a recovery request, which somebody else approves. There is no other way to extend.
    #[arg(long, required = true)]
    pub request: bool,
    /// Why, for the records and for whoever approves.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Reason,
    /// The ticket it belongs to.
    #[arg(long, value_name = "TEXT")]
    pub ticket: Ticket,
    /// For how long, from the approval on: an ISO 8601 duration.
    #[arg(long, value_name = "DURATION", default_value = "PT24H")]
    pub duration: WindowDuration,
}

#[derive(Debug, Args)]
pub struct EndRecoveryArguments {
    /// The member account.
    #[arg(value_parser = account)]
    pub account: AccountId,
    #[command(flatten)]
    pub alone: RecoveryAloneArguments,
    #[command(flatten)]
    pub request: RecoveryRequestArguments,
}

/// With the caller's own credentials.
#[derive(Debug, Args)]
pub struct RecoveryAloneArguments {
    /// The account's id again, as the answer to what is asked: for where there is no terminal.
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub confirm_account: Option<AccountId>,
    /// Decides alone, whatever a deployment says: its second person, its pause, its exemptions and its windows.
    #[arg(long)]
    pub ignore_deployment: bool,
}

/// Through a deployment.
#[derive(Debug, Args)]
pub struct RecoveryRequestArguments {
    /// Sends it to the deployment as a recovery request: somebody else approves that it is allowed; its end takes nobody's approval.
    #[arg(long, requires_all = ["reason", "ticket"], conflicts_with_all = ["confirm_account", "ignore_deployment"])]
    pub request: bool,
    /// Why, for the records and for whoever approves a request.
    #[arg(long, value_name = "TEXT", value_parser = reason, requires = "request")]
    pub reason: Option<Reason>,
    /// The ticket that a request belongs to.
    #[arg(long, value_name = "TEXT", requires = "request")]
    pub ticket: Option<Ticket>,
}

impl RecoveryAloneArguments {
    /// The deployment that counts.
    pub fn whose(&self) -> Whose<'static> {
        if self.ignore_deployment { Whose::Nobodys } else { Whose::Found }
    }
}

impl RecoveryRequestArguments {
    /// What a request says; `None` if none is sent.
    pub fn said(self) -> Option<(Reason, Ticket)> {
        if self.request { self.reason.zip(self.ticket) } else { None }
    }
}
