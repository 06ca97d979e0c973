"""The nightly run. The emulator fires schedules by its own clock, so the tests send what a schedule would."""

import json
import time
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import ended_execution
from harness.organization import accounts, secured, sessions_in
from shared_deployments import EXEMPT, NIGHTLY_EXCLUDE, RunName

NIGHT = {"selection": "all", "mode": "enforce", "exclude": {}, "started_by": "schedule"}


def schedule(deployment: Deployment) -> dict[str, Any]:
    resources = deployment.stack.resources
    return deployment.stack.client("scheduler").get_schedule(Name=resources["Nightly"])


def fire(deployment: Deployment, scheduled_time: str, invocation: str, **more: Any) -> dict[str, Any]:
    """Does what the schedule does at a time, and waits for the end of what it starts: how that ended.

    `more` is what somebody who may start the machine adds to its input.
    """
    target, states = schedule(deployment)["Target"], deployment.stack.client("stepfunctions")
    input = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", scheduled_time))
    execution = states.start_execution(stateMachineArn=target["Arn"], name=invocation, input=json.dumps(input | more))[
        "executionArn"
    ]
    return ended_execution(deployment.stack, execution)


def request_of_the_night(deployment: Deployment) -> dict[str, Any]:
    """What the definition of the machine says that a night does."""
    states = deployment.stack.client("stepfunctions")
    machine = states.describe_state_machine(stateMachineArn=deployment.stack.outputs["StartNightStateMachineArn"])
    return json.loads(machine["definition"])["States"]["Request"]["Result"]


def input_of(deployment: Deployment, run: str) -> Any:
    arn = deployment.stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
    return json.loads(deployment.stack.client("stepfunctions").describe_execution(executionArn=f"{arn}:{run}")["input"])


def whole_runs(deployment: Deployment) -> float:
    """How many runs over the whole organization were counted."""
    [alarm] = alarms_of(deployment, "WholeRunsPublished")
    found = deployment.stack.client("cloudwatch").get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm["Dimensions"],
        StartTime=time.time() - 86400,
        EndTime=time.time() + 3600,
        Period=alarm["Period"],
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def alarms_of(deployment: Deployment, metric: str) -> list[dict[str, Any]]:
    alarms = deployment.stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return [alarm for alarm in alarms if alarm.get("MetricName") == metric]


def test_the_schedule_is_at_two_in_the_night_and_starts_what_starts_a_night(deployment: Deployment) -> None:
    nightly = schedule(deployment)
    assert (nightly["ScheduleExpression"], nightly["State"]) == ("cron(0 2 * * ? *)", "ENABLED")
    assert nightly["FlexibleTimeWindow"] == {"Mode": "OFF"}
    target = nightly["Target"]
    assert target["Arn"] == deployment.stack.outputs["StartNightStateMachineArn"]
    assert target["DeadLetterConfig"]["Arn"].endswith(deployment.stack.outputs["LostEventsQueueUrl"].split("/")[-1])
    assert json.loads(target["Input"]) == {"scheduled_time": "<aws.scheduler.scheduled-time>"}
    assert request_of_the_night(deployment) == NIGHT


def test_parameters_move_it_switch_it_off_and_exclude_accounts(guarded: Deployment) -> None:
    nightly = schedule(guarded)
    assert (nightly["ScheduleExpression"], nightly["State"]) == ("cron(30 4 * * ? *)", "DISABLED")
    assert request_of_the_night(guarded) == NIGHT | {"exclude": NIGHTLY_EXCLUDE}


def test_in_report_mode_the_night_only_reports(report_deployment: Deployment) -> None:
    assert request_of_the_night(report_deployment)["mode"] == "report"


