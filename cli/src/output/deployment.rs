//! What is known of a deployment while somebody works with their own credentials.

use std::fmt;

use rootwarden_domain::text::line::on_one_line;
use serde::Serialize;

/// Whether the rules of a deployment count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DeploymentSeen {
    Found {
        stack: String,
        bucket: String,
    },
    /// Its bucket was named.
    Named {
        bucket: String,
    },
    None {
        stack: String,
    },
    /// It is not known whether there is one.
    NotChecked {
        why: String,
    },
    Ignored,
}

impl fmt::Display for DeploymentSeen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const RULES: &str = "the pause, the exemptions and the recovery windows";
        const PARAMETERS: &str = "the parameters ExemptAccounts and ProtectKeysUsedWithinDays";
        match self {
            Self::Found { stack, bucket } => {
                let bucket = on_one_line(bucket);
                write!(formatter, "deployment `{stack}` found: {PARAMETERS} count, and {RULES} in `{bucket}`")
            }
            Self::Named { bucket } => {
                write!(formatter, "{RULES} in `{bucket}` count; {PARAMETERS} of its stack are not known here")
            }
            Self::None { stack } => write!(formatter, "no deployment found: there is no stack `{stack}` here"),
            Self::NotChecked { why } => {
                let why = on_one_line(why);
                write!(
                    formatter,
                    "deployment not checked: {RULES} of one are not known here ({why}); --stack names one"
                )
            }
            Self::Ignored => write!(formatter, "deployment ignored: {RULES} of one do not count"),
        }
    }
}
