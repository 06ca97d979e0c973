//! The approval requests of runs and unlock requests: written down, and read again with the plan that they are about.

use rootwarden_aws::{Storage, StorageError};
use rootwarden_domain::{
    approvals::{ApprovalRequest, DecisionError},
    ids::approval::ApprovalId,
    recovery::SignedRecovery,
    run::plan::DeletionPlan,
    text::input::InputError,
    unlock::UnlockPlan,
};
use rootwarden_lambda::FunctionError;
use serde::de::DeserializeOwned;
use tracing::info;

use crate::answer::RequestError;

/// The approval requests in the bucket.
#[derive(Debug, Clone)]
pub(crate) struct ApprovalRequests {
    pub(crate) storage: Storage,
}

impl ApprovalRequests {
    /// Writes an approval request down. The execution that sent it waits until somebody answers its task token.
    ///
    /// A second attempt of the task replaces the token; what is asked stays.
    pub(crate) async fn write_down(&self, approval_request: ApprovalRequest) -> Result<ApprovalId, FunctionError> {
        let approval_id = approval_request.approval_id.clone();
        let key = approval_id.request_key();
        if let Some(before) = self.storage.find::<ApprovalRequest>(&key).await?
            && !before.asks_the_same_as(&approval_request)
        {
            let why = format!("something else is asked under `{approval_id}` already");
            return Err(InputError::new("input", why).into());
        }
        self.require_plan(&approval_request).await?;
        self.storage.write(key, &approval_request).await?;
        info!(approval.id = %approval_id, plan.sha256 = %approval_request.plan.sha256, "An approval is asked for under {approval_id}");
        Ok(approval_id)
    }

    /// INVARIANT: what is asked about a plan that is not there, or in the name of somebody who did not start it, is not
    /// written down: it could not be taken back, and the true request could not be written any more.
    async fn require_plan(&self, approval_request: &ApprovalRequest) -> Result<(), FunctionError> {
        let (approval_id, key) = (&approval_request.approval_id, approval_request.approval_id.plan_key());
        let belongs_together = match approval_id {
            ApprovalId::Deletion(_) => self
                .storage
                .read_unaltered::<DeletionPlan>(&approval_request.plan, &key)
                .await?
                .is_plan_of(approval_request, approval_id),
            ApprovalId::Unlock(_) => self
                .storage
                .read_unaltered::<UnlockPlan>(&approval_request.plan, &key)
                .await?
                .is_plan_of(approval_request, approval_id),
            ApprovalId::Recovery(_) => self
                .storage
                .read_unaltered::<SignedRecovery>(&approval_request.plan, &key)
                .await?
                .is_plan_of(approval_request, approval_id),
            ApprovalId::Release(_) => false,
        };
        if belongs_together {
            return Ok(());
        }
        let why = format!("what is asked under `{approval_id}` and its plan do not belong together");
        Err(InputError::new("input", why).into())
    }

    /// What is asked under `approval_id`, and the plan that it is about.
    ///
    /// INVARIANT (I12): the plan is the one that was asked about, and nobody has written another one over it.
    pub(crate) async fn with_plan<P: ApprovablePlan>(
        &self,
        approval_id: &ApprovalId,
    ) -> Result<(ApprovalRequest, P), RequestError> {
        let asked: Option<ApprovalRequest> = self.storage.find(&approval_id.request_key()).await?;
        let asked = asked.ok_or_else(|| DecisionError::UnknownRequest(approval_id.clone()))?;
        let plan: P = match self.storage.read_unaltered(&asked.plan, &approval_id.plan_key()).await {
            Ok(plan) => plan,
            Err(altered @ (StorageError::Altered { .. } | StorageError::Misplaced { .. })) => {
                return Err(DecisionError::Altered(altered.to_string()).into());
            }
            Err(error @ (StorageError::Aws(_) | StorageError::Malformed { .. } | StorageError::Unreadable(_))) => {
                return Err(error.into());
            }
        };
        if plan.is_plan_of(&asked, approval_id) {
            return Ok((asked, plan));
        }
        let why = format!("what `{}` asks and its plan do not belong together", approval_id.request_key());
        Err(DecisionError::Altered(why).into())
    }
}

/// A plan that people approve.
pub(crate) trait ApprovablePlan: DeserializeOwned {
    /// Whether this is the plan that is asked about under `approval_id`.
    ///
    /// INVARIANT (I12): the plan says who started it; whoever wrote what is asked cannot say otherwise.
    fn is_plan_of(&self, asked: &ApprovalRequest, approval_id: &ApprovalId) -> bool;
}

impl ApprovablePlan for DeletionPlan {
    fn is_plan_of(&self, asked: &ApprovalRequest, approval_id: &ApprovalId) -> bool {
        let of_plan = ApprovalId::Deletion(self.round_id());
        of_plan == *approval_id && self.started_by == asked.started_by
    }
}

impl ApprovablePlan for UnlockPlan {
    fn is_plan_of(&self, asked: &ApprovalRequest, approval_id: &ApprovalId) -> bool {
        let of_plan = ApprovalId::Unlock(self.unlock.clone());
        of_plan == *approval_id && asked.started_by == Some(self.started_by())
    }
}

/// What is approved of a recovery request is the request itself: the account, the reason, and for how long.
impl ApprovablePlan for SignedRecovery {
    fn is_plan_of(&self, asked: &ApprovalRequest, approval_id: &ApprovalId) -> bool {
        match approval_id {
            ApprovalId::Recovery(recovery) => self.is_of(recovery) && asked.started_by == Some(self.started_by()),
            ApprovalId::Deletion(_) | ApprovalId::Unlock(_) | ApprovalId::Release(_) => false,
        }
    }
}
