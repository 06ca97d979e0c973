//! All functions in one process, on the simulated organization, joined as the state machine joins them.
//!
//! What goes from function to function goes through JSON and the bucket here as well. Step Functions itself is left to the
//! end-to-end tests, where an emulator runs the real state machine.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]

mod events;
mod names;
mod run;
mod template;

use rootwarden_aws::{Deadline, SdkConfig};
use rootwarden_domain::{BatchOutcome, Pin};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_simulator::{Caller, Simulator, World};
use serde_json::{Value, json};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

pub use events::{question, url_event, url_event_of};
pub use names::{BUCKET, CHAT, MANAGEMENT, NOTICES, RUN};
pub use run::{Finished, Listed, Round};

/// What a deployment sets. The defaults are those of the tests, not of the template.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub mode: &'static str,
    pub exempt_accounts: &'static str,
    pub protect_keys_used_within_days: &'static str,
    pub new_account_wait_minutes: &'static str,
    pub max_accounts_to_clean: &'static str,
    pub protected_resources: &'static str,
    pub require_approval: &'static str,
    pub people: &'static str,
    pub person_role_arns: &'static str,
    pub unlock_requests: bool,
    pub notices_of_runs: &'static str,
    pub chat: bool,
    pub events: &'static str,
    pub security_hub: &'static str,
    pub ocsf_findings: &'static str,
    pub region: &'static str,
    pub seconds_left: u64,
}

impl Default for Deployment {
    fn default() -> Self {
        Self {
            mode: "enforce",
            exempt_accounts: "{}",
            protect_keys_used_within_days: "30",
            new_account_wait_minutes: "30",
            max_accounts_to_clean: "25",
            protected_resources: "log-archive-*",
            require_approval: "true",
            people: "identity-center-and-iam-users",
            person_role_arns: "",
            unlock_requests: true,
            notices_of_runs: "problems",
            chat: false,
            events: "on",
            security_hub: "off",
            ocsf_findings: "off",
            region: "us-east-1",
            seconds_left: 240,
        }
    }
}

/// The functions of one deployment, each with a role of its own.
#[derive(Debug)]
pub struct Rehearsal {
    pub simulator: Simulator,
    settings: Vec<(&'static str, &'static str)>,
    seconds_left: u64,
    region: &'static str,
    /// How many runs were begun before the one at hand: a round of a run is planned once.
    runs: AtomicU32,
    /// The name of the run at hand, if it has one of its own.
    named: Mutex<Option<String>>,
}

pub type Answer = Result<Value, FunctionError>;

impl Rehearsal {
    pub fn new(world: World) -> Self {
        Self::deployed(world, &Deployment::default())
    }

    pub fn deployed(world: World, deployment: &Deployment) -> Self {
        let simulator = Simulator::new(world.bucket(BUCKET));
        Self {
            simulator,
            settings: settings(deployment),
            seconds_left: deployment.seconds_left,
            region: deployment.region,
            runs: AtomicU32::new(0),
            named: Mutex::default(),
        }
    }

