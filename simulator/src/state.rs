//! Everything that changes while the simulator runs.

mod armed_faults;
mod call;
mod call_log;
mod credentials;
mod executions;
mod queues;
mod rate_limits;
mod storage;
mod told;

use std::collections::HashMap;

use jiff::Timestamp;

use self::armed_faults::ArmedFaults;
pub use self::call::{Call, RootSessionOfCall};
pub use self::call_log::CallCounts;
use self::call_log::CallLog;
pub(crate) use self::credentials::{Credentials, RootSession, UnknownKeys};
use self::executions::Executions;
pub(crate) use self::executions::RunningExecution;
pub use self::executions::{AnsweredTask, StartedExecution, TaskAnswer};
pub(crate) use self::queues::PendingPolicy;
use self::queues::Queues;
use self::rate_limits::RateLimits;
pub(crate) use self::storage::{Storage, Version};
pub use self::told::PublishedMessage;
pub(crate) use self::told::ToldState;
use crate::clock::Clock;
use crate::wire::Operation;
use crate::world::{Account, MemberBucket, World};

/// The world, and what was done to it.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) credentials: Credentials,
    pub(crate) calls: CallLog,
    pub(crate) storage: Storage,
    pub(crate) executions: Executions,
    pub(crate) queues: Queues,
    pub(crate) told: ToldState,
    /// How often each request to create an account was described.
    pub(crate) polls: HashMap<String, u32>,
    pub(crate) faults: ArmedFaults,
    rate_limits: RateLimits,
    /// Bucket → account. Why an index: a server asks it about every call of S3, and an organization may be large.
    bucket_owners: HashMap<String, String>,
    requests: u64,
}

impl State {
    pub(crate) fn new(world: World, clock: Clock, unknown_keys: UnknownKeys) -> Self {
        let mut faults = ArmedFaults::default();
        world.faults.iter().cloned().for_each(|fault| faults.arm(fault));
        Self {
            clock,
            credentials: Credentials::new(&world.callers, unknown_keys),
            calls: CallLog::default(),
            storage: Storage::default(),
            executions: Executions::default(),
            queues: Queues::default(),
            told: ToldState::default(),
            polls: HashMap::new(),
            faults,
            rate_limits: RateLimits::default(),
            bucket_owners: world.bucket_owners(),
            requests: 0,
            world,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Changes the world from outside; nothing else adds buckets to it.
    pub(crate) fn update(&mut self, change: impl FnOnce(&mut World)) {
        self.settle();
        change(&mut self.world);
        self.bucket_owners = self.world.bucket_owners();
    }

    /// A bucket that an account of the world has, and that account.
    pub(crate) fn member_bucket(&self, name: &str) -> Option<(&Account, &MemberBucket)> {
        let owner = self.world.account(self.bucket_owners.get(name)?)?;
        let bucket = owner.buckets.iter().find(|bucket| bucket.name == name)?;
        Some((owner, bucket))
    }

    /// The same bucket, to change it.
    pub(crate) fn member_bucket_mut(&mut self, name: &str) -> Option<&mut MemberBucket> {
        let owner = self.world.account_mut(self.bucket_owners.get(name)?)?;
        owner.buckets.iter_mut().find(|bucket| bucket.name == name)
    }

    pub(crate) fn remove_bucket(&mut self, name: &str) {
        if let Some(owner) = self.bucket_owners.get(name).and_then(|owner| self.world.account_mut(owner)) {
            owner.buckets.retain(|bucket| bucket.name != name);
        }
    }

    /// Puts into force what has had the time to spread.
    pub(crate) fn settle(&mut self) {
        let now = self.clock.precisely_now();
        self.queues.settle(&mut self.world, now);
    }

    /// Takes a call from the calling account's rate, and says whether it was still within it.
    pub(crate) fn is_within_rate(&mut self, account: &str, operation: &Operation) -> bool {
        self.rate_limits.take(self.world.limits, account, operation, self.clock.precisely_now())
    }

    pub(crate) fn next_request_id(&mut self) -> String {
        self.requests += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.requests)
    }
}
