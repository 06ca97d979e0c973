"""Every request is told, and how it was settled, in the mail and in the chat: read here word for word."""

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from guarded_runs import ALL, ask, decide
from harness import recovery_requests as recoveries
from harness import unlock_requests as unlocks
from harness.deployment import Deployment
from harness.executions import RECOVERY, RELEASES, UNLOCK
from harness.people import person, user
from harness.stack import Credentials
from locked_organization import asked
from notice_texts import hold, opened_by, thread_of, told
from shared_deployments import RunName, forget, machine_changed

ACCOUNT, KEY = "333300000001", "AKIA3333000000010001"


def wait_at_most_two_seconds(states: dict[str, Any]) -> None:
    states["RequestApproval"]["TimeoutSeconds"] = 2


def approver(deployment: Deployment) -> Credentials:
    """Somebody who may approve, and nothing else."""
    return user(deployment, "approver-alone", deployment.stack.outputs["ApproversPolicyArn"])


def test_a_run_that_waits_for_an_approval(guarded: Deployment, run_name: RunName) -> None:
    ann = person(guarded, "ann")
    approved, rejected, late = (run_name(f"told-{how}") for how in ("approved", "rejected", "late"))
    shown = ask(guarded, approved, ALL)
    needed = told(guarded, approved, "run approval needed")
    hold(guarded, "run-approval-needed", approved, needed)
    assert opened_by(guarded, approver(guarded), needed) == [f"runs/{approved}/plan/0.json"]
    assert decide(guarded, ann, "approve", approved, shown["plan"]["sha256"])[0] == 200
    hold(guarded, "run-approved", approved, told(guarded, approved, "run approved"))
    assert guarded.wait_for_execution(approved).status == "SUCCEEDED"
    assert thread_of(guarded, approved) == {approved}
    guarded.reset()
    # What earlier runs found is not told again.
    forget(guarded, "reports/history.json")
    shown = ask(guarded, rejected, ALL)
    assert decide(guarded, ann, "reject", rejected, shown["plan"]["sha256"])[0] == 200
    hold(guarded, "run-rejected", rejected, told(guarded, rejected, "6 accounts need a person, 6 new"))
    assert guarded.wait_for_execution(rejected).status == "FAILED"
    with machine_changed(guarded, wait_at_most_two_seconds):
        ask(guarded, late, ALL)
        hold(guarded, "run-not-answered", late, told(guarded, late, "6 accounts need a person, 0 new"))


def test_an_unlock_request(locked: Deployment) -> None:
    ben = person(locked, "ben")
    unlock = asked(locked)
    needed = told(locked, unlock, "unlock approval needed")
    hold(locked, "unlock-approval-needed", unlock, needed)
    assert opened_by(locked, approver(locked), needed) == [f"unlocks/{unlock}/plan.txt"]
    digest = unlocks.plan_sha256(locked, unlock)
    assert unlocks.decide(locked, ben, unlock, digest)[0] == 200
    hold(locked, "unlock-approved", unlock, told(locked, unlock, "unlock request approved"))
    hold(locked, "unlock-done", unlock, told(locked, unlock, "unlock request done"))
    assert thread_of(locked, unlock) == {unlock}


def test_an_unlock_request_that_is_rejected_or_not_answered(locked: Deployment) -> None:
    unlock = asked(locked)
    digest = unlocks.plan_sha256(locked, unlock)
    assert unlocks.decide(locked, person(locked, "ben"), unlock, digest, "reject")[0] == 200
    hold(locked, "unlock-rejected", unlock, told(locked, unlock, "unlock request rejected"))
    with machine_changed(locked, wait_at_most_two_seconds, UNLOCK):
        unlock = asked(locked)
        hold(locked, "unlock-not-answered", unlock, told(locked, unlock, "unlock request not answered"))


@pytest.fixture
def recovering(deployment: Deployment) -> Iterator[Deployment]:
    """What is left waiting is stopped in the end, and its windows forgotten."""
    yield deployment
    machine, states = deployment.stack.outputs[RECOVERY], deployment.stack.client("stepfunctions")
    for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING"):
        for execution in page["executions"]:
            states.stop_execution(executionArn=execution["executionArn"])
    forget(deployment, "recoveries/")


