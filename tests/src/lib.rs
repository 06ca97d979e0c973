//! All functions in one process, on the simulated organization, joined as the state machine joins them.
//!
//! What goes from function to function goes through JSON and the bucket here as well. Step Functions itself is left to the
//! end-to-end tests, where an emulator runs the real state machine.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null for what it does not have")]

use rootwarden_aws::{Deadline, SdkConfig};
use rootwarden_domain::{AccountId, BatchOutcome, Pin, Sha256, run::report::Report};
use rootwarden_lambda::{Function, FunctionError, Settings};
use rootwarden_simulator::{Caller, Simulator, World};
use serde_json::{Value, json};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

pub const MANAGEMENT: &str = "111122223333";
pub const BUCKET: &str = "rootwarden-bucket";
pub const RUN: &str = "nightly-2026-11-22";

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
    /// How many runs were begun before the one at hand: a round of a run is planned once.
    runs: AtomicU32,
}

/// What the functions of one round answered.
#[derive(Debug, Clone)]
pub struct Round {
    pub listed: Listed,
    pub plan: Value,
    pub deletions: Vec<Value>,
    pub report: Value,
}

/// The chunks of a round, listed and audited: what goes into the plan.
#[derive(Debug, Clone)]
pub struct Listed {
    /// What `select-accounts` answered for each chunk.
    pub chunks: Vec<Value>,
    /// What the workers of each chunk left behind.
    pub audits: Vec<Vec<Value>>,
    /// The pin of the last chunk's audit record.
    pub audited: Value,
}

