//! Exemptions that people write into a deployment's bucket, one object for each account.

use jiff::Timestamp;
use rootwarden_aws::{CurrentExemption, Exempting, Organization};
use rootwarden_domain::{
    AccountId, Pin,
    run::exemption::{Exemption, ExemptionObject, Exemptions},
    text::line::on_one_line,
};
use serde_json::json;

use super::{
    found::{Deployment, of_storage, require},
    requests::tell,
};
use crate::{
    arguments::ExemptArguments,
    context::Context,
    exit::{Ended, Exit},
    terminal::note,
};

/// Exempts an account, or ends that: objects cannot be deleted, so the end is a moment that has passed.
///
/// INVARIANT: what somebody else wrote meanwhile, and what cannot be read, is not written over.
pub async fn exempt(arguments: ExemptArguments, context: &Context) -> Result<Exit, Ended> {
    let ExemptArguments { account, reason, until, end, write_over_unreadable } = arguments;
    let now = Timestamp::now();
    if until.is_some_and(|until| until <= now) {
        return Err(Ended::Usage("the time of --until has passed: --end ends an exemption".to_owned()));
    }
    let deployment = require(context).await?;
    let failed = |error| of_storage(&deployment, error);
    let exempting = Exempting::new(deployment.storage());
    let current = exempting.current(account).await.map_err(failed)?;
    require_readable(&current, write_over_unreadable)?;
    if end {
        require_none_of_the_stack(&deployment, account, now)?;
        if !holds(&current, now) && !write_over_unreadable {
            note(&format!("account {account} has no exemption in the bucket that could be ended: nothing was written"));
            return Ok(Exit::Well);
        }
    } else {
        require_in_organization(&deployment, account).await?;
    }
    let until = if end { Some(now) } else { until };
    let exemption = Exemption { reason: reason.as_str().to_owned(), until };
    let Pin { key, version_id, .. } = exempting.replace(current, &exemption).await.map_err(failed)?;
    let object = format!("s3://{}/{key}", deployment.bucket());
    tell(&json!({"object": object, "version_id": version_id, "account": account, "written": exemption}), context)?;
    Ok(Exit::Well)
}

fn require_readable(current: &CurrentExemption, write_over_unreadable: bool) -> Result<(), Ended> {
    match &current.object {
        Some(ExemptionObject::Unreadable(why)) if !write_over_unreadable => {
            let (key, why) = (current.key(), on_one_line(why));
            Err(Ended::Refused(format!(
                "what lies at `{key}` cannot be read, so nothing was written: {why}; look at it, then say --write-over-unreadable"
            )))
        }
        Some(ExemptionObject::Unreadable(_) | ExemptionObject::Readable(_)) | None => Ok(()),
    }
}

fn holds(current: &CurrentExemption, now: Timestamp) -> bool {
    match &current.object {
        Some(ExemptionObject::Readable(Exemption { reason: _, until })) => until.is_none_or(|until| now < until),
        Some(ExemptionObject::Unreadable(_)) | None => false,
    }
}

/// What the stack exempts, no object ends.
fn require_none_of_the_stack(deployment: &Deployment, account: AccountId, now: Timestamp) -> Result<(), Ended> {
    let exempt = deployment.parameter("ExemptAccounts").and_then(|text| Exemptions::parse(text).ok());
    match exempt.as_ref().and_then(|exempt| exempt.reason(account, now)) {
        Some(reason) => Err(Ended::Refused(format!(
            "account `{account}` is exempt by the parameter ExemptAccounts of the stack `{}` ({}): it is ended there",
            deployment.stack(),
            on_one_line(reason)
        ))),
        None => Ok(()),
    }
}

/// An account that is in no organization is a mistyped one. Whoever writes exemptions may not be allowed to ask.
async fn require_in_organization(deployment: &Deployment, account: AccountId) -> Result<(), Ended> {
    match Organization::new(deployment.config()).account(account).await {
        Ok(Some(_)) => Ok(()),
        Ok(None) => Err(Ended::Refused(format!("account `{account}` is not in the organization: nothing was written"))),
        Err(error) => {
            note(&format!("it was not checked that account {account} is in the organization: {error}"));
            Ok(())
        }
    }
}