def test_a_night_that_is_started_twice_runs_once(deployment: Deployment) -> None:
    before = deployment.world()
    assert fire(deployment, "2026-11-22T02:00:00Z", "first-delivery")["status"] == "SUCCEEDED"
    execution = deployment.wait_for_execution("nightly-2026-11-22")
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert deployment.world() == secured(before, {EXEMPT})
    calls, executions = len(deployment.calls()), deployment.executions()
    again = fire(deployment, "2026-11-22T02:00:00Z", "second-delivery")
    assert again["status"] == "SUCCEEDED", again
    assert deployment.executions() == executions
    assert len(deployment.calls()) == calls
    assert fire(deployment, "2026-11-23T02:00:00Z", "the-next-night")["status"] == "SUCCEEDED"
    assert deployment.wait_for_execution("nightly-2026-11-23").status == "SUCCEEDED"
    assert len(sessions_in(deployment.calls(), "222200000001")) == 2


def test_whoever_may_start_a_night_cannot_have_it_do_less(deployment: Deployment) -> None:
    nothing = {"selection": "all", "mode": "report", "exclude": {"accounts": list(accounts(deployment.world()))}}
    before = deployment.world()
    assert fire(deployment, "2026-10-01T02:00:00Z", "with-a-request", request=nothing)["status"] == "SUCCEEDED"
    assert deployment.wait_for_execution("nightly-2026-10-01").status == "SUCCEEDED"
    assert input_of(deployment, "nightly-2026-10-01") == NIGHT
    assert deployment.world() == secured(before, {EXEMPT})


def test_a_name_that_somebody_took_with_another_request_does_not_cancel_the_night_in_silence(
    deployment: Deployment,
) -> None:
    for number, other in enumerate([{"selection": "all"}, {**NIGHT, "exclude": {"accounts": [EXEMPT]}}]):
        date = f"2026-10-0{number + 2}"
        deployment.run(other, f"nightly-{date}")
        loud_about(deployment, date, f"taken-{number}", "SUCCEEDED", "input")


def test_a_night_that_somebody_stopped_is_not_taken_for_one_that_was_run(deployment: Deployment) -> None:
    deployment.start_execution(NIGHT, "nightly-2026-10-05")
    arn = deployment.stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
    deployment.stack.client("stepfunctions").stop_execution(executionArn=f"{arn}:nightly-2026-10-05")
    assert deployment.wait_for_execution("nightly-2026-10-05").status == "ABORTED"
    loud_about(deployment, "2026-10-05", "after-a-stop", "ABORTED", "status")
    machine = {"Name": "StateMachineArn", "Value": deployment.stack.outputs["StateMachineArn"]}
    [alarm] = [alarm for alarm in alarms_of(deployment, "ExecutionsAborted") if alarm["Dimensions"] == [machine]]
    assert alarm["AlarmActions"] == [deployment.stack.outputs["NoticesTopicArn"]]


def test_a_night_that_failed_is_not_settled_by_a_second_delivery(deployment: Deployment) -> None:
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": "222200000001", "times": "always", "effect": "denied"})
    counted = whole_runs(deployment)
    assert fire(deployment, "2026-10-06T02:00:00Z", "failing-night")["status"] == "SUCCEEDED"
    execution = deployment.wait_for_execution("nightly-2026-10-06")
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    # Whatever it says of the accounts: it was published, and one that is unknown is no night that is missing.
    assert whole_runs(deployment) == counted + 1
    loud_about(deployment, "2026-10-06", "failing-night-again", "FAILED", "status")


def test_nights_to_come_cannot_be_cancelled_by_running_them_in_advance(deployment: Deployment) -> None:
    """The name of a run is taken for good, and a run that was long ago is none of this night."""
    assert fire(deployment, "2999-01-01T02:00:00Z", "in-advance")["status"] == "SUCCEEDED"
    assert deployment.wait_for_execution("nightly-2999-01-01").status == "SUCCEEDED"
    loud_about(deployment, "2999-01-01", "the-night-itself", "SUCCEEDED", "date")


