//! Takes a CloudTrail event about a new account from EventBridge and starts securing that account.
//!
//! The event only names a candidate: membership and state come from Organizations, in the run that is started here.

use std::time::Duration;

use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use rootwarden_aws::{Creation, Deadline, Done, Executions, Organization, SdkConfig, StartOutcome, StartedRun};
use rootwarden_domain::{
    AccountId, Mode, RunId, Sha256,
    people::StartedBy,
    run::{
        event::{AccountChange, AccountEvent, Envelope},
        selection::{CreateAccountRequestId, Exclusions, Newcomer, Request, Selection},
    },
    text::input::{InputError, parse},
};
use rootwarden_lambda::{Function, FunctionError, Settings};
use serde::Serialize;
use serde_json::Value;
use tokio::{sync::OnceCell, time::sleep};
use tracing::info;

/// How often the status of a creation is asked for before the workflow waits for it instead. AWS allows 2 calls a second.
const ASK_FOR_STATUS: u32 = 3;
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct AccountJoined {
    organization: Organization,
    executions: Executions,
    mode: Mode,
    management_account: OnceCell<AccountId>,
}

/// What became of an event.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    Run(StartOutcome<StartedRun>),
    NoRun(NothingToDo),
}

/// Why an event starts nothing.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename = "nothing_to_do")]
pub struct NothingToDo {
    reason: String,
}

impl Function for AccountJoined {
    const CRATE: &'static str = env!("CARGO_CRATE_NAME");
    type Output = Outcome;

    fn new(config: &SdkConfig, settings: &Settings) -> Result<Self, FunctionError> {
        Ok(Self {
            organization: Organization::new(config),
            executions: Executions::new(config, settings.state_machine_arn()?),
            mode: settings.mode()?,
            management_account: OnceCell::new(),
        })
    }

    async fn handle(&self, input: Value, _deadline: Deadline) -> Result<Outcome, FunctionError> {
        let event = read(input)?;
        self.require_our_management_account(&event).await?;
        let run = run_id(&event)?;
        let change = match event.change {
            AccountChange::Joined(Newcomer::CreateAccountRequest(request)) => self.await_creation(request).await?,
            change @ (AccountChange::Joined(Newcomer::Account(_)) | AccountChange::NotCreated { .. }) => change,
        };
        let newcomer = match change {
            AccountChange::Joined(newcomer) => newcomer,
            AccountChange::NotCreated { reason } => return Ok(nothing_to_do(&event.name, reason)),
        };
        let request = Request {
            selection: Selection::Joined(newcomer),
            mode: self.mode,
            exclude: Exclusions::default(),
            started_by: Some(StartedBy::Event),
        };
        let started = self.executions.start(run.as_str(), &request).await?;
        match started {
            Done::Now => info!(run.id = %run, event.name, "Started run {run} for {}", event.name),
            Done::Already => info!(run.id = %run, event.name, "Run {run} had been started by an earlier delivery"),
        }
        Ok(Outcome::Run(StartOutcome::of(started, StartedRun { run })))
    }
}

impl AccountJoined {
    async fn require_our_management_account(&self, event: &AccountEvent) -> Result<(), FunctionError> {
        let management_account =
            *self.management_account.get_or_try_init(|| self.organization.management_account()).await?;
        if event.delivered_in == management_account {
            return Ok(());
        }
        let why = format!(
            "`{}`: delivered in account `{}`, not in the organization's management account `{management_account}`",
            event.name, event.delivered_in
        );
        Err(InputError::new("event", why).into())
    }

    /// What is known of a creation after a short wait: the account, the request if it takes longer, or why there is none.
    async fn await_creation(&self, request: CreateAccountRequestId) -> Result<AccountChange, FunctionError> {
        for attempt in 1..=ASK_FOR_STATUS {
            match self.organization.creation(&request).await? {
                Creation::Succeeded(account) => return Ok(AccountChange::Joined(Newcomer::Account(account))),
                Creation::Failed { reason } => return Ok(AccountChange::NotCreated { reason }),
                Creation::InProgress if attempt < ASK_FOR_STATUS => sleep(ASK_AGAIN_AFTER).await,
                Creation::InProgress => {}
            }
        }
        Ok(AccountChange::Joined(Newcomer::CreateAccountRequest(request)))
    }
}

fn nothing_to_do(event: &str, reason: String) -> Outcome {
    info!(event.name = event, reason, "Nothing to do for {event}: no account was created");
    Outcome::NoRun(NothingToDo { reason })
}

fn read(input: Value) -> Result<AccountEvent, FunctionError> {
    let event: EventBridgeEvent<Value> = parse("event", input)?;
    let EventBridgeEvent { id, detail_type, source, account, detail, .. } = event;
    Ok(AccountEvent::parse(Envelope {
        id: id.as_deref().unwrap_or_default(),
        source: &source,
        detail_type: &detail_type,
        account: account.as_deref().unwrap_or_default(),
        detail: &detail,
    })?)
}

/// The run's name, derived from what the event is about and the event's own id, so that a second delivery starts nothing.
fn run_id(event: &AccountEvent) -> Result<RunId, FunctionError> {
    let subject = match &event.change {
        AccountChange::Joined(Newcomer::Account(account)) => account.to_string(),
        // Why the request and not the account it led to: a second delivery may know the account, where the first did not.
        AccountChange::Joined(Newcomer::CreateAccountRequest(request)) => request.to_string(),
        AccountChange::NotCreated { .. } => "none".to_owned(),
    };
    let readable = format!("joined-{subject}-{}", event.id).parse();
    let run = readable.or_else(|_| {
        let digest = Sha256::of(event.id.as_bytes()).first_digits(32);
        format!("joined-{subject}-{digest}").parse()
    });
    run.map_err(|error| InputError::new("event", error).into())
}
