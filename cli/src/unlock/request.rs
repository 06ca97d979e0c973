//! The same as a request to a deployment, where somebody else approves it.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{
    arguments::{ChangeKind, Place, UnlockArguments, UnlockResource},
    context::Context,
    deployment,
    exit::{Ended, Exit},
};

pub async fn send(arguments: &UnlockArguments, context: &Context) -> Result<Exit, Ended> {
    deployment::ask(body(arguments)?, context).await
}

fn body(arguments: &UnlockArguments) -> Result<Value, Ended> {
    let needed = |value: &Option<String>, name: &str| {
        value.clone().ok_or_else(|| Ended::Usage(format!("a request needs {name}")))
    };
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| {
        body.insert(name.to_owned(), value);
    };
    if let Some(Place::Object { .. }) = &arguments.restore {
        let why = "with --request, --restore names the stored policy by its key in the deployment's bucket";
        return Err(Ended::Usage(why.to_owned()));
    }
    let is_change = arguments.plan || arguments.apply;
    let action = match (&arguments.restore, arguments.apply, arguments.plan) {
        (Some(_), _, _) => "restore",
        (None, true, _) => "apply",
        (None, false, true) => "plan",
        (None, false, false) => "inspect",
    };
    set("action", json!(action));
    set("account", json!(arguments.account().map_err(Ended::Usage)?));
    match &arguments.resource {
        UnlockResource::Bucket { name, account: _ } => set("bucket", json!(name)),
        UnlockResource::Queue { arn } => set("queue", json!(arn)),
    }
    if let Some(stored) = &arguments.restore {
        set("stored", json!(stored.to_string()));
    }
    match (&arguments.replace, arguments.change) {
        (Some(path), _) => set("change", json!({ "replace": read(path)? })),
        (None, ChangeKind::Drop) if is_change => set("change", json!("drop")),
        (None, ChangeKind::Delete) if is_change => set("change", json!("delete")),
        (None, ChangeKind::Narrow | ChangeKind::Drop | ChangeKind::Delete) => {}
    }
    if arguments.force {
        set("force", json!(true));
    }
    set("reason", json!(needed(&arguments.reason, "--reason")?));
    set("ticket", json!(needed(&arguments.ticket, "--ticket")?));
    Ok(Value::Object(body))
}

fn read(path: &Path) -> Result<Value, Ended> {
    let failed = |why: &dyn std::fmt::Display| Ended::Usage(format!("`{}`: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    serde_json::from_str(&text).map_err(|error| failed(&error))
}
