//! What a person asks for, read strictly.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Force, StoredKey};
use crate::{
    AccountId,
    aws::{
        partition::Partition,
        resource::{Queue, Resource},
    },
    ids::unlock::UnlockId,
    people::{Person, Reason, Ticket},
    text::input::{InputError, ValueError, parse},
};

/// What is asked for one bucket or queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnlockRequest {
    pub account: AccountId,
    pub resource: Resource,
    /// Where the person says that a bucket is; a queue's name says it.
    pub region: Option<String>,
    pub action: UnlockAction,
    pub reason: Reason,
    pub ticket: Ticket,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum UnlockAction {
    /// Says who is locked out, and changes nothing.
    Inspect,
    /// Says what `apply` would do, and changes nothing.
    Plan {
        change: PolicyChange,
        force: Force,
    },
    Apply {
        change: PolicyChange,
        force: Force,
    },
    /// Puts a stored policy back.
    Restore {
        stored: StoredKey,
        leave_out: LeaveOut,
        force: Force,
    },
}

/// How the policy is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyChange {
    /// The locking statements no longer cover the policy itself; everything else stays in force.
    #[default]
    Narrow,
    /// The locking statements go.
    Drop,
    /// The policy goes.
    Delete,
    /// Another policy takes its place.
    Replace(Value),
}

/// Parts of a stored policy that AWS does not take back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeaveOut {
    /// Principals, as they stand in the policy.
    pub principals: Vec<String>,
    /// Statements by their `Sid`, or as `statement 2`.
    pub statements: Vec<String>,
}

/// A request as it lies in the bucket, under the name of who signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRequest {
    pub unlock: UnlockId,
    pub request: UnlockRequest,
    pub requested_by: Person,
    /// To the minute, so that a request that is sent twice is one.
    pub requested_at: Timestamp,
}

impl UnlockAction {
    #[must_use]
    pub fn name(&self) -> ActionName {
        match self {
            Self::Inspect => ActionName::Inspect,
            Self::Plan { .. } => ActionName::Plan,
            Self::Apply { .. } => ActionName::Apply,
            Self::Restore { .. } => ActionName::Restore,
        }
    }

    /// Whether it may change anything.
    #[must_use]
    pub fn changes(&self) -> bool {
        match self {
            Self::Inspect | Self::Plan { .. } => false,
            Self::Apply { .. } | Self::Restore { .. } => true,
        }
    }
}

/// The name of an action, as people write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionName {
    Inspect,
    Plan,
    Apply,
    Restore,
}

/// As in JSON.
impl fmt::Display for ActionName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Inspect => "inspect",
            Self::Plan => "plan",
            Self::Apply => "apply",
            Self::Restore => "restore",
        })
    }
}

/// Every field that any of the actions knows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    account: AccountId,
    bucket: Option<String>,
    queue: Option<Queue>,
    region: Option<String>,
    reason: Reason,
    ticket: Ticket,
    change: Option<PolicyChange>,
    force: Option<Force>,
    stored: Option<StoredKey>,
    leave_out: Option<LeaveOut>,
}

impl UnlockRequest {
    /// Reads the fields of a request, in a deployment of `partition`.
    ///
    /// # Errors
    /// A field that is unknown, does not fit, or does not belong to the action, by its name; a resource whose account,
    /// Region or partition is not what the request says.
    pub(crate) fn parse(action: ActionName, body: Value, partition: Partition) -> Result<Self, InputError> {
        let Fields { account, bucket, queue, region, reason, ticket, change, force, stored, leave_out } =
            parse("request", body)?;
        let resource = one_resource(bucket.as_deref(), queue, partition)?;
        agree(account, &resource, region.as_deref(), partition)?;
        let action = action_with(action, ActionFields { change, force, stored, leave_out })?;
        if let UnlockAction::Restore { stored, .. } = &action
            && !stored.is_of(account, &resource)
        {
            return Err(refused("stored", format!("`{stored}` is not of {resource} in account `{account}`")));
        }
        Ok(Self { account, resource, region, action, reason, ticket })
    }
}

fn one_resource(bucket: Option<&str>, queue: Option<Queue>, partition: Partition) -> Result<Resource, InputError> {
    match (bucket, queue) {
        (Some(bucket), None) => {
            Resource::bucket(bucket, partition).map_err(|error| refused("bucket", error.to_string()))
        }
        (None, Some(queue)) => Ok(Resource::Queue(queue)),
        (None, None) => Err(InputError::new("request", "it names neither a `bucket` nor a `queue`: name one of them")),
        (Some(_), Some(_)) => {
            Err(InputError::new("request", "it names both a `bucket` and a `queue`: name one of them"))
        }
    }
}

/// The fields that belong to some actions and not to others.
struct ActionFields {
    change: Option<PolicyChange>,
    force: Option<Force>,
    stored: Option<StoredKey>,
    leave_out: Option<LeaveOut>,
}

fn action_with(action: ActionName, fields: ActionFields) -> Result<UnlockAction, InputError> {
    let ActionFields { change, force, stored, leave_out } = fields;
    let foreign = |field: &str| refused(field, format!("it does not belong to the action `{action}`"));
    let force = match (action, force) {
        (ActionName::Inspect, Some(_)) => return Err(foreign("force")),
        (ActionName::Inspect | ActionName::Plan | ActionName::Apply | ActionName::Restore, force) => {
            force.unwrap_or_default()
        }
    };
    match (action, change, stored, leave_out) {
        (ActionName::Inspect, None, None, None) => Ok(UnlockAction::Inspect),
        (ActionName::Plan, change, None, None) => Ok(UnlockAction::Plan { change: change.unwrap_or_default(), force }),
        (ActionName::Apply, change, None, None) => {
            Ok(UnlockAction::Apply { change: change.unwrap_or_default(), force })
        }
        (ActionName::Restore, None, Some(stored), leave_out) => {
            Ok(UnlockAction::Restore { stored, leave_out: leave_out.unwrap_or_default(), force })
        }
        (ActionName::Restore, None, None, _) => {
            Err(refused("stored", "it says which stored policy is put back, and is missing"))
        }
        (_, Some(_), _, _) => Err(foreign("change")),
        (_, _, Some(_), _) => Err(foreign("stored")),
        (_, _, _, Some(_)) => Err(foreign("leave_out")),
    }
}

/// Refuses a resource that is not where the request says.
fn agree(
    account: AccountId,
    resource: &Resource,
    region: Option<&str>,
    partition: Partition,
) -> Result<(), InputError> {
    if let Some(region) = region
        && Partition::of_region(region) != partition
    {
        let why = ValueError::new(region, "a Region of this deployment's partition");
        return Err(refused("region", format!("{why} (`{partition}`)")));
    }
    let Resource::Queue(queue) = resource else { return Ok(()) };
    if queue.account() != account {
        return Err(refused(
            "queue",
            format!("it is in account `{}`, not `{account}`: one of the two is not right", queue.account()),
        ));
    }
    if queue.partition() != partition {
        return Err(refused("queue", format!("its partition is `{}`, not `{partition}`", queue.partition())));
    }
    match region {
        Some(region) if region != queue.region() => {
            Err(refused("queue", format!("it is in Region `{}`, not `{region}`", queue.region())))
        }
        Some(_) | None => Ok(()),
    }
}

fn refused(field: &str, why: impl fmt::Display) -> InputError {
    InputError::new("request", format!("`{field}`: {why}"))
}
