//! Step Functions: starting executions, answering tokens, and what a state machine hands on of a failure.

use std::fs;

use rootwarden_aws::{Answered, Done, Executions, TaskAnswers};
use rootwarden_domain::{RunId, approvals::TaskToken};
use rootwarden_simulator::{Member, World};
use rootwarden_tests::{MANAGEMENT, RUN, Rehearsal};
use serde_json::{Value, json};

use crate::{
    check::Check,
    exchange::Exchange,
    sample::Answer,
    world::{MEMBER, world},
};

const MACHINE: &str = "arn:aws:states:us-east-1:111122223333:stateMachine:example";

pub async fn check(check: &mut Check) {
    starting(check).await;
    refused_inputs(check).await;
    tokens(check).await;
    failed_workers(check).await;
    state_machines(check);
}

async fn starting(check: &mut Check) {
    let sample = "states.StartExecution.already-exists";
    for (case, expected) in [
        ("started", Done::Now),
        ("started again with the same input", Done::Now),
        ("started again with another input", Done::Already),
    ] {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer);
        assert_eq!(executions(&exchange).start("first", &json!({"round": 1})).await.unwrap(), expected, "{case}");
        check.reader_took(&answer);
    }
    let exchange = Exchange::new(world());
    for (case, round) in
        [("started", 1), ("started again with the same input", 1), ("started again with another input", 2)]
    {
        executions(&exchange).start("first", &json!({"round": round})).await.unwrap();
        check.compare(&check.answer(sample, case), &exchange.last("states:StartExecution"));
    }
}

async fn refused_inputs(check: &mut Check) {
    for (case, input) in [("a word", "not a json"), ("no JSON", "{'not': 'json'}"), ("empty", "")] {
        let answer = check.answer("states.StartExecution.invalid-input", case);
        let exchange = Exchange::new(world()).answering(&answer);
        let error = executions(&exchange).start("first", &json!({})).await.unwrap_err();
        assert_eq!(error.kind().name(), "InvalidRequest", "{error}");
        assert!(error.to_string().contains("Invalid State Machine Execution Input"), "{error}");
        check.reader_took(&answer);
        let exchange = Exchange::new(world());
        let sfn = aws_sdk_sfn::Client::new(&exchange.config());
        assert!(sfn.start_execution().state_machine_arn(MACHINE).name("first").input(input).send().await.is_err());
        check.compare(&answer, &exchange.last("states:StartExecution"));
    }
}

/// Who answers too late, or with what is no token, learns that nobody waits any more, and nothing of the token.
async fn tokens(check: &mut Check) {
    let token = TaskToken::try_from("AQCkAAAAKgAAAAMAAAAAAAAAAexample".to_owned()).unwrap();
    for (sample, case) in
        [("states.SendTask.token-no-longer-valid", "answered before"), ("states.SendTask.invalid-token", "no token")]
    {
        let answer = check.answer(sample, case);
        let exchange = Exchange::new(world()).answering(&answer).answering_as("states:SendTaskFailure", &answer);
        let answers = TaskAnswers::new(&exchange.config());
        assert_eq!(answers.succeed(&token, &json!({}), "answer").await.unwrap(), Answered::TooLate, "{case}");
        assert_eq!(answers.fail(&token, "Refused", "cause", "answer").await.unwrap(), Answered::TooLate, "{case}");
        check.reader_took(&answer);
    }
    let exchange = Exchange::new(world());
    let answers = TaskAnswers::new(&exchange.config());
    assert_eq!(answers.succeed(&token, &json!({}), "answer").await.unwrap(), Answered::Taken);
    assert_eq!(answers.succeed(&token, &json!({}), "answer").await.unwrap(), Answered::TooLate);
    let late = check.answer("states.SendTask.token-no-longer-valid", "answered before");
    check.compare(&late, &exchange.last("states:SendTaskSuccess"));
    let sfn = aws_sdk_sfn::Client::new(&exchange.config());
    assert!(sfn.send_task_success().task_token("").output("{}").send().await.is_err());
    let invalid = check.answer("states.SendTask.invalid-token", "no token");
    check.compare(&invalid, &exchange.last("states:SendTaskSuccess"));
}

/// What a Catch hands on of a worker, in each form that AWS gives it: its accounts are unknown, and the error is named.
async fn failed_workers(check: &mut Check) {
    for sample in [
        "states.Catch.lambda-function-error",
        "states.Catch.lambda-invoke-timeout",
        "states.Catch.lambda-not-found",
        "states.Catch.send-task-failure",
    ] {
        let answer = check.answer(sample, "caught");
        unknown_for(&answer, answer.body.clone()).await;
        check.reader_took(&answer);
    }
    for answer in check.answers("lambda.Invoke.function-timed-out") {
        let payload = &answer.body["Payload"];
        let error = payload["errorType"].as_str().unwrap_or("Lambda.Unknown");
        unknown_for(&answer, json!({"Error": error, "Cause": payload.to_string()})).await;
        check.reader_took(&answer);
    }
    let answer =
        check.answer("states.DistributedMap.express-child.trust-policy-with-SourceArn", "no child may assume the role");
    let child = &answer.body["express_child"];
    unknown_for(&answer, json!({"Error": child["error"], "Cause": child["cause"]})).await;
    check.reader_took(&answer);
}