def loud_about(deployment: Deployment, date: str, invocation: str, status: str, *differs: str) -> None:
    """The night fails, says which run is in its way and how that ended, and fails for nothing but what `differs`."""
    executions, calls = deployment.executions(), len(deployment.calls())
    ended = fire(deployment, f"{date}T02:00:00Z", invocation)
    assert (ended["status"], ended["error"]) == ("FAILED", "NightNotRun"), ended
    assert f"nightly-{date}" in ended["cause"] and f"its status is {status}" in ended["cause"], ended["cause"]
    assert compared(deployment, ended["executionArn"]) == differs
    assert (deployment.executions(), len(deployment.calls())) == (executions, calls)
    [alarm] = [
        alarm
        for alarm in alarms_of(deployment, "ExecutionsFailed")
        if alarm["Dimensions"][0]["Value"] == deployment.stack.outputs["StartNightStateMachineArn"]
    ]
    assert alarm["AlarmActions"] == [deployment.stack.outputs["NoticesTopicArn"]]


def compared(deployment: Deployment, execution: str) -> tuple[str, ...]:
    """What the machine found to be otherwise than in a run of this night."""
    pages = (
        deployment.stack.client("stepfunctions").get_paginator("get_execution_history").paginate(executionArn=execution)
    )
    [seen] = [
        json.loads(event["stateEnteredEventDetails"]["input"])
        for page in pages
        for event in page["events"]
        if event.get("stateEnteredEventDetails", {}).get("name") == "IsThisNight"
    ]
    differences = {
        "input": seen["input"] != seen["wanted"],
        "date": seen["started"] < seen["night"],
        "status": seen["status"] not in ("RUNNING", "SUCCEEDED"),
    }
    return tuple(name for name, differs in differences.items() if differs)


@pytest.mark.parametrize(
    ("request_by_hand", "counts"),
    [
        ({"selection": "all", "mode": "enforce"}, 1),
        ({"selection": "all", "mode": "report"}, 0),
        ({"selection": "all"}, 0),
        ({"selection": "all", "mode": "enforce", "exclude": {"accounts": ["222200000001"]}}, 0),
        ({"selection": {"accounts": ["222200000001"]}, "mode": "enforce"}, 0),
    ],
)
def test_only_a_run_over_everything_that_does_what_is_deployed_counts_as_a_night(
    deployment: Deployment, run_name: RunName, request_by_hand: dict[str, Any], counts: int
) -> None:
    before = whole_runs(deployment)
    execution = deployment.run(request_by_hand, run_name("counted"))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert whole_runs(deployment) == before + counts


def test_a_run_of_many_rounds_is_counted_once(deployment: Deployment, run_name: RunName) -> None:
    before, name = whole_runs(deployment), run_name("rounds")
    deployment.inject_faults(
        {"on": "sts:AssumeRoot", "account": "222200000001", "times": "always", "effect": "throttle"}
    )
    assert deployment.run({"selection": "all", "mode": "enforce"}, name).status == "FAILED"
    assert len([key for key in deployment.objects() if key.startswith(f"runs/{name}/report/")]) > 1
    assert whole_runs(deployment) == before + 1


def test_a_night_that_is_missing_is_not_silent(deployment: Deployment) -> None:
    [alarm] = alarms_of(deployment, "WholeRunsPublished")
    assert (alarm["Period"] * alarm["EvaluationPeriods"], alarm["Period"]) == (26 * 3600, 3600)
    assert (alarm["Statistic"], alarm["Threshold"], alarm["ComparisonOperator"]) == ("Sum", 1, "LessThanThreshold")
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [deployment.stack.outputs["NoticesTopicArn"]]
    assert "26 hours" in alarm["AlarmDescription"] and "waits for an approval" in alarm["AlarmDescription"]


def test_without_a_schedule_no_night_is_missed(guarded: Deployment) -> None:
    assert alarms_of(guarded, "WholeRunsPublished") == []
