//! A deployment: whether there is one, and what people do through it.
//!
//! It is found by its stack. What somebody asks or decides goes to its two URLs, which know who it is from the
//! signature; what is read and switched lies in its bucket.

mod decisions;
mod exemption;
mod follow;
mod found;
mod open_requests;
mod reports;
mod requests;
mod rules;
mod runs;
mod shown;
mod status;
mod switches;

use crate::{
    arguments::DeploymentCommand,
    context::Context,
    exit::{Ended, Exit},
};

pub use found::require_none;
pub use requests::{RecoveryRequest, ask, recovery};
pub use rules::{DeploymentRules, require_free};

pub async fn run(command: DeploymentCommand, context: &Context) -> Result<Exit, Ended> {
    match command {
        DeploymentCommand::Run(arguments) => runs::start(arguments, context).await,
        DeploymentCommand::Runs(arguments) => runs::list(&arguments, context).await,
        DeploymentCommand::Report(arguments) => reports::show(arguments, context).await,
        DeploymentCommand::Requests => open_requests::list(context).await,
        DeploymentCommand::Show { id } => decisions::show(&id, context).await,
        DeploymentCommand::Approve(arguments) => decisions::decide("approve", arguments, context).await,
        DeploymentCommand::Reject(arguments) => decisions::decide("reject", arguments, context).await,
        DeploymentCommand::ReleaseKey(arguments) => requests::release_key(&arguments, context).await,
        DeploymentCommand::Exempt(arguments) => exemption::exempt(arguments, context).await,
        DeploymentCommand::Pause { reason } => switches::pause(&reason, context).await,
        DeploymentCommand::Resume { reason } => switches::resume(&reason, context).await,
        DeploymentCommand::Status => status::show(context).await,
    }
}
