//! Root password recovery, for a while: from a person's request to the proof that nothing is left.

mod adversary;
mod approval;
mod ending;
mod faults;
mod faulty_runs;
mod kept_open;
mod refused;

use std::time::Duration;

use rootwarden_simulator::{Member, World};
use rootwarden_tests::{BUCKET, Deployment, Finished, MANAGEMENT, Rehearsal};
use serde_json::{Value, json};

pub use crate::access_requests::{JANE, JANE_ELSEWHERE, JOE, TOKEN, put, stored};
use crate::organization::enforce_all;

pub const OWNER: &str = "300000000001";
pub const OTHER: &str = "300000000002";
pub const SUSPENDED: &str = "300000000003";
pub const EXEMPT: &str = "300000000004";
pub const KEY: &str = "AKIAOFTHEWINDOW00001";
pub const OLD_KEY: &str = "AKIAINUSEBEFORE00001";
pub const HOUR: u64 = 3600;
pub const DAY: u64 = 24 * HOUR;

/// Nobody has any root credential; the guard lets nothing through that counts.
pub fn rehearsal() -> Rehearsal {
    deployed(&Deployment { max_accounts_to_clean: "0", ..deployment() })
}

pub fn deployment() -> Deployment {
    Deployment { exempt_accounts: r#"{"300000000004": "break-glass account"}"#, ..Deployment::default() }
}

pub fn deployed(deployment: &Deployment) -> Rehearsal {
    let world = World::new(MANAGEMENT)
        .member(Member::new(OWNER))
        .member(Member::new(OTHER))
        .member(Member::new(SUSPENDED).state("SUSPENDED"))
        .member(Member::new(EXEMPT));
    Rehearsal::deployed(world, deployment)
}

/// A request that was started: its id and its pin.
#[derive(Debug, Clone)]
pub struct Started {
    pub id: String,
    pub request: Value,
}

pub fn about(action: &str, account: &str) -> Value {
    json!({"action": action, "account": account, "reason": "close the account", "ticket": "CHG-9"})
}

pub fn for_a_while(action: &str, duration: &str) -> Value {
    let mut body = about(action, OWNER);
    body["duration"] = json!(duration);
    body
}

/// What somebody asks for, and the execution that it starts.
pub async fn ask(rehearsal: &Rehearsal, who: &str, body: &Value) -> Started {
    let (status, answer) = rehearsal.access_requests(who, body).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    let execution = rehearsal.simulator.executions().pop().unwrap();
    let input: Value = serde_json::from_str(&execution.input).unwrap();
    assert_eq!((&input["recovery"], &answer["recovery"]), (&json!(execution.name), &json!(execution.name)));
    Started { id: execution.name, request: input["request"].clone() }
}

impl Started {
    pub fn step(&self, step: &str) -> Value {
        let mut input = json!({"step": step, "recovery": self.id, "request": self.request});
        if step == "close" {
            input["cause"] = json!("end");
        }
        input
    }

    pub fn closing_run(&self) -> String {
        format!("closing-{}", self.id)
    }

    pub fn question(&self) -> Value {
        json!({"approval_request": {
            "approval_id": self.id, "plan": self.request, "started_by": {"person": JANE},
            "task_token": format!("{TOKEN}{}", self.id),
        }})
    }

    pub fn decision(&self, action: &str) -> Value {
        json!({"action": action, "approval_id": self.id, "plan_sha256": self.request["sha256"], "reason": "so be it"})
    }
}

/// Asked by Jane, and approved by Joe.
pub async fn approved(rehearsal: &Rehearsal, body: &Value) -> Started {
    let started = ask(rehearsal, JANE, body).await;
    let checked = rehearsal.recovery(started.step("check")).await.unwrap();
    assert_eq!(checked["outcome"], "to_approve", "{checked}");
    rehearsal.access_event(started.question()).await.unwrap();
    let (status, answer) = rehearsal.access_requests(JOE, &started.decision("approve")).await.unwrap();
    assert_eq!(status, 200, "{answer}");
    started
}

/// The same, and the window is open.
pub async fn opened(rehearsal: &Rehearsal, body: &Value) -> Started {
    let started = approved(rehearsal, body).await;
    let opened = rehearsal.recovery(started.step("open")).await.unwrap();
    assert_eq!(opened["outcome"], "opened", "{opened}");
    started
}

/// The same, and recovery is allowed.
pub async fn allowed(rehearsal: &Rehearsal, body: &Value) -> Started {
    let started = opened(rehearsal, body).await;
    let allowed = rehearsal.recovery(started.step("allow")).await.unwrap();
    assert_eq!(allowed["outcome"], "allowed", "{allowed}");
    started
}

/// What the account's owner does with it: a password, an MFA device and an access key, which is used.
pub fn owner_signs_in(rehearsal: &Rehearsal) {
    let seconds: i64 = i64::try_from(rehearsal_seconds(rehearsal)).unwrap();
    rehearsal.simulator.update(|world| {
        let root = &mut world.accounts.get_mut(OWNER).unwrap().root;
        assert!(root.password.is_some(), "recovery is allowed");
        let made = jiff::Timestamp::from_second(seconds).unwrap();
        let member = Member::new(OWNER)
            .access_key_used(KEY, &made.to_string())
            .mfa_device(format!("arn:aws:iam::{OWNER}:mfa/root-account-mfa-device"));
        let filled = World::new(MANAGEMENT).member(member).account(OWNER).unwrap().root.clone();
        root.access_keys.extend(filled.access_keys.into_iter().map(|mut key| {
            key.created = made;
            key
        }));
        root.mfa_devices = filled.mfa_devices;
    });
}

fn rehearsal_seconds(rehearsal: &Rehearsal) -> u64 {
    use rootwarden_aws::Clock;
    let now = Clock::of(&rehearsal.config("clock", &[])).now();
    u64::try_from(now.as_second()).unwrap()
}

pub fn window(rehearsal: &Rehearsal) -> Value {
    stored(rehearsal, &format!("recoveries/{OWNER}.json")).unwrap_or_default()
}

pub fn root(rehearsal: &Rehearsal) -> rootwarden_simulator::RootCredentials {
    crate::organization::root_of(rehearsal, OWNER)
}

/// The run that closes a window, as the state machine starts it.
pub async fn closing_run(rehearsal: &Rehearsal, started: &Started) -> Finished {
    let request = json!({"selection": {"accounts": [OWNER]}, "mode": "enforce", "started_by": {"person": JANE}});
    rehearsal.run_named(&started.closing_run(), request).await.unwrap()
}

/// Everything from the end on: closed, taken back, proven. What the last step answered.
pub async fn ended(rehearsal: &Rehearsal, started: &Started) -> Value {
    let closed = rehearsal.recovery(started.step("close")).await.unwrap();
    assert_eq!(closed["outcome"], "closed", "{closed}");
    closing_run(rehearsal, started).await;
    rehearsal.recovery(started.step("settle")).await.unwrap()
}

pub fn advance(rehearsal: &Rehearsal, seconds: u64) {
    rehearsal.simulator.advance(Duration::from_secs(seconds));
}

#[tokio::test(start_paused = true)]
async fn recovery_is_allowed_for_a_while_and_all_that_was_made_in_it_is_gone_and_proven_gone() {
    let rehearsal = rehearsal();
    let started = allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    assert!(root(&rehearsal).password.is_some());
    advance(&rehearsal, HOUR);
    owner_signs_in(&rehearsal);

    // A nightly run passes by.
    let before = root(&rehearsal);
    let nightly = rehearsal.run(enforce_all()).await.unwrap();
    assert_eq!(root(&rehearsal), before);
    let reason = nightly.status(OWNER)["exempt"]["reason"].as_str().unwrap().to_owned();
    for part in [
        "jane@example.com",
        "joe@example.com",
        "close the account",
        "CHG-9",
        window(&rehearsal)["until"].as_str().unwrap(),
    ] {
        assert!(reason.contains(part), "`{reason}` does not say `{part}`");
    }
    assert_eq!(nightly.output["secured"], true, "nobody needs to look: {}", nightly.output);
    assert!(nightly.output["summary"].as_str().unwrap().contains(&reason), "{}", nightly.output);

    advance(&rehearsal, 23 * HOUR);
    let settled = ended(&rehearsal, &started).await;
    assert_eq!(settled["outcome"], "settled", "{settled}");
    assert!(root(&rehearsal).is_clean(), "{:?}", root(&rehearsal));
    let summary = settled["summary"].as_str().unwrap();
    for part in ["login profile", KEY, "mfa/root-account-mfa-device", "/report/", "SHA-256"] {
        assert!(summary.contains(part), "`{summary}` does not say `{part}`");
    }
    let proof = window(&rehearsal)["settled"].clone();
    assert_eq!(proof["run"], json!(started.closing_run()));
    assert_eq!(rehearsal.object(&proof["report"])["accounts"][OWNER]["status"].as_object().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn i4_the_one_session_is_for_allowing_recovery_and_makes_one_call() {
    let rehearsal = rehearsal();
    allowed(&rehearsal, &about("allow-recovery", OWNER)).await;
    let calls: Vec<_> =
        rehearsal.simulator.calls().into_iter().filter(|call| call.account.as_deref() == Some(OWNER)).collect();
    let made = calls.iter().filter(|call| call.action == "sts:AssumeRoot" || call.action.starts_with("iam:"));
    let made: Vec<&str> = made.map(|call| call.action.as_str()).collect();
    assert_eq!(made, ["sts:AssumeRoot", "iam:CreateLoginProfile"]);
    let opened = calls.iter().find(|call| call.action == "sts:AssumeRoot").unwrap();
    assert!(opened.resource.as_deref().unwrap().ends_with("root-task/IAMCreateRootUserPassword"), "{opened:?}");
}

#[tokio::test(start_paused = true)]
async fn it_is_said_what_the_owner_does_next_and_when_it_ends_also_where_recovery_was_allowed_before() {
    let rehearsal = rehearsal();
    let started = opened(&rehearsal, &about("allow-recovery", OWNER)).await;
    for words in ["is allowed in account", "was allowed already"] {
        let allowed = rehearsal.recovery(started.step("allow")).await.unwrap();
        assert_eq!(allowed["outcome"], "allowed", "{allowed}");
        let summary = allowed["summary"].as_str().unwrap();
        for part in [words, "Forgot password?", window(&rehearsal)["until"].as_str().unwrap()] {
            assert!(summary.contains(part), "`{summary}` does not say `{part}`");
        }
    }
}
