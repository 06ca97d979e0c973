"""What the emulator answers in AWS's place, held against what AWS answered: field by field, every sample."""

import io
import json
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

import sample_comparison
from harness.deployment import Deployment
from harness.executions import ended_execution
from harness.function_url import signed_post
from harness.people import ADMINISTRATOR, role_session, user
from harness.waiting import wait_until

# A new sample that the emulator stands for raises it.
COMPARED = 35

ROLE = "samples"

HANDLER = """
import os, time
def handler(event, context):
    if "requestContext" in event:
        return event
    if event.get("do") == "raise":
        raise Exception("Some exception was raised.")
    if event.get("do") == "exit":
        os._exit(1)
    if event.get("do") == "wait":
        time.sleep(30)
    return {}
"""


class Compared:
    """What was compared, and what differed."""

    def __init__(self) -> None:
        self.answers = sample_comparison.answers()
        self.done: set[tuple[str, str]] = set()
        self.found: set[tuple[str, str, str, str]] = set()

    def add(self, sample: str, case: str, ours: Any, status: int | None = None) -> None:
        answer = self.answers[sample, case]
        self.done.add((sample, case))
        if answer["status"] != status:
            self.found.add((sample, case, "status", f"{status}"))
        self.found |= {(sample, case, path, what) for path, what in sample_comparison.differences(answer, ours)}


@pytest.fixture(scope="module")
def compared() -> Iterator[Compared]:
    """Asserts in the end that every answer had its turn, and that every difference is declared and still there."""
    compared = Compared()
    yield compared
    assert compared.done == set(compared.answers), "not every sample was compared"
    assert len(compared.done) == COMPARED
    declared = sample_comparison.declared()
    undeclared, gone = compared.found - declared, declared - compared.found
    assert not undeclared, "differences that are not declared:\n" + "\n".join(map(str, sorted(undeclared)))
    assert not gone, "declared differences that there are not any more:\n" + "\n".join(map(str, sorted(gone)))


