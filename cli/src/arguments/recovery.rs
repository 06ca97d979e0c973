//! Root password recovery in one account.

use clap::{Args, Subcommand};
use rootwarden_domain::AccountId;

#[derive(Debug, Args)]
pub struct RecoveryArguments {
    #[command(subcommand)]
    pub command: RecoveryCommand,
    /// The account's id again, as the answer to what is asked: for where there is no terminal.
    #[arg(long, global = true, value_name = "ACCOUNT")]
    pub confirm_account: Option<AccountId>,
    /// Allows it alone, although there is a deployment in which two people would.
    #[arg(long, global = true)]
    pub ignore_deployment: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub enum RecoveryCommand {
    /// Lets the root user's password be set anew from the sign-in page, until `recovery end`. Nothing else ends it.
    Allow { account: AccountId },
    /// Reads whether there is a root password, or one may be recovered.
    Status { account: AccountId },
    /// Deletes the root user's password, and with it the permission to recover one.
    End { account: AccountId },
}
