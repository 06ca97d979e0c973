//! Through what whoever reads a report acts on it: which commands of `rootwarden` the report names.
//!
//! They are those of `docs/command-line.md`; a test of the command line reads each of them as it reads what people type. `WHY` and
//! `TICKET` stand in them for the words of whoever acts.

use std::fmt::Write;

use rootwarden_domain::{AccountId, Mode, aws::credential::AccessKeyId};

/// A command for more accounts would be longer than a shell's line should be; the list of accounts has all.
pub const ACCOUNTS_IN_A_COMMAND: usize = 20;

/// The name of the stack that `rootwarden` looks for where none is named.
const DEFAULT_STACK: &str = "rootwarden";

/// Through what whoever reads a report acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActsThrough<'a> {
    /// A deployment, by the name of its stack. It remembers its runs, and where accounts stand.
    Deployment { stack: &'a str },
    /// Nothing but their own credentials: the report is that of `rootwarden audit`, which remembers nothing.
    OwnCredentials,
}

impl ActsThrough<'_> {
    /// Looks at these accounts again. In a deployment it does what the run did, in its mode.
    pub(super) fn look_again(self, accounts: &[AccountId], mode: Mode) -> String {
        match (self, mode) {
            (Self::Deployment { .. }, Mode::Enforce) => self.delete(accounts),
            (Self::Deployment { .. }, Mode::Report) => self.deployed("run", accounts, "--reason WHY"),
            (Self::OwnCredentials, _) => format!("rootwarden audit{}", named(accounts)),
        }
    }

    /// Deletes what is found in these accounts.
    pub(super) fn delete(self, accounts: &[AccountId]) -> String {
        match self {
            Self::Deployment { .. } => self.deployed("run", accounts, "--mode enforce --reason WHY"),
            Self::OwnCredentials => format!("rootwarden delete{}", named(accounts)),
        }
    }

    /// Asks that a key in use is no longer protected; none without a deployment, in which two people decide.
    pub(super) fn release_key(self, account: AccountId, key: &AccessKeyId) -> Option<String> {
        let rest = format!("{key} --reason WHY --ticket TICKET");
        self.in_deployment(|| self.deployed("release-key", &[account], &rest))
    }

    /// Ends the pause of a deployment.
    pub(super) fn resume(self) -> Option<String> {
        self.in_deployment(|| self.deployed("resume", &[], "--reason WHY"))
    }

    /// Runs the end of an account's recovery window again.
    pub(super) fn end_recovery(self, account: AccountId) -> Option<String> {
        self.in_deployment(|| self.deployed("recovery end", &[account], "--request --reason WHY --ticket TICKET"))
    }

    fn in_deployment(self, command: impl FnOnce() -> String) -> Option<String> {
        match self {
            Self::Deployment { .. } => Some(command()),
            Self::OwnCredentials => None,
        }
    }

    /// `rootwarden COMMAND ACCOUNT … REST`, and which stack where it is not the one that is looked for.
    fn deployed(self, command: &str, accounts: &[AccountId], rest: &str) -> String {
        let stack = match self {
            Self::Deployment { stack } if stack != DEFAULT_STACK => format!(" --stack {stack}"),
            Self::Deployment { stack: _ } | Self::OwnCredentials => String::new(),
        };
        format!("rootwarden {command}{} {rest}{stack}", named(accounts))
    }
}

/// ` 111122223333 444455556666`: the first of them, if there are more than a command should name.
fn named(accounts: &[AccountId]) -> String {
    accounts.iter().take(ACCOUNTS_IN_A_COMMAND).fold(String::new(), |mut named, account| {
        // Writing into a text does not fail.
        let _ = write!(named, " {account}");
        named
    })
}
