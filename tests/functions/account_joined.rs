//! Events about new accounts: which start a run, which do not, and how a new account is waited for.

use rootwarden_domain::ErrorKind;
use rootwarden_simulator::{CreateAccountRequest, Fault, Member, World};
use rootwarden_tests::{MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::organization::*;

const NEW: &str = "444455556666";
const REQUEST: &str = "car-3fbd74c0f2fa11ed8b6e0a41b5dcf48f";

fn sample(name: &str) -> Value {
    let text = match name {
        "create-account" => include_str!("../../events/create-account.json"),
        "create-account-result" => include_str!("../../events/create-account-result.json"),
        "create-account-result-failed" => include_str!("../../events/create-account-result-failed.json"),
        "account-joined-organization" => include_str!("../../events/account-joined-organization.json"),
        "control-tower-create-managed-account" => {
            include_str!("../../events/control-tower-create-managed-account.json")
        }
        _ => include_str!("../../events/control-tower-update-managed-account.json"),
    };
    serde_json::from_str(text).unwrap()
}

fn new_account() -> World {
    World::new(MANAGEMENT).member(with_everything(NEW).joined("2026-11-22T01:59:00Z"))
}

fn inputs(rehearsal: &Rehearsal) -> Vec<Value> {
    rehearsal
        .simulator
        .executions()
        .into_iter()
        .map(|execution| serde_json::from_str(&execution.input).unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn each_event_about_a_new_account_starts_a_run_for_it() {
    for name in [
        "create-account-result",
        "account-joined-organization",
        "control-tower-create-managed-account",
        "control-tower-update-managed-account",
    ] {
        let rehearsal = rehearsal_of(new_account());
        let answer = rehearsal.account_joined(sample(name)).await.unwrap();
        assert_eq!(answer["outcome"], "started", "{name}");
        assert_eq!(
            inputs(&rehearsal),
            [json!({"selection": {"joined": {"account": NEW}}, "mode": "enforce", "started_by": "event"})],
            "{name}"
        );
        let name = &rehearsal.simulator.executions()[0].name;
        assert!(name.starts_with(&format!("joined-{NEW}-")), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_redelivered_event_starts_nothing_twice() {
    let rehearsal = rehearsal_of(new_account());
    let event = sample("create-account-result");
    rehearsal.account_joined(event.clone()).await.unwrap();
    rehearsal.account_joined(event.clone()).await.unwrap();
    let (one, two) = tokio::join!(rehearsal.account_joined(event.clone()), rehearsal.account_joined(event));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(rehearsal.simulator.executions().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_events_without_any_id_are_two_runs_and_a_second_delivery_is_none() {
    let rehearsal = rehearsal_of(new_account());
    let mut first = sample("account-joined-organization");
    for (part, id) in [("/id", json!(null)), ("/detail/eventID", json!(""))] {
        *first.pointer_mut(part).unwrap() = id;
    }
    let mut second = first.clone();
    second["detail"]["eventTime"] = json!("2026-11-22T03:00:00Z");
    for event in [&first, &first, &second, &second] {
        rehearsal.account_joined(event.clone()).await.unwrap();
    }
    let names: Vec<String> = rehearsal.simulator.executions().into_iter().map(|execution| execution.name).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with(&format!("joined-{NEW}-content-"))), "{names:?}");
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_already_exists_is_success() {
    let rehearsal = rehearsal_of(new_account());
    rehearsal.simulator.inject(Fault::on("states:StartExecution").error("ExecutionAlreadyExists", 400, "exists"));
    let answer = rehearsal.account_joined(sample("create-account-result")).await.unwrap();
    assert_eq!(answer["outcome"], "already_started");
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_starts_nothing() {
    let rehearsal = rehearsal_of(new_account());
    let answer = rehearsal.account_joined(sample("create-account-result-failed")).await.unwrap();
    assert_eq!(answer, json!({"outcome": "nothing_to_do", "reason": "EMAIL_ALREADY_EXISTS"}));
    assert!(rehearsal.simulator.executions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_creation_without_an_account_id_is_asked_about() {
    let world = new_account().create_account_request(REQUEST, CreateAccountRequest::succeeds_after_polls(1, NEW));
    let rehearsal = rehearsal_of(world);
    rehearsal.account_joined(sample("create-account")).await.unwrap();
    assert_eq!(
        inputs(&rehearsal),
        [json!({"selection": {"joined": {"account": NEW}}, "mode": "enforce", "started_by": "event"})]
    );
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_takes_longer_is_waited_for_by_the_workflow() {
    let world = new_account().create_account_request(REQUEST, CreateAccountRequest::succeeds_after_polls(5, NEW));
    let rehearsal = rehearsal_of(world);
    rehearsal.account_joined(sample("create-account")).await.unwrap();
    let [input] = inputs(&rehearsal).try_into().unwrap();
    assert_eq!(
        input,
        json!({"selection": {"joined": {"create_account_request": REQUEST}}, "mode": "enforce", "started_by": "event"})
    );
    assert_eq!(rehearsal.count("organizations:DescribeCreateAccountStatus"), 3, "bounded");

    let finished = rehearsal.run(input).await.unwrap();
    assert!(is_clean(&rehearsal, NEW));
    assert!(finished.rounds > 1);
    assert!(finished.status(NEW)["cleaned"].is_object(), "{}", finished.status(NEW));
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_fails_while_it_is_waited_for_ends_quietly() {
    let world = new_account().create_account_request(REQUEST, CreateAccountRequest::failed("ACCOUNT_LIMIT_EXCEEDED"));
    let rehearsal = rehearsal_of(world);
    let input = json!({"selection": {"joined": {"create_account_request": REQUEST}}, "mode": "enforce"});
    let finished = rehearsal.run(input).await.unwrap();
    assert_eq!(finished.output["secured"], true);
    assert_eq!(finished.report.not_created.len(), 1);
    assert_eq!(rehearsal.count("sts:AssumeRoot"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_never_ends_fails_loudly() {
    let world = new_account().create_account_request(REQUEST, CreateAccountRequest::in_progress());
    let rehearsal = rehearsal_of(world);
    let input = json!({"selection": {"joined": {"create_account_request": REQUEST}}, "mode": "enforce"});
    let finished = rehearsal.run(input).await.unwrap();
    assert_eq!(finished.output["secured"], false);
    assert_eq!(finished.report.unfinished_creations.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_account_that_refuses_at_first_is_tried_again_until_it_is_clean() {
    let rehearsal = rehearsal_of(new_account());
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(NEW).times(4).denied());
    let finished = rehearsal.run(json!({"selection": {"joined": {"account": NEW}}, "mode": "enforce"})).await.unwrap();
    assert!(is_clean(&rehearsal, NEW));
    assert_eq!(finished.rounds, 5, "one round for each refusal");
    assert_eq!(finished.output["secured"], true);
}

#[tokio::test(start_paused = true)]
async fn a_new_account_that_never_answers_is_unknown_in_the_end() {
    let rehearsal = rehearsal_of(new_account());
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(NEW).always().denied());
    let before = root_of(&rehearsal, NEW);
    let finished = rehearsal.run(json!({"selection": {"joined": {"account": NEW}}, "mode": "enforce"})).await.unwrap();
    assert_eq!(finished.status(NEW)["unknown"]["kind"], "NotYetVisible");
    assert_eq!(finished.output["secured"], false);
    assert_eq!(root_of(&rehearsal, NEW), before);
}

#[tokio::test(start_paused = true)]
async fn the_same_refusal_in_an_old_account_is_final_at_once() {
    let rehearsal = rehearsal();
    rehearsal.simulator.inject(Fault::on("sts:AssumeRoot").account(KEYS).always().denied());
    let finished = rehearsal.run(enforce(&[KEYS])).await.unwrap();
    assert_eq!(finished.status(KEYS)["unknown"]["kind"], "Denied");
    assert_eq!(finished.rounds, 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_being_activated_is_waited_for() {
    let world = World::new(MANAGEMENT).member(Member::new(NEW).state("PENDING_ACTIVATION"));
    let rehearsal = rehearsal_of(world);
    let request = json!({"selection": {"joined": {"account": NEW}}, "mode": "enforce"});
    let first = rehearsal.round(0, &request, &Value::Null).await.unwrap();
    assert_eq!(first.report["pending"], 1);
    assert_eq!(rehearsal.calls_in(NEW), Vec::<String>::new(), "not before it is active");
    rehearsal.simulator.update(|world| world.accounts.get_mut(NEW).unwrap().state = "ACTIVE".into());
    let second = rehearsal.round(1, &request, &first.report["report"]).await.unwrap();
    assert_eq!(second.report["counts"]["clean"], 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_from_another_account_is_refused() {
    let rehearsal = rehearsal_of(new_account());
    let mut event = sample("create-account-result");
    event["account"] = json!("999999999999");
    let error = rehearsal.account_joined(event).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.to_string().contains("`CreateAccountResult`: delivered in account `999999999999`"), "{error}");
    assert!(rehearsal.simulator.executions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn other_events_are_refused_by_name_without_a_call() {
    let rehearsal = rehearsal_of(new_account());
    let mut event = sample("create-account-result");
    event["detail"]["eventName"] = json!("CloseAccountResult");
    let error = rehearsal.account_joined(event).await.unwrap_err();
    assert_eq!(error.to_string(), "invalid event: `CloseAccountResult`: not an event about a new account");
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(rehearsal.simulator.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_run_name_fits() {
    let rehearsal = rehearsal_of(new_account());
    let mut event = sample("create-account-result");
    event["detail"]["eventID"] =
        json!("an event id / with what no run's name may hold, and far too long for one".repeat(3));
    rehearsal.account_joined(event).await.unwrap();
    let name = &rehearsal.simulator.executions()[0].name;
    assert!(name.len() <= 80 && name.starts_with("joined-444455556666-"), "{name}");
    assert_ne!(name, RUN);
}
