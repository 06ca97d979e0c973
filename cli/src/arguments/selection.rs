//! Which accounts, and by which rules they are left alone.

use std::{path::PathBuf, str::FromStr};

use clap::Args;
use rootwarden_domain::{
    AccountId, Mode,
    aws::organizational_unit::OrganizationalUnitId,
    run::selection::{Exclusions, Request, Selection},
};

use super::account;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Accounts")]
pub struct SelectionArguments {
    /// The accounts; without any, every active member of the organization.
    #[arg(value_name = "ACCOUNT", conflicts_with = "ou", value_parser = account)]
    pub accounts: Vec<AccountId>,
    /// Every active member in this organizational unit, however deep. May be repeated.
    #[arg(long, value_name = "UNIT")]
    pub ou: Vec<OrganizationalUnitId>,
    /// An account, or an organizational unit, that is left out. May be repeated.
    #[arg(long, value_name = "ACCOUNT|UNIT")]
    pub exclude: Vec<Excluded>,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Rules")]
pub struct RuleArguments {
    /// Accounts in which nothing is deleted: a JSON file from account ids to reasons, as the parameter `ExemptAccounts`.
    #[arg(long, value_name = "FILE")]
    pub exempt: Option<PathBuf>,
    /// Active access keys used within so many days are protected; 0 protects none.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub protect_keys_used_within_days: u16,
}

#[derive(Debug, Clone)]
pub enum Excluded {
    Account(AccountId),
    Unit(OrganizationalUnitId),
}

impl FromStr for Excluded {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        if value.starts_with("ou-") {
            return value.parse().map(Self::Unit).map_err(|error| format!("{error}"));
        }
        account(value).map(Self::Account).map_err(|error| format!("{error}, nor an organizational unit's"))
    }
}

impl SelectionArguments {
    /// The same request as a run would get.
    pub fn request(&self, mode: Mode) -> Request {
        let Self { accounts, ou, exclude } = self.clone();
        let selection = match (accounts, ou) {
            (accounts, _) if !accounts.is_empty() => Selection::Accounts(accounts),
            (_, units) if !units.is_empty() => Selection::OrganizationalUnits(units),
            (_, _) => Selection::All,
        };
        let mut excluded = Exclusions::default();
        for one in exclude {
            match one {
                Excluded::Account(account) => excluded.accounts.push(account),
                Excluded::Unit(unit) => excluded.organizational_units.push(unit),
            }
        }
        Request { selection, mode, exclude: excluded, started_by: None }.without_duplicates()
    }
}
