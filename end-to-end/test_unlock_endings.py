"""How a step ended, in each form in which AWS says it: people are told what is known, and no more.

The emulator words some of these in another way, so AWS's own form stands in the place of the step's answer: the step is
a Pass state that leaves what `Catch` would have left, and the machine goes on from there as it is deployed.
"""

import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import UNLOCK
from harness.people import person
from harness.unlock_requests import ask, end_of, notices_of
from locked_organization import APPLY_TO_BUCKET, BUCKET, bucket_policy, policy_in, world
from shared_deployments import machine_changed

NOT_KNOWN = "It is not known which policy is in force now: look with the action inspect before anything else is done."
ID = "11111111-2222-3333-4444-555555555555"


def payload(message: str, type: str | None = None) -> str:
    """What Lambda answers for a function that failed."""
    return json.dumps({"errorMessage": message} | ({"errorType": type} if type else {}))


# Sources: captures of functions that timed out or crashed, of `Catch` around them, and of a function that is not there
# (localstack/localstack, tests/aws/services/lambda_ and stepfunctions, snapshots validated against AWS).
TIMED_OUT = f"RequestId: {ID} Error: Task timed out after 300.00 seconds"
TIMED_OUT_BEFORE_2025 = f"2025-01-01T00:00:00.000Z {ID} Task timed out after 300.00 seconds"
CRASHED = f"RequestId: {ID} Error: Runtime exited without providing a reason"
NOT_FOUND = (
    "Function not found: arn:aws:lambda:us-east-1:111122223333:function:rootwarden-unlock-policy:$LATEST "
    f"(Service: AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; Request ID: {ID}; Proxy: null)"
)
REFUSED = (
    "cannot put the policy of bucket `payments-archive` in account `555500000001`: SlowDown: Reduce your request rate"
)
ABOUT_THE_FUNCTION: list[tuple[dict[str, str], str]] = [
    ({"Error": "Sandbox.Timedout", "Cause": payload(TIMED_OUT, "Sandbox.Timedout")}, f"Sandbox.Timedout: {TIMED_OUT}."),
    ({"Error": "Lambda.Unknown", "Cause": payload(TIMED_OUT_BEFORE_2025)}, f"Lambda.Unknown: {TIMED_OUT_BEFORE_2025}."),
    ({"Error": "Runtime.ExitError", "Cause": payload(CRASHED, "Runtime.ExitError")}, f"Runtime.ExitError: {CRASHED}."),
    ({"Error": "States.Timeout", "Cause": ""}, "It ended with States.Timeout, without a cause."),
    ({"Error": "States.Timeout"}, "It ended with States.Timeout, without a cause."),
    (
        {"Error": "Lambda.ResourceNotFoundException", "Cause": NOT_FOUND},
        f"Lambda.ResourceNotFoundException: {NOT_FOUND}.",
    ),
]


def ended(deployment: Deployment, step: str, caught: dict[str, str]) -> tuple[str, str]:
    """The execution's error, and the first line of the one message, where `step` fails in AWS's own form."""

    def fail(states: dict[str, Any]) -> None:
        after = states[step]["Catch"][0]["Next"]
        states[step] = {"Type": "Pass", "Result": caught, "ResultPath": "$.failed", "Next": after}

    deployment.reset(world())
    with machine_changed(deployment, fail, UNLOCK):
        unlock = ask(deployment, person(deployment, "ann"), **APPLY_TO_BUCKET)
        execution = end_of(deployment, unlock)
    [notice] = notices_of(deployment, unlock)
    line = notice["Message"].split("\n")[0]
    assert execution.status == "FAILED" and execution.cause == line
    return execution.error or "", line


@pytest.mark.parametrize(("caught", "said"), ABOUT_THE_FUNCTION)
def test_of_a_change_whose_function_did_not_end_nobody_is_told_that_all_is_well(
    guarded: Deployment, caught: dict[str, str], said: str
) -> None:
    line = f"The plan could not be carried out to its end. {said} {NOT_KNOWN}"
    assert ended(guarded, "Apply", caught) == ("ApplyFailed", line)


def test_what_the_function_itself_said_is_told_as_it_said_it(guarded: Deployment) -> None:
    caught = {"Error": "Throttled", "Cause": payload(REFUSED, "Throttled")}
    hint = "If this does not say which policy is in force now, look with the action inspect."
    line = f"The plan could not be carried out to its end. Throttled: {REFUSED}. {hint}"
    assert ended(guarded, "Apply", caught) == ("ApplyFailed", line)


@pytest.mark.parametrize(("caught", "said"), ABOUT_THE_FUNCTION)
def test_a_plan_that_did_not_end_changed_nothing_and_says_why(
    guarded: Deployment, caught: dict[str, str], said: str
) -> None:
    line = f"The request could not be planned, and nothing was changed. {said}"
    assert ended(guarded, "Plan", caught) == ("PlanFailed", line)
    assert policy_in(guarded.world(), BUCKET) == bucket_policy()
