//! What every function needs around its handler: settings, logs, and errors that the state machines can match on.

mod error;
mod event;
mod logs;
mod partition;
mod settings;

use std::time::{Duration, SystemTime};

use lambda_runtime::{LambdaEvent, service_fn};
use rootwarden_aws::{Deadline, SdkConfig, load_config};
use serde::Serialize;
use serde_json::Value;

pub use error::FunctionError;
use event::Event;
pub use settings::{Endpoint, Events, OcsfFindings, SecurityHubFindings, Settings, UnlockRequests};

/// One Lambda function: built once per process, then handed one input after the other.
pub trait Function: Sized {
    /// The name of its crate, which is the target of its log lines.
    const CRATE: &'static str;
    type Output: Serialize;

    /// Builds the function and its clients.
    ///
    /// # Errors
    /// A setting that is missing or wrong, by its name.
    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError>;

    /// Handles one input, and stops before `deadline` with what it has.
    fn handle(&self, input: Value, deadline: Deadline) -> impl Future<Output = Result<Self::Output, FunctionError>>;
}

/// Runs a function until Lambda ends the process.
///
/// A function that cannot be built answers every input with the reason: Lambda would otherwise only say that it exited.
///
/// # Errors
/// The Lambda runtime cannot be reached.
pub async fn run<F: Function>() -> Result<(), lambda_runtime::Error> {
    logs::init(F::CRATE);
    let config = load_config().await;
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let function = partition::supported(&region).and_then(|()| F::new(&config, &Settings::from_environment()));
    let function = &function;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Event>| async move {
        let LambdaEvent { payload, context } = event;
        let deadline = Deadline::after(time_until(context.deadline()));
        let answer = match function {
            Ok(function) => match payload.into_json() {
                // Boxed: the layout of some handlers' futures is too deep for the compiler's limit.
                Ok(input) => Box::pin(function.handle(input, deadline)).await,
                Err(error) => Err(error),
            },
            Err(error) => Err(error.clone()),
        };
        answer.inspect_err(|error| error.log(&context.request_id))
    }))
    .await
}

fn time_until(deadline: SystemTime) -> Duration {
    deadline.duration_since(SystemTime::now()).unwrap_or_default()
}
