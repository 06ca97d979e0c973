//! How a deployment stands.

use jiff::Timestamp;
use rootwarden_aws::{ExemptionReader, PauseSwitch, Recoveries};
use rootwarden_domain::{
    ids::recovery,
    run::exemption::{self, Exemptions},
};

use super::{
    found::{of_storage, require},
    open_requests,
};
use crate::{
    context::Context,
    exit::{Ended, Exit},
    output::Listing,
};

pub async fn show(context: &Context) -> Result<Exit, Ended> {
    let deployment = require(context).await?;
    let failed = |error| of_storage(&deployment, error);
    let (storage, now) = (deployment.storage(), Timestamp::now());
    let mut listing = Listing::new("status", &["what", "about", "state"]);
    listing.add(["deployment".to_owned(), deployment.stack().to_owned(), deployment.bucket().to_owned()]);
    let pause = PauseSwitch::new(storage.clone()).reason().await.map_err(failed)?;
    let pause = pause.map_or_else(|| "off".to_owned(), |reason| format!("on: {reason}"));
    listing.add(["pause".to_owned(), String::new(), pause]);
    let exemptions = ExemptionReader::new(storage.clone(), Exemptions::default()).all().await.map_err(failed)?;
    for account in
        storage.list(exemption::PREFIX).await.map_err(failed)?.iter().filter_map(|key| exemption::account_of(key))
    {
        let reason = exemptions.reason(account, now).map(str::to_owned);
        if let Some(reason) = reason.or_else(|| exemptions.protected(account, now)) {
            listing.add(["exempt".to_owned(), account.to_string(), reason]);
        }
    }
    let windows = Recoveries::new(storage.clone()).all().await.map_err(failed)?;
    for account in
        storage.list(recovery::WINDOWS).await.map_err(failed)?.iter().filter_map(|key| recovery::account_of(key))
    {
        if let Some(window) = windows.open(account, now) {
            listing.add(["recovery allowed".to_owned(), account.to_string(), window.to_string()]);
        } else if let Some(why) = windows.unreadable(account) {
            listing.add(["recovery window".to_owned(), account.to_string(), why]);
        }
    }
    for (id, _) in open_requests::open(&deployment).await.map_err(failed)? {
        listing.add(["waits for an approval".to_owned(), id.to_string(), String::new()]);
    }
    if let Some(run) = deployment.runs()?.latest(1).await?.into_iter().next() {
        listing.add(["last run".to_owned(), run.name, run.status]);
    }
    listing.show(&context.terminal)?;
    Ok(Exit::Well)
}
