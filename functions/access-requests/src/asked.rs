//! What runs and unlock requests ask of people, and what lies behind it.

use rootwarden_domain::{
    approvals::{Ask, Refusal},
    ids::approval::ApprovalRequest,
    run::plan::DeletionPlan,
    text::input::InvalidInput,
    unlock::UnlockPlan,
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::StorageError;
use serde::de::DeserializeOwned;
use tracing::info;

use crate::{AccessRequests, answer::NotDone};

impl AccessRequests {
    /// Writes a question down. Who asked it goes on waiting for somebody to answer its task token.
    ///
    /// A second attempt of the task replaces the token; what is asked stays.
    pub(crate) async fn ask(&self, ask: Ask) -> Result<ApprovalRequest, FunctionError> {
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

    /// INVARIANT: a question about a plan that is not there, or of somebody who did not start it, is not written down: it
    /// could not be taken back, and would stand in the way of the true one.
    async fn require_plan(&self, ask: &Ask) -> Result<(), FunctionError> {
        let (request, key) = (&ask.request, ask.request.plan_key());
        let is_asked_by = match request {
            ApprovalRequest::Deletion { .. } => {
                self.storage.read_unaltered::<DeletionPlan>(&ask.plan, &key).await?.is_asked_by(ask, request)
            }
            ApprovalRequest::Unlock(_) => {
                self.storage.read_unaltered::<UnlockPlan>(&ask.plan, &key).await?.is_asked_by(ask, request)
            }
            ApprovalRequest::Release(_) => false,
        };
        if is_asked_by {
            return Ok(());
        }
        let why = format!("what is asked under `{request}` and its plan do not belong together");
        Err(InvalidInput::new("input", why).into())
    }

    /// What is asked under `request`, and the plan that it is about.
    ///
    /// INVARIANT (I12): the plan is the one that was asked about, and nobody has written another one over it.
    pub(crate) async fn asked<P: AskedAbout>(&self, request: &ApprovalRequest) -> Result<(Ask, P), NotDone> {
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
        if !plan.is_asked_by(&asked, request) {
            let why = format!("what `{}` asks and its plan do not belong together", request.asked_key());
            return Err(Refusal::Altered(why).into());
        }
        Ok((asked, plan))
    }
}

/// A plan that people decide about.
pub(crate) trait AskedAbout: DeserializeOwned {
    /// Whether the question is about this plan.
    ///
    /// INVARIANT (I12): the plan says who started it; whoever wrote the question cannot say otherwise.
    fn is_asked_by(&self, asked: &Ask, request: &ApprovalRequest) -> bool;
}

impl AskedAbout for DeletionPlan {
    fn is_asked_by(&self, asked: &Ask, request: &ApprovalRequest) -> bool {
        let of_plan = ApprovalRequest::Deletion { run: self.run.clone(), round: self.round };
        of_plan == *request && self.started_by == asked.started_by
    }
}

impl AskedAbout for UnlockPlan {
    fn is_asked_by(&self, asked: &Ask, request: &ApprovalRequest) -> bool {
        let of_plan = ApprovalRequest::Unlock(self.unlock.clone());
        of_plan == *request && asked.started_by == Some(self.started_by())
    }
}
