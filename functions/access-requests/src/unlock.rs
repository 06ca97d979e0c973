//! Requests about a bucket or queue whose policy denies everybody: taken down, started, and shown again.

use jiff::Timestamp;
use rootwarden_domain::{
    Sha256,
    approvals::{Ask, DecisionRecord, Refusal},
    ids::{approval::ApprovalRequest, unlock::UnlockId},
    people::Person,
    unlock::{SignedRequest, UnlockPlan, UnlockRequest, UnlockResult, UnlockVerified},
};
use rootwarden_root_access::Done;
use serde::Serialize;
use serde_json::json;
use tracing::info;

use crate::{
    AccessRequests,
    answer::NotDone,
    name::{defect, name},
};

/// What became of the request.
#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub(crate) enum Taken {
    Started {
        unlock: UnlockId,
    },
    /// The same was asked for before, within the same minute.
    AlreadyStarted {
        unlock: UnlockId,
    },
}

/// Everything that is known of a request. The policy's text is in it: who may ask may read it.
#[derive(Debug, Serialize)]
pub(crate) struct ShownUnlock {
    unlock: UnlockId,
    request: SignedRequest,
    plan: Option<UnlockPlan>,
    /// What a decision has to name; none as long as nobody is asked.
    plan_sha256: Option<Sha256>,
    /// The plan for people, with the change as a diff.
    shown: Option<String>,
    decision: Option<DecisionRecord>,
    result: Option<UnlockResult>,
    verified: Option<UnlockVerified>,
}

impl AccessRequests {
    pub(crate) async fn unlock(&self, caller: &Person, request: UnlockRequest) -> Result<Taken, NotDone> {
        let executions = self.unlock_policy.as_ref().ok_or(NotDone::NoUnlockRequests)?;
        let signed = self.signed(caller, request)?;
        let unlock = signed.unlock.clone();
        // INVARIANT (I12): who asks is written down here, from the signature; no execution can be started for somebody else.
        let pin = self.storage.keep_pinned(unlock.request_key(), &signed).await?;
        let started = executions.start(unlock.as_str(), &json!({"unlock": unlock, "request": pin})).await?;
        let UnlockRequest { account, resource, action, reason, ticket, .. } = &signed.request;
        info!(
            unlock.id = %unlock, account.id = %account, by = %caller, ticket = ticket.as_str(), reason = reason.as_str(),
            "{caller} asks to {} {resource} in account {account}: {unlock}", action.name()
        );
        Ok(match started {
            Done::Now => Taken::Started { unlock },
            Done::Already => Taken::AlreadyStarted { unlock },
        })
    }

    /// The same person asking for the same within the same minute makes the same request, so that a double click is one.
    fn signed(&self, caller: &Person, request: UnlockRequest) -> Result<SignedRequest, NotDone> {
        let requested_at: Timestamp = self.clock.now();
        let minute = requested_at.as_second() - requested_at.as_second().rem_euclid(60);
        let requested_at = Timestamp::from_second(minute).map_err(|error| defect(&error))?;
        let unlock = name("unlock", &(caller, &request), requested_at)?.parse().map_err(|error| defect(&error))?;
        Ok(SignedRequest { unlock, request, requested_by: caller.clone(), requested_at })
    }

    pub(crate) async fn show_unlock(&self, unlock: &UnlockId) -> Result<ShownUnlock, NotDone> {
        let asked_under = ApprovalRequest::Unlock(unlock.clone());
        let request: Option<SignedRequest> = self.storage.find(&unlock.request_key()).await?;
        let request = request.ok_or_else(|| Refusal::UnknownRequest(asked_under.clone()))?;
        let (plan, plan_sha256) = match self.storage.find::<Ask>(&asked_under.asked_key()).await? {
            // INVARIANT (I12): what is shown is what was asked about, and what a decision is bound to.
            Some(_) => {
                let (asked, plan) = self.asked(&asked_under).await?;
                (Some(plan), Some(asked.plan.sha256))
            }
            None => (self.storage.find(&unlock.plan_key()).await?, None),
        };
        Ok(ShownUnlock {
            unlock: unlock.clone(),
            request,
            shown: plan.as_ref().map(|plan: &UnlockPlan| plan.text.clone()),
            plan,
            plan_sha256,
            decision: self.storage.find(&asked_under.decision_key()).await?,
            result: self.storage.find(&unlock.result_key()).await?,
            verified: self.storage.find(&unlock.verified_key()).await?,
        })
    }
}