    /// The name of the run at hand: [`RUN`], until another one is begun.
    pub fn run_id(&self) -> String {
        if let Some(name) = self.named.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            return name;
        }
        match self.runs.load(Ordering::Relaxed) {
            0 => RUN.to_owned(),
            before => format!("{RUN}-{}", before + 1),
        }
    }

    /// Hands `input` to a freshly built function, as a cold start would.
    async fn invoke<F: Function>(&self, role: &str, tasks: &[&str], endpoint: &'static str, input: Value) -> Answer {
        let settings = Settings::of(self.settings.iter().copied().chain([("ROOTWARDEN_ENDPOINT", endpoint)]));
        let function = F::new(&self.config(role, tasks), &settings)?;
        let deadline = Deadline::after(Duration::from_secs(self.seconds_left));
        let output = Box::pin(function.handle(input, deadline)).await?;
        serde_json::to_value(output)
            .map_err(|error| FunctionError::new(rootwarden_domain::ErrorKind::Defect, error.to_string()))
    }

    /// The role of a function: `sts:AssumeRoot` for the tasks that it needs and no other, as the template states it.
    ///
    /// What it may read of the organization is what its role in the template may.
    pub fn config(&self, role: &str, tasks: &[&str]) -> SdkConfig {
        let policies: Vec<String> =
            tasks.iter().map(|task| format!("arn:aws:iam::aws:policy/root-task/{task}")).collect();
        let function = format!("arn:aws:lambda:us-east-1:{MANAGEMENT}:function:{role}");
        let mut statements = vec![json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRoot",
            "Resource": "arn:aws:iam::*:root",
            "Condition": {
                "StringEquals": {"sts:TaskPolicyArn": policies},
                "ArnEquals": {"lambda:SourceFunctionArn": function},
            },
        })];
        let actions = template::simulated_actions(role);
        if !actions.is_empty() {
            statements.push(json!({"Effect": "Allow", "Action": actions, "Resource": "*"}));
        }
        let caller = Caller::management_role(role).with_statements(Value::Array(statements)).of_function(&function);
        let region = aws_types::region::Region::from_static(self.region);
        self.simulator.sdk_config(&caller).into_builder().region(region).build()
    }

    pub async fn account_joined(&self, event: Value) -> Answer {
        self.invoke::<account_joined::AccountJoined>("account-joined", &[], "", event).await
    }

    pub async fn select(&self, input: Value) -> Answer {
        self.invoke::<select_accounts::SelectAccounts>("select-accounts", &[], "", input).await
    }

    /// Audits a batch.
    pub async fn audit(&self, mut input: Value) -> Answer {
        if let Value::Object(fields) = &mut input {
            fields.insert("step".to_owned(), json!("audit"));
        }
        self.audit_accounts(input).await
    }

    pub async fn audit_accounts(&self, input: Value) -> Answer {
        let tasks = &["IAMAuditRootUserCredentials"];
        self.invoke::<audit_accounts::AuditAccounts>("audit-accounts", tasks, "", input).await
    }

    pub async fn plan(&self, input: Value) -> Answer {
        self.invoke::<plan_deletions::PlanDeletions>("plan-deletions", &[], "", input).await
    }

    pub async fn delete(&self, input: Value) -> Answer {
        let tasks = &["IAMDeleteRootUserCredentials"];
        self.invoke::<delete_credentials::DeleteCredentials>("delete-credentials", tasks, "", input).await
    }

    pub async fn publish(&self, input: Value) -> Answer {
        self.invoke::<publish_report::PublishReport>("publish-report", &[], "", input).await
    }

    /// One step of `unlock-policy`.
    pub async fn unlock(&self, input: Value) -> Answer {
        let tasks = &["S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"];
        self.invoke::<unlock_policy::UnlockPolicy>("unlock-policy", tasks, "", input).await
    }

    /// One step of `allow-recovery`.
    pub async fn recovery(&self, input: Value) -> Answer {
        let tasks = &["IAMCreateRootUserPassword"];
        self.invoke::<allow_recovery::AllowRecovery>("allow-recovery", tasks, "", input).await
    }

    /// The same organization with other settings.
    #[must_use]
    pub fn redeployed(self, deployment: &Deployment) -> Self {
        let Deployment { seconds_left, region, .. } = *deployment;
        Self { settings: settings(deployment), seconds_left, region, ..self }
    }

    /// A person's request, signed by `caller_arn`, to the URL that takes it: the status and the answer.
    pub async fn access_requests(&self, caller_arn: &str, body: &Value) -> Result<(u64, Value), FunctionError> {
        let event = url_event(Some(caller_arn), &body.to_string());
        let decides = ["approve", "reject"].contains(&body["action"].as_str().unwrap_or_default());
        let answer = if decides { self.decision_event(event).await? } else { self.access_event(event).await? };
        let body = answer["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
        Ok((answer["statusCode"].as_u64().unwrap_or_default(), body.unwrap_or_default()))
    }

    /// An event of the function that takes requests.
    pub async fn access_event(&self, event: Value) -> Answer {
        self.invoke::<access_requests::AccessRequests>("access-requests", &[], "requests", event).await
    }

    /// An event of the function that takes decisions.
    pub async fn decision_event(&self, event: Value) -> Answer {
        self.invoke::<access_requests::AccessRequests>("approvals", &[], "approvals", event).await
    }

    /// The state machine's question about what `plan-deletions` answered for round 0.
    pub async fn ask(&self, plan: &Value, started_by: &Value, task_token: &str) -> Answer {
        self.access_event(question(plan, started_by, task_token)).await
    }

    /// The batches in the object behind a pin, as the Distributed Map reads them.
    pub fn batches(&self, pin: &Value) -> Vec<Value> {
        self.object(pin)["batches"].as_array().cloned().unwrap_or_default()
    }

    /// The newest version of the object behind a pin.
    pub fn object(&self, pin: &Value) -> Value {
        let key = pin["key"].as_str().unwrap_or_default();
        let objects = self.simulator.objects(BUCKET);
        let found = objects.iter().find(|(name, _)| name == key);
        found.and_then(|(_, body)| serde_json::from_slice(body).ok()).unwrap_or_default()
    }

    /// The calls of one action, e.g. `sts:AssumeRoot`.
    pub fn count(&self, action: &str) -> usize {
        self.simulator.calls().iter().filter(|call| call.action == action).count()
    }

    /// The calls made in one account or aimed at it, Organizations' own aside.
    pub fn calls_in(&self, account: &str) -> Vec<String> {
        let calls = self.simulator.calls().into_iter();
        calls
            .filter(|call| call.account.as_deref() == Some(account))
            .filter(|call| call.action.starts_with("iam:") || call.action == "sts:AssumeRoot")
            .filter(|call| account != MANAGEMENT || call.action != "iam:ListOrganizationsFeatures")
            .map(|call| call.action)
            .collect()
    }
}

