//! The pause of a deployment.

use rootwarden_domain::people::Reason;
use serde_json::{Value, json};

use super::{
    found::{of_storage, require},
    requests::tell,
};
use crate::{
    context::Context,
    exit::{Ended, Exit},
};

/// Where the pause lies (docs/operating.md).
const PAUSED: &str = "control/paused.json";

pub async fn pause(reason: &Reason, context: &Context) -> Result<Exit, Ended> {
    write(json!({"paused": true, "reason": reason}), context).await
}

pub async fn resume(reason: &Reason, context: &Context) -> Result<Exit, Ended> {
    write(json!({"paused": false, "reason": reason}), context).await
}

async fn write(body: Value, context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let pin = deployment.storage().write(PAUSED.to_owned(), &body).await;
    let pin = pin.map_err(|error| of_storage(&deployment, error))?;
    let object = format!("s3://{}/{}", deployment.bucket(), pin.key);
    tell(&json!({"object": object, "version_id": pin.version_id, "written": body}), context)?;
    Ok(Exit::Well)
}
