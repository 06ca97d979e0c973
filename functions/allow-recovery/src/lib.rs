//! Allows root password recovery in one member account, for a while, and ends it.
//!
//! What is asked lies in the bucket under the name of who signed it. A window with its end is written before anything is
//! allowed, and only with a second person's recorded approval of exactly the request at hand. Taking back is not done here: a
//! run of `secure-accounts` deletes whatever root credentials there are, and this function reads its report.

mod account;
mod allow;
mod check;
mod close;
mod open;
mod request;
mod settle;

use std::sync::Arc;

use rootwarden_aws::{
    Clock, Deadline, ExemptionReader, Organization, PauseSwitch, Recoveries, RootSessions, SdkConfig, Storage,
};
use rootwarden_domain::{Pin, aws::partition::Partition, ids::recovery::RecoveryId, text::input::parse};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use account::AccountChecks;
use allow::Allower;
use check::Checker;
use close::{CloseCause, Closer};
use open::Opener;
use request::Requests;
use settle::Settler;

pub use allow::Allowed;
pub use check::Checked;
pub use close::Closed;
pub use open::Opened;
pub use settle::Settled;

/// The function, which has one type for each step of the state machine.
#[derive(Debug)]
pub struct AllowRecovery {
    checker: Checker,
    opener: Opener,
    allower: Allower,
    closer: Closer,
    settler: Settler,
}

/// One step of the state machine.
#[derive(Debug, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case", deny_unknown_fields)]
enum Step {
    Check { recovery: RecoveryId, request: Pin },
    Open { recovery: RecoveryId, request: Pin },
    Allow { recovery: RecoveryId, request: Pin },
    Close { recovery: RecoveryId, request: Pin, cause: CloseCause },
    Settle { recovery: RecoveryId, request: Pin },
}

/// What a step answers: outcomes, hashes and one line for people.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Output {
    Checked(Box<Checked>),
    Opened(Opened),
    Allowed(Allowed),
    Closed(Closed),
    Settled(Settled),
}

impl Function for AllowRecovery {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let budget = settings.session_budget()?;
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        let recoveries = Recoveries::new(storage.clone());
        let requests = Requests { storage: storage.clone() };
        let checks = Arc::new(AccountChecks {
            organization: Organization::shared_by(config, budget.workers),
            exemptions: ExemptionReader::new(storage.clone(), settings.exemptions()?),
            pause: PauseSwitch::new(storage.clone()),
            partition: Partition::of_region(config.region().map_or("", AsRef::as_ref)),
            limits: settings.recovery_limits()?,
            clock: clock.clone(),
        });
        Ok(Self {
            checker: Checker {
                requests: requests.clone(),
                checks: Arc::clone(&checks),
                recoveries: recoveries.clone(),
                clock: clock.clone(),
            },
            opener: Opener {
                requests: requests.clone(),
                checks: Arc::clone(&checks),
                recoveries: recoveries.clone(),
                storage: storage.clone(),
                clock: clock.clone(),
            },
            allower: Allower {
                requests: requests.clone(),
                checks,
                recoveries: recoveries.clone(),
                sessions: RootSessions::new(config, budget),
                clock: clock.clone(),
            },
            closer: Closer { requests: requests.clone(), recoveries: recoveries.clone(), clock: clock.clone() },
            settler: Settler { requests, recoveries, storage, clock },
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Output, FunctionError> {
        match parse("input", input)? {
            Step::Check { recovery, request } => {
                Ok(Output::Checked(Box::new(self.checker.check(&recovery, request).await?)))
            }
            Step::Open { recovery, request } => Ok(Output::Opened(self.opener.open(&recovery, &request).await?)),
            Step::Allow { recovery, request } => {
                Ok(Output::Allowed(self.allower.allow(&recovery, &request, deadline).await?))
            }
            Step::Close { recovery, request, cause } => {
                Ok(Output::Closed(self.closer.close(&recovery, &request, cause).await?))
            }
            Step::Settle { recovery, request } => Ok(Output::Settled(self.settler.settle(&recovery, &request).await?)),
        }
    }
}
