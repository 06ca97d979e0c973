"""What AWS itself does with a role: a function's logs, its failed events, and what the Scheduler starts or gives up."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import ended_execution
from harness.waiting import wait_until
from sample_events import sample_event


def log_lines(deployment: Deployment, function: str) -> int:
    configuration = deployment.stack.client("lambda").get_function_configuration(
        FunctionName=deployment.stack.resources[function]
    )
    group = configuration["LoggingConfig"]["LogGroup"]
    pages = deployment.stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    return sum(event["message"].startswith("START RequestId") for page in pages for event in page["events"])


def test_each_function_writes_its_logs(deployment: Deployment) -> None:
    functions = deployment.stack.functions()
    assert len(functions) == 10
    for function in functions:
        before = log_lines(deployment, function)
        deployment.invoke(function, {"nothing": "that it knows"})
        assert log_lines(deployment, function) == before + 1, function


def lost_event(deployment: Deployment, is_meant: Callable[[Any], bool]) -> Any:
    """Waits for a message in the queue of lost events, and takes it out."""
    sqs, queue = deployment.stack.client("sqs"), deployment.stack.outputs["LostEventsQueueUrl"]

    def look() -> Any:
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            body = json.loads(message["Body"])
            if is_meant(body):
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                return body
        return None

    return wait_until(look, within_seconds=30, otherwise="nothing came into the queue of lost events")


def test_an_event_that_cannot_be_handled_is_kept(deployment: Deployment) -> None:
    """Invoked as EventBridge does it, and tried again as Lambda does: what the emulator's own rule leaves out."""
    event = sample_event("create-account-result") | {"source": "my.application", "id": str(uuid.uuid4())}
    executions = deployment.executions()
    deployment.stack.client("lambda").invoke(
        FunctionName=deployment.stack.resources["AccountJoined"],
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    kept = lost_event(deployment, lambda body: body.get("requestPayload", {}).get("id") == event["id"])
    assert kept["requestPayload"]["detail"]["eventID"] == event["detail"]["eventID"]
    assert deployment.executions() == executions


@contextmanager
def due(deployment: Deployment, name: str, **changes: Any) -> Iterator[None]:
    """A schedule that is due at once, with the target of the nightly one."""
    scheduler = deployment.stack.client("scheduler")
    target = scheduler.get_schedule(Name=deployment.stack.resources["Nightly"])["Target"] | changes
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=target,
    )
    try:
        yield
    finally:
        scheduler.delete_schedule(Name=name)


def test_the_schedule_starts_the_night_by_its_role(report_deployment: Deployment) -> None:
    states = report_deployment.stack.client("stepfunctions")
    machine = report_deployment.stack.outputs["StartNightStateMachineArn"]
    known = {one["executionArn"] for one in states.list_executions(stateMachineArn=machine)["executions"]}

    def started() -> str | None:
        new = {one["executionArn"] for one in states.list_executions(stateMachineArn=machine)["executions"]} - known
        return new.pop() if new else None

    with due(report_deployment, "due-now"):
        ended = ended_execution(report_deployment.stack, wait_until(started, within_seconds=30))
    assert ended["status"] == "SUCCEEDED", ended
    time = datetime.strptime(json.loads(ended["input"])["scheduled_time"], "%Y-%m-%dT%H:%M:%S%z")
    assert abs((datetime.now(UTC) - time).total_seconds()) < 300
    assert report_deployment.wait_for_execution(f"nightly-{time:%Y-%m-%d}").status == "SUCCEEDED"


@pytest.mark.refused_on_purpose
def test_a_night_that_cannot_be_started_is_kept(report_deployment: Deployment) -> None:
    """The schedule's role may start the machine that starts a night, and no other."""
    executions = report_deployment.executions()
    with due(report_deployment, "due-in-vain", Arn=report_deployment.stack.outputs["StateMachineArn"]):
        kept = lost_event(report_deployment, lambda body: "Input" in body)
    assert "scheduled_time" in json.loads(kept["Input"])
    assert report_deployment.executions() == executions
