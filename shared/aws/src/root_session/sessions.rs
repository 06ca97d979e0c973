//! Opens root sessions, at the pace that AWS allows.

use std::time::Duration;

use aws_config::{SdkConfig, identity::IdentityCache};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_sts::types::PolicyDescriptorType;
use aws_smithy_runtime_api::client::identity::SharedIdentityCache;
use aws_types::region::Region;
use leaky_bucket::RateLimiter;
use rootwarden_domain::{Candidate, ErrorKind, aws::partition::Partition};

use super::{
    session::RootSession,
    task::{AllowRecovery, Audit, Delete, Task, UnlockBucket, UnlockQueue},
};
use crate::{
    client::{AwsError, CallRecorder, Clock, bounded},
    organization::MemberAccount,
};

/// Opens root sessions.
///
/// The HTTP client, the Region and everything else is loaded once; only the credentials differ from session to session.
#[derive(Debug)]
pub struct RootSessions {
    sts: aws_sdk_sts::Client,
    config: SdkConfig,
    clock: Clock,
    partition: Partition,
    pace: RateLimiter,
    /// How many sessions this worker opens in a second.
    sessions_per_second: usize,
}

/// How many sessions all workers together open a second, and how many workers there are.
///
/// AWS publishes 600 STS requests a second for an account and Region, and everything else in the account shares them.
#[derive(Debug, Clone, Copy)]
pub struct SessionBudget {
    pub per_second: u32,
    pub workers: u32,
}

impl SessionBudget {
    /// How many sessions one worker may open in a second; at least one, or nothing would ever be done.
    fn share(self) -> u32 {
        (self.per_second / self.workers.max(1)).max(1)
    }

    /// How far apart one worker's sessions are.
    ///
    /// Why one less than its share: of calls at equal distances, a second may hold one more than the rate.
    fn interval(self) -> Duration {
        Duration::from_secs(1) / self.share().saturating_sub(1).max(1)
    }
}

impl RootSessions {
    /// One worker's share of the budget.
    #[must_use]
    pub fn new(config: &SdkConfig, budget: SessionBudget) -> Self {
        let config = bounded(config);
        let sts = aws_sdk_sts::Client::new(&config);
        // Why no identity cache: it would keep the credentials of every account that this process ever visits.
        let no_cache: SharedIdentityCache = IdentityCache::no_cache();
        let config = config.to_builder().identity_cache(no_cache).build();
        let pace = RateLimiter::builder().initial(1).max(1).refill(1).interval(budget.interval()).build();
        let sessions_per_second = usize::try_from(budget.share()).unwrap_or(usize::MAX);
        let partition = Partition::of_region(config.region().map_or("", Region::as_ref));
        Self { sts, clock: Clock::of(&config), config, partition, pace, sessions_per_second }
    }

    /// Opens a session that can read which root credentials an account has.
    ///
    /// # Errors
    /// `NotYetVisible` if AWS refuses in an account that joined within the last hour, else what AWS answered.
    pub async fn open_audit(&self, account: &Candidate, calls: &CallRecorder) -> Result<RootSession<Audit>, AwsError> {
        Ok(self.open_recorded(account, Some(calls)).await?.recorded(calls))
    }

    /// Opens a session that can delete root credentials. Only a member that Organizations has just confirmed will do.
    ///
    /// # Errors
    /// `NotYetVisible` if AWS refuses in an account that joined within the last hour, else what AWS answered.
    pub async fn open_delete(
        &self,
        member: &MemberAccount,
        calls: &CallRecorder,
    ) -> Result<RootSession<Delete>, AwsError> {
        Ok(self.open_recorded(member.account(), Some(calls)).await?.recorded(calls))
    }

    /// Opens a session that can allow root password recovery in a member.
    ///
    /// # Errors
    /// As [`Self::open_delete`].
    pub async fn open_allow_recovery(&self, member: &MemberAccount) -> Result<RootSession<AllowRecovery>, AwsError> {
        self.open(member.account()).await
    }

