"""The nightly run. The emulator fires schedules by its own clock, so the tests send what a schedule would."""

import json
import time
from typing import Any

from conftest import EXEMPT, NIGHTLY_EXCLUDE

from demo.deployment import Deployment
from demo.organization import secured, sessions_in


def schedule(deployment: Deployment) -> dict[str, Any]:
    resources = deployment.stack.resources
    return deployment.stack.client("scheduler").get_schedule(
        GroupName=resources["StackNameOfAtMost64Characters"], Name=resources["Nightly"]
    )


def fire(deployment: Deployment, scheduled_time: str, invocation: str) -> str:
    """Does what the schedule does at a time, and waits for the end of what it starts: how that ended."""
    target, states = schedule(deployment)["Target"], deployment.stack.client("stepfunctions")
    execution = states.start_execution(
        stateMachineArn=target["Arn"],
        name=invocation,
        input=target["Input"].replace("<aws.scheduler.scheduled-time>", scheduled_time),
    )["executionArn"]
    deadline = time.monotonic() + 30
    while (status := states.describe_execution(executionArn=execution)["status"]) == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return status


def test_the_schedule_is_at_two_in_the_night_and_starts_what_starts_a_night(deployment: Deployment) -> None:
    nightly = schedule(deployment)
    assert (nightly["ScheduleExpression"], nightly["State"]) == ("cron(0 2 * * ? *)", "ENABLED")
    assert nightly["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = nightly["Target"]
    assert target["Arn"] == deployment.stack.outputs["StartNightStateMachineArn"]
    assert target["DeadLetterConfig"]["Arn"].endswith(deployment.stack.outputs["LostEventsQueueUrl"].split("/")[-1])
    assert json.loads(target["Input"])["request"] == {
        "selection": "all",
        "mode": "enforce",
        "exclude": {},
        "started_by": "schedule",
    }


def test_parameters_move_it_switch_it_off_and_exclude_accounts(guarded: Deployment) -> None:
    nightly = schedule(guarded)
    assert (nightly["ScheduleExpression"], nightly["State"]) == ("cron(30 4 * * ? *)", "DISABLED")
    assert json.loads(nightly["Target"]["Input"])["request"]["exclude"] == NIGHTLY_EXCLUDE


def test_in_report_mode_the_night_only_reports(report_deployment: Deployment) -> None:
    assert json.loads(schedule(report_deployment)["Target"]["Input"])["request"]["mode"] == "report"


def test_a_night_that_is_started_twice_runs_once(deployment: Deployment) -> None:
    before = deployment.world()
    assert fire(deployment, "2026-11-22T02:00:00Z", "first-delivery") == "SUCCEEDED"
    execution = deployment.wait_for_execution("nightly-2026-11-22")
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert deployment.world() == secured(before, {EXEMPT})
    calls, executions = len(deployment.calls()), deployment.executions()
    assert fire(deployment, "2026-11-22T02:00:00Z", "second-delivery") == "SUCCEEDED"
    assert deployment.executions() == executions
    assert len(deployment.calls()) == calls
    assert fire(deployment, "2026-11-23T02:00:00Z", "the-next-night") == "SUCCEEDED"
    assert deployment.wait_for_execution("nightly-2026-11-23").status == "SUCCEEDED"
    assert len(sessions_in(deployment.calls(), "222200000001")) == 2
