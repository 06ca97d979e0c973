//! A bucket or queue, and what is to be done about its policy.

use std::{fmt, path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use rootwarden_domain::{AccountId, aws::resource::Queue};

use super::account;

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own on the command line")]
pub struct UnlockArguments {
    #[command(subcommand)]
    pub resource: UnlockResource,
    /// Says what `--apply` would do.
    #[arg(long, global = true)]
    pub plan: bool,
    /// Changes the policy as shown, once the name was typed.
    #[arg(long, global = true, conflicts_with = "plan")]
    pub apply: bool,
    /// Puts a policy back that was stored in this file or object.
    #[arg(long, global = true, value_name = PLACE, conflicts_with_all = ["plan", "apply", "change", "replace"])]
    pub restore: Option<Place>,
    /// How the policy is changed.
    #[arg(long, global = true, value_name = "CHANGE", default_value = "narrow")]
    pub change: ChangeKind,
    /// Another policy takes its place.
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "change")]
    pub replace: Option<PathBuf>,
    /// Also where somebody is left who may get in, and where it opens more than the policy itself.
    #[arg(long, global = true)]
    pub force: bool,
    /// The new file or object in which the policy is stored before it is changed; else a file named after the time and the resource.
    #[arg(long, global = true, value_name = PLACE)]
    pub store: Option<Place>,
    /// The bucket's or the queue's name, as the answer to what is asked: for where there is no terminal.
    #[arg(long, global = true, value_name = "NAME")]
    pub confirm_name: Option<String>,
    /// Why, for the stored policy, and for whoever approves a request.
    #[arg(long, global = true)]
    pub reason: Option<String>,
    /// The ticket it belongs to, for the same.
    #[arg(long, global = true)]
    pub ticket: Option<String>,
    /// Sends it to the deployment as an unlock request, which somebody else approves. `--restore` then names the stored policy
    /// in the deployment's bucket.
    #[arg(long, global = true, conflicts_with_all = ["store", "confirm_name", "ignore_deployment"])]
    pub request: bool,
    /// Changes the policy alone, although there is a deployment in which two people would.
    #[arg(long, global = true)]
    pub ignore_deployment: bool,
}

#[derive(Debug, Clone, Subcommand)]
pub enum UnlockResource {
    /// A general purpose bucket.
    #[command(after_help = "Examples:\n  \
        rootwarden unlock bucket payroll --account 111122223333\n  \
        rootwarden unlock bucket payroll --account 111122223333 --apply --store before.json\n  \
        rootwarden unlock bucket payroll --account 111122223333 --restore before.json")]
    Bucket {
        /// Its name.
        name: String,
        /// Whose it is.
        #[arg(long, value_parser = account)]
        account: AccountId,
    },
    /// A queue.
    #[command(after_help = "Examples:\n  \
        rootwarden unlock queue arn:aws:sqs:eu-west-1:111122223333:orders\n  \
        rootwarden unlock queue arn:aws:sqs:eu-west-1:111122223333:orders --apply")]
    Queue {
        /// E.g. `arn:aws:sqs:eu-west-1:111122223333:orders`.
        arn: String,
    },
}

/// What stands for a [`Place`] in the help.
const PLACE: &str = "FILE|s3://BUCKET/KEY";

/// Where a policy is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    File(PathBuf),
    Object { bucket: String, key: String },
}

impl FromStr for Place {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let Some(object) = value.strip_prefix("s3://") else {
            return Ok(Self::File(PathBuf::from(value)));
        };
        match object.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self::Object { bucket: bucket.to_owned(), key: key.to_owned() })
            }
            Some(_) | None => Err(format!("`{value}` names no object: say s3://BUCKET/KEY")),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Object { bucket, key } => write!(formatter, "s3://{bucket}/{key}"),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ChangeKind {
    /// The locking statements no longer cover the policy itself; everything else stays in force.
    Narrow,
    /// The locking statements go.
    Drop,
    /// The policy goes.
    Delete,
}

impl UnlockArguments {
    /// # Errors
    /// The ARN is none of a queue.
    pub fn account(&self) -> Result<AccountId, String> {
        match &self.resource {
            UnlockResource::Bucket { name: _, account } => Ok(*account),
            UnlockResource::Queue { arn } => {
                arn.parse::<Queue>().map(|queue| queue.account()).map_err(|error| error.to_string())
            }
        }
    }
}