@pytest.fixture(scope="module", autouse=True)
def role(shared_deployment: Deployment) -> Iterator[None]:
    """A role that may do everything: what is sampled is not who may do what."""
    iam = shared_deployment.stack.client("iam")
    services = {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]}
    trust = {"Effect": "Allow", "Principal": services, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
    yield
    iam.detach_role_policy(RoleName=ROLE, PolicyArn=ADMINISTRATOR)
    iam.delete_role(RoleName=ROLE)


@pytest.fixture(scope="module")
def function(role: None, shared_deployment: Deployment) -> Iterator[str]:
    """A function that does what it is told, with a timeout of two seconds."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("samples.py", HANDLER)
    functions, name = shared_deployment.stack.client("lambda"), "samples"
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="samples.handler",
        Role=role_arn(shared_deployment),
        Code={"ZipFile": code.getvalue()},
        Timeout=2,
    )
    yield name
    functions.delete_function(FunctionName=name)


# ── S3: the project's bucket ──


def test_objects_and_their_versions(deployment: Deployment, compared: Compared) -> None:
    s3, bucket = deployment.stack.client("s3"), deployment.stack.outputs["BucketName"]
    key, versioned = "test-delete", "s3.DeleteObject-GetObject.versioned"
    there = {"Bucket": bucket, "Key": key}
    put = s3.put_object(**there, Body=b'"test-delete"')
    status, ours = sample_comparison.answered(put)
    compared.add(versioned, "put", ours, status)
    compared.add("s3.PutObject.if-none-match-versioned", "put", ours, status)
    status, ours = sample_comparison.answered(
        s3.get_object(**there, VersionId=put["VersionId"], ChecksumMode="ENABLED")
    )
    compared.add(versioned, "a version", ours, status)

    precondition, conditional = "s3.PutObject.if-none-match-versioned", {**there, "IfNoneMatch": "*", "Body": b"1"}
    status, ours = sample_comparison.refused(s3.put_object, **conditional)
    compared.add(precondition, "something is there", ours, status)
    deleted = s3.delete_object(**there)
    status, ours = sample_comparison.answered(deleted)
    compared.add(versioned, "deleted", ours, status)
    compared.add(precondition, "deleted", ours, status)

    status, ours = sample_comparison.refused(s3.get_object, **there)
    compared.add(versioned, "read after it was deleted", ours, status)
    marker = {**there, "VersionId": deleted["VersionId"]}
    status, ours = sample_comparison.refused(s3.get_object, **marker)
    compared.add(versioned, "the delete marker", ours, status)
    status, ours = sample_comparison.refused(s3.get_object, **there, VersionId=str(uuid.uuid4()))
    compared.add(versioned, "a version that is gone", ours, status)
    status, ours = sample_comparison.refused(s3.get_object, **there, VersionId="bad-version")
    compared.add(versioned, "no version id", ours, status)
    status, ours = sample_comparison.answered(s3.put_object(**conditional))
    compared.add(precondition, "put after it was deleted", ours, status)

    status, ours = sample_comparison.refused(s3.get_object, Bucket=bucket, Key=f"{key}/none")
    compared.add("s3.GetObject.no-such-key", "no such key", ours, status)
    status, ours = sample_comparison.refused(s3.get_object, Bucket="no-such-bucket-of-anybody", Key="k")
    compared.add("s3.GetObject.no-such-bucket", "no such bucket", ours, status)


# ── Lambda: how a function fails, and what it is told of a request to its URL ──


@pytest.mark.parametrize(("do", "case"), [("wait", "timed out, with a type"), ("exit", "exited")])
def test_a_function_that_does_not_answer(
    deployment: Deployment, function: str, compared: Compared, do: str, case: str
) -> None:
    functions = deployment.stack.client("lambda")
    status, ours = sample_comparison.answered(
        functions.invoke(FunctionName=function, Payload=json.dumps({"do": do}).encode())
    )
    assert ours["FunctionError"], "whoever calls it learns that it failed"
    ours.pop("ExecutedVersion", None)
    compared.add("lambda.Invoke.function-timed-out", case, ours, status)


def test_who_signed_a_request_to_a_function_url(deployment: Deployment, function: str, compared: Compared) -> None:
    functions = deployment.stack.client("lambda")
    url = functions.create_function_url_config(FunctionName=function, AuthType="AWS_IAM")["FunctionUrl"]
    body = {"allEntries": {"unreadOnly": False}}
    status, event = signed_post(deployment.endpoint, url, user(deployment, "sampled", ADMINISTRATOR), body)
    assert status == 200 and event["requestContext"]["authorizer"]["iam"]["userArn"].endswith(":user/sampled")
    compared.add("lambda.function-url.iam-user", "an IAM user's", event)
    role = role_session(deployment, "sampled-role", "session", ADMINISTRATOR)
    status, event = signed_post(deployment.endpoint, url, role, body)
    assert status == 200 and event["requestContext"]["authorizer"]["iam"]["userArn"].endswith("/sampled-role/session")
    compared.add("lambda.function-url.assumed-role", "a role session's", event)


# ── Step Functions: the API ──


def test_starting_an_execution_and_answering_its_token(deployment: Deployment, compared: Compared) -> None:
    states = deployment.stack.client("stepfunctions")
    # It goes on while it is asked for again: of one that has ended, nothing is started either.
    machine = made(deployment, {"Type": "Wait", "Seconds": 3600, "End": True})
    sample, name = "states.StartExecution.already-exists", uuid.uuid4().hex
    start = {"stateMachineArn": machine, "name": name}
    status, ours = sample_comparison.answered(states.start_execution(**start, input="{}"))
    compared.add(sample, "started", ours, status)
    execution = ours["executionArn"]
    status, ours = sample_comparison.outcome(states.start_execution, **start, input="{}")
    compared.add(sample, "started again with the same input", ours, status)
    status, ours = sample_comparison.refused(states.start_execution, **start, input='{"other": 1}')
    compared.add(sample, "started again with another input", ours, status)
    states.stop_execution(executionArn=execution)
    for case, input in [("a word", "not a json"), ("no JSON", "{'not': 'json'}"), ("empty", "")]:
        status, ours = sample_comparison.outcome(states.start_execution, stateMachineArn=machine, input=input)
        compared.add("states.StartExecution.invalid-input", case, ours, status)
    status, ours = sample_comparison.outcome(states.send_task_success, taskToken="no token", output="{}")
    compared.add("states.SendTask.invalid-token", "no token", ours, status)


# ── Step Functions: what a state machine is told of a failure ──


def test_errors_that_a_catch_hands_on(deployment: Deployment, function: str, compared: Compared) -> None:
    account = deployment.stack.account
    direct = f"arn:aws:lambda:us-east-1:{account}:function:{function}"
    for sample, task in [
        ("states.Catch.lambda-function-error", {"Resource": direct, "Parameters": {"do": "raise"}}),
        ("states.Catch.lambda-invoke-timeout", {**invoke(function, {"do": "wait"}), "TimeoutSeconds": 1}),
        ("states.Catch.lambda-not-found", invoke("no_such_function", {})),
    ]:
        caught = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failed", "Next": "Caught"}]}
        _, output = ended(deployment, {"Type": "Task", **task, **caught, "End": True})
        compared.add(sample, "caught", output["failed"])


def test_a_token_that_is_answered_and_one_that_is_not(deployment: Deployment, compared: Compared) -> None:
    states, sqs = deployment.stack.client("stepfunctions"), deployment.stack.client("sqs")
    queue = sqs.create_queue(QueueName=f"samples-{uuid.uuid4().hex}")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failed", "Next": "Caught"}],
        "End": True,
    }
    execution = started(deployment, task)
    token = json.loads(received(sqs, queue))["token"]
    states.send_task_failure(taskToken=token, error="Failure error", cause="Failure cause")
    compared.add("states.Catch.send-task-failure", "caught", finished(deployment, execution)[1]["failed"])
    status, ours = sample_comparison.refused(states.send_task_success, taskToken=token, output="{}")
    compared.add("states.SendTask.token-no-longer-valid", "answered before", ours, status)

    history, output = ended(deployment, {**task, "TimeoutSeconds": 1})
    assert output["failed"]["Error"] == "States.Timeout"
    timed_out = ("states.TaskTimedOut.wait-for-task-token", "in the history")
    [kind] = {event["type"] for event in history} & {"TaskTimedOut", "TaskFailed"}
    if kind != "TaskTimedOut":
        compared.found.add((*timed_out, "type", "another event"))
    compared.add(*timed_out, event(history, kind))
    sqs.delete_queue(QueueUrl=queue)


def test_errors_and_results_of_the_integrations(deployment: Deployment, function: str, compared: Compared) -> None:
    account, region = deployment.stack.account, "us-east-1"
    history, _ = ended(deployment, {"Type": "Task", **invoke(function, {}), "End": True})
    succeeded = event(history, "TaskSucceeded")
    compared.add("states.lambda-invoke.result", "succeeded", {**succeeded, "output": json.loads(succeeded["output"])})

    no_topic = {"TopicArn": f"arn:aws:sns:{region}:{account}:no-such-topic", "Message": "m"}
    history, _ = ended(
        deployment, {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": no_topic, "End": True}
    )
    compared.add("states.sns-publish.error", "no such topic", event(history, "TaskFailed"))

    machine = f"arn:aws:states:{region}:{account}:stateMachine:gone"
    start = {"Type": "Task", "Parameters": {"StateMachineArn": machine, "Input": {}}, "End": True}
    history, _ = ended(deployment, {**start, "Resource": "arn:aws:states:::states:startExecution"})
    compared.add("states.startExecution.optimized-error-name", "no such state machine", event(history, "TaskFailed"))

    failing = made(
        deployment,
        {"Type": "Fail", "Error": "SomeFailure", "Cause": "This state machines raises a 'SomeFailure' failure."},
    )
    start["Parameters"] = {"StateMachineArn": failing, "Input": {}, "Name": f"samples-{uuid.uuid4().hex}"}
    history, _ = ended(deployment, {**start, "Resource": "arn:aws:states:::states:startExecution.sync"})
    cause = event(history, "TaskFailed")["cause"]
    record = json.loads(cause) if cause.startswith("{") else cause
    compared.add("states.execution-result-record.failed", "the record", record)


def test_the_answer_of_a_distributed_map_without_a_result_writer(deployment: Deployment, compared: Compared) -> None:
    s3, bucket = deployment.stack.client("s3"), deployment.stack.outputs["BucketName"]
    key = f"samples/{uuid.uuid4().hex}.json"
    s3.put_object(Bucket=bucket, Key=key, Body=json.dumps([{"batch": number} for number in range(3)]).encode())
    history, output = ended(
        deployment,
        {
            "Type": "Map",
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject",
                "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": bucket, "Key": key},
            },
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
                "StartAt": "Child",
                "States": {"Child": {"Type": "Pass", "End": True}},
            },
            "End": True,
        },
    )
    assert output == [{"batch": 0}, {"batch": 1}, {"batch": 2}]
    exited = event(history, "MapStateExited", "stateExitedEventDetails")
    compared.add("states.DistributedMap.no-result-writer.all-succeeded", "the state's exit", exited)


def invoke(function: str, payload: dict[str, Any]) -> dict[str, Any]:
    parameters = {"FunctionName": function, "Payload": payload}
    return {"Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters}


def made(deployment: Deployment, state: dict[str, Any]) -> str:
    """A state machine of one state, and one where a Catch goes."""
    definition = {"StartAt": "Sampled", "States": {"Sampled": state, "Caught": {"Type": "Pass", "End": True}}}
    states, name = deployment.stack.client("stepfunctions"), f"samples-{uuid.uuid4().hex}"
    created = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role_arn(deployment))
    return created["stateMachineArn"]


def role_arn(deployment: Deployment) -> str:
    return f"arn:aws:iam::{deployment.stack.account}:role/{ROLE}"


def started(deployment: Deployment, state: dict[str, Any]) -> str:
    machine, states = made(deployment, state), deployment.stack.client("stepfunctions")
    return states.start_execution(stateMachineArn=machine, input="{}")["executionArn"]


def finished(deployment: Deployment, execution: str) -> tuple[list[dict[str, Any]], Any]:
    """The history and the output of an execution, once it has ended."""
    described, states = ended_execution(deployment.stack, execution), deployment.stack.client("stepfunctions")
    pages = states.get_paginator("get_execution_history").paginate(executionArn=execution)
    return [event for page in pages for event in page["events"]], json.loads(described.get("output") or "null")


def ended(deployment: Deployment, state: dict[str, Any]) -> tuple[list[dict[str, Any]], Any]:
    return finished(deployment, started(deployment, state))


def event(history: list[dict[str, Any]], kind: str, details: str | None = None) -> dict[str, Any]:
    """The details of the last event of a kind."""
    name = details or kind[0].lower() + kind[1:] + "EventDetails"
    found = [event for event in history if event["type"] == kind]
    assert found, [event["type"] for event in history]
    return found[-1].get(name, {})


def received(sqs: Any, queue: str) -> str:
    """The body of the first message that comes."""

    def first() -> str | None:
        messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        return messages[0]["Body"] if messages else None

    return wait_until(first, within_seconds=30, otherwise="no message came")
