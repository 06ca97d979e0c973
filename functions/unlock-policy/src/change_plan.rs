//! The plan that the steps after planning carry out and verify.

use rootwarden_aws::Storage;
use rootwarden_domain::{
    Pin,
    ids::unlock::UnlockId,
    policy::PolicyText,
    text::input::InputError,
    unlock::{PlannedChange, PolicyState, UnlockPlan},
};
use rootwarden_lambda::FunctionError;

/// A plan that changes the policy, and where it lies.
#[derive(Debug)]
pub(crate) struct ChangePlan {
    pub(crate) plan: UnlockPlan,
    pub(crate) change: PlannedChange,
    pub(crate) pin: Pin,
}

impl ChangePlan {
    /// # Errors
    /// The plan changes nothing.
    pub(crate) fn of(plan: UnlockPlan, pin: Pin) -> Result<Self, InputError> {
        match plan.change().cloned() {
            Some(change) => Ok(Self { plan, change, pin }),
            None => Err(InputError::new("input", format!("the plan of `{}` changes nothing", plan.unlock))),
        }
    }

    /// What a fresh read of the policy shows.
    pub(crate) fn state(&self, now: Option<&PolicyText>) -> PolicyState {
        PolicyState::of(now, self.plan.before.as_ref(), self.change.after.as_ref())
    }
}

/// The plan that was handed on, which nobody has written over.
pub(crate) async fn read_plan(storage: &Storage, unlock: &UnlockId, pin: &Pin) -> Result<UnlockPlan, FunctionError> {
    let plan: UnlockPlan = storage.read_unaltered(pin, &unlock.plan_key()).await?;
    if plan.unlock != *unlock {
        let why = format!("the plan at `{}` is of `{}`", pin.key, plan.unlock);
        return Err(InputError::new("input", why).into());
    }
    Ok(plan)
}
