//! The rules of a deployment, which count for whoever works with their own credentials as well: what its stack's parameters
//! exempt and protect, the exemptions in its bucket, its pause, and its open recovery windows.
//!
//! One place for `delete`, `apply`, `session` and `recovery end`.

use rootwarden_aws::{ExemptionReader, PauseSwitch, Recoveries, Storage, StorageError};
use rootwarden_domain::{
    AccountId, ErrorKind, Failure,
    recovery::RecoveryWindows,
    run::{deletion::DeletionOutcome, exemption::Exemptions},
    text::line::on_one_line,
};

use super::found::{ALONE, Deployment, Looked, look};
use crate::{access::Access, arguments::Whose, context::Context, exit::Ended, output::DeploymentSeen, terminal};

/// The parameters of the template that are rules for every deletion.
const EXEMPT_ACCOUNTS: &str = "ExemptAccounts";
const PROTECT_DAYS: &str = "ProtectKeysUsedWithinDays";

/// What a deployment leaves alone.
#[derive(Debug)]
pub struct DeploymentRules {
    bucket: String,
    pub pause: PauseSwitch,
    exemptions: ExemptionReader,
    recoveries: Recoveries,
    /// None where the stack was not looked for.
    protect_keys_used_within_days: Option<u16>,
}

impl DeploymentRules {
    /// Looks for the deployment whose rules count, and says what was found. `own`: exemptions of the caller's, which count beside it.
    ///
    /// # Errors
    /// It was named and is not there; a parameter of it cannot be read; or it is unknown whether one is there, for a cause that
    /// may pass.
    pub async fn look(
        whose: Whose<'_>,
        own: &Exemptions,
        access: &Access,
        context: &Context,
    ) -> Result<(Option<Self>, DeploymentSeen), Ended> {
        match whose {
            Whose::Nobodys => Ok((None, DeploymentSeen::Ignored)),
            Whose::InBucket(bucket) => {
                let rules = Self::new(bucket, Storage::new(&access.config, bucket), own.clone(), None);
                Ok((Some(rules), DeploymentSeen::Named { bucket: bucket.to_owned() }))
            }
            Whose::Found => {
                let looked = look(&access.config, &context.access).await?;
                let seen = looked.seen();
                let rules = match looked {
                    Looked::Found(found) => Some(Self::of(&found, own)?),
                    Looked::None { .. } | Looked::NotChecked { .. } => None,
                };
                Ok((rules, seen))
            }
        }
    }

    /// With the stack's parameters, as `plan-deletions` and `delete-credentials` are given them.
    fn of(found: &Deployment, own: &Exemptions) -> Result<Self, Ended> {
        let unreadable = |name: &str, why: &str| {
            let stack = found.stack();
            let why = on_one_line(why);
            Ended::Refused(format!(
                "the parameter {name} of the stack `{stack}` cannot be read, so nothing is deleted: {why}"
            ))
        };
        let parameter = |name: &str| {
            found.parameter(name).ok_or_else(|| unreadable(name, "the stack has none of this name: deploy it again"))
        };
        let exempt = Exemptions::parse(parameter(EXEMPT_ACCOUNTS)?);
        let exempt = exempt.map_err(|error| unreadable(EXEMPT_ACCOUNTS, &error.to_string()))?;
        let days = parameter(PROTECT_DAYS)?.parse();
        let days = days.map_err(|_| unreadable(PROTECT_DAYS, "it is no number of days"))?;
        Ok(Self::new(found.bucket(), found.storage(), own.clone().and(exempt), Some(days)))
    }

    fn new(bucket: &str, storage: Storage, exemptions: Exemptions, days: Option<u16>) -> Self {
        Self {
            bucket: bucket.to_owned(),
            pause: PauseSwitch::new(storage.clone()),
            recoveries: Recoveries::new(storage.clone()),
            exemptions: ExemptionReader::new(storage, exemptions),
            protect_keys_used_within_days: days,
        }
    }

    /// The deployment's bucket.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Within how many days a use protects an active access key: `own` or the deployment's, whichever protects more.
    pub fn protect_keys_used_within_days(&self, own: u16) -> u16 {
        match self.protect_keys_used_within_days {
            Some(days) if days > own => {
                terminal::note(&format!(
                    "access keys used within {days} days are protected, as the deployment's {PROTECT_DAYS} says"
                ));
                days
            }
            Some(_) | None => own,
        }
    }

    /// Every exemption: the caller's, those of the stack's parameter, and those of the bucket.
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

    /// Why nothing is deleted in an account right now, if somebody says so, or if that cannot be read.
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

    /// Refuses to delete what is left alone right now.
    ///
    /// # Errors
    /// The deployment is paused, the account is exempt or has an open recovery window, or that cannot be read.
    pub async fn require_free(&self, account: AccountId, now: jiff::Timestamp) -> Result<(), Ended> {
        let why = match self.left_alone(account, now).await {
            None => return Ok(()),
            Some(DeletionOutcome::Exempt(reason)) => format!("account `{account}` is exempt: {}", on_one_line(&reason)),
            Some(DeletionOutcome::Paused(reason)) => {
                let why = format!("the deployment is paused: {}", on_one_line(&reason));
                return Err(Ended::Unfinished(format!("nothing was deleted: {why}; {ALONE}")));
            }
            Some(DeletionOutcome::Failed(failure)) => return Err(unreadable(&self.bucket, failure)),
            // Nothing was begun that could end in these.
            Some(
                DeletionOutcome::Ineligible(_)
                | DeletionOutcome::Unknown(_)
                | DeletionOutcome::NotAttempted
                | DeletionOutcome::Attempted { .. },
            ) => "the deployment leaves it alone".to_owned(),
        };
        Err(Ended::Refused(format!("nothing was deleted: {why}; {ALONE}")))
    }

    fn ended(&self, error: StorageError) -> Ended {
        unreadable(&self.bucket, error.into())
    }
}

/// Refuses to delete in one account what a deployment leaves alone, and says on standard error which deployment counts.
///
/// The rules of that deployment come back, to be asked again right before anything is deleted.
///
/// # Errors
/// The deployment is paused, the account is exempt or has an open recovery window, or that cannot be read.
pub async fn require_free(
    account: AccountId,
    whose: Whose<'_>,
    access: &Access,
    context: &Context,
) -> Result<Option<DeploymentRules>, Ended> {
    let (rules, seen) = DeploymentRules::look(whose, &Exemptions::default(), access, context).await?;
    terminal::note(&seen.to_string());
    if let Some(rules) = &rules {
        rules.require_free(account, access.clock.now()).await?;
    }
    Ok(rules)
}

fn unreadable(bucket: &str, failure: Failure) -> Ended {
    let Failure { kind, message, .. } = failure;
    let why = format!(
        "deployment not checked, so nothing is deleted: its bucket `{bucket}` cannot be read: {message}; {ALONE}"
    );
    Ended::of_failure(kind, why)
}
