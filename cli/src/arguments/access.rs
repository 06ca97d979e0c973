//! Whose credentials, and where to.

use clap::Args;
use rootwarden_aws::AccessOptions;

use super::StackName;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessArguments {
    /// A profile of the AWS CLI's files; it goes before keys in the environment.
    #[arg(long, global = true)]
    pub profile: Option<String>,
    /// The Region whose endpoints are called.
    #[arg(long, global = true)]
    pub region: Option<String>,
    /// Another address for every service, e.g. that of a simulated organization.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// The stack of a deployment in this account and Region; else one named `rootwarden` is looked for.
    #[arg(long, global = true, value_name = "NAME")]
    pub stack: Option<StackName>,
}

/// Which deployment counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'a> {
    /// The one that is found by its stack, if there is one.
    Found,
    /// The one with this bucket, whose stack is not looked for.
    InBucket(&'a str),
    /// None, as somebody typed in full.
    Nobodys,
}

impl AccessArguments {
    pub fn options(&self) -> AccessOptions {
        let Self { profile, region, endpoint_url, stack: _ } = self.clone();
        AccessOptions { profile, region, endpoint_url }
    }
}