async fn unknown_for(answer: &Answer, failed: Value) {
    let member = Member::new(MEMBER).access_key("AKIAIOSFODNN7EXAMPLE");
    let rehearsal = Rehearsal::new(World::new(MANAGEMENT).member(member));
    let request = json!({"selection": "all", "mode": "enforce"});
    let mut listed = rehearsal.list(0, &request, &Value::Null).await.unwrap();
    listed.audits = vec![vec![json!({"batch": 0, "failed": failed})]];
    rehearsal.record_all(0, &mut listed).await.unwrap();
    let plan = rehearsal.plan_of(0, &listed).await.unwrap();
    assert_eq!(plan["account_count"], 0, "{}: what is unknown is not deleted", answer.id());
    let report = rehearsal
        .publish(json!({
            "run": RUN, "round": 0, "plan": plan["plan"], "approval": "not_needed", "deletions": [], "previous": null,
        }))
        .await
        .unwrap();
    let unknown = rehearsal.object(&report["report"])["accounts"][MEMBER]["status"]["unknown"].clone();
    assert_eq!(unknown["kind"], "Transient", "{}: {unknown}", answer.id());
    let error = failed["Error"].as_str().unwrap();
    assert!(unknown["message"].as_str().unwrap().contains(error), "{}: {unknown}", answer.id());
}

/// What the definitions themselves take out of AWS's answers.
fn state_machines(check: &mut Check) {
    let machines: Vec<Value> =
        ["secure-accounts", "unlock-policy", "allow-recovery", "start-night"].map(machine).into();
    let tasks: Vec<Value> = machines.iter().flat_map(tasks).collect();
    let of = |resource: &'static str| {
        tasks.iter().filter(move |task| task["Resource"].as_str().unwrap().ends_with(resource))
    };

    let answer = check.answer("states.lambda-invoke.result", "succeeded");
    let mut taken = 0;
    for task in of("lambda:invoke") {
        let selected = task["ResultSelector"].as_object().into_iter().flat_map(|selector| selector.values());
        for path in selected.chain([&task["OutputPath"]]).filter_map(Value::as_str) {
            let field = path.strip_prefix("$.").unwrap().split('.').next().unwrap();
            assert!(answer.body["output"][field].is_object(), "{path}");
            taken += 1;
        }
    }
    assert!(taken > 5, "{taken}");
    check.reader_took(&answer);

    let answer = check.answer("states.sns-publish.error", "no such topic");
    assert!(answer.text("error").starts_with("SNS."));
    assert!(of("sns:publish").count() > 0);
    for task in of("sns:publish") {
        let catches = task["Catch"].as_array().unwrap().iter().flat_map(|one| one["ErrorEquals"].as_array().unwrap());
        assert!(catches.into_iter().any(|name| name == "States.ALL"), "a notice that fails ends nothing: {task}");
    }
    check.reader_took(&answer);

    let answer = check.answer("states.startExecution.optimized-error-name", "no such state machine");
    let code = answer.text("cause").split("Error Code: ").nth(1).unwrap().split(';').next().unwrap();
    assert_eq!(answer.text("error"), format!("StepFunctions.{code}Exception"));
    let start: Vec<&Value> = of("states:startExecution").collect();
    assert_eq!(start.len(), 1);
    assert!(start[0].to_string().contains("\"StepFunctions.ExecutionAlreadyExistsException\""));
    check.reader_took(&answer);

    let answer = check.answer("scheduler.context-attribute.scheduled-time", "what stands in its place");
    let (attribute, time) = answer.body.as_object().unwrap().iter().next().unwrap();
    assert!(read("template.yaml").contains(attribute.as_str()), "the schedule names the run's time by {attribute}");
    let (date, _) = time.as_str().unwrap().split_once('T').unwrap();
    assert_eq!(format!("nightly-{date}").parse::<RunId>().unwrap().to_string(), "nightly-2022-03-22");
    assert!(read("statemachines/start-night.asl.json").contains("States.Format('nightly-{}'"));
    check.reader_took(&answer);
}

fn machine(name: &str) -> Value {
    // A parameter of the template that is JSON stands there without quotes.
    let definition = read(&format!("statemachines/{name}.asl.json")).replace("${NightlyExclude}", "{}");
    serde_json::from_str(&definition).unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Every Task of a definition, however deep.
fn tasks(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(fields) => {
            let own = (fields.get("Type") == Some(&json!("Task"))).then(|| value.clone());
            own.into_iter().chain(fields.values().flat_map(tasks)).collect()
        }
        Value::Array(values) => values.iter().flat_map(tasks).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn executions(exchange: &Exchange) -> Executions {
    Executions::new(&exchange.config(), MACHINE)
}
