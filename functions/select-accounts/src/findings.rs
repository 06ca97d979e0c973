//! What is looked at once for each run, and stops none: trails, policies of the organization, features, quotas, the Region.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use rootwarden_aws::{
    Clock, Concurrency, Deadline, FurtherFeatures, OrganizationIdentity, OrganizationPolicies, PolicyReading,
    SdkConfig, Storage, Trails,
};
use rootwarden_domain::{
    AccountId, RunId,
    aws::partition::Partition,
    policy::RootSessionContext,
    preflight::{Check, Finding, PolicyKind, Purpose, Told, is_opt_in, organizations_region},
};
use rootwarden_lambda::{FunctionError, Settings, UnlockRequests};
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

/// Where what the policies of the organization say is kept for the rest of a day.
const POLICIES: &str = "state/policies.json";
/// More bytes than that are no such reading: it is made anew.
const LARGEST_BYTES: usize = 1024 * 1024;
/// So long the policies may take: what they have no time for is named.
const POLICIES_TIME: Duration = Duration::from_secs(90);
/// The functions that a run needs beside the workers of its map: the one that lists meanwhile, and one that an event or a person
/// starts.
const BESIDE_THE_WORKERS: u32 = 2;

/// What is known once a run may begin.
#[derive(Debug)]
pub(crate) struct Passed {
    pub(crate) organization: OrganizationIdentity,
    pub(crate) features: FurtherFeatures,
}

/// Finds out what a run should tell people before it looks at anybody.
#[derive(Debug)]
pub(crate) struct Findings {
    policies: OrganizationPolicies,
    trails: Option<(Trails, &'static str)>,
    concurrency: Concurrency,
    storage: Storage,
    clock: Clock,
    region: String,
    account: AccountId,
    workers: u32,
    unlock_requests: UnlockRequests,
}

/// What the policies of the organization said on a day.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptPolicies {
    /// In UTC.
    day: Date,
    /// What was looked for: another deployment may look for more.
    purposes: Vec<Purpose>,
    findings: Vec<Finding>,
}

impl Findings {
    pub(crate) fn new(config: &SdkConfig, settings: &Settings, storage: Storage) -> Result<Self, FunctionError> {
        let region = config.region().map(ToString::to_string).unwrap_or_default();
        let events = organizations_region(Partition::of_region(&region));
        Ok(Self {
            policies: OrganizationPolicies::new(config),
            trails: events.map(|region| (Trails::new(config, region), region)),
            concurrency: Concurrency::new(config, &region),
            storage,
            clock: Clock::of(config),
            region,
            account: settings.account_id()?,
            workers: settings.workers()?,
            unlock_requests: settings.unlock_requests()?,
        })
    }

    /// Everything that is wrong, and everything that could not be looked at; each is logged.
    pub(crate) async fn told(&self, passed: &Passed, run: &RunId) -> Vec<Told> {
        let Passed { organization, features } = passed;
        let (trail, policies, concurrency) =
            tokio::join!(self.trail(organization), self.policies(organization, run), self.concurrency());
        let mut findings: Vec<Finding> = trail.into_iter().chain(policies).collect();
        findings.extend(self.root_sessions(*features));
        findings.extend(concurrency);
        findings.extend(is_opt_in(&self.region).then(|| Finding::OptInRegion { region: self.region.clone() }));
        for finding in &findings {
            match finding {
                Finding::NotChecked { .. } => info!(run.id = %run, "Preflight: {finding}"),
                Finding::NoTrail { .. }
                | Finding::DeniesRoot(_)
                | Finding::RootSessionsOff
                | Finding::SmallConcurrency { .. }
                | Finding::OptInRegion { .. } => warn!(run.id = %run, "Preflight: {finding}"),
            }
        }
        findings.iter().map(Told::from).collect()
    }