impl Listed {
    /// The pin of the last chunk's selection.
    pub fn selection(&self) -> Value {
        self.chunks.last().map_or(Value::Null, |chunk| chunk["selection"].clone())
    }
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
            runs: AtomicU32::new(0),
        }
    }

    /// The name of the run at hand: [`RUN`], until another one is begun.
    pub fn run_id(&self) -> String {
        match self.runs.load(Ordering::Relaxed) {
            0 => RUN.to_owned(),
            before => format!("{RUN}-{}", before + 1),
        }
    }

    /// Whatever follows is of another run, if the one at hand was planned already.
    fn begin_run(&self) {
        let planned = format!("runs/{}/plan/0.json", self.run_id());
        if self.simulator.objects(BUCKET).iter().any(|(key, _)| *key == planned) {
            self.runs.fetch_add(1, Ordering::Relaxed);
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
    pub fn config(&self, role: &str, tasks: &[&str]) -> SdkConfig {
        let policies: Vec<String> =
            tasks.iter().map(|task| format!("arn:aws:iam::aws:policy/root-task/{task}")).collect();
        let function = format!("arn:aws:lambda:us-east-1:{MANAGEMENT}:function:{role}");
        let statements = json!([{
            "Effect": "Allow",
            "Action": "sts:AssumeRoot",
            "Resource": "arn:aws:iam::*:root",
            "Condition": {
                "StringEquals": {"sts:TaskPolicyArn": policies},
                "ArnEquals": {"lambda:SourceFunctionArn": function},
            },
        }]);
        self.simulator.sdk_config(&Caller::management_role(role).with_statements(statements).of_function(&function))
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

    /// The same organization with other settings.
    #[must_use]
    pub fn redeployed(self, deployment: &Deployment) -> Self {
        Self { settings: settings(deployment), seconds_left: deployment.seconds_left, ..self }
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

    /// `select-accounts` for the first chunk of a round.
    pub async fn select_first(&self, round: u32, request: &Value, previous: &Value) -> Answer {
        self.select(json!({
            "run": self.run_id(), "round": round, "request": request, "previous": previous, "chunk": 0, "chain": null,
        }))
        .await
    }

    pub async fn audit_all(&self, round: u32, chunk: usize, selection: &Value) -> Vec<Value> {
        let mut audits = Vec::new();
        for batch in self.batches(selection) {
            let input = json!({"run": self.run_id(), "round": round, "chunk": chunk, "selection": selection, "batch": batch["batch"]});
            audits.push(caught(&batch, self.audit(input).await));
        }
        audits
    }

    /// What a chunk's workers left behind, written down: the pin of the record.
    pub async fn record(
        &self,
        round: u32,
        chunk: usize,
        selection: &Value,
        outcomes: &Value,
        previous: &Value,
    ) -> Answer {
        let input = json!({
            "step": "record", "run": self.run_id(), "round": round, "chunk": chunk, "selection": selection,
            "outcomes": outcomes, "previous": previous,
        });
        Ok(self.audit_accounts(input).await?["audited"].clone())
    }

    /// Writes every chunk's record again, after something was changed in what its workers left.
    pub async fn record_all(&self, round: u32, listed: &mut Listed) -> Result<(), FunctionError> {
        listed.audited = Value::Null;
        for (number, (chunk, audits)) in listed.chunks.iter().zip(&listed.audits).enumerate() {
            let outcomes = Value::from(audits.clone());
            listed.audited = self.record(round, number, &chunk["selection"], &outcomes, &listed.audited).await?;
        }
        Ok(())
    }

    /// Lists and audits chunk by chunk, as the state machine does.
    pub async fn list(&self, round: u32, request: &Value, previous: &Value) -> Result<Listed, FunctionError> {
        let mut listed = Listed { chunks: vec![], audits: vec![], audited: Value::Null };
        let mut current = self.select_first(round, request, previous).await?;
        loop {
            let number = listed.chunks.len();
            let selection = &current["selection"];
            let audits = self.audit_all(round, number, selection).await;
            let outcomes = Value::from(audits.clone());
            listed.audited = self.record(round, number, selection, &outcomes, &listed.audited).await?;
            listed.audits.push(audits);
            listed.chunks.push(current.clone());
            if current["more"] != true {
                return Ok(listed);
            }
            current = self
                .select(json!({
                    "run": self.run_id(), "round": round, "request": request, "previous": previous,
                    "chunk": number + 1, "chain": selection,
                }))
                .await?;
        }
    }

    pub async fn plan_of(&self, round: u32, listed: &Listed) -> Answer {
        let last = listed.chunks.len().saturating_sub(1);
        self.plan(json!({"run": self.run_id(), "round": round, "chunk": last, "audited": listed.audited})).await
    }

    pub async fn delete_all(&self, round: u32, plan: &Value) -> Vec<Value> {
        let mut deletions = Vec::new();
        for batch in self.batches(plan) {
            let input = json!({"run": self.run_id(), "round": round, "plan": plan, "batch": batch["batch"]});
            deletions.push(caught(&batch, self.delete(input).await));
        }
        deletions
    }

    /// Everything up to the plan, nothing deleted yet.
    pub async fn plan_round(&self, request: &Value) -> Result<(Listed, Value), FunctionError> {
        self.begin_run();
        let listed = self.list(0, request, &Value::Null).await?;
        let plan = self.plan_of(0, &listed).await?;
        Ok((listed, plan))
    }

    /// One round, from selecting to reporting. Where the guard calls for an approval, `approval` is the answer.
    pub async fn round_with(
        &self,
        round: u32,
        request: &Value,
        previous: &Value,
        approval: &str,
    ) -> Result<Round, FunctionError> {
        let listed = self.list(round, request, previous).await?;
        let plan = self.plan_of(round, &listed).await?;
        let approval = match plan["approval"].as_str() {
            Some("needed") => approval,
            Some("given") => "approved",
            _ => "not_needed",
        };
        let goes_on = plan["mode"] == "enforce" && ["approved", "not_needed"].contains(&approval);
        let deletions = if goes_on { self.delete_all(round, &plan["plan"]).await } else { Vec::new() };
        let report = self
            .publish(json!({
                "run": self.run_id(), "round": round, "plan": plan["plan"], "approval": approval,
                "deletions": deletions, "previous": previous,
                "audited": {"chunk": listed.chunks.len().saturating_sub(1), "record": listed.audited},
            }))
            .await?;
        Ok(Round { listed, plan, deletions, report })
    }

    pub async fn round(&self, round: u32, request: &Value, previous: &Value) -> Result<Round, FunctionError> {
        self.round_with(round, request, previous, "timed_out").await
    }

    /// A whole run: rounds until nothing is pending.
    pub async fn run(&self, request: Value) -> Result<Finished, FunctionError> {
        self.begin_run();
        let mut previous = Value::Null;
        for number in 0..100 {
            let round = self.round(number, &request, &previous).await?;
            previous = round.report["report"].clone();
            if round.report["pending"] == 0 {
                let report = serde_json::from_value(self.object(&previous))
                    .map_err(|error| FunctionError::new(rootwarden_domain::ErrorKind::Defect, error.to_string()))?;
                return Ok(Finished { report, rounds: number + 1, output: round.report });
            }
        }
        Err(FunctionError::new(rootwarden_domain::ErrorKind::Defect, "the run does not end"))
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
        ("ROOTWARDEN_NEW_ACCOUNT_WAIT_MINUTES", deployment.new_account_wait_minutes),
        ("ROOTWARDEN_MAX_ACCOUNTS_TO_CLEAN", deployment.max_accounts_to_clean),
        ("ROOTWARDEN_ASSUME_ROOT_PER_SECOND", "200"),
        ("ROOTWARDEN_WORKERS", "10"),
        (
            "ROOTWARDEN_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-secure-accounts",
        ),
        ("ROOTWARDEN_PROTECTED_RESOURCES", deployment.protected_resources),
        ("ROOTWARDEN_REQUIRE_APPROVAL", deployment.require_approval),
        ("ROOTWARDEN_ACCOUNT_ID", MANAGEMENT),
        ("ROOTWARDEN_PEOPLE", deployment.people),
        ("ROOTWARDEN_PERSON_ROLE_ARNS", deployment.person_role_arns),
    ];
    if deployment.unlock_requests {
        settings.push((
            "ROOTWARDEN_UNLOCK_STATE_MACHINE_ARN",
            "arn:aws:states:us-east-1:111122223333:stateMachine:rootwarden-unlock-policy",
        ));
    }
    settings
}

/// An HTTP request as Lambda hands it on from a function URL, signed by an IAM user, a role's session or nobody.
pub fn url_event(caller_arn: Option<&str>, body: &str) -> Value {
    let Some(arn) = caller_arn else { return url_event_by(Value::Null, body) };
    let name = arn.rsplit('/').next().unwrap_or_default();
    // The same user always has the same id, and no other user has it.
    let digest = Sha256::of(arn.to_lowercase().as_bytes()).to_string().to_uppercase();
    let is_user = arn.contains(":user/");
    let id = if is_user { format!("AIDA{}", &digest[..17]) } else { format!("AROA{}:{name}", &digest[..17]) };
    url_event_of(arn, Some(&id), body)
}

/// The same, signed by whom AWS knows by this ARN and this id.
///
/// Source: a capture of September 2026 in a public repository (radkawar/stackd, `testdata/aws/lambda/urls_http.json`): the fields
/// of `authorizer.iam`, for an IAM user and for a role's session.
pub fn url_event_of(arn: &str, id: Option<&str>, body: &str) -> Value {
    let account = arn.split(':').nth(4);
    let access_key = if arn.contains(":user/") { "AKIAIOSFODNN7EXAMPLE" } else { "ASIAIOSFODNN7EXAMPLE" };
    let iam = json!({
        "accessKey": access_key, "accountId": account, "callerId": id, "cognitoIdentity": null,
        "principalOrgId": "o-aaaaaaaaaa", "userArn": arn, "userId": id,
    });
    url_event_by(json!({"iam": iam}), body)
}

fn url_event_by(authorizer: Value, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/",
        "rawQueryString": "",
        "headers": {"content-type": "application/json"},
        "requestContext": {
            "accountId": MANAGEMENT, "authorizer": authorizer, "http": {"method": "POST", "path": "/"},
            "stage": "$default", "time": "15/Sep/2026:12:09:52 +0000", "timeEpoch": 1_789_474_192_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// The state machine's question about what `plan-deletions` answered for round 0.
pub fn question(plan: &Value, started_by: &Value, task_token: &str) -> Value {
    json!({"approval_request": {
        "approval_id": plan["approval_id"], "plan": plan["plan"], "started_by": started_by, "task_token": task_token,
    }})
}

/// How a run ended.
#[derive(Debug)]
pub struct Finished {
    pub report: Report,
    pub rounds: u32,
    /// What the last `publish-report` answered.
    pub output: Value,
}

impl Finished {
    /// The status of one account, as JSON.
    pub fn status(&self, account: &str) -> Value {
        let id: Option<AccountId> = account.parse().ok();
        let report = id.and_then(|id| self.report.accounts.get(&id));
        report.map_or(Value::Null, |report| serde_json::to_value(&report.status).unwrap_or_default())
    }
}

/// What the state machine's `Catch` makes of a worker that failed.
fn caught(batch: &Value, answer: Answer) -> Value {
    match answer {
        Ok(output) => output,
        Err(error) => json!({
            "batch": batch["batch"],
            "failed": {"Error": error.kind().name(), "Cause": error.to_string()},
        }),
    }
}

/// Whether a value can be read as what a worker left behind.
pub fn is_batch_outcome(value: &Value) -> bool {
    serde_json::from_value::<BatchOutcome>(value.clone()).is_ok()
}

/// Whether a value is a pin.
pub fn is_pin(value: &Value) -> bool {
    serde_json::from_value::<Pin>(value.clone()).is_ok()
}
