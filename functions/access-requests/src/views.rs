//! What a person looks at before they decide: what is asked, and what has been decided and done about it.

mod deletion;
mod recovery;
mod release;
mod unlock;

use rootwarden_aws::Storage;
use rootwarden_domain::{
    approvals::{ApprovalRequest, DecisionError, DecisionRecord},
    ids::{
        approval::ApprovalId,
        recovery::{RecoveryId, window_key},
        release::ReleaseId,
        unlock::UnlockId,
    },
    unlock::{SignedRequest, UnlockPlan},
};

use crate::{
    answer::{HttpAnswer, RequestError},
    approval_requests::ApprovalRequests,
    recoveries,
    releases::Releases,
};
use deletion::DeletionView;
use recovery::RecoveryView;
use unlock::UnlockView;

pub use release::ReleaseView;

/// Shows what is asked for.
#[derive(Debug)]
pub(crate) struct Views {
    pub(crate) storage: Storage,
    pub(crate) approval_requests: ApprovalRequests,
    pub(crate) releases: Releases,
}

impl Views {
    pub(crate) async fn show(&self, approval_id: &ApprovalId) -> Result<HttpAnswer, RequestError> {
        Ok(match approval_id {
            ApprovalId::Deletion(_) => HttpAnswer::ok(&self.deletion(approval_id).await?),
            ApprovalId::Unlock(unlock) => HttpAnswer::ok(&self.unlock(unlock).await?),
            ApprovalId::Release(release) => HttpAnswer::ok(&self.release(release).await?),
            ApprovalId::Recovery(recovery) => HttpAnswer::ok(&self.recovery(recovery).await?),
        })
    }

    async fn deletion(&self, approval_id: &ApprovalId) -> Result<DeletionView, RequestError> {
        let (asked, plan) = self.approval_requests.with_plan(approval_id).await?;
        Ok(DeletionView::of(asked, &plan, self.decision(approval_id).await?))
    }

    async fn unlock(&self, unlock: &UnlockId) -> Result<UnlockView, RequestError> {
        let asked_under = ApprovalId::Unlock(unlock.clone());
        let request: Option<SignedRequest> = self.storage.find(&unlock.request_key()).await?;
        let request = request.ok_or_else(|| DecisionError::UnknownRequest(asked_under.clone()))?;
        let (plan, plan_sha256): (Option<UnlockPlan>, _) =
            match self.storage.find::<ApprovalRequest>(&asked_under.request_key()).await? {
                // INVARIANT (I12): what is shown is what was asked about, and what a decision is bound to.
                Some(_) => {
                    let (asked, plan) = self.approval_requests.with_plan(&asked_under).await?;
                    (Some(plan), Some(asked.plan.sha256))
                }
                None => (self.storage.find(&unlock.plan_key()).await?, None),
            };
        Ok(UnlockView {
            unlock: unlock.clone(),
            request,
            shown: plan.as_ref().map(|plan| plan.text.clone()),
            plan,
            plan_sha256,
            decision: self.decision(&asked_under).await?,
            result: self.storage.find(&unlock.result_key()).await?,
            verified: self.storage.find(&unlock.verified_key()).await?,
        })
    }

    pub(crate) async fn release(&self, id: &ReleaseId) -> Result<ReleaseView, RequestError> {
        let (plan_sha256, asked) = self.releases.read(id).await?;
        let decision = self.decision(&ApprovalId::Release(id.clone())).await?;
        Ok(ReleaseView::of(asked, plan_sha256, decision))
    }

    async fn recovery(&self, id: &RecoveryId) -> Result<RecoveryView, RequestError> {
        let (plan_sha256, asked) = recoveries::read(&self.storage, id).await?;
        let decision = self.decision(&ApprovalId::Recovery(id.clone())).await?;
        let opened = self.storage.find(&id.opened_key()).await?;
        let window = self.storage.find(&window_key(asked.request.account)).await?;
        Ok(RecoveryView { recovery: id.clone(), asked, plan_sha256, decision, opened, window })
    }

    async fn decision(&self, approval_id: &ApprovalId) -> Result<Option<DecisionRecord>, RequestError> {
        Ok(self.storage.find(&approval_id.decision_key()).await?)
    }
}
