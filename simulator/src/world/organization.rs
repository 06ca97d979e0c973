//! The organization as a value: what a test builds and compares, and what a world file holds.
//!
//! Sessions, callers that sign, stored objects, executions and the call log are the simulator's, not the world's,
//! so that two snapshots are equal exactly when no account, credential or setting changed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::account::Account;
use super::caller::RegisteredCaller;
use super::create_account::CreateAccountRequest;
use super::defaults::{
    IAM_SERVICE_PRINCIPAL, all_features, default_accounts_page, default_iam_page, default_lambda_concurrency,
    default_policies_page, default_tags_page, iam_trusted, management,
};
use super::fault::Fault;
use super::feature::Feature;
use super::limits::Limits;
use super::member_resources::{MemberBucket, MemberQueue};
use super::organization_policy::{OrganizationPolicy, PolicyType};
use super::queue_address::QueueAddress;
use super::trail::{Trail, default_trails};
use crate::clock::{self, instant};
use crate::identifiers::default_organization;

/// An AWS organization.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub management_account: String,
    pub organization_id: String,
    pub starts_at: Timestamp,
    /// Centralized root access features that are on.
    pub features: BTreeSet<Feature>,
    /// Service principals with trusted access.
    pub trusted_services: BTreeSet<String>,
    /// When trusted access for IAM was last taken away; root sessions can be opened for a while after it.
    pub trust_removed_at: Option<Timestamp>,
    /// Accounts delegated for IAM.
    pub delegated_administrators: BTreeSet<String>,
    /// When accounts stopped being delegated for IAM; revocation flaps for a while after it.
    pub former_delegates: BTreeMap<String, Timestamp>,
    pub accounts: BTreeMap<String, Account>,
    pub create_account_requests: BTreeMap<String, CreateAccountRequest>,
    /// Organizational units in which no account stands, directly under the root; the others stand in the accounts' paths.
    pub empty_organizational_units: BTreeSet<String>,
    /// Policies of the organization besides those that stand in an account.
    pub policies: Vec<OrganizationPolicy>,
    /// The trails of the management account.
    pub trails: Vec<Trail>,
    /// How many functions may run at once in every account and Region.
    pub lambda_concurrency: u32,
    /// The project's own buckets; those of members stand in their accounts.
    pub buckets: BTreeSet<String>,
    /// Most entries in one page of an IAM list.
    pub iam_page_size: usize,
    /// Most accounts in one page of `ListAccounts`; AWS gives 20 at most.
    pub accounts_page_size: usize,
    /// Most tags in one page of `ListTagsForResource`.
    pub tags_page_size: usize,
    /// Most policies, or targets of one, in a page.
    pub policies_page_size: usize,
    /// After every page of accounts comes an empty one that still carries a token.
    pub empty_account_pages: bool,
    /// Whether accounts also carry `Status`, which AWS retired in September 2026.
    pub retired_status: bool,
    pub limits: Limits,
    /// How long a queue's new attributes take until they are read and enforced; AWS says up to 60.
    pub queue_propagation_seconds: u32,
    /// How long a server takes to answer a call; nothing waits in process.
    pub latency_milliseconds: u64,
    /// Callers known from the start, by access key id.
    pub callers: BTreeMap<String, RegisteredCaller>,
    /// Faults armed from the start.
    pub faults: Vec<Fault>,
}

