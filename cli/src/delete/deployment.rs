//! What people wrote into the bucket of a deployment: it counts here as well, if the bucket is named.

use rootwarden_aws::{ExemptionReader, PauseSwitch, Recoveries, Storage, StorageError};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure,
    recovery::RecoveryWindows,
    run::{deletion::DeletionOutcome, exemption::Exemptions},
};

use crate::{
    access::Access, arguments::GuardArguments, context::Context, deployment, exit::Ended, output::DeploymentSeen,
};

/// The pause, the exemptions and the recovery windows of a deployment.
#[derive(Debug)]
pub struct Deployment {
    bucket: String,
    pub pause: PauseSwitch,
    exemptions: ExemptionReader,
    recoveries: Recoveries,
}

impl Deployment {
    /// `exemptions`: those of a file, which count beside the bucket's.
    pub fn new(access: &Access, bucket: &str, exemptions: Exemptions) -> Self {
        let storage = Storage::new(&access.config, bucket);
        Self {
            bucket: bucket.to_owned(),
            pause: PauseSwitch::new(storage.clone()),
            recoveries: Recoveries::new(storage.clone()),
            exemptions: ExemptionReader::new(storage, exemptions),
        }
    }

    /// Every exemption, of the file and of the bucket.
    ///
    /// # Errors
    /// They cannot be read: then nothing is planned.
    pub async fn exemptions(&self) -> Result<Exemptions, Ended> {
        self.exemptions.all().await.map_err(|error| self.ended(error))
    }

    /// Every recovery window, open or not.
    ///
    /// # Errors
    /// They cannot be read: then nothing is planned.
    pub async fn recoveries(&self) -> Result<RecoveryWindows, Ended> {
        self.recoveries.all().await.map_err(|error| self.ended(error))
    }

    /// Why nothing is deleted in an account right now, if somebody says so.
    pub async fn left_alone(&self, account: AccountId, now: jiff::Timestamp) -> Option<DeletionOutcome> {
        match self.pause.reason().await {
            Ok(None) => {}
            Ok(Some(reason)) => return Some(DeletionOutcome::Paused(reason)),
            Err(error) => return Some(DeletionOutcome::Failed(error.into())),
        }
        match self.exemptions.reason(account, now).await {
            Ok(None) => {}
            Ok(Some(reason)) => return Some(DeletionOutcome::Exempt(reason)),
            Err(error) => return Some(DeletionOutcome::Failed(error.into())),
        }
        let recoveries = match self.recoveries.of(account).await {
            Ok(recoveries) => recoveries,
            Err(error) => return Some(DeletionOutcome::Failed(error.into())),
        };
        if let Some(why) = recoveries.unreadable(account) {
            return Some(DeletionOutcome::Failed(Failure::new(ErrorKind::InvalidRequest, why)));
        }
        recoveries.open(account, now).map(|window| DeletionOutcome::Exempt(window.to_string()))
    }

    fn ended(&self, error: StorageError) -> Ended {
        let Failure { kind, message, .. } = Failure::from(error);
        let why = format!("the deployment's bucket `{}` cannot be read: {message}", self.bucket);
        Ended::of_failure(kind, why)
    }
}

/// The deployment whose rules count, and what is said of it.
///
/// # Errors
/// It was named and is not there, or it is unknown whether one is there, for a cause that may pass.
pub async fn look(
    guard: &GuardArguments,
    access: &Access,
    exemptions: &Exemptions,
    context: &Context,
) -> Result<(Option<Deployment>, DeploymentSeen), Ended> {
    let seen = match &guard.deployment_bucket {
        Some(bucket) => DeploymentSeen::Named { bucket: bucket.clone() },
        None if guard.ignore_deployment => DeploymentSeen::Ignored,
        None => deployment::look(&access.config, &context.access).await?.seen(),
    };
    let deployment = seen.bucket().map(|bucket| Deployment::new(access, bucket, exemptions.clone()));
    Ok((deployment, seen))
}