    /// Whether new accounts are noticed: what is not seen from here is not known.
    async fn trail(&self, organization: &OrganizationIdentity) -> Option<Finding> {
        let not_checked = |why: String| Some(Finding::NotChecked { check: Check::Trail, why });
        let Some((trails, region)) = &self.trails else {
            return not_checked(format!("in the partition of {} it is not known where to look", self.region));
        };
        let is_management_account = self.account == organization.management_account;
        match (trails.unfit(is_management_account).await, is_management_account) {
            (Ok(None), _) => None,
            (Ok(Some(seen)), true) => Some(Finding::NoTrail { region: (*region).to_owned(), seen }),
            (Ok(Some(seen)), false) => {
                let seen: Vec<String> = seen.iter().map(ToString::to_string).collect();
                let seen = if seen.is_empty() { String::new() } else { format!("; {}", seen.join("; ")) };
                not_checked(format!(
                    "no organization trail that account {} sees delivers them in {region}{seen}: look in the management account \
                     whether one of its own does",
                    self.account
                ))
            }
            (Err(error), _) => not_checked(error.to_string()),
        }
    }

    /// What the policies of the organization say, as they were first read on this day.
    async fn policies(&self, organization: &OrganizationIdentity, run: &RunId) -> Vec<Finding> {
        let (today, purposes) = (day_of(self.clock.now()), self.purposes());
        let kept = self.storage.find_small::<KeptPolicies>(POLICIES, LARGEST_BYTES).await;
        if let Ok(Some(KeptPolicies { day, purposes: looked_for, findings })) = kept
            && (day, &looked_for) == (today, &purposes)
        {
            return findings;
        }
        let deadline = Deadline::after(POLICIES_TIME);
        let mut findings = self.read(PolicyKind::ServiceControlPolicy, &purposes, organization, deadline).await;
        if self.unlock_requests == UnlockRequests::On {
            let unlock = [Purpose::Unlock];
            findings.extend(self.read(PolicyKind::ResourceControlPolicy, &unlock, organization, deadline).await);
        }
        let kept = KeptPolicies { day: today, purposes, findings };
        if let Err(error) = self.storage.write(POLICIES.to_owned(), &kept).await {
            warn!(run.id = %run, "{error}: the policies are read again by the next run");
        }
        kept.findings
    }

    async fn read(
        &self,
        kind: PolicyKind,
        purposes: &[Purpose],
        organization: &OrganizationIdentity,
        deadline: Deadline,
    ) -> Vec<Finding> {
        let OrganizationIdentity { id, management_account } = organization;
        let context = RootSessionContext { partition: Partition::of_region(&self.region), organization_id: id.clone() };
        let not_checked = |why: String| Finding::NotChecked { check: kind.check(), why };
        match self.policies.denying(kind, purposes, &context, *management_account, deadline).await {
            Ok(PolicyReading { denying, not_read }) => {
                let denying = denying.into_iter().map(Finding::DeniesRoot);
                denying.chain(not_read.into_iter().map(not_checked)).collect()
            }
            Err(error) => vec![not_checked(error.to_string())],
        }
    }

    fn purposes(&self) -> Vec<Purpose> {
        match self.unlock_requests {
            UnlockRequests::On => vec![Purpose::Credentials, Purpose::Unlock],
            UnlockRequests::Off => vec![Purpose::Credentials],
        }
    }

    fn root_sessions(&self, features: FurtherFeatures) -> Option<Finding> {
        let is_missing = self.unlock_requests == UnlockRequests::On && !features.root_sessions;
        is_missing.then_some(Finding::RootSessionsOff)
    }

    async fn concurrency(&self) -> Option<Finding> {
        let needed = self.workers + BESIDE_THE_WORKERS;
        match self.concurrency.unreserved().await {
            Ok(unreserved) if unreserved >= needed => None,
            Ok(unreserved) => Some(Finding::SmallConcurrency { region: self.region.clone(), unreserved, needed }),
            Err(error) => Some(Finding::NotChecked { check: Check::LambdaConcurrency, why: error.to_string() }),
        }
    }
}

fn day_of(now: Timestamp) -> Date {
    now.to_zoned(TimeZone::UTC).date()
}
