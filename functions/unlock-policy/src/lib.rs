//! Inspects, plans, applies and restores the policy of one bucket or queue, as the root user of its account.
//!
//! The most dangerous function there is, so it trusts nothing that it can ask for itself: what is asked lies in the bucket
//! under the name of who signed it, membership comes from Organizations in each step, and nothing is changed without a
//! second person's recorded approval of exactly the plan at hand, a stored copy, and a policy that is still the one planned.

mod access;
mod advice;
mod apply;
mod change;
mod change_outcome;
mod change_plan;
mod plan;
mod plan_outcome;
mod verify;

use std::sync::Arc;

use rootwarden_aws::{Clock, Deadline, Organization, PauseSwitch, RootSessions, SdkConfig, Storage};
use rootwarden_domain::{Pin, aws::partition::Partition, ids::unlock::UnlockId, text::input::parse};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use access::ResourceAccess;
use apply::Applier;
use plan::Planner;
use plan_outcome::ApprovalSetting;
use verify::Verifier;

pub use apply::Applied;
pub use plan_outcome::PlanOutcome;
pub use verify::Verified;

/// The function, which has one type for each step of the state machine.
#[derive(Debug)]
pub struct UnlockPolicy {
    planner: Planner,
    applier: Applier,
    verifier: Verifier,
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
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        let access = Arc::new(ResourceAccess {
            organization: Organization::shared_by(config, budget.workers),
            sessions: RootSessions::new(config, budget),
            partition: Partition::of_region(config.region().map_or("", AsRef::as_ref)),
            protected: settings.protected_resources()?,
            clock: clock.clone(),
        });
        let approval =
            if settings.require_approval()? { ApprovalSetting::Required } else { ApprovalSetting::NotRequired };
        Ok(Self {
            planner: Planner { access: Arc::clone(&access), storage: storage.clone(), clock: clock.clone(), approval },
            applier: Applier {
                access: Arc::clone(&access),
                pause: PauseSwitch::new(storage.clone()),
                storage: storage.clone(),
                clock: clock.clone(),
                approval,
            },
            verifier: Verifier { access, storage, clock },
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        match parse("input", input)? {
            Step::Plan { unlock, request } => {
                Ok(Output::Planned(Box::new(self.planner.plan(&unlock, request, deadline).await?)))
            }
            Step::Apply { unlock, plan } => {
                Ok(Output::Applied(Box::new(self.applier.apply(&unlock, plan, deadline).await?)))
            }
            Step::Verify { unlock, plan, attempt } => {
                Ok(Output::Verified(self.verifier.verify(&unlock, plan, attempt, deadline).await?))
            }
        }
    }
}
