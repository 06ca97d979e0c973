"""Nothing is changed before a second person has approved exactly the plan that was shown, and that is on record."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.executions import UNLOCK
from harness.paths import ROOT
from harness.people import person, session, user
from harness.unlock_requests import ask, decide, end_of, notices_of, plan_sha256, show
from locked_organization import (
    APPLY_TO_BUCKET,
    BUCKET,
    asked,
    bucket_client,
    ended_without_a_change,
    except_break_glass,
    nothing_changed,
    tasks,
    with_bucket_policy,
    without_policy,
    world,
)
from shared_deployments import machine_changed


def test_who_asked_cannot_approve_it_and_somebody_else_can(locked: Deployment) -> None:
    before, ann = locked.world(), person(locked, "ann")
    unlock = asked(locked, ann)
    digest = plan_sha256(locked, unlock)
    status, answer = decide(locked, ann, unlock, digest)
    assert status == 403 and answer["error"]
    nothing_changed(locked, before)
    assert decide(locked, person(locked, "ben"), unlock, digest)[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    assert locked.world() != before


def test_another_role_does_not_make_another_person(locked: Deployment) -> None:
    before = locked.world()
    unlock = asked(locked, session(locked, "requester", "ann"))
    digest = plan_sha256(locked, unlock)
    assert decide(locked, session(locked, "approver", "ann"), unlock, digest)[0] == 403
    nothing_changed(locked, before)
    assert decide(locked, session(locked, "requester", "ben"), unlock, digest)[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"


def test_an_approver_can_open_what_the_notice_links_to_and_nothing_else_in_the_bucket(locked: Deployment) -> None:
    approver = user(locked, "only-an-approver", locked.stack.outputs["ApproversPolicyArn"])
    unlock = asked(locked)
    s3, bucket = locked.stack.client("s3", approver), locked.stack.outputs["BucketName"]
    [notice] = notices_of(locked, unlock)
    [link] = [line.split()[3] for line in notice["Message"].splitlines() if line.startswith("aws s3 cp ")]
    key = link.removeprefix(f"s3://{bucket}/")
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode() == show(locked, approver, unlock)["shown"]
    for other in (f"unlocks/{unlock}/plan.json", f"unlocks/{unlock}/request.json", f"approvals/{unlock}/request.json"):
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.get_object(Bucket=bucket, Key=other)


def test_a_root_user_cannot_approve(locked: Deployment) -> None:
    before, unlock = locked.world(), asked(locked)
    assert decide(locked, (locked.stack.account, "any", None), unlock, plan_sha256(locked, unlock))[0] == 403
    nothing_changed(locked, before)


def test_the_approval_of_another_plan_is_refused(locked: Deployment) -> None:
    before, unlock, other = locked.world(), asked(locked), asked(locked, change="narrow")
    for digest in ("0" * 64, plan_sha256(locked, other)):
        status, answer = decide(locked, person(locked, "ben"), unlock, digest)
        assert status == 409 and answer["error"]
    nothing_changed(locked, before)


def test_a_decision_stands_and_is_not_made_twice(locked: Deployment) -> None:
    ben, cid = person(locked, "ben"), person(locked, "cid")
    unlock = asked(locked)
    digest = plan_sha256(locked, unlock)
    assert decide(locked, ben, unlock, digest)[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    after, decision = locked.world(), locked.read_object(f"approvals/{unlock}/decision.json")
    for who, action in ((cid, "approve"), (cid, "reject"), (ben, "reject")):
        status, answer = decide(locked, who, unlock, digest, action)
        assert status == 409, answer
    assert locked.read_object(f"approvals/{unlock}/decision.json") == decision
    assert locked.world() == after


def test_a_refusal_ends_it_with_the_reason(locked: Deployment) -> None:
    before, unlock = locked.world(), asked(locked)
    digest = plan_sha256(locked, unlock)
    body = {"action": "reject", "approval_id": unlock, "plan_sha256": digest, "reason": "not before the audit"}
    assert locked.approvals(person(locked, "ben"), body)[0] == 200
    execution = ended_without_a_change(locked, before, unlock, "Rejected")
    assert "not before the audit" in (execution.cause or "") and "user/ben" in (execution.cause or "")
    assert decide(locked, person(locked, "cid"), unlock, digest)[0] == 409


def test_without_an_answer_it_ends_without_a_change(locked: Deployment) -> None:
    """The emulator's clock for a waiting task cannot be shortened, so the machine's 24 hours are two seconds here."""
    before = locked.world()

    def wait_at_most_two_seconds(states: dict[str, Any]) -> None:
        states["RequestApproval"]["TimeoutSeconds"] = 2

    with machine_changed(locked, wait_at_most_two_seconds, UNLOCK):
        unlock = asked(locked)
        ended_without_a_change(locked, before, unlock, "TimedOut")
    assert decide(locked, person(locked, "ben"), unlock, plan_sha256(locked, unlock))[0] == 409
    nothing_changed(locked, before)


@pytest.mark.refused_on_purpose
def test_where_nobody_can_be_asked_it_ends_without_a_change(locked: Deployment) -> None:
    before = locked.world()

    def out_of_reach(states: dict[str, Any]) -> None:
        parameters = states["RequestApproval"]["Parameters"]
        parameters["FunctionName"] = parameters["FunctionName"].replace(locked.stack.account, "999988887777")

    with machine_changed(locked, out_of_reach, UNLOCK):
        unlock = ask(locked, person(locked, "ann"), **APPLY_TO_BUCKET)
        execution = ended_without_a_change(locked, before, unlock, "ApprovalNotRequested")
    assert "999988887777" in (execution.cause or "")


def test_every_wait_of_the_machine_is_bounded() -> None:
    machine = json.loads((ROOT / "statemachines" / "unlock-policy.asl.json").read_text())
    tasks = {name: state["TimeoutSeconds"] for name, state in machine["States"].items() if state["Type"] == "Task"}
    assert tasks.pop("RequestApproval") == 24 * 60 * 60 < machine["TimeoutSeconds"]
    # More than the function's own 300 seconds, so that it can still say what it did.
    assert all(seconds <= 310 for seconds in tasks.values())
    assert {tasks[step] for step in ("Plan", "Apply", "Verify")} == {310}


def test_an_exception_may_still_exist_so_that_it_takes_force(locked: Deployment) -> None:
    locked.reset(with_bucket_policy(except_break_glass()))
    before = locked.world()
    unlock = ask(locked, person(locked, "ann"), **APPLY_TO_BUCKET)
    execution = ended_without_a_change(locked, before, unlock, "NotPossible")
    assert "force" in (execution.cause or "") and "break-glass" not in (execution.cause or "")
    assert "break-glass" in show(locked, person(locked, "ann"), unlock)["shown"]
    assert f"approvals/{unlock}/request.json" not in locked.objects()
    unlock = asked(locked, force=True)
    [notice] = notices_of(locked, unlock)
    assert "Locked out before: everyone_except" in notice["Message"] and "force" in notice["Message"]
    assert decide(locked, person(locked, "ben"), unlock, plan_sha256(locked, unlock))[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    assert bucket_client(locked).get_bucket_policy(Bucket=BUCKET)
    assert without_policy(locked.world(), BUCKET) == without_policy(before, BUCKET)


def test_a_deployment_that_needs_no_approval_applies_at_once(guarded: Deployment) -> None:
    guarded.reset(world())
    unlock = ask(guarded, person(guarded, "ann"), **APPLY_TO_BUCKET)
    execution = end_of(guarded, unlock)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert bucket_client(guarded).get_bucket_policy(Bucket=BUCKET)
    [notice] = notices_of(guarded, unlock)
    assert notice["Subject"] == "Rootwarden: unlock request done"
    assert f"approvals/{unlock}/request.json" not in guarded.objects()
    assert tasks(guarded) == {"S3UnlockBucketPolicy"}
