//! Inspects, plans, applies and restores the policy of one bucket or queue, as the root user of its account.
//!
//! The most dangerous function there is, so it trusts nothing that it can ask for itself: what is asked lies in the bucket
//! under the name of who signed it, membership comes from Organizations in each step, and nothing is changed without a
//! second person's recorded approval of exactly the plan at hand, a stored copy, and a policy that is still the one planned.

mod apply;
mod plan;
mod refused;
mod verify;

use std::time::Duration;

use rootwarden_domain::{
    AccountId, ErrorKind, Failure, Pin,
    aws::{partition::Partition, resource::Resource},
    ids::unlock::UnlockId,
    run::selection::LeftOut,
    text::input::{InvalidInput, parse},
    unlock::{ProtectedResources, UnlockPlan},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{
    Clock, Deadline, MemberAccount, NotAMember, Organization, PauseSwitch, ResourceSession, RootSessions, SdkConfig,
    Storage,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use apply::Applied;
pub use plan::PlanOutcome;
pub use verify::Verified;

/// No session is opened with less time left: confirming the member, opening, finding and reading.
const READ: Duration = Duration::from_secs(90);

#[derive(Debug)]
pub struct UnlockPolicy {
    organization: Organization,
    sessions: RootSessions,
    storage: Storage,
    pause: PauseSwitch,
    clock: Clock,
    partition: Partition,
    protected: ProtectedResources,
    require_approval: bool,
}

/// One step of the state machine.
#[derive(Debug, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Plan { unlock: UnlockId, request: Pin },
    Apply { unlock: UnlockId, plan: Pin },
    Verify { unlock: UnlockId, plan: Pin, attempt: u32 },
}

/// What a step answers. Keys, hashes and one line for people; never a policy's text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Output {
    Planned(Box<PlanOutcome>),
    Applied(Box<Applied>),
    Verified(Verified),
}

impl Function for UnlockPolicy {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let budget = settings.session_budget()?;
        let storage = Storage::new(config, settings.bucket()?);
        Ok(Self {
            organization: Organization::shared_by(config, budget.workers),
            sessions: RootSessions::new(config, budget),
            pause: PauseSwitch::new(storage.clone()),
            storage,
            clock: Clock::of(config),
            partition: Partition::of_region(config.region().map_or("", AsRef::as_ref)),
            protected: settings.protected_resources()?,
            require_approval: settings.require_approval()?,
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        match parse("input", input)? {
            Step::Plan { unlock, request } => {
                Ok(Output::Planned(Box::new(self.plan(&unlock, request, deadline).await?)))
            }
            Step::Apply { unlock, plan } => Ok(Output::Applied(Box::new(self.apply(&unlock, plan, deadline).await?))),
            Step::Verify { unlock, plan, attempt } => {
                Ok(Output::Verified(self.verify(&unlock, plan, attempt, deadline).await?))
            }
        }
    }
}

impl UnlockPolicy {
    /// Opens a session for the one task that the resource needs, in an account that Organizations has just confirmed.
    ///
    /// INVARIANT (I1): no session in the management account, outside the organization, or where the account is not active;
    /// and none at all for a resource that is protected.
    async fn open(
        &self,
        account: AccountId,
        resource: &Resource,
        deadline: Deadline,
    ) -> Result<ResourceSession, Failure> {
        let refused = |kind, why: String| {
            Failure::new(kind, format!("nothing is done with {resource} in account `{account}`: {why}"))
        };
        if let Some(pattern) = self.protected.protecting(resource, self.partition) {
            let why = format!("it is protected, by `{pattern}`: the deployment's parameter ProtectedResources says so");
            return Err(refused(ErrorKind::Denied, why));
        }
        match self.partition {
            Partition::Aws | Partition::AwsUsGov => {}
            Partition::AwsCn | Partition::AwsEusc => {
                return Err(refused(
                    ErrorKind::NotEnabled,
                    format!("root sessions are not known in partition `{}`", self.partition),
                ));
            }
        }
        if !deadline.leaves(READ) {
            let why = "time ran out before the session was opened: try again".to_owned();
            return Err(refused(ErrorKind::Transient, why));
        }
        let member = self.member(account).await?;
        let session = ResourceSession::open(&self.sessions, &member, resource).await;
        session.map_err(|error| error.in_account(member.account(), self.clock.now()).into())
    }

    async fn member(&self, account: AccountId) -> Result<MemberAccount, Failure> {
        let management_account = self.organization.management_account().await?;
        match self.organization.member(management_account, account).await {
            Ok(member) => Ok(member),
            Err(NotAMember::LeftOut(reason)) => {
                let reason = match reason {
                    LeftOut::ManagementAccount => {
                        "it is the management account, where no root session can be opened: its own root user has to do it"
                            .to_owned()
                    }
                    LeftOut::NotInOrganization => "it is not in the organization: look at its id".to_owned(),
                    LeftOut::NotActive(state) => {
                        format!("its state is {state}: only active accounts are entered")
                    }
                    LeftOut::Excluded => format!("it is {reason}"),
                };
                let why = format!("nothing is done in account `{account}`: {reason}");
                Err(Failure::new(ErrorKind::InvalidRequest, why))
            }
            Err(NotAMember::Unanswered(error)) => Err(error.into()),
        }
    }

    /// The plan that was handed on, which nobody has written over.
    async fn planned(&self, unlock: &UnlockId, pin: &Pin) -> Result<UnlockPlan, FunctionError> {
        let plan: UnlockPlan = self.storage.read_unaltered(pin, &unlock.plan_key()).await?;
        if plan.unlock != *unlock {
            let why = format!("the plan at `{}` is of `{}`", pin.key, plan.unlock);
            return Err(InvalidInput::new("input", why).into());
        }
        Ok(plan)
    }
}
