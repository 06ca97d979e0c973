//! One root session.

use aws_config::SdkConfig;
use aws_types::region::Region;
use rootwarden_domain::Candidate;

use super::task::Task;
use crate::client::CallRecorder;

/// A session as the root user of one member account, scoped to one task.
///
/// Methods exist only where the task's policy allows the call: deleting with an audit session does not compile.
/// Its credentials are in memory only, and nothing prints them.
pub struct RootSession<T: Task> {
    account: Candidate,
    access_key_id: String,
    access: T::Access,
}

impl<T: Task> std::fmt::Debug for RootSession<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RootSession in account {}, {}", self.account.id, T::POLICY)
    }
}

impl<T: Task<Access = aws_sdk_iam::Client>> RootSession<T> {
    /// The same session, whose calls are noted.
    pub(super) fn recorded(self, calls: &CallRecorder) -> Self {
        let config = self.access.config().to_builder().interceptor(calls.in_session(&self.access_key_id)).build();
        Self { access: aws_sdk_iam::Client::from_conf(config), ..self }
    }

    pub(super) fn iam(&self) -> &aws_sdk_iam::Client {
        &self.access
    }
}

impl<T: Task<Access = SdkConfig>> RootSession<T> {
    /// The session's configuration in one Region.
    pub(super) fn config_in(&self, region: &str) -> SdkConfig {
        self.access.to_builder().region(Region::new(region.to_owned())).build()
    }

    pub(super) fn config(&self) -> &SdkConfig {
        &self.access
    }
}

impl<T: Task> RootSession<T> {
    /// `config` has the session's own credentials.
    pub(super) fn new(account: Candidate, access_key_id: String, config: SdkConfig) -> Self {
        Self { account, access_key_id, access: T::access(config) }
    }

    pub(super) fn account(&self) -> &Candidate {
        &self.account
    }

    /// Completes "cannot …" for this account.
    pub(super) fn what(&self, what: impl std::fmt::Display) -> String {
        format!("{what} in account `{}`", self.account.id)
    }
}
