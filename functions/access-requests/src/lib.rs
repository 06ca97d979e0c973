//! Takes what people ask for and decide through an IAM-authenticated function URL, and what runs ask of them.
//!
//! Who a person is comes from the signature of the request, as Lambda passes it on, and from nothing that they typed.
//! Limits: whoever may invoke the function other than through its URL can write any caller into the event, so only the
//! state machine may, and people's permission to invoke has to demand `lambda:InvokedViaFunctionUrl`.

mod answer;
mod asked;
mod decide;
mod event;
mod secure;
mod show;

use rootwarden_domain::{Mode, approval::PersonRequest, identity::Person, input::one_line};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_root_access::{Deadline, Executions, SdkConfig, Storage};
use serde_json::Value;

use answer::NotDone;
pub use answer::{HttpAnswer, Output};
use event::{Event, UrlEvent};

#[derive(Debug)]
pub struct AccessRequests {
    storage: Storage,
    executions: Executions,
    deployed_mode: Mode,
}

impl Function for AccessRequests {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Output;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            storage: Storage::new(config, settings.bucket()?),
            executions: Executions::new(config, settings.state_machine_arn()?),
            deployed_mode: settings.mode()?,
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Output, FunctionError> {
        match Event::read(input)? {
            Event::Ask(ask) => Ok(Output::Asked { asked: self.ask(*ask).await? }),
            Event::Url(event) => Ok(Output::Http(self.answer(event).await)),
        }
    }
}

impl AccessRequests {
    /// Answers a person, whatever comes of it.
    async fn answer(&self, event: UrlEvent) -> HttpAnswer {
        let caller = match event.caller() {
            Ok(caller) => caller,
            Err(refused) => return refused.told_to(one_line(event.arn().unwrap_or("an unknown caller"))),
        };
        match self.carry_out(&caller, event).await {
            Ok(answer) => answer,
            Err(not_done) => not_done.told_to(&caller),
        }
    }

    async fn carry_out(&self, caller: &Person, event: UrlEvent) -> Result<HttpAnswer, NotDone> {
        Ok(match PersonRequest::parse(event.body()?)? {
            PersonRequest::Show(request) => HttpAnswer::ok(&self.show(&request).await?),
            PersonRequest::Decide(verdict) => HttpAnswer::ok(&self.decide(caller, &verdict).await?),
            PersonRequest::Secure(secure) => HttpAnswer::ok(&self.secure(caller, secure).await?),
        })
    }
}
