//! What is asked about an account right before anything is deleted in it.

use rootwarden_aws::{
    Clock, ExemptionReader, KeysAgain, MemberAccount, MembershipError, Organization, PauseSwitch, Recoveries,
    StorageError,
};
use rootwarden_domain::{
    AccountId,
    run::{
        deletion::DeletionOutcome,
        plan::{DeletionPlan, PlannedAccount},
    },
};
use tracing::warn;

use crate::again::ReadAgain;

/// Asks whether an account may still be changed.
#[derive(Debug)]
pub(crate) struct AccountCheck {
    pub(crate) organization: Organization,
    pub(crate) again: ReadAgain,
    pub(crate) pause: PauseSwitch,
    pub(crate) exemptions: ExemptionReader,
    pub(crate) recoveries: Recoveries,
    pub(crate) clock: Clock,
}

impl AccountCheck {
    /// The account, if nobody wants it left alone and Organizations confirms it, with what decides about its access keys if
    /// their last use is to be read again; else what becomes of it.
    pub(crate) async fn may_be_changed(
        &self,
        plan: &DeletionPlan,
        planned: &PlannedAccount,
    ) -> Result<(MemberAccount, Option<KeysAgain>), DeletionOutcome> {
        let id = planned.account.id;
        // INVARIANT (I1): asked again right before anything is deleted.
        let member = match self.organization.member(plan.management_account, id).await {
            Ok(member) => member,
            Err(MembershipError::Ineligible(reason)) => {
                warn!("Account {id} is no longer an active member: nothing is deleted");
                return Err(DeletionOutcome::Ineligible(reason));
            }
            Err(MembershipError::Unanswered(error)) => return Err(DeletionOutcome::Failed(error.into())),
        };
        let keys = self.again.read(plan, planned).await?;
        // Why last: calls to Organizations wait for their turn, and what people wrote meanwhile counts.
        match self.kept_by_people(id).await {
            Ok(None) => Ok((member, keys)),
            Ok(Some(outcome)) => Err(outcome),
            Err(error) => Err(DeletionOutcome::Failed(error.into())),
        }
    }

    /// Whether somebody wants this account left alone, asked right before anything is deleted.
    async fn kept_by_people(&self, id: AccountId) -> Result<Option<DeletionOutcome>, StorageError> {
        if let Some(reason) = self.pause.reason().await? {
            warn!("Everything that changes is paused: {reason}");
            return Ok(Some(DeletionOutcome::Paused(reason)));
        }
        if let Some(reason) = self.exemptions.reason(id, self.clock.now()).await? {
            return Ok(Some(DeletionOutcome::Exempt(reason)));
        }
        let recoveries = self.recoveries.of(id).await?;
        if let Some(why) = recoveries.unreadable(id) {
            return Err(StorageError::Unreadable(why));
        }
        let open = recoveries.open(id, self.clock.now());
        Ok(open.map(|window| DeletionOutcome::Exempt(window.to_string())))
    }
}
