//! How the failures of the table are made.

use std::sync::Arc;

use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    },
    orchestrator::HttpRequest,
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use rootwarden_aws::{Organization, RootSessions, SdkConfig, SessionBudget, Storage};
use rootwarden_domain::{AccountId, Candidate};
use rootwarden_simulator::{Fault, FaultTrigger, World};
use rootwarden_tests::{BUCKET, Rehearsal};
use serde_json::{Value, json};

use crate::{organization, unlock};

pub const ACCOUNT: &str = organization::KEYS;

/// The role whose calls fail, as AWS names it.
pub const ROLE: &str = "arn:aws:sts::111122223333:assumed-role/audit-accounts/session";

/// Every call of the action.
pub fn always(action: &str) -> FaultTrigger {
    Fault::on(action).always()
}

/// What the report says of the account after a run that met `fault`; where the run itself fails, what it failed with.
pub async fn in_report(fault: Fault) -> String {
    let rehearsal = organization::rehearsal();
    rehearsal.simulator.inject(fault);
    let finished = match rehearsal.run(organization::enforce_all()).await {
        Ok(finished) => finished,
        Err(error) => return error.to_string(),
    };
    message(&finished.status(ACCOUNT)).unwrap_or_default()
}

/// The first message that stands anywhere in a status.
fn message(status: &Value) -> Option<String> {
    match status {
        Value::Object(fields) => match fields.get("message") {
            Some(Value::String(message)) => Some(message.clone()),
            _ => fields.values().find_map(message),
        },
        Value::Array(values) => values.iter().find_map(message),
        _ => None,
    }
}

/// The error of a run that met `fault`, or that found the world so.
pub async fn of_run(world: World, fault: Option<Fault>) -> String {
    let rehearsal = organization::rehearsal_of(world);
    if let Some(fault) = fault {
        rehearsal.simulator.inject(fault);
    }
    rehearsal.run(organization::enforce_all()).await.unwrap_err().to_string()
}

/// The error of the plan of an unlock request that met `fault`.
pub async fn of_plan(body: &Value, fault: Fault) -> String {
    let rehearsal = unlock::rehearsal();
    let taken = unlock::ask(&rehearsal, body).await;
    rehearsal.simulator.inject(fault);
    let input = json!({"step": "plan", "unlock": taken.id, "request": taken.request});
    rehearsal.unlock(input).await.unwrap_err().to_string()
}

/// What an approved change that met `fault` is said to have come to.
pub async fn of_change(body: &Value, fault: Fault) -> String {
    let rehearsal = unlock::rehearsal();
    let (taken, planned) = unlock::approved(&rehearsal, body).await;
    rehearsal.simulator.inject(fault);
    rehearsal.unlock(unlock::apply_input(&taken, &planned)).await.unwrap_err().to_string()
}

/// What a person is answered whose request is not taken.
pub async fn answered(rehearsal: &Rehearsal, caller: &str, body: &Value) -> String {
    let (_, answer) = rehearsal.access_requests(caller, body).await.unwrap();
    answer["error"].as_str().unwrap_or("it was taken").to_owned()
}

/// What breaks every call in the same way.
type Break = Arc<dyn Fn() -> Option<ConnectorError> + Send + Sync>;

/// An HTTP client whose connections break; without an error, nothing ever comes.
#[derive(Clone)]
pub struct Broken(Break);

impl Broken {
    pub fn by(error: impl Fn() -> ConnectorError + Send + Sync + 'static) -> Self {
        Self(Arc::new(move || Some(error())))
    }

    pub fn silent() -> Self {
        Self(Arc::new(|| None))
    }

    /// A client's configuration that has this instead of a network.
    pub fn config(&self) -> SdkConfig {
        let config = organization::rehearsal().config("audit-accounts", &["IAMAuditRootUserCredentials"]);
        config.into_builder().http_client(SharedHttpClient::new(self.clone())).build()
    }

    /// The error of `sts:AssumeRoot`.
    pub async fn opening(&self) -> String {
        let sessions = RootSessions::new(&self.config(), SessionBudget { per_second: 20, workers: 1 });
        let account = Candidate { id: account(), name: String::new(), joined_at: None };
        sessions.open_audit(&account, &sessions.call_recorder()).await.unwrap_err().to_string()
    }

    pub async fn describing(&self) -> String {
        Organization::new(&self.config()).account(account()).await.unwrap_err().to_string()
    }

    pub async fn reading(&self) -> String {
        let storage = Storage::new(&self.config(), BUCKET);
        storage.find::<Value>("control/paused.json").await.unwrap_err().to_string()
    }
}

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

impl std::fmt::Debug for Broken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Broken")
    }
}

impl HttpConnector for Broken {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        match (self.0)() {
            Some(error) => HttpConnectorFuture::ready(Err(error)),
            None => HttpConnectorFuture::new(std::future::pending()),
        }
    }
}

impl HttpClient for Broken {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// A denial in AWS's form.
pub fn denial(who: &str, action: &str, resource: &str, reason: &str) -> String {
    let on = if resource.is_empty() { String::new() } else { format!(" on resource: {resource}") };
    format!("User: {who} is not authorized to perform: {action}{on} {reason}")
}
