//! Takes what people ask for and decide through an IAM-authenticated function URL, and the approval requests of runs.
//!
//! It is deployed twice, each time with a URL and a role of its own: one takes requests, the other one decisions.
//!
//! Who a person is comes from the signature of the request, as Lambda passes it on, and from nothing that they typed.
//! Limits: whoever may invoke the function other than through its URL can write any caller into the event, so only the
//! state machine may, and people's permission to invoke has to demand `lambda:InvokedViaFunctionUrl`.

mod answer;
mod approval_requests;
mod decisions;
mod event;
mod recoveries;
mod releases;
mod request_name;
mod runs;
mod unlocks;
mod views;

use std::sync::Arc;

use rootwarden_aws::{Clock, Deadline, Executions, SdkConfig, Storage, TaskAnswers};
use rootwarden_domain::{
    aws::partition::Partition,
    ids::approval::ApprovalId,
    people::{People, Person},
    requests::PersonRequest,
    text::{input::InputError, line::one_line},
};
use rootwarden_lambda::{Endpoint, Function, FunctionError, Settings};
use serde::Serialize;
use serde_json::Value;

use answer::RequestError;
use approval_requests::ApprovalRequests;
use decisions::Decisions;
use event::{Event, UrlEvent};
use recoveries::Recoveries;
use releases::Releases;
use runs::Runs;
use unlocks::Unlocks;
use views::Views;

pub use answer::HttpAnswer;
pub use views::ReleaseView;

/// What the function answers.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Output {
    /// To the state machine, which then waits for a decision.
    Asked {
        asked: ApprovalId,
    },
    /// To the state machine that tells people of it.
    Release(Box<ReleaseView>),
    Http(HttpAnswer),
}

/// The function, which has one type for each kind of thing that is asked for.
#[derive(Debug)]
pub struct AccessRequests {
    approval_requests: ApprovalRequests,
    decisions: Decisions,
    views: Views,
    runs: Runs,
    /// None where the deployment takes no unlock requests.
    unlocks: Option<Unlocks>,
    /// None where the deployment could not take recovery back.
    recoveries: Option<Recoveries>,
    releases: Releases,
    endpoint: Endpoint,
    /// Who counts as a person.
    people: People,
    partition: Partition,
}

impl Function for AccessRequests {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        let (storage, clock) = (Storage::new(config, settings.bucket()?), Clock::of(config));
        let approval_requests = ApprovalRequests { storage: storage.clone() };
        let executions = Arc::new(Executions::new(config, settings.releases_state_machine_arn()?));
        let releases = Releases { storage: storage.clone(), clock: clock.clone(), executions };
        let unlock_policy = settings.unlock_state_machine_arn().map(|machine| Executions::new(config, machine));
        let partition = Partition::of_region(config.region().map_or("", AsRef::as_ref));
        let recoveries = match settings.recovery_state_machine_arn() {
            None => None,
            Some(machine) => Some(Recoveries {
                executions: Executions::new(config, machine),
                storage: storage.clone(),
                limits: settings.recovery_limits()?,
                partition,
                clock: clock.clone(),
            }),
        };
        Ok(Self {
            decisions: Decisions {
                storage: storage.clone(),
                approval_requests: approval_requests.clone(),
                releases: releases.clone(),
                task_answers: TaskAnswers::new(config),
                clock: clock.clone(),
            },
            views: Views {
                storage: storage.clone(),
                approval_requests: approval_requests.clone(),
                releases: releases.clone(),
            },
            runs: Runs {
                executions: Executions::new(config, settings.state_machine_arn()?),
                deployed_mode: settings.mode()?,
                clock: clock.clone(),
            },
            unlocks: unlock_policy.map(|executions| Unlocks { executions, storage, clock }),
            recoveries,
            approval_requests,
            releases,
            endpoint: settings.endpoint()?,
            people: settings.people()?,
            partition,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        match (Event::read(input)?, self.endpoint) {
            (Event::ApprovalRequest(approval_request), Endpoint::Requests) => {
                Ok(Output::Asked { asked: self.approval_requests.write_down(*approval_request).await? })
            }
            (Event::Release(release), Endpoint::Requests) => match self.views.release(&release).await {
                Ok(view) => Ok(Output::Release(Box::new(view))),
                Err(error) => Err(error.into_failure().into()),
            },
            (Event::ApprovalRequest(_) | Event::Release(_), Endpoint::Approvals) => {
                Err(InputError::new("input", "state machines ask the function that takes requests").into())
            }
            (Event::Url(event), _) => Ok(Output::Http(self.answer(event).await)),
        }
    }
}

impl AccessRequests {
    /// Answers a person, whatever comes of it.
    async fn answer(&self, event: UrlEvent) -> HttpAnswer {
        let caller = match event.caller(&self.people) {
            Ok(caller) => caller,
            Err(refused) => return refused.answer_to(one_line(event.arn().unwrap_or("an unknown caller"))),
        };
        match self.carry_out(&caller, event).await {
            Ok(answer) => answer,
            Err(not_done) => not_done.answer_to(&caller),
        }
    }

    /// INVARIANT (I12): asking and deciding go through two functions, which IAM tells apart.
    async fn carry_out(&self, caller: &Person, event: UrlEvent) -> Result<HttpAnswer, RequestError> {
        let request = PersonRequest::parse(event.body()?, self.partition)?;
        // Why here: otherwise they would learn it a day later, from a run that nobody could approve.
        if request.may_need_approval() && caller.has_made_up_name() {
            return Err(RequestError::NobodyCouldApprove(caller.clone()));
        }
        match (request, self.endpoint) {
            (PersonRequest::Show(request), _) => self.views.show(&request).await,
            (PersonRequest::Decide(decision), Endpoint::Approvals) => {
                Ok(HttpAnswer::ok(&self.decisions.decide(caller, &decision).await?))
            }
            (PersonRequest::Secure(secure), Endpoint::Requests) => {
                Ok(HttpAnswer::ok(&self.runs.start(caller, secure).await?))
            }
            (PersonRequest::Unlock(unlock), Endpoint::Requests) => {
                let unlocks = self.unlocks.as_ref().ok_or(RequestError::NoUnlockRequests)?;
                Ok(HttpAnswer::ok(&unlocks.start(caller, unlock).await?))
            }
            (PersonRequest::ReleaseKey(request), Endpoint::Requests) => {
                Ok(HttpAnswer::ok(&self.releases.ask(caller, request).await?))
            }
            (PersonRequest::Recovery(request), Endpoint::Requests) => {
                let recoveries = self.recoveries.as_ref().ok_or(RequestError::NoRecovery)?;
                Ok(HttpAnswer::ok(&recoveries.start(caller, request).await?))
            }
            (PersonRequest::Decide(_), Endpoint::Requests) => Err(RequestError::OtherUrl(Endpoint::Approvals)),
            (
                PersonRequest::Secure(_)
                | PersonRequest::Unlock(_)
                | PersonRequest::ReleaseKey(_)
                | PersonRequest::Recovery(_),
                Endpoint::Approvals,
            ) => Err(RequestError::OtherUrl(Endpoint::Requests)),
        }
    }
}