    /// Opens a session that can change the policies of a member's buckets.
    ///
    /// # Errors
    /// `NotEnabled` if root sessions are not switched on in the organization, else as [`Self::open_delete`].
    pub async fn open_unlock_bucket(&self, member: &MemberAccount) -> Result<RootSession<UnlockBucket>, AwsError> {
        self.open(member.account()).await
    }

    /// Opens a session that can change the policies of a member's queues.
    ///
    /// # Errors
    /// As [`Self::open_unlock_bucket`].
    pub async fn open_unlock_queue(&self, member: &MemberAccount) -> Result<RootSession<UnlockQueue>, AwsError> {
        self.open(member.account()).await
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// To note the calls of one account with.
    #[must_use]
    pub fn call_recorder(&self) -> CallRecorder {
        CallRecorder::new(self.clock.clone())
    }

    async fn open<T: Task>(&self, account: &Candidate) -> Result<RootSession<T>, AwsError> {
        self.open_recorded(account, None).await
    }

    /// Opens a session. The answer's credentials go into the session's client and nowhere else.
    async fn open_recorded<T: Task>(
        &self,
        account: &Candidate,
        calls: Option<&CallRecorder>,
    ) -> Result<RootSession<T>, AwsError> {
        let credentials = self.assume_root::<T>(account, T::SECONDS, calls).await?;
        let access_key_id = credentials.access_key_id().to_owned();
        let credentials = Credentials::new(
            access_key_id.as_str(),
            credentials.secret_access_key(),
            Some(credentials.session_token().to_owned()),
            None,
            "AssumeRoot",
        );
        let config = self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
        Ok(RootSession::new(account.clone(), access_key_id, config))
    }

    /// Source: AWS STS API Reference, AssumeRoot.
    pub(super) async fn assume_root<T: Task>(
        &self,
        account: &Candidate,
        seconds: u16,
        calls: Option<&CallRecorder>,
    ) -> Result<aws_sdk_sts::types::Credentials, AwsError> {
        let what = || format!("open a root session in account `{}`", account.id);
        self.pace.acquire_one().await;
        // Source: AWS IAM User Guide, "Perform a privileged task on a member account": AWS's own policies, by their path.
        let arn = format!("arn:{}:iam::aws:policy/root-task/{}", self.partition, T::POLICY);
        let policy = PolicyDescriptorType::builder().arn(arn).build();
        let request = self
            .sts
            .assume_root()
            .target_principal(account.id.to_string())
            .task_policy_arn(policy)
            .duration_seconds(i32::from(seconds))
            .customize();
        let request = match calls {
            Some(calls) => request.interceptor(calls.clone()),
            None => request,
        };
        let output =
            request.send().await.map_err(|error| AwsError::new(what(), error).in_account(account, self.clock.now()));
        let output = match output {
            Err(error) if error.kind() == ErrorKind::Throttled => {
                // AWS still asks for fewer calls after every retry: this worker's others wait for a second, too.
                self.pace.acquire(self.sessions_per_second).await;
                return Err(error);
            }
            other => other?,
        };
        let credentials = output
            .credentials
            .ok_or_else(|| AwsError::of_kind(ErrorKind::Defect, what(), "no credentials in the answer"))?;
        if let Some(calls) = calls {
            calls.note_opened(credentials.access_key_id());
        }
        Ok(credentials)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_holds_more_sessions_than_the_budget() {
        for (per_second, workers) in [(200, 10), (600, 10), (20, 10), (75, 7)] {
            let interval = SessionBudget { per_second, workers }.interval();
            // Of calls at equal distances, a second holds at most this many.
            let in_a_second = 1 + Duration::from_secs(1).as_micros() / interval.as_micros();
            assert!(
                u128::from(workers) * in_a_second <= u128::from(per_second.max(2 * workers)),
                "{per_second}/{workers}"
            );
        }
    }
}
