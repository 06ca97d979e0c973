//! The approval requests of runs and unlock requests: written down, and read again with the plan that they are about.

use rootwarden_domain::{
    approvals::{Ask, Refusal},
    ids::approval::ApprovalRequest,
    run::plan::DeletionPlan,
    text::input::InvalidInput,
    unlock::UnlockPlan,
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::{Storage, StorageError};
use serde::de::DeserializeOwned;
use tracing::info;

use crate::answer::NotDone;

/// The approval requests in the bucket.
#[derive(Debug, Clone)]
pub(crate) struct ApprovalRequests {
    pub(crate) storage: Storage,
}

impl ApprovalRequests {
    /// Writes an approval request down. The execution that sent it waits until somebody answers its task token.
    ///
    /// A second attempt of the task replaces the token; what is asked stays.
    pub(crate) async fn write_down(&self, ask: Ask) -> Result<ApprovalRequest, FunctionError> {
        let request = ask.request.clone();
        let key = request.asked_key();
        if let Some(before) = self.storage.find::<Ask>(&key).await?
            && !before.asks_the_same_as(&ask)
        {
            let why = format!("something else is asked under `{request}` already");
            return Err(InvalidInput::new("input", why).into());
        }
        self.require_plan(&ask).await?;
        self.storage.write(key, &ask).await?;
        info!(approval.request = %request, plan.sha256 = %ask.plan.sha256, "An approval is asked for under {request}");
        Ok(request)
    }

    /// INVARIANT: what is asked about a plan that is not there, or in the name of somebody who did not start it, is not
    /// written down: it could not be taken back, and the true request could not be written any more.
    async fn require_plan(&self, ask: &Ask) -> Result<(), FunctionError> {
        let (request, key) = (&ask.request, ask.request.plan_key());
        let belongs_together = match request {
            ApprovalRequest::Deletion { .. } => {
                self.storage.read_unaltered::<DeletionPlan>(&ask.plan, &key).await?.is_plan_of(ask, request)
            }
            ApprovalRequest::Unlock(_) => {
                self.storage.read_unaltered::<UnlockPlan>(&ask.plan, &key).await?.is_plan_of(ask, request)
            }
            ApprovalRequest::Release(_) => false,
        };
        if belongs_together {
            return Ok(());
        }
        let why = format!("what is asked under `{request}` and its plan do not belong together");
        Err(InvalidInput::new("input", why).into())
    }

    /// What is asked under `request`, and the plan that it is about.
    ///
    /// INVARIANT (I12): the plan is the one that was asked about, and nobody has written another one over it.
    pub(crate) async fn with_plan<P: ApprovablePlan>(&self, request: &ApprovalRequest) -> Result<(Ask, P), NotDone> {
        let asked: Option<Ask> = self.storage.find(&request.asked_key()).await?;
        let asked = asked.ok_or_else(|| Refusal::UnknownRequest(request.clone()))?;
        let plan: P = match self.storage.read_unaltered(&asked.plan, &request.plan_key()).await {
            Ok(plan) => plan,
            Err(altered @ (StorageError::Altered { .. } | StorageError::Misplaced { .. })) => {
                return Err(Refusal::Altered(altered.to_string()).into());
            }
            Err(error @ (StorageError::Aws(_) | StorageError::Malformed { .. } | StorageError::Unreadable(_))) => {
                return Err(error.into());
            }
        };
        if plan.is_plan_of(&asked, request) {
            return Ok((asked, plan));
        }
        let why = format!("what `{}` asks and its plan do not belong together", request.asked_key());
        Err(Refusal::Altered(why).into())
    }
}

/// A plan that people approve.
pub(crate) trait ApprovablePlan: DeserializeOwned {
    /// Whether this is the plan that is asked about under `request`.
    ///
    /// INVARIANT (I12): the plan says who started it; whoever wrote what is asked cannot say otherwise.
    fn is_plan_of(&self, asked: &Ask, request: &ApprovalRequest) -> bool;
}

impl ApprovablePlan for DeletionPlan {
    fn is_plan_of(&self, asked: &Ask, request: &ApprovalRequest) -> bool {
        let of_plan = ApprovalRequest::Deletion { run: self.run.clone(), round: self.round };
        of_plan == *request && self.started_by == asked.started_by
    }
}

impl ApprovablePlan for UnlockPlan {
    fn is_plan_of(&self, asked: &Ask, request: &ApprovalRequest) -> bool {
        let of_plan = ApprovalRequest::Unlock(self.unlock.clone());
        of_plan == *request && asked.started_by == Some(self.started_by())
    }
}
