//! The custom resource of `management-account.yaml`: switches centralized root access on, and registers the delegated administrator.
//!
//! It looks at what is there before each step, and switches nothing off, whatever it is asked: the organization may have had all of it
//! before Rootwarden, and others may rely on it. CloudFormation is answered in every case, since a stack otherwise waits for its timeout.

mod answer;
mod report;
mod request;

use std::time::Duration;

use rootwarden_aws::{CustomResourceAnswers, Deadline, Feature, Organization, RootAccess, SdkConfig};
use rootwarden_domain::{AccountId, ErrorKind};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::Serialize;
use serde_json::Value;
use tracing::{error, info};

use answer::{Answer, Status};
use report::{Report, StepOutcome};
use request::{Change, Request, RootSessions, Wanted};

/// What sending the answer may take.
const KEPT_FOR_THE_ANSWER: Duration = Duration::from_secs(45);

#[derive(Debug)]
pub struct EnableRootAccess {
    organization: Organization,
    centralized_access: RootAccess,
    answers: CustomResourceAnswers,
    /// Why not `?` where it is read: a function that cannot be built answers nobody, and CloudFormation would wait.
    account: Result<AccountId, FunctionError>,
}

/// What CloudFormation was told.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    status: Status,
}

impl Function for EnableRootAccess {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Told;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            organization: Organization::new(config),
            centralized_access: RootAccess::new(config),
            answers: CustomResourceAnswers::new(config),
            account: settings.account_id(),
        })
    }

    async fn handle(&self, input: Value, deadline: Deadline) -> Result<Told, FunctionError> {
        let request = Request::read(&input)?;
        // Before anything is done: what nobody hears of should not happen.
        let address = self.answers.address(request.response_url)?;
        let answer = match request.change {
            Change::Made { properties } => self.make(&request, properties, deadline).await,
            Change::Deleted => {
                info!("Root access is left as it is");
                Answer::deleted(&request)
            }
            Change::Unknown(kind) => {
                Answer::failed(&request, &format!("request type `{kind}` is not known"), &Report::default())
            }
        };
        let text = serde_json::to_string(&answer)
            .map_err(|error| FunctionError::new(ErrorKind::Defect, format!("cannot write the answer: {error}")))?;
        self.answers.send(&address, &text).await?;
        Ok(Told { status: answer.status() })
    }
}

impl EnableRootAccess {
    async fn make<'a>(&self, request: &Request<'a>, properties: Option<&Value>, deadline: Deadline) -> Answer<'a> {
        let mut report = Report::default();
        let time = deadline.earlier_by(KEPT_FOR_THE_ANSWER);
        let made = time.cut(Box::pin(self.switch_on(properties, &mut report))).await;
        let made = made.unwrap_or_else(|| Err(FunctionError::new(ErrorKind::Transient, "ran out of time")));
        match made {
            Ok(()) => {
                info!("Root access is on: {report}");
                Answer::success(request, &report)
            }
            Err(failure) => {
                error!(error.kind = %failure.kind(), "Root access is not all on: {failure}; {report}");
                Answer::failed(request, &failure.to_string(), &report)
            }
        }
    }

    async fn switch_on(&self, properties: Option<&Value>, report: &mut Report) -> Result<(), FunctionError> {
        let wanted = Wanted::read(properties)?;
        let account = self.account.clone()?;
        if wanted.delegated_administrator == Some(account) {
            let why = format!(
                "account `{account}` is the one that this stack is in, and the management account needs no delegation: leave it out"
            );
            return Err(FunctionError::new(ErrorKind::InvalidRequest, why));
        }
        let management_account = self.organization.management_account().await?;
        if management_account != account {
            let why = format!(
                "this stack is in account `{account}`, and only the management account `{management_account}` switches root access on: \
                 deploy it there"
            );
            return Err(FunctionError::new(ErrorKind::InvalidRequest, why));
        }
        self.features(wanted.root_sessions, report).await?;
        self.delegate(wanted.delegated_administrator, report).await
    }

    async fn features(&self, root_sessions: RootSessions, report: &mut Report) -> Result<(), FunctionError> {
        let features = if let Some(features) = self.centralized_access.features().await? {
            report.trusted_access = StepOutcome::WasOn;
            features
        } else {
            let features = self.centralized_access.enable_trusted_access().await?;
            report.trusted_access = StepOutcome::SwitchedOn;
            features
        };
        let management = Feature::RootCredentialsManagement;
        report.root_credentials_management = self.switch_feature_on(management, features.contains(&management)).await?;
        let is_on = features.contains(&Feature::RootSessions);
        report.root_sessions = match (root_sessions, is_on) {
            (RootSessions::On, _) => self.switch_feature_on(Feature::RootSessions, is_on).await?,
            (RootSessions::AsTheyAre, true) => StepOutcome::LeftOn,
            (RootSessions::AsTheyAre, false) => StepOutcome::LeftOff,
        };
        Ok(())
    }

    async fn switch_feature_on(&self, feature: Feature, is_on: bool) -> Result<StepOutcome, FunctionError> {
        if is_on {
            return Ok(StepOutcome::WasOn);
        }
        self.centralized_access.enable(feature).await?;
        Ok(StepOutcome::SwitchedOn)
    }

    async fn delegate(&self, wanted: Option<AccountId>, report: &mut Report) -> Result<(), FunctionError> {
        let mut delegates = self.centralized_access.delegated_administrators().await?;
        let is_one = wanted.is_some_and(|account| delegates.remove(&account));
        report.other_delegated_administrators = delegates;
        report.delegated_administrator = match wanted {
            None => StepOutcome::NotAskedFor,
            Some(_) if is_one => StepOutcome::WasOn,
            Some(account) => {
                self.centralized_access.register_delegated_administrator(account).await?;
                StepOutcome::SwitchedOn
            }
        };
        Ok(())
    }
}
