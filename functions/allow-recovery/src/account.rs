//! Whether recovery may be allowed in an account at all: asked in each step, right before it does anything.

use rootwarden_aws::{Clock, ExemptionReader, MemberAccount, MembershipError, Organization, PauseSwitch, StorageError};
use rootwarden_domain::{
    AccountId,
    aws::partition::Partition,
    recovery::{DurationLimits, OpeningError, RecoveryRequest, require_partition},
    run::selection::Ineligible,
};
use rootwarden_lambda::FunctionError;

/// Why a step did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoveryError {
    /// It is refused, for this reason, and trying again does not help.
    #[error("{0}")]
    Refused(String),
    #[error(transparent)]
    Failed(#[from] FunctionError),
}

impl From<StorageError> for RecoveryError {
    fn from(error: StorageError) -> Self {
        match error {
            // What a person wrote and has to mend first.
            StorageError::Unreadable(why) => Self::Refused(why),
            StorageError::Aws(_)
            | StorageError::Altered { .. }
            | StorageError::Malformed { .. }
            | StorageError::Misplaced { .. } => Self::Failed(error.into()),
        }
    }
}

impl From<OpeningError> for RecoveryError {
    fn from(error: OpeningError) -> Self {
        Self::Refused(error.to_string())
    }
}

/// Holds a request against the organization, people's exemptions, the pause and the deployment's limits.
#[derive(Debug)]
pub(crate) struct AccountChecks {
    pub(crate) organization: Organization,
    pub(crate) exemptions: ExemptionReader,
    pub(crate) pause: PauseSwitch,
    pub(crate) partition: Partition,
    pub(crate) limits: DurationLimits,
    pub(crate) clock: Clock,
}

impl AccountChecks {
    /// The account, if recovery may be allowed there as the request says.
    ///
    /// INVARIANT (I1, I13): no session in the management account, outside the organization, or where the account is not active;
    /// and nothing while changes are paused.
    pub(crate) async fn require(&self, request: &RecoveryRequest) -> Result<MemberAccount, RecoveryError> {
        require_partition(self.partition).map_err(|error| RecoveryError::Refused(error.to_string()))?;
        if let Some(duration) = request.action.duration() {
            self.limits.check(duration).map_err(|error| RecoveryError::Refused(error.to_string()))?;
        }
        let member = self.member(request.account).await?;
        // Why: its end could not be taken back, since nothing is deleted in an exempt account.
        if let Some(reason) = self.exemptions.reason(request.account, self.clock.now()).await? {
            let why =
                format!("the account is exempt ({reason}), so nothing could be taken back in the end: end that first");
            return Err(RecoveryError::Refused(why));
        }
        match self.pause.reason().await? {
            None => Ok(member),
            Some(reason) => Err(RecoveryError::Refused(format!("everything that changes is paused: {reason}"))),
        }
    }

    async fn member(&self, account: AccountId) -> Result<MemberAccount, RecoveryError> {
        let management_account = self.organization.management_account().await.map_err(FunctionError::from)?;
        match self.organization.member(management_account, account).await {
            Ok(member) => Ok(member),
            Err(MembershipError::Ineligible(reason)) => Err(RecoveryError::Refused(why_ineligible(&reason))),
            Err(MembershipError::Unanswered(error)) => Err(RecoveryError::Failed(error.into())),
        }
    }
}

fn why_ineligible(reason: &Ineligible) -> String {
    match reason {
        Ineligible::ManagementAccount => {
            "it is the management account, where no root session can be opened: its root user recovers the password alone"
                .to_owned()
        }
        Ineligible::NotInOrganization => "it is not in the organization: look at its id".to_owned(),
        Ineligible::NotActive(state) => format!("its state is {state}: only active accounts are entered"),
        Ineligible::Excluded => format!("it is {reason}"),
    }
}
