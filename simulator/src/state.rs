//! Everything that changes while the simulator runs, behind one lock.

pub(crate) mod call;
pub(crate) mod call_log;
pub(crate) mod limits;
pub(crate) mod storage;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::clock::{Clock, seconds_later};
use crate::policy::task::Task;
use crate::services::sqs::Queues;
use crate::services::states::Executions;
use crate::state::call_log::CallLog;
use crate::state::limits::Buckets;
use crate::state::storage::Storage;
use crate::wire::request::Operation;
use crate::world::account::Account;
use crate::world::caller::RegisteredCaller;
use crate::world::fault::{ArmedFault, Effect};
use crate::world::member_resources::MemberBucket;
use crate::world::organization::World;

pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) clock: Clock,
    pub(crate) keys: UnknownKeys,
    pub(crate) callers: HashMap<String, Arc<RegisteredCaller>>,
    pub(crate) sessions: HashMap<String, Arc<RootSession>>,
    pub(crate) calls: CallLog,
    pub(crate) secrets: Vec<String>,
    pub(crate) storage: Storage,
    pub(crate) executions: Executions,
    pub(crate) queues: Queues,
    /// Bucket → account. Why an index: a server asks it about every call of S3, and an organization may be large.
    bucket_owners: HashMap<String, String>,
    /// How often each request to create an account was described.
    pub(crate) polls: HashMap<String, u32>,
    faults: Vec<ArmedFault>,
    buckets: Buckets,
    issued: u64,
    requests: u64,
}

/// What becomes of an access key that nobody registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnknownKeys {
    /// `InvalidClientTokenId`.
    Refused,
    /// The same, but for AssumeRoot AWS's general denial.
    CannotAssumeRoot,
    /// And a key of 12 digits is that account's root user, as the emulator behind has it.
    AccountRoots,
}

/// A session that AssumeRoot opened.
pub(crate) struct RootSession {
    pub(crate) account: String,
    pub(crate) task: Task,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
}

/// Credentials as they are handed out, once.
pub(crate) struct IssuedCredentials {
    pub(crate) access_key: String,
    pub(crate) secret: String,
    pub(crate) token: String,
}

impl State {
    pub(crate) fn new(world: World, clock: Clock, keys: UnknownKeys) -> Self {
        let callers = world.callers.iter().map(|(key, caller)| (key.clone(), Arc::new(caller.clone()))).collect();
        Self {
            clock,
            keys,
            callers,
            sessions: HashMap::new(),
            calls: CallLog::default(),
            secrets: Vec::new(),
            storage: Storage::default(),
            executions: Executions::default(),
            queues: Queues::default(),
            bucket_owners: world.bucket_owners(),
            polls: HashMap::new(),
            faults: world.faults.iter().cloned().map(ArmedFault::new).collect(),
            buckets: Buckets::default(),
            issued: 0,
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

    pub(crate) fn arm(&mut self, fault: crate::world::fault::Fault) {
        self.faults.push(ArmedFault::new(fault));
    }

    /// Counts a call for every fault; the first that hits decides.
    pub(crate) fn meet_faults(&mut self, action: &str, account: Option<&str>) -> Option<Effect> {
        // Why not `find_map`: every rule has to see the call.
        self.faults.iter_mut().fold(None, |hit, fault| {
            let effect = fault.meet(action, account);
            hit.or(effect)
        })
    }

    /// Takes a call from the calling account's rate, and says whether it was still within it.
    pub(crate) fn is_within_rate(&mut self, account: &str, operation: &Operation) -> bool {
        self.buckets.take(self.world.limits, account, operation, self.clock.precisely_now())
    }

    pub(crate) fn next_request_id(&mut self) -> String {
        self.requests += 1;
        format!("00000000-0000-4000-8000-{:012x}", self.requests)
    }

    pub(crate) fn register(&mut self, caller: RegisteredCaller) -> IssuedCredentials {
        let credentials = self.issue("ASIACALLER");
        self.callers.insert(credentials.access_key.clone(), Arc::new(caller));
        credentials
    }

    pub(crate) fn open_session(&mut self, account: &str, task: Task, seconds: i64) -> (IssuedCredentials, Timestamp) {
        let credentials = self.issue("ASIAROOTUS");
        let expires = seconds_later(self.now(), seconds);
        let token = credentials.token.clone();
        let session = RootSession { account: account.to_owned(), task, token, expires };
        self.sessions.insert(credentials.access_key.clone(), Arc::new(session));
        (credentials, expires)
    }

    /// Makes credentials; equal runs make equal ones. `prefix`: 10 characters.
    fn issue(&mut self, prefix: &str) -> IssuedCredentials {
        self.issued += 1;
        let secret = hex::encode(Sha256::digest(format!("secret {}", self.issued)));
        let token = format!("FwoGZXIvYXdzE{}", hex::encode(Sha256::digest(format!("token {}", self.issued))));
        self.secrets.extend([secret.clone(), token.clone()]);
        IssuedCredentials { access_key: format!("{prefix}{:010}", self.issued), secret, token }
    }
}
