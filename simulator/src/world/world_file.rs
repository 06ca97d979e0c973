//! The world as JSON that a person can write: unknown fields are refused, and nearly everything has a default.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::account::Account;
use super::caller::RegisteredCaller;
use super::create_account::CreateAccountRequest;
use super::defaults::{
    all_features, default_accounts_page, default_iam_page, default_lambda_concurrency, default_policies_page,
    default_tags_page, iam_trusted, management,
};
use super::fault::Fault;
use super::feature::Feature;
use super::limits::Limits;
use super::organization::World;
use super::organization_policy::OrganizationPolicy;
use super::trail::{Trail, default_trails};
use crate::clock;
use crate::identifiers::{default_organization, is_account_id};

/// The world as JSON: accounts as a list, defaults for everything but the management account.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorldFile {
    management_account: String,
    #[serde(default = "default_organization")]
    organization_id: String,
    #[serde(default = "clock::default_start")]
    starts_at: Timestamp,
    #[serde(default = "all_features")]
    features: BTreeSet<Feature>,
    #[serde(default = "iam_trusted")]
    trusted_services: BTreeSet<String>,
    #[serde(default)]
    trust_removed_at: Option<Timestamp>,
    #[serde(default)]
    delegated_administrators: BTreeSet<String>,
    #[serde(default)]
    former_delegates: BTreeMap<String, Timestamp>,
    #[serde(default)]
    accounts: Vec<Account>,
    #[serde(default)]
    create_account_requests: BTreeMap<String, CreateAccountRequest>,
    #[serde(default)]
    empty_organizational_units: BTreeSet<String>,
    #[serde(default)]
    policies: Vec<OrganizationPolicy>,
    #[serde(default = "default_trails")]
    trails: Vec<Trail>,
    #[serde(default = "default_lambda_concurrency")]
    lambda_concurrency: u32,
    #[serde(default)]
    buckets: BTreeSet<String>,
    #[serde(default = "default_iam_page")]
    iam_page_size: usize,
    #[serde(default = "default_accounts_page")]
    accounts_page_size: usize,
    #[serde(default = "default_tags_page")]
    tags_page_size: usize,
    #[serde(default = "default_policies_page")]
    policies_page_size: usize,
    #[serde(default)]
    empty_account_pages: bool,
    #[serde(default)]
    retired_status: bool,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    queue_propagation_seconds: u32,
    #[serde(default)]
    latency_milliseconds: u64,
    #[serde(default)]
    callers: BTreeMap<String, RegisteredCaller>,
    #[serde(default)]
    faults: Vec<Fault>,
}

impl<'de> Deserialize<'de> for World {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WorldFile::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}

impl Serialize for World {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WorldFile::from(self.clone()).serialize(serializer)
    }
}

impl TryFrom<WorldFile> for World {
    type Error = WorldError;

    fn try_from(file: WorldFile) -> Result<Self, WorldError> {
        let mut accounts = BTreeMap::new();
        let mut buckets = file.buckets.clone();
        for account in file.accounts {
            let id = checked_id(&account.id)?;
            if let Some(twice) = account.buckets.iter().find(|bucket| !buckets.insert(bucket.name.clone())) {
                return Err(WorldError::DuplicateBucket(twice.name.clone()));
            }
            let mut queues = BTreeSet::new();
            if let Some(twice) = account.queues.iter().find(|queue| !queues.insert(queue.arn(&id))) {
                return Err(WorldError::DuplicateQueue(twice.arn(&id)));
            }
            if accounts.insert(id.clone(), account).is_some() {
                return Err(WorldError::Duplicate(id));
            }
        }
        let management_account = checked_id(&file.management_account)?;
        accounts.entry(management_account.clone()).or_insert_with(|| management(&management_account));
        Ok(Self {
            management_account,
            organization_id: file.organization_id,
            starts_at: file.starts_at,
            features: file.features,
            trusted_services: file.trusted_services,
            trust_removed_at: file.trust_removed_at,
            delegated_administrators: file.delegated_administrators,
            former_delegates: file.former_delegates,
            accounts,
            create_account_requests: file.create_account_requests,
            empty_organizational_units: file.empty_organizational_units,
            policies: file.policies,
            trails: file.trails,
            lambda_concurrency: file.lambda_concurrency,
            buckets: file.buckets,
            iam_page_size: file.iam_page_size,
            accounts_page_size: file.accounts_page_size,
            tags_page_size: file.tags_page_size,
            policies_page_size: file.policies_page_size,
            empty_account_pages: file.empty_account_pages,
            retired_status: file.retired_status,
            limits: file.limits,
            queue_propagation_seconds: file.queue_propagation_seconds,
            latency_milliseconds: file.latency_milliseconds,
            callers: file.callers,
            faults: file.faults,
        })
    }
}

impl From<World> for WorldFile {
    fn from(world: World) -> Self {
        Self {
            management_account: world.management_account,
            organization_id: world.organization_id,
            starts_at: world.starts_at,
            features: world.features,
            trusted_services: world.trusted_services,
            trust_removed_at: world.trust_removed_at,
            delegated_administrators: world.delegated_administrators,
            former_delegates: world.former_delegates,
            accounts: world.accounts.into_values().collect(),
            create_account_requests: world.create_account_requests,
            empty_organizational_units: world.empty_organizational_units,
            policies: world.policies,
            trails: world.trails,
            lambda_concurrency: world.lambda_concurrency,
            buckets: world.buckets,
            iam_page_size: world.iam_page_size,
            accounts_page_size: world.accounts_page_size,
            tags_page_size: world.tags_page_size,
            policies_page_size: world.policies_page_size,
            empty_account_pages: world.empty_account_pages,
            retired_status: world.retired_status,
            limits: world.limits,
            queue_propagation_seconds: world.queue_propagation_seconds,
            latency_milliseconds: world.latency_milliseconds,
            callers: world.callers,
            faults: world.faults,
        }
    }
}

/// A world file that says something impossible.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error("`{0}` is not an account id: 12 digits")]
    AccountId(String),
    #[error("account `{0}` is listed twice")]
    Duplicate(String),
    #[error("bucket `{0}` is listed twice")]
    DuplicateBucket(String),
    #[error("queue `{0}` is listed twice")]
    DuplicateQueue(String),
}

fn checked_id(id: &str) -> Result<String, WorldError> {
    if is_account_id(id) { Ok(id.to_owned()) } else { Err(WorldError::AccountId(id.to_owned())) }
}
