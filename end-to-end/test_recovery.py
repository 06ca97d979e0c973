"""Root password recovery, for a while: asked for, approved, used, ended, and proven gone.

Time is short by the deployment's parameters, and by nothing else.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import recovery_requests as recoveries
from harness.deployment import Deployment
from harness.executions import RECOVERY
from harness.organization import AUDIT, DELETE, RECOVER, accounts, calls_in, changes_in
from harness.people import person
from harness.waiting import wait_until
from shared_deployments import RunName, forget, machine_changed

# Clean in the beginning.
ACCOUNT, SUSPENDED, EXEMPT = "222200000001", "333300000006", "333300000007"
SHORT = "PT20S"


@pytest.fixture
def recovering(deployment: Deployment) -> Iterator[Deployment]:
    """What a test leaves waiting is stopped in the end, and its windows forgotten."""
    forget(deployment, "recoveries/")
    yield deployment
    machine, states = deployment.stack.outputs[RECOVERY], deployment.stack.client("stepfunctions")
    for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING"):
        for execution in page["executions"]:
            states.stop_execution(executionArn=execution["executionArn"])
    forget(deployment, "recoveries/")


def window(deployment: Deployment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(deployment.read_object(f"recoveries/{ACCOUNT}.json"))
    return found


def allowed(deployment: Deployment, duration: str = SHORT) -> str:
    """Ann asks, Ben approves, and recovery is allowed."""
    recovery = recoveries.ask(deployment, person(deployment, "ann"), ACCOUNT, duration=duration)
    status, answer = recoveries.approve(deployment, person(deployment, "ben"), recovery)
    assert status == 200, answer
    recoveries.wait_until_allowed(deployment, ACCOUNT)
    return recovery


def test_recovery_is_allowed_used_ended_and_all_is_proven_gone(recovering: Deployment, run_name: RunName) -> None:
    before = recovering.world()
    recovery = allowed(recovering)
    recoveries.owner_signs_in(recovering, ACCOUNT)
    signed_in = accounts(recovering.world())[ACCOUNT]["root"]
    assert set(signed_in) == {"password", "access_keys", "mfa_devices"}

    # A nightly run passes by.
    nightly, earlier = run_name("nightly-passes"), len(recovering.calls())
    recovering.run({"selection": {"accounts": [ACCOUNT]}, "mode": "enforce", "started_by": "schedule"}, nightly)
    assert accounts(recovering.world())[ACCOUNT]["root"] == signed_in
    assert changes_in(recovering.calls()[earlier:], ACCOUNT) == []
    reason = recovering.report(nightly)["accounts"][ACCOUNT]["status"]["exempt"]["reason"]
    for part in ("user/ann", "user/ben", "close the account", window(recovering)["until"]):
        assert part in reason

    execution = recoveries.end_of(recovering, recovery)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert recovering.world() == before, "all is gone, and nothing else was changed"
    report = recovering.report(f"closing-{recovery}")["accounts"][ACCOUNT]["status"]
    assert {
        next(iter(step["credential"])) if isinstance(step["credential"], dict) else step["credential"]
        for step in report["cleaned"]["steps"]
    } == {"login_profile", "access_key", "mfa_device"}
    assert window(recovering)["settled"]["report"]["key"].startswith(f"runs/closing-{recovery}/report/")
    subjects = [notice["Subject"] for notice in recoveries.notices_of(recovering, recovery)]
    assert subjects == [f"Rootwarden: recovery {what}" for what in ("approval needed", "allowed", "ended")]
    last = recoveries.notices_of(recovering, recovery)[-1]["Message"]
    for part in ("login profile", f"AKIA{ACCOUNT}9999", "root-account-mfa-device", "SHA-256"):
        assert part in last


def test_the_task_policy_of_recovery_is_the_only_one_that_the_function_uses(recovering: Deployment) -> None:
    allowed(recovering, "PT1H")
    calls = calls_in(recovering.calls(), ACCOUNT)
    assert [call["action"] for call in calls] == ["sts:AssumeRoot", "iam:CreateLoginProfile"]
    assert calls[0]["resource"].endswith(f"root-task/{RECOVER}") and calls[1]["session"]["task"] == RECOVER
    assert "AllowRecovery" in calls[0]["caller"]


def test_ending_early_takes_nobodys_approval(recovering: Deployment) -> None:
    recovery = allowed(recovering, "PT1H")
    recoveries.owner_signs_in(recovering, ACCOUNT)
    end = recoveries.ask(recovering, person(recovering, "ben"), ACCOUNT, action="end-recovery")
    execution = recoveries.end_of(recovering, end)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert accounts(recovering.world())[ACCOUNT].get("root", {}) == {}
    assert f"approvals/{end}/request.json" not in recovering.objects()
    assert window(recovering)["recovery"] == recovery and window(recovering)["settled"]["run"] == f"closing-{end}"
    tasks = {call["session"]["task"] for call in recovering.calls() if call["session"]}
    assert tasks == {RECOVER, AUDIT, DELETE}


def test_who_asked_cannot_approve_and_a_rejected_request_opens_nothing(recovering: Deployment) -> None:
    ann = person(recovering, "ann")
    recovery = recoveries.ask(recovering, ann, ACCOUNT, duration="PT1H")
    status, answer = recoveries.approve(recovering, ann, recovery)
    assert status == 403 and "somebody else has to decide" in answer["error"]
    assert recoveries.approve(recovering, person(recovering, "ben"), recovery, "reject")[0] == 200
    execution = recoveries.end_of(recovering, recovery)
    assert execution.status == "SUCCEEDED" and "has rejected" in execution.output["line"]
    assert f"recoveries/{ACCOUNT}.json" not in recovering.objects() and calls_in(recovering.calls(), ACCOUNT) == []


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ("111122223333", "it is the management account"),
        ("999988887777", "it is not in the organization"),
        (SUSPENDED, "its state is SUSPENDED"),
        (EXEMPT, "the account is exempt"),
    ],
)
def test_an_account_in_which_it_may_not_be_is_refused_with_the_reason(
    recovering: Deployment, account: str, named: str
) -> None:
    recovery = recoveries.ask(recovering, person(recovering, "ann"), account, duration="PT1H")
    execution = recoveries.end_of(recovering, recovery)
    assert execution.status == "SUCCEEDED" and named in execution.output["line"], execution.output
    [notice] = recoveries.notices_of(recovering, recovery)
    assert notice["Subject"] == "Rootwarden: recovery request not possible" and named in notice["Message"]
    assert f"approvals/{recovery}/request.json" not in recovering.objects()
    assert calls_in(recovering.calls(), account) == []


def test_if_allowing_fails_the_window_is_closed_at_once_and_the_account_secured(recovering: Deployment) -> None:
    before = recovering.world()
    recovering.inject_faults({"on": "iam:CreateLoginProfile", "effect": "denied", "times": 1})
    recovery = recoveries.ask(recovering, person(recovering, "ann"), ACCOUNT, duration="PT1H")
    assert recoveries.approve(recovering, person(recovering, "ben"), recovery)[0] == 200
    execution = recoveries.end_of(recovering, recovery)
    assert (execution.status, execution.error) == ("FAILED", "NotAllowed"), execution.cause
    assert "could not be allowed" in window(recovering)["closed"]["because"] and window(recovering)["settled"]
    assert recovering.world() == before
    assert recoveries.notices_of(recovering, recovery)[-1]["Subject"] == "Rootwarden: recovery not allowed"


def test_an_execution_that_was_stopped_is_taken_up_by_the_next_run(recovering: Deployment, run_name: RunName) -> None:
    before = recovering.world()
    recovery = allowed(recovering)
    recoveries.owner_signs_in(recovering, ACCOUNT)
    states = recovering.stack.client("stepfunctions")
    states.stop_execution(
        executionArn=f"{recovering.stack.outputs[RECOVERY].replace(':stateMachine:', ':execution:')}:{recovery}"
    )
    assert recoveries.end_of(recovering, recovery).status == "ABORTED"
    wait_for_the_end(recovering)
    nightly = run_name("takes-up")
    execution = recovering.run(
        {"selection": {"accounts": [ACCOUNT]}, "mode": "enforce", "started_by": "schedule"}, nightly
    )
    assert execution.status == "SUCCEEDED", execution.cause
    assert recovering.world() == before


def wait_for_the_end(deployment: Deployment) -> None:
    until = datetime.fromisoformat(window(deployment)["until"][:19]).replace(tzinfo=UTC)
    wait_until(
        lambda: datetime.now(UTC).timestamp() > until.timestamp() + 1, within_seconds=60, otherwise="it never ends"
    )


def test_a_pause_keeps_the_account_open_and_everything_says_so(recovering: Deployment) -> None:
    recovery = allowed(recovering)
    recoveries.owner_signs_in(recovering, ACCOUNT)
    recovering.put_object("control/paused.json", b'{"paused": true, "reason": "incident 42"}')
    execution = recoveries.end_of(recovering, recovery)
    assert (execution.status, execution.error) == ("FAILED", "KeptOpen"), execution.cause
    assert execution.cause is not None and "incident 42" in execution.cause
    assert recoveries.notices_of(recovering, recovery)[-1]["Subject"] == "Rootwarden: recovery not taken back"
    assert ACCOUNT in recovering.report(f"closing-{recovery}")["kept_open"]
    recovering.put_object("control/paused.json", b'{"paused": false}')
    end = recoveries.ask(recovering, person(recovering, "ann"), ACCOUNT, action="end-recovery")
    assert recoveries.end_of(recovering, end).status == "SUCCEEDED"
    assert accounts(recovering.world())[ACCOUNT].get("root", {}) == {}


@pytest.mark.refused_on_purpose
@pytest.mark.parametrize("state", ["Open", "Allow"])
def test_a_step_that_cannot_be_invoked_leaves_no_window_open(recovering: Deployment, state: str) -> None:
    """The function is not there: nobody knows what it did."""

    def elsewhere(states: dict[str, Any]) -> None:
        states[state]["Parameters"]["FunctionName"] += "-gone"
        states[state]["Retry"] = []

    with machine_changed(recovering, elsewhere, RECOVERY):
        recovery = recoveries.ask(recovering, person(recovering, "ann"), ACCOUNT, duration="PT1H")
        assert recoveries.approve(recovering, person(recovering, "ben"), recovery)[0] == 200
        execution = recoveries.end_of(recovering, recovery)
    assert (execution.status, execution.error) == ("FAILED", "NotAllowed"), execution.cause
    if state == "Allow":
        assert window(recovering)["closed"] and window(recovering)["settled"]
    else:
        assert f"recoveries/{ACCOUNT}.json" not in recovering.objects()
    assert accounts(recovering.world())[ACCOUNT].get("root", {}) == {}