/// A deployment's settings, as the template hands them to its functions.
fn settings(deployment: &Deployment) -> Vec<(&'static str, &'static str)> {
    let mut settings = vec![
        ("ROOTWARDEN_BUCKET", BUCKET),
        ("ROOTWARDEN_MODE", deployment.mode),
        ("ROOTWARDEN_EXEMPT_ACCOUNTS", deployment.exempt_accounts),
        ("ROOTWARDEN_PROTECT_KEYS_USED_WITHIN_DAYS", deployment.protect_keys_used_within_days),
        ("ROOTWARDEN_STACK", "rootwarden"),
        ("ROOTWARDEN_NEW_ACCOUNT_WAIT_MINUTES", deployment.new_account_wait_minutes),
        ("ROOTWARDEN_MAX_ACCOUNTS_TO_CLEAN", deployment.max_accounts_to_clean),
        ("ROOTWARDEN_ASSUME_ROOT_PER_SECOND", "200"),
        ("ROOTWARDEN_WORKERS", "10"),
        ("ROOTWARDEN_UNLOCK_REQUESTS", if deployment.unlock_requests { "on" } else { "off" }),
        (
            "ROOTWARDEN_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts",
        ),
        (
            "ROOTWARDEN_RELEASES_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-key-releases",
        ),
        ("ROOTWARDEN_NOTICES_OF_RUNS", deployment.notices_of_runs),
        ("ROOTWARDEN_NOTICES_TOPIC_ARN", NOTICES),
        ("ROOTWARDEN_CHAT_TOPIC_ARN", if deployment.chat { CHAT } else { "" }),
        (
            "ROOTWARDEN_EXECUTION_ARN_PREFIX",
            "arn:aws:states:us-east-1:111122223333:execution:rootwarden-secure-accounts:",
        ),
        ("ROOTWARDEN_EVENTS", deployment.events),
        ("ROOTWARDEN_SECURITY_HUB", deployment.security_hub),
        ("ROOTWARDEN_OCSF_FINDINGS", deployment.ocsf_findings),
        ("ROOTWARDEN_PROTECTED_RESOURCES", deployment.protected_resources),
        ("ROOTWARDEN_REQUIRE_APPROVAL", deployment.require_approval),
        ("ROOTWARDEN_RECOVERY_AT_LEAST", "PT1H"),
        ("ROOTWARDEN_RECOVERY_AT_MOST", "PT72H"),
        ("ROOTWARDEN_ACCOUNT_ID", MANAGEMENT),
        ("ROOTWARDEN_PEOPLE", deployment.people),
        ("ROOTWARDEN_PERSON_ROLE_ARNS", deployment.person_role_arns),
    ];
    // As in the template: what only reports could not take it back.
    if deployment.mode == "enforce" {
        settings.push((
            "ROOTWARDEN_RECOVERY_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-allow-recovery",
        ));
    }
    if deployment.unlock_requests {
        settings.push((
            "ROOTWARDEN_UNLOCK_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-unlock-policy",
        ));
    }
    settings
}

/// Whether a value can be read as what a worker left behind.
pub fn is_batch_outcome(value: &Value) -> bool {
    serde_json::from_value::<BatchOutcome>(value.clone()).is_ok()
}

/// Whether a value is a pin.
pub fn is_pin(value: &Value) -> bool {
    serde_json::from_value::<Pin>(value.clone()).is_ok()
}
