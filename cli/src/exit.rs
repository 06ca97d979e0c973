//! How the command ends.

use std::process;

use rootwarden_aws::AwsError;
use rootwarden_domain::{ErrorKind, run::report::Report};

/// The exit codes, as `docs/command-line.md` documents them. Ordered: of two the stronger one holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All is well; exempt and protected accounts are.
    Well,
    /// Root credentials were found, or are left.
    Found,
    /// Something is unknown or unfinished.
    Unfinished,
    /// Wrong usage, or AWS does not let the caller.
    Refused,
    Interrupted,
}

impl Exit {
    /// Of an error that ended the command.
    pub fn of_error(error: &AwsError) -> Self {
        match error.kind() {
            _ if error.is_about_credentials() => Self::Refused,
            ErrorKind::Denied | ErrorKind::NotEnabled | ErrorKind::InvalidRequest => Self::Refused,
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::NotYetVisible | ErrorKind::Defect => {
                Self::Unfinished
            }
        }
    }

    /// Of what a report says. What is protected waits for a person, and whoever sits here is one, and was told.
    pub fn of_report(report: &Report) -> Self {
        match (report.is_finished(), report.counts().found) {
            (false, _) => Self::Unfinished,
            (true, 0) => Self::Well,
            (true, _) => Self::Found,
        }
    }

    pub fn code(self) -> u8 {
        match self {
            Self::Well => 0,
            Self::Found => 1,
            Self::Refused => 2,
            Self::Unfinished => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why the command ended before it could report, on one line.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// Nothing was asked of AWS.
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Aws(#[from] AwsError),
    /// AWS was asked, and what it answered is no ground to go on.
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Unfinished(String),
    #[error("interrupted: {0}")]
    Interrupted(String),
}

impl Ended {
    /// Of a failure that ended the command.
    pub fn of_failure(kind: ErrorKind, why: String) -> Self {
        match kind {
            ErrorKind::Denied | ErrorKind::NotEnabled | ErrorKind::InvalidRequest => Self::Refused(why),
            ErrorKind::Throttled | ErrorKind::Transient | ErrorKind::NotYetVisible | ErrorKind::Defect => {
                Self::Unfinished(why)
            }
        }
    }

    /// The same refusal, with the command that asks a deployment for it.
    pub fn or_say(self, command: &str) -> Self {
        match self {
            Self::Refused(why) => Self::Refused(format!("{why}; `{command}` asks it")),
            Self::Unfinished(why) => Self::Unfinished(format!("{why}; `{command}` asks it")),
            other @ (Self::Usage(_) | Self::Aws(_) | Self::Interrupted(_)) => other,
        }
    }

    pub fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) | Self::Refused(_) => Exit::Refused,
            Self::Aws(error) => Exit::of_error(error),
            Self::Unfinished(_) => Exit::Unfinished,
            Self::Interrupted(_) => Exit::Interrupted,
        }
    }
}
