//! What people write into a deployment's bucket: the pause, and exemptions.

use jiff::Timestamp;
use rootwarden_aws::Storage;
use rootwarden_domain::{
    people::Reason,
    run::exemption::{self, Exemption},
};
use serde_json::{Value, json};

use super::{
    found::{of_storage, require},
    requests::tell,
};
use crate::{
    arguments::ExemptArguments,
    context::Context,
    exit::{Ended, Exit},
};

/// Where the pause lies (docs/operating.md).
const PAUSED: &str = "control/paused.json";

pub async fn pause(reason: &Reason, context: &Context) -> Result<Exit, Ended> {
    write(PAUSED.to_owned(), json!({"paused": true, "reason": reason}), context).await
}

pub async fn resume(reason: &Reason, context: &Context) -> Result<Exit, Ended> {
    write(PAUSED.to_owned(), json!({"paused": false, "reason": reason}), context).await
}

/// Exempts an account, or ends that: objects cannot be deleted, so the end is a moment that has passed.
pub async fn exempt(arguments: ExemptArguments, context: &Context) -> Result<Exit, Ended> {
    let ExemptArguments { account, reason, until, end } = arguments;
    let now = Timestamp::now();
    if until.is_some_and(|until| until <= now) {
        return Err(Ended::Usage("the time of --until has passed: --end ends an exemption".to_owned()));
    }
    let until = if end { Some(now) } else { until };
    let exemption = Exemption { reason: reason.as_str().to_owned(), until };
    let body = serde_json::to_value(&exemption).map_err(|error| Ended::Unfinished(error.to_string()))?;
    write(exemption::key(account), body, context).await
}

async fn write(key: String, body: Value, context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let storage: Storage = deployment.storage();
    let pin = storage.write(key, &body).await.map_err(|error| of_storage(&deployment, error))?;
    tell(
        &json!({"bucket": deployment.bucket(), "key": pin.key, "version_id": pin.version_id, "written": body}),
        context,
    )?;
    Ok(Exit::Well)
}
