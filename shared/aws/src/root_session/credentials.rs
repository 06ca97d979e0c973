//! The credentials of a root session, for a person who hands them to a program.
//!
//! INVARIANT (I9): functions are built without this module. docs/decisions/0040-session-credentials.md says why it exists.

use std::fmt;

use aws_sdk_sts::types::Credentials;
use jiff::Timestamp;
use rootwarden_domain::{Candidate, ErrorKind};

use super::{
    sessions::RootSessions,
    task::{Audit, Delete, Task, UnlockBucket, UnlockQueue},
};
use crate::{client::AwsError, organization::MemberAccount};

/// The longest that AWS allows. Source: AWS STS API Reference, `AssumeRoot`, `DurationSeconds`.
const LONGEST_SECONDS: u16 = 900;

/// The credentials of one root session. Nothing prints the secrets: whoever needs them takes them out one by one.
pub struct SessionCredentials {
    pub access_key_id: String,
    secret_access_key: String,
    session_token: String,
    pub expires_at: Timestamp,
}

impl fmt::Debug for SessionCredentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionCredentials {{ {}, until {} }}", self.access_key_id, self.expires_at)
    }
}

impl SessionCredentials {
    #[must_use]
    pub fn expose_secret_access_key(&self) -> &str {
        &self.secret_access_key
    }

    #[must_use]
    pub fn expose_session_token(&self) -> &str {
        &self.session_token
    }

    fn of(credentials: &Credentials, account: &Candidate) -> Result<Self, AwsError> {
        let unreadable = |why: &str| {
            let what = format!("open a root session in account `{}`", account.id);
            AwsError::of_kind(ErrorKind::Defect, what, why)
        };
        let expires_at = Timestamp::from_second(credentials.expiration().secs());
        Ok(Self {
            access_key_id: credentials.access_key_id().to_owned(),
            secret_access_key: credentials.secret_access_key().to_owned(),
            session_token: credentials.session_token().to_owned(),
            expires_at: expires_at.map_err(|_| unreadable("the time at which it ends cannot be read"))?,
        })
    }
}

impl RootSessions {
    /// Credentials that read which root credentials an account has.
    ///
    /// # Errors
    /// As `open_audit`.
    pub async fn audit_credentials(&self, account: &Candidate) -> Result<SessionCredentials, AwsError> {
        self.credentials::<Audit>(account).await
    }

    /// Credentials that delete root credentials. Only a member that Organizations has just confirmed will do.
    ///
    /// # Errors
    /// As `open_delete`.
    pub async fn delete_credentials(&self, member: &MemberAccount) -> Result<SessionCredentials, AwsError> {
        self.credentials::<Delete>(member.account()).await
    }

    /// Credentials that change the policies of a member's buckets.
    ///
    /// # Errors
    /// As `open_unlock_bucket`.
    pub async fn unlock_bucket_credentials(&self, member: &MemberAccount) -> Result<SessionCredentials, AwsError> {
        self.credentials::<UnlockBucket>(member.account()).await
    }

    /// Credentials that change the policies of a member's queues.
    ///
    /// # Errors
    /// As `open_unlock_queue`.
    pub async fn unlock_queue_credentials(&self, member: &MemberAccount) -> Result<SessionCredentials, AwsError> {
        self.credentials::<UnlockQueue>(member.account()).await
    }

    async fn credentials<T: Task>(&self, account: &Candidate) -> Result<SessionCredentials, AwsError> {
        SessionCredentials::of(&self.assume_root::<T>(account, LONGEST_SECONDS, None).await?, account)
    }
}
