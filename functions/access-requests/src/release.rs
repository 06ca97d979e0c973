//! Requests to let a protected access key go: taken down, shown again, and decided about. No execution waits for them.

use jiff::Timestamp;
use rootwarden_domain::{
    ErrorKind, Failure, Sha256,
    approvals::{DecisionRecord, Refusal, Verdict, decide_about},
    ids::{approval::ApprovalRequest, release::ReleaseId},
    people::Person,
    run::release::{DECIDED_WITHIN, GOOD_FOR, KeyRelease, ReleaseRequest},
};
use rootwarden_root_access::Done;
use serde::Serialize;
use tracing::info;

use crate::{AccessRequests, answer::NotDone};

/// What became of the request.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Taken {
    /// Somebody else has to approve it, by this hash.
    Asked { request: ReleaseId, plan_sha256: Sha256, decide_before: Option<Timestamp> },
}

#[derive(Debug, Serialize)]
pub(crate) struct ShownRelease {
    request: ReleaseId,
    asked: KeyRelease,
    plan_sha256: Sha256,
    decision: Option<DecisionRecord>,
    /// Until when runs delete the key, if it was approved.
    good_until: Option<Timestamp>,
}

impl AccessRequests {
    /// INVARIANT (I12): who asks is written down here, once, from the signature.
    pub(crate) async fn release_key(&self, caller: &Person, request: ReleaseRequest) -> Result<Taken, NotDone> {
        let release = self.signed_release(caller, request)?;
        let id = release.release.clone();
        // The same person asking for the same within the same minute has asked once.
        self.storage.keep(&id.key(), &release).await?;
        let (plan_sha256, release) = self.release(&id).await?;
        let ReleaseRequest { account, access_key_id, reason, ticket } = &release.request;
        info!(
            account.id = %account, by = %caller, ticket = ticket.as_str(), reason = reason.as_str(),
            "{caller} asks to release access key {access_key_id} of account {account}: {id}"
        );
        let decide_before = release.requested_at.checked_add(DECIDED_WITHIN).ok();
        Ok(Taken::Asked { request: id, plan_sha256, decide_before })
    }

    fn signed_release(&self, caller: &Person, request: ReleaseRequest) -> Result<KeyRelease, NotDone> {
        let defect = |error: &dyn std::error::Error| {
            Failure::new(ErrorKind::Defect, format!("cannot name the request: {error}"))
        };
        let now = self.clock.now().as_second();
        let requested_at = Timestamp::from_second(now - now.rem_euclid(60)).map_err(|error| defect(&error))?;
        let text = serde_json::to_vec(&(caller, &request, requested_at)).map_err(|error| defect(&error))?;
        let digest = Sha256::of(&text).to_string();
        let ReleaseRequest { account, access_key_id, .. } = &request;
        let minute = requested_at.strftime("%Y%m%dT%H%MZ");
        let digest = digest.get(..32).unwrap_or_default();
        let release = format!("release-{account}-{access_key_id}-{minute}-{digest}").parse();
        let release = release.map_err(|error| defect(&error))?;
        Ok(KeyRelease { release, request, requested_by: caller.clone(), requested_at })
    }

    /// A request, and the hash that a decision about it has to name.
    async fn release(&self, id: &ReleaseId) -> Result<(Sha256, KeyRelease), NotDone> {
        let unknown = || Refusal::UnknownRequest(ApprovalRequest::Release(id.clone()));
        let (pin, release) = self.storage.find_pinned::<KeyRelease>(&id.key()).await?.ok_or_else(unknown)?;
        if release.is_of(id) {
            return Ok((pin.sha256, release));
        }
        Err(Refusal::Altered(format!("`{}` is about something else", pin.key)).into())
    }

    pub(crate) async fn show_release(&self, id: &ReleaseId) -> Result<ShownRelease, NotDone> {
        let (plan_sha256, asked) = self.release(id).await?;
        let request = ApprovalRequest::Release(id.clone());
        let decision: Option<DecisionRecord> = self.storage.find(&request.decision_key()).await?;
        let good_until = decision.as_ref().and_then(|decided| decided.at.checked_add(GOOD_FOR).ok());
        Ok(ShownRelease { request: id.clone(), asked, plan_sha256, decision, good_until })
    }

    /// The decision as it stands in the bucket. The next run reads it there.
    pub(crate) async fn decide_release(
        &self,
        caller: &Person,
        verdict: &Verdict,
        id: &ReleaseId,
    ) -> Result<DecisionRecord, NotDone> {
        let (sha256, release) = self.release(id).await?;
        let (key, now, started_by) = (verdict.request.decision_key(), self.clock.now(), release.started_by());
        let existing: Option<DecisionRecord> = self.storage.find(&key).await?;
        let record = decide_about(sha256, Some(&started_by), existing.as_ref(), caller, verdict, now)?;
        if existing.is_some() {
            return Ok(record);
        }
        if !release.can_be_decided(now) {
            return Err(Refusal::TooLate(verdict.request.clone()).into());
        }
        match self.storage.create(&key, &record).await? {
            Done::Now => Ok(record),
            Done::Already => {
                let first: DecisionRecord = self.storage.find(&key).await?.ok_or_else(|| {
                    Failure::new(ErrorKind::Transient, format!("`{key}` is just being written: ask again"))
                })?;
                Ok(decide_about(sha256, Some(&started_by), Some(&first), caller, verdict, now)?)
            }
        }
    }
}
