//! What is asked for, read from the command line and from files.

use std::{fs, path::Path};

use rootwarden_domain::{
    AccountId,
    aws::{
        partition::Partition,
        resource::{Queue, Resource},
    },
    unlock::{Force, LeaveOut, PolicyChange, StoredKey, StoredPolicy, UnlockAction, UnlockRequest},
};
use serde::de::DeserializeOwned;

use crate::{
    arguments::{ChangeKind, UnlockArguments, UnlockResource},
    exit::Ended,
};

/// A request, but for the partition in which the resource is looked for.
#[derive(Debug)]
pub struct Wanted {
    resource: UnlockResource,
    account: AccountId,
    pub action: UnlockAction,
    /// What is to be put back.
    pub stored: Option<StoredPolicy>,
    reason: String,
    ticket: String,
}

impl Wanted {
    /// `stored`: what is to be put back.
    ///
    /// # Errors
    /// A file cannot be read; the ARN is none of a queue.
    pub fn of(arguments: &UnlockArguments, stored: Option<StoredPolicy>) -> Result<Self, Ended> {
        let account = arguments.account().map_err(Ended::Usage)?;
        let force = if arguments.force { Force::Given } else { Force::NotGiven };
        let change = match (&arguments.replace, arguments.change) {
            (Some(path), _) => PolicyChange::Replace(read(path)?),
            (None, ChangeKind::Narrow) => PolicyChange::Narrow,
            (None, ChangeKind::Drop) => PolicyChange::Drop,
            (None, ChangeKind::Delete) => PolicyChange::Delete,
        };
        let action = match &stored {
            Some(stored) => UnlockAction::Restore {
                stored: StoredKey::new(stored.account, &stored.resource, stored.planned_at, &stored.unlock),
                leave_out: LeaveOut::default(),
                force,
            },
            None if arguments.apply => UnlockAction::Apply { change, force },
            None if arguments.plan => UnlockAction::Plan { change, force },
            None => UnlockAction::Inspect,
        };
        let reason = arguments.reason.clone().unwrap_or_else(|| "asked for at the command line".to_owned());
        let ticket = arguments.ticket.clone().unwrap_or_else(|| "none".to_owned());
        Ok(Self { resource: arguments.resource.clone(), account, action, stored, reason, ticket })
    }

    /// # Errors
    /// A name, a reason or a ticket that is none; a stored policy of another resource.
    pub fn request(&self, partition: Partition) -> Result<UnlockRequest, Ended> {
        let usage = |error: &dyn std::fmt::Display| Ended::Usage(error.to_string());
        let resource = match &self.resource {
            UnlockResource::Bucket { name, account: _ } => {
                Resource::bucket(name, partition).map_err(|error| usage(&error))?
            }
            UnlockResource::Queue { arn } => Resource::Queue(arn.parse::<Queue>().map_err(|error| usage(&error))?),
        };
        if let Some(stored) = &self.stored
            && (stored.account, &stored.resource) != (self.account, &resource)
        {
            let of = format!("{} in account `{}`", stored.resource, stored.account);
            return Err(Ended::Usage(format!("what was stored is the policy of {of}")));
        }
        Ok(UnlockRequest {
            account: self.account,
            resource,
            region: None,
            action: self.action.clone(),
            reason: self.reason.clone().try_into().map_err(|error| usage(&error))?,
            ticket: self.ticket.parse().map_err(|error| usage(&error))?,
        })
    }
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Ended> {
    let failed = |why: &dyn std::fmt::Display| Ended::Usage(format!("`{}`: {why}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}
