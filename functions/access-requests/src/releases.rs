//! Requests to let a protected access key go. The next run reads the decision; the state machine `key-releases` only tells people.

use std::sync::Arc;

use jiff::Timestamp;
use rootwarden_aws::{AwsError, Clock, Executions, Storage};
use rootwarden_domain::{
    Sha256,
    approvals::DecisionError,
    ids::{approval::ApprovalId, release::ReleaseId},
    people::Person,
    run::release::{KeyRelease, ReleaseRequest},
};
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{answer::RequestError, request_name::RequestName};

/// A request that was taken. Somebody else has to approve it, by this hash.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename = "asked")]
pub(crate) struct ReleaseAsked {
    approval_id: ReleaseId,
    plan_sha256: Sha256,
    decide_before: Option<Timestamp>,
}

/// The releases in the bucket.
#[derive(Debug, Clone)]
pub(crate) struct Releases {
    pub(crate) storage: Storage,
    pub(crate) clock: Clock,
    pub(crate) executions: Arc<Executions>,
}

impl Releases {
    /// INVARIANT (I12): who asks is written down here, once, from the signature.
    pub(crate) async fn ask(&self, caller: &Person, request: ReleaseRequest) -> Result<ReleaseAsked, RequestError> {
        let ReleaseRequest { account, access_key_id, .. } = &request;
        let name = RequestName::of(&(caller, &request), self.clock.now())?;
        let id: ReleaseId = name.with_prefix(&format!("release-{account}-{access_key_id}"), ReleaseId::DIGITS)?;
        let requested_at = name.requested_at;
        let release = KeyRelease { release: id.clone(), request, requested_by: caller.clone(), requested_at };
        self.storage.keep(&id.key(), &release).await?;
        let (plan_sha256, release) = self.read(&id).await?;
        let input = json!({"release": id, "step": "asked"});
        self.executions.start(&id.asked_execution(), &input).await?;
        let ReleaseRequest { account, access_key_id, reason, ticket } = &release.request;
        info!(
            account.id = %account, by = %caller, ticket = ticket.as_str(), reason = reason.as_str(),
            "{caller} asks to release access key {access_key_id} of account {account}: {id}"
        );
        Ok(ReleaseAsked { approval_id: id, plan_sha256, decide_before: release.decide_before() })
    }

    /// Has people told what was decided. Said again, nobody is told again.
    pub(crate) async fn tell_decision(&self, id: &ReleaseId) -> Result<(), AwsError> {
        let input = json!({"release": id, "step": "decided"});
        self.executions.start(&id.decided_execution(), &input).await.map(drop)
    }

    /// A request, and the hash that a decision about it has to name.
    pub(crate) async fn read(&self, id: &ReleaseId) -> Result<(Sha256, KeyRelease), RequestError> {
        let unknown = || DecisionError::UnknownRequest(ApprovalId::Release(id.clone()));
        let (pin, release) = self.storage.find_pinned::<KeyRelease>(&id.key()).await?.ok_or_else(unknown)?;
        if release.is_of(id) {
            return Ok((pin.sha256, release));
        }
        Err(DecisionError::Altered(format!("`{}` is about something else", pin.key)).into())
    }
}