impl World {
    /// An organization with both features and trusted access for IAM on, and the management account as its only account.
    #[must_use]
    pub fn new(management_account: impl Into<String>) -> Self {
        let management_account = management_account.into();
        Self {
            accounts: BTreeMap::from([(management_account.clone(), management(&management_account))]),
            management_account,
            organization_id: default_organization(),
            starts_at: clock::default_start(),
            features: all_features(),
            trusted_services: iam_trusted(),
            trust_removed_at: None,
            delegated_administrators: BTreeSet::new(),
            former_delegates: BTreeMap::new(),
            create_account_requests: BTreeMap::new(),
            empty_organizational_units: BTreeSet::new(),
            policies: Vec::new(),
            trails: default_trails(),
            lambda_concurrency: default_lambda_concurrency(),
            buckets: BTreeSet::new(),
            iam_page_size: default_iam_page(),
            accounts_page_size: default_accounts_page(),
            tags_page_size: default_tags_page(),
            policies_page_size: default_policies_page(),
            empty_account_pages: false,
            retired_status: false,
            limits: Limits::Off,
            queue_propagation_seconds: 0,
            latency_milliseconds: 0,
            callers: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// Adds an account, or replaces the one with its id.
    #[must_use]
    pub fn member(mut self, account: Account) -> Self {
        self.accounts.insert(account.id.clone(), account);
        self
    }

    #[must_use]
    pub fn bucket(mut self, name: impl Into<String>) -> Self {
        self.buckets.insert(name.into());
        self
    }

    #[must_use]
    pub fn policy(mut self, policy: OrganizationPolicy) -> Self {
        self.policies.push(policy);
        self
    }

    /// Sets the trails of the management account.
    #[must_use]
    pub fn trails(mut self, trails: impl IntoIterator<Item = Trail>) -> Self {
        self.trails = trails.into_iter().collect();
        self
    }

    #[must_use]
    pub fn lambda_concurrency(mut self, functions: u32) -> Self {
        self.lambda_concurrency = functions;
        self
    }

    #[must_use]
    pub fn policies_page_size(mut self, policies: usize) -> Self {
        self.policies_page_size = policies;
        self
    }

    #[must_use]
    pub fn create_account_request(mut self, id: impl Into<String>, request: CreateAccountRequest) -> Self {
        self.create_account_requests.insert(id.into(), request);
        self
    }

    /// An organizational unit in which no account stands.
    #[must_use]
    pub fn empty_organizational_unit(mut self, id: impl Into<String>) -> Self {
        self.empty_organizational_units.insert(id.into());
        self
    }

    #[must_use]
    pub fn delegated_administrator(mut self, account: impl Into<String>) -> Self {
        self.delegated_administrators.insert(account.into());
        self
    }

    /// Sets the features that are on.
    #[must_use]
    pub fn features(mut self, features: impl IntoIterator<Item = Feature>) -> Self {
        self.features = features.into_iter().collect();
        self
    }

    /// No trusted access for IAM, since ever.
    #[must_use]
    pub fn without_trusted_access(mut self) -> Self {
        self.trusted_services.remove(IAM_SERVICE_PRINCIPAL);
        self
    }

    /// `at`: RFC 3339.
    /// # Panics
    /// If the text is not an instant.
    #[must_use]
    #[track_caller]
    pub fn starts_at(mut self, at: &str) -> Self {
        self.starts_at = instant(at);
        self
    }

    #[must_use]
    pub fn iam_page_size(mut self, entries: usize) -> Self {
        self.iam_page_size = entries;
        self
    }

    #[must_use]
    pub fn accounts_page_size(mut self, accounts: usize) -> Self {
        self.accounts_page_size = accounts;
        self
    }

    #[must_use]
    pub fn tags_page_size(mut self, tags: usize) -> Self {
        self.tags_page_size = tags;
        self
    }

    /// Puts an empty page that carries a token after every page of accounts.
    #[must_use]
    pub fn empty_account_pages(mut self) -> Self {
        self.empty_account_pages = true;
        self
    }

    #[must_use]
    pub fn retired_status(mut self) -> Self {
        self.retired_status = true;
        self
    }

    /// Throttles as AWS publishes that it does.
    #[must_use]
    pub fn published_limits(mut self) -> Self {
        self.limits = Limits::Published;
        self
    }

    /// How long a queue's new attributes take until they are read and enforced.
    #[must_use]
    pub fn queue_propagation_seconds(mut self, seconds: u32) -> Self {
        self.queue_propagation_seconds = seconds;
        self
    }

    #[must_use]
    pub fn latency_milliseconds(mut self, milliseconds: u64) -> Self {
        self.latency_milliseconds = milliseconds;
        self
    }

    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    #[must_use]
    pub fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    #[must_use]
    pub fn account_mut(&mut self, id: &str) -> Option<&mut Account> {
        self.accounts.get_mut(id)
    }

    /// Every policy of the organization, those that stand in an account as well.
    pub(crate) fn all_policies(&self) -> Vec<OrganizationPolicy> {
        let of_account = |account: &Account| {
            let policies = account.service_control_policies.iter().enumerate();
            let id = account.id.clone();
            let policy = move |(number, policy)| {
                let document = serde_json::to_value(policy).unwrap_or_default();
                let policy = OrganizationPolicy::service_control(format!("p-{id}{number:02}"), document);
                policy.name(format!("policy-{number}-of-{id}")).attached_to(id.clone())
            };
            policies.map(policy).collect::<Vec<_>>()
        };
        self.accounts.values().flat_map(of_account).chain(self.policies.iter().cloned()).collect()
    }

    /// The policies of one kind that bind an account; none binds the management account.
    pub(crate) fn policies_over(&self, account: &str, kind: PolicyType) -> Vec<OrganizationPolicy> {
        let Some(account) = self.account(account).filter(|account| !self.is_management(&account.id)) else {
            return Vec::new();
        };
        let has_own = kind == PolicyType::ServiceControlPolicy && !account.service_control_policies.is_empty();
        if !has_own && self.policies.is_empty() {
            return Vec::new();
        }
        self.all_policies().into_iter().filter(|policy| policy.kind == kind && policy.binds(account)).collect()
    }

    /// A bucket of one of the accounts.
    #[must_use]
    pub fn member_bucket(&self, name: &str) -> Option<&MemberBucket> {
        self.accounts.values().flat_map(|account| &account.buckets).find(|bucket| bucket.name == name)
    }

    /// A queue of one of the accounts, by its ARN.
    #[must_use]
    pub fn member_queue(&self, arn: &str) -> Option<&MemberQueue> {
        self.queue(&QueueAddress::of_arn(arn)?)
    }

    /// Bucket → account.
    pub(crate) fn bucket_owners(&self) -> HashMap<String, String> {
        let of_account = |account: &Account| {
            let owner = account.id.clone();
            account.buckets.iter().map(move |bucket| (bucket.name.clone(), owner.clone())).collect::<Vec<_>>()
        };
        self.accounts.values().flat_map(of_account).collect()
    }

    pub(crate) fn queue(&self, address: &QueueAddress) -> Option<&MemberQueue> {
        self.account(&address.account)?.queues.iter().find(|queue| address.is_of(queue))
    }

    pub(crate) fn queue_mut(&mut self, address: &QueueAddress) -> Option<&mut MemberQueue> {
        self.account_mut(&address.account)?.queues.iter_mut().find(|queue| address.is_of(queue))
    }

    pub(crate) fn remove_queue(&mut self, address: &QueueAddress) {
        if let Some(account) = self.account_mut(&address.account) {
            account.queues.retain(|queue| !address.is_of(queue));
        }
    }

    pub(crate) fn trusts_iam(&self) -> bool {
        self.trusted_services.contains(IAM_SERVICE_PRINCIPAL)
    }

    pub(crate) fn is_management(&self, account: &str) -> bool {
        self.management_account == account
    }

    pub(crate) fn is_management_or_delegate(&self, account: &str) -> bool {
        self.is_management(account) || self.delegated_administrators.contains(account)
    }
}