def test_a_recovery_request(recovering: Deployment) -> None:
    ann, ben, account = person(recovering, "ann"), person(recovering, "ben"), "222200000001"
    recovery = recoveries.ask(recovering, ann, account, duration="PT5S")
    needed = told(recovering, recovery, "recovery approval needed")
    hold(recovering, "recovery-approval-needed", recovery, needed)
    assert opened_by(recovering, approver(recovering), needed) == [f"recovery-requests/{recovery}/request.json"]
    assert recoveries.approve(recovering, ben, recovery)[0] == 200
    hold(recovering, "recovery-allowed", recovery, told(recovering, recovery, "recovery allowed"))
    hold(recovering, "recovery-ended", recovery, told(recovering, recovery, "recovery ended"))
    rejected = recoveries.ask(recovering, ann, account, duration="PT6S")
    assert recoveries.approve(recovering, ben, rejected, "reject")[0] == 200
    hold(recovering, "recovery-rejected", rejected, told(recovering, rejected, "recovery request rejected"))
    with machine_changed(recovering, wait_at_most_two_seconds, RECOVERY):
        late = recoveries.ask(recovering, ann, account, duration="PT7S")
        hold(recovering, "recovery-not-answered", late, told(recovering, late, "recovery request not answered"))


# ── A key's release ──


def release(deployment: Deployment, who: Credentials, reason: str = "nobody owns it") -> dict[str, Any]:
    """Asks for the release of a key: the request's id and hash."""
    ticket = f"CHG-{uuid.uuid4().hex[:8]}"
    body = {"action": "release-key", "account": ACCOUNT, "access_key_id": KEY, "reason": reason, "ticket": ticket}
    status, answer = deployment.access_requests(who, body)
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


def told_by(id: str) -> str:
    """The name of the execution that tells that a release is asked for."""
    return f"release-{hashlib.sha256(id.encode()).hexdigest()[:40]}"


def settle(deployment: Deployment, who: Credentials, asked: dict[str, Any], action: str) -> None:
    hash_and_id = {name: asked[name] for name in ("approval_id", "plan_sha256")}
    status, answer = deployment.approvals(who, {"action": action, "reason": "the owner agrees", **hash_and_id})
    assert status == 200, answer


def test_a_key_s_release(deployment: Deployment) -> None:
    ann, ben = person(deployment, "ann"), person(deployment, "ben")
    for action, settled in (("approve", "approved"), ("reject", "rejected")):
        asked = release(deployment, ann, reason="moved to a *role* <at last> & [more](https://example.com)")
        id = asked["approval_id"]
        needed = told(deployment, id, "key release approval needed")
        assert opened_by(deployment, approver(deployment), needed) == [f"releases/{id}.json"]
        settle(deployment, ben, asked, action)
        hold(deployment, f"key-release-{settled}", id, told(deployment, id, f"key release {settled}"))
        assert len(thread_of(deployment, id)) == 1
        if action == "approve":
            hold(deployment, "key-release-approval-needed", id, needed)


@pytest.mark.refused_on_purpose
def test_a_key_s_release_that_nobody_answers_or_that_cannot_be_told(deployment: Deployment) -> None:
    ann = person(deployment, "ann")

    def wait_a_second(states: dict[str, Any]) -> None:
        states["WaitForDecision"] = {"Type": "Wait", "Seconds": 1, "Next": "LookAgain"}

    with machine_changed(deployment, wait_a_second, RELEASES):
        id = release(deployment, ann)["approval_id"]
        hold(deployment, "key-release-not-answered", id, told(deployment, id, "key release not answered"))

    def no_topic(states: dict[str, Any]) -> None:
        states["TellPeople"]["Arguments"]["TopicArn"] += "-that-is-not-there"
        states["TellPeople"]["Retry"] = []

    with machine_changed(deployment, no_topic, RELEASES):
        id = release(deployment, ann)["approval_id"]
        execution = deployment.wait_for_execution(told_by(id), machine=RELEASES)
    assert (execution.status, execution.error) == ("FAILED", "NotTold"), "which raises an alarm"


def test_an_execution_of_another_name_tells_nothing_of_a_key_s_release(deployment: Deployment) -> None:
    """And one that was started under a release's name with something else in mind fails, which raises an alarm."""
    ann = person(deployment, "ann")
    id = release(deployment, ann)["approval_id"]
    told(deployment, id, "key release approval needed")
    other = release(deployment, ann)["approval_id"]
    told(deployment, other, "key release approval needed")
    notices = len(deployment.notices())
    for step, name in (("asked", "another"), ("decided", f"{told_by(other)}-decided"), ("decided", f"{told_by(id)}x")):
        deployment.start_execution({"release": id, "step": step}, name, machine=RELEASES)
        execution = deployment.wait_for_execution(name, machine=RELEASES)
        assert (execution.status, execution.error) == ("FAILED", "NotItsName")
    assert len(deployment.notices()) == notices
