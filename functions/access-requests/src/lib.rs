//! Takes what people ask for and decide through an IAM-authenticated function URL, and what runs ask of them.
//!
//! It is deployed twice, each with a URL and a role of its own: one takes requests, one takes decisions.
//!
//! Who a person is comes from the signature of the request, as Lambda passes it on, and from nothing that they typed.
//! Limits: whoever may invoke the function other than through its URL can write any caller into the event, so only the
//! state machine may, and people's permission to invoke has to demand `lambda:InvokedViaFunctionUrl`.

mod answer;
mod asked;
mod decide;
mod event;
mod name;
mod release;
mod secure;
mod show;
mod unlock;

use rootwarden_domain::{
    Mode,
    aws::partition::Partition,
    people::{People, Person},
    requests::PersonRequest,
    text::{input::InvalidInput, line::one_line},
};
use rootwarden_lambda::{Function, FunctionError, Settings, Takes};
use rootwarden_root_access::{Clock, Deadline, Executions, SdkConfig, Storage, TaskAnswers};
use serde_json::Value;

use answer::NotDone;
pub use answer::{HttpAnswer, Output};
use event::{Event, UrlEvent};

#[derive(Debug)]
pub struct AccessRequests {
    storage: Storage,
    clock: Clock,
    task_answers: TaskAnswers,
    secure_accounts: Executions,
    /// None where the deployment takes no unlock requests.
    unlock_policy: Option<Executions>,
    deployed_mode: Mode,
    takes: Takes,
    /// Who counts as a person.
    people: People,
    partition: Partition,
}

impl Function for AccessRequests {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            storage: Storage::new(config, settings.bucket()?),
            clock: Clock::of(config),
            task_answers: TaskAnswers::new(config),
            secure_accounts: Executions::new(config, settings.state_machine_arn()?),
            unlock_policy: settings.unlock_state_machine_arn().map(|machine| Executions::new(config, machine)),
            deployed_mode: settings.mode()?,
            takes: settings.takes()?,
            people: settings.people()?,
            partition: Partition::of_region(config.region().map_or("", AsRef::as_ref)),
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        match (Event::read(input)?, self.takes) {
            (Event::Ask(ask), Takes::Requests) => Ok(Output::Asked { asked: self.ask(*ask).await? }),
            (Event::Ask(_), Takes::Decisions) => {
                Err(InvalidInput::new("input", "questions go to the function that takes requests").into())
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
            Err(refused) => return refused.told_to(one_line(event.arn().unwrap_or("an unknown caller"))),
        };
        match self.carry_out(&caller, event).await {
            Ok(answer) => answer,
            Err(not_done) => not_done.told_to(&caller),
        }
    }

    /// INVARIANT (I12): asking and deciding go through two functions, which IAM tells apart.
    async fn carry_out(&self, caller: &Person, event: UrlEvent) -> Result<HttpAnswer, NotDone> {
        let request = PersonRequest::parse(event.body()?, self.partition)?;
        // Why here: otherwise they would learn it a day later, from a run that nobody could approve.
        if request.may_need_approval() && caller.has_made_up_name() {
            return Err(NotDone::NobodyCouldApprove(caller.clone()));
        }
        Ok(match (request, self.takes) {
            (PersonRequest::Show(request), _) => self.show(&request).await?,
            (PersonRequest::Decide(verdict), Takes::Decisions) => HttpAnswer::ok(&self.decide(caller, &verdict).await?),
            (PersonRequest::Secure(secure), Takes::Requests) => HttpAnswer::ok(&self.secure(caller, secure).await?),
            (PersonRequest::Unlock(unlock), Takes::Requests) => HttpAnswer::ok(&self.unlock(caller, unlock).await?),
            (PersonRequest::ReleaseKey(request), Takes::Requests) => {
                HttpAnswer::ok(&self.release_key(caller, request).await?)
            }
            (PersonRequest::Decide(_), Takes::Requests) => return Err(NotDone::OtherUrl("approvals")),
            (PersonRequest::Secure(_) | PersonRequest::Unlock(_) | PersonRequest::ReleaseKey(_), Takes::Decisions) => {
                return Err(NotDone::OtherUrl("requests"));
            }
        })
    }
}
