//! The face of the simulator in the same process: a world, its clock, and everything that was done to it.

mod connector;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use http::{Request, Response};

use self::connector::Connector;
use crate::clock::Clock;
use crate::engine::{self, ConnectorFault};
use crate::services;
use crate::state::{
    AnsweredTask, Call, CallCounts, PublishedMessage, RootSession, RootSessionOfCall, StartedExecution, State,
    UnknownKeys, Version,
};
use crate::wire::{self, Operation};
use crate::world::{Caller, Fault, RegisteredCaller, World};

/// A simulated AWS organization; cheap to clone, and every clone is the same one.
#[derive(Clone)]
pub struct Simulator {
    state: Arc<Mutex<State>>,
}

/// Shows nothing: it knows every secret.
impl fmt::Debug for Simulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Simulator").finish_non_exhaustive()
    }
}

impl Simulator {
    /// A simulator with its own clock, which stands still at the world's start.
    #[must_use]
    pub fn new(world: World) -> Self {
        let clock = Clock::Manual(world.starts_at);
        Self::with(world, clock, UnknownKeys::Refused)
    }

    pub(crate) fn with(world: World, clock: Clock, unknown_keys: UnknownKeys) -> Self {
        Self { state: Arc::new(Mutex::new(State::new(world, clock, unknown_keys))) }
    }

    /// Registers a caller and gives it a configuration whose clients talk to this simulator.
    ///
    /// The retry configuration stays the SDK's default. Region: us-east-1.
    #[must_use]
    pub fn sdk_config(&self, caller: &Caller) -> SdkConfig {
        let mut state = self.lock();
        let caller = caller.clone().register(&state.world.management_account);
        let issued = state.credentials.issue_to(caller);
        let credentials = Credentials::new(issued.access_key, issued.secret, Some(issued.token), None, "simulator");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(self.http_client())
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .time_source(SharedTimeSource::new(WorldTime(self.clone())))
            .build()
    }

    /// Says who signs with an access key, replacing whoever did.
    pub fn register(&self, access_key: impl Into<String>, caller: RegisteredCaller) {
        self.lock().credentials.register(access_key.into(), caller);
    }

    /// Arms a fault.
    pub fn inject(&self, fault: Fault) {
        self.lock().faults.arm(fault);
    }

    /// Every call so far, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.calls_since(0)
    }

    /// The calls from the `first`th on, counted from 0.
    #[must_use]
    pub fn calls_since(&self, first: usize) -> Vec<Call> {
        self.lock().calls.since(first)
    }

    /// What was called how often.
    #[must_use]
    pub fn counts(&self) -> CallCounts {
        self.lock().calls.counts()
    }

    /// A snapshot of the world.
    #[must_use]
    pub fn world(&self) -> World {
        let mut state = self.lock();
        state.settle();
        state.world.clone()
    }

    /// Changes the world behind everybody's back.
    pub fn update(&self, change: impl FnOnce(&mut World)) {
        self.lock().update(change);
    }

    /// Every secret access key and session token that was ever issued.
    #[must_use]
    pub fn issued_secrets(&self) -> Vec<String> {
        self.lock().credentials.secrets().to_vec()
    }

    /// Every root session that was ever opened, by its access key id, which CloudTrail has too.
    #[must_use]
    pub fn root_sessions(&self) -> BTreeMap<String, RootSessionOfCall> {
        let state = self.lock();
        let sessions = state.credentials.sessions().map(|(access_key, session)| {
            let RootSession { account, task, token: _, expires: _ } = &**session;
            (access_key.clone(), RootSessionOfCall { account: account.clone(), task: task.name().to_owned() })
        });
        sessions.collect()
    }

    /// Moves the world's clock; without effect on a server, which runs on the real one.
    pub fn advance(&self, by: Duration) {
        self.lock().clock.advance(by);
    }

    /// Keys and latest bytes of the objects in a bucket, by key.
    #[must_use]
    pub fn objects(&self, bucket: &str) -> Vec<(String, Bytes)> {
        self.lock().storage.list(bucket, "").map(|(key, _, body)| (key.to_owned(), body.clone())).collect()
    }

    /// Writes a new version of an object without a call, e.g. to tamper with it. Returns the version's id.
    pub fn put_object(&self, bucket: &str, key: &str, bytes: impl Into<Bytes>) -> String {
        let mut state = self.lock();
        let version = Version::new(Some(bytes.into()), state.now());
        state.storage.put(bucket, key, version)
    }

    /// Removes an object with all its versions, without a call.
    pub fn remove_object(&self, bucket: &str, key: &str) {
        self.lock().storage.remove(bucket, key);
    }

    /// The bodies of the messages in a queue, by its ARN, in the order of their sending.
    #[must_use]
    pub fn messages(&self, queue_arn: &str) -> Vec<String> {
        self.lock().queues.messages(queue_arn).map(ToOwned::to_owned).collect()
    }

    /// The messages that were published to topics, in order.
    #[must_use]
    pub fn published(&self) -> Vec<PublishedMessage> {
        self.lock().told.messages.clone()
    }

    /// The events that were put on the default bus, in order: each an entry of `PutEvents`.
    #[must_use]
    pub fn events(&self) -> Vec<serde_json::Value> {
        self.lock().told.events.clone()
    }

    /// The findings that Security Hub took so far, as they were imported.
    #[must_use]
    pub fn findings(&self) -> Vec<serde_json::Value> {
        self.lock().told.findings.clone()
    }

    /// The executions that were started, in order.
    #[must_use]
    pub fn executions(&self) -> Vec<StartedExecution> {
        self.lock().executions.all().iter().map(|running| running.execution.clone()).collect()
    }

    /// The task tokens that were answered, in order.
    #[must_use]
    pub fn answered_tasks(&self) -> Vec<AnsweredTask> {
        self.lock().executions.answered().to_vec()
    }

    /// Answers one HTTP request, signed or not.
    ///
    /// # Errors
    /// Where a fault breaks the connection.
    pub fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, ConnectorFault> {
        let request = wire::Request::read(request);
        self.answer(&request, &Operation::of(&request))
    }

    /// Answers a request that was read before.
    pub(crate) fn answer(
        &self,
        request: &wire::Request,
        operation: &Operation,
    ) -> Result<Response<Bytes>, ConnectorFault> {
        engine::answer(services::handler(operation.service), &mut self.lock(), request, operation)
    }

    fn http_client(&self) -> SharedHttpClient {
        let simulator = self.clone();
        SharedHttpClient::new(Connector::new(move |request| simulator.handle(request)))
    }

    /// A panic of another test thread does not make the world unreadable.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The world's clock, for the SDK and for whoever asks its configuration what time it is.
#[derive(Debug)]
struct WorldTime(Simulator);

impl TimeSource for WorldTime {
    fn now(&self) -> SystemTime {
        self.0.lock().now().into()
    }
}
