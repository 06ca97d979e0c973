//! What runs ask of people, and what lies behind it.

use rootwarden_domain::{
    approval::{ApprovalRequest, Ask, Refusal},
    input::InvalidInput,
    plan::DeletionPlan,
};
use rootwarden_lambda::FunctionError;
use rootwarden_root_access::StorageError;
use tracing::info;

use crate::{AccessRequests, answer::NotDone};

impl AccessRequests {
    /// Writes a run's question down. The run goes on waiting for somebody to answer its task token.
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
        self.storage.write(key, &ask).await?;
        info!(run.id = %ask.run, approval.request = %request, plan.sha256 = %ask.plan.sha256,
            "Run {} asks for an approval under {request}", ask.run);
        Ok(request)
    }

    /// What is asked under `request`, and the plan that it is about.
    ///
    /// INVARIANT (I12): the plan is the one that was asked about, and nobody has written another one over it.
    pub(crate) async fn asked(&self, request: &ApprovalRequest) -> Result<(Ask, DeletionPlan), NotDone> {
        let asked: Option<Ask> = self.storage.find(&request.asked_key()).await?;
        let asked = asked.ok_or_else(|| Refusal::UnknownRequest(request.clone()))?;
        let expected_key = request.run.plan_key(request.round);
        let plan: DeletionPlan = match self.storage.read_unaltered(&asked.plan, &expected_key).await {
            Ok(plan) => plan,
            Err(altered @ (StorageError::Altered { .. } | StorageError::Misplaced { .. })) => {
                return Err(Refusal::Altered(altered.to_string()).into());
            }
            Err(error @ (StorageError::Aws(_) | StorageError::Malformed { .. })) => return Err(error.into()),
        };
        // INVARIANT (I12): the plan says who started the run; whoever wrote the question cannot say otherwise.
        let belongs = (&plan.run, plan.round, &plan.started_by) == (&request.run, request.round, &asked.started_by);
        if !belongs {
            let why = format!("what `{}` asks and its plan do not belong together", request.asked_key());
            return Err(Refusal::Altered(why).into());
        }
        Ok((asked, plan))
    }
}
