//! What people ask of a deployment, in the words of its protocol (docs/operating.md).

use rootwarden_aws::UrlAnswer;
use rootwarden_domain::{
    AccountId,
    aws::partition::Partition,
    people::{Reason, Ticket},
    recovery::WindowDuration,
    requests::PersonRequest,
    text::line::on_one_line,
};
use serde_json::{Value, json};

use super::{
    found::{Deployment, Url, require},
    shown,
};
use crate::{
    access::load_config,
    arguments::{Format, ReleaseKeyArguments},
    context::Context,
    exit::{Ended, Exit},
    output::json,
    terminal,
};

/// Root password recovery in an account, as it is asked for.
#[derive(Debug, Clone, Copy)]
pub enum RecoveryRequest {
    Allow(WindowDuration),
    Extend(WindowDuration),
    End,
}

/// Sends a request to the URL that takes them, and prints the answer.
///
/// # Errors
/// It is no request, before anything is asked of AWS; or the deployment did not take it.
pub async fn ask(body: Value, context: &Context) -> Result<Exit, Ended> {
    check(&body, context).await?;
    let deployment = require(context).await?;
    let answer = send(&deployment, &body).await?;
    tell(&answer, context)?;
    Ok(Exit::Well)
}

/// Asks for root password recovery in an account, or for its end.
///
/// # Errors
/// As [`ask`].
pub async fn recovery(
    account: AccountId,
    asked: RecoveryRequest,
    (reason, ticket): (Reason, Ticket),
    context: &Context,
) -> Result<Exit, Ended> {
    let open = |action: &str, duration: WindowDuration| json!({"action": action, "account": account, "duration": duration, "reason": reason, "ticket": ticket});
    let body = match asked {
        RecoveryRequest::Allow(duration) => open("allow-recovery", duration),
        RecoveryRequest::Extend(duration) => open("extend-recovery", duration),
        RecoveryRequest::End => {
            json!({"action": "end-recovery", "account": account, "reason": reason, "ticket": ticket})
        }
    };
    ask(body, context).await
}

pub(super) async fn release_key(arguments: &ReleaseKeyArguments, context: &Context) -> Result<Exit, Ended> {
    let ReleaseKeyArguments { account, access_key_id, reason, ticket } = arguments;
    let body = json!({
        "action": "release-key", "account": account, "access_key_id": access_key_id, "reason": reason, "ticket": ticket,
    });
    ask(body, context).await
}

/// Reads a request as the deployment will. INVARIANT: what it would refuse for its form is not sent.
///
/// # Errors
/// It is none.
pub(super) async fn check(body: &Value, context: &Context) -> Result<(), Ended> {
    let config = load_config(&context.access).await?;
    let partition = Partition::of_region(config.region().map_or("", AsRef::as_ref));
    PersonRequest::parse(body.clone(), partition).map(drop).map_err(|error| Ended::Usage(error.to_string()))
}

/// # Errors
/// The deployment did not take it.
pub(super) async fn send(deployment: &Deployment, body: &Value) -> Result<Value, Ended> {
    taken(deployment.send(Url::Requests, body).await?)
}

/// What a deployment did, or why not: in its own words, and as its statuses mean it.
pub(super) fn taken(answer: UrlAnswer) -> Result<Value, Ended> {
    let UrlAnswer { status, body } = answer;
    let why = || body.get("error").and_then(Value::as_str).map_or_else(|| body.to_string(), on_one_line);
    match status {
        200..=299 => Ok(body),
        400..=499 => Err(Ended::Refused(why())),
        _ => Err(Ended::Unfinished(why())),
    }
}

/// The answer: as it is in JSON, field by field in CSV, and in a few lines for people.
pub(super) fn tell(answer: &Value, context: &Context) -> Result<(), Ended> {
    match context.terminal.format() {
        Format::Json => terminal::say(&shown::seen(&json(answer)?)),
        Format::Csv => shown::fields(answer).show(&context.terminal),
        Format::Table => terminal::say(&shown::answer(answer, &context.access)),
    }
}
