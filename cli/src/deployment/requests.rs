//! What people ask of a deployment, in the words of its protocol (docs/operating.md).

use rootwarden_aws::UrlAnswer;
use rootwarden_domain::{aws::partition::Partition, requests::PersonRequest, text::line::on_one_line};
use serde_json::{Value, json};

use super::found::{Deployment, require};
use crate::{
    access::load_config,
    arguments::{Format, OpenRecoveryArguments, RecoveryRequestArguments, RecoveryWanted, ReleaseKeyArguments},
    context::Context,
    exit::{Ended, Exit},
    output::{Listing, json},
    terminal,
};

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
pub async fn recovery(wanted: RecoveryWanted, context: &Context) -> Result<Exit, Ended> {
    let open = |action: &str, OpenRecoveryArguments { recovery, duration }: OpenRecoveryArguments| {
        let RecoveryRequestArguments { account, reason, ticket } = recovery;
        json!({"action": action, "account": account, "duration": duration, "reason": reason, "ticket": ticket})
    };
    let body = match wanted {
        RecoveryWanted::Allow(arguments) => open("allow-recovery", arguments),
        RecoveryWanted::Extend(arguments) => open("extend-recovery", arguments),
        RecoveryWanted::End(RecoveryRequestArguments { account, reason, ticket }) => {
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
    taken(deployment.requests()?.send(body).await?)
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

/// The answer, as it is in JSON and field by field elsewhere.
pub(super) fn tell(answer: &Value, context: &Context) -> Result<(), Ended> {
    if context.terminal.format() == Format::Json {
        return terminal::say(&json(answer)?);
    }
    fields(answer).show(&context.terminal)
}

/// The fields of an answer that hold one value each, by their path.
pub(super) fn fields(answer: &Value) -> Listing {
    let mut listing = Listing::new("fields", &["field", "value"]);
    add(&mut listing, "", answer);
    listing
}

fn add(listing: &mut Listing, path: &str, value: &Value) {
    let text = match value {
        Value::Null | Value::Array(_) => return,
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                add(listing, &path, value);
            }
            return;
        }
        // A text of many lines is shown by itself.
        Value::String(text) if text.trim().contains('\n') => return,
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    };
    listing.add([path.to_owned(), text]);
}
