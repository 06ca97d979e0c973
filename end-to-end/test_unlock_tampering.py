"""Whatever lies in the bucket, or comes past the people: without their decision about this plan, nothing is changed."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.executions import UNLOCK, Execution
from harness.organization import changes_in
from harness.people import ADMINISTRATOR, person, user
from harness.unlock_requests import decide, end_of, notices_of, plan_sha256
from locked_organization import (
    BUCKET,
    LOCKED,
    asked,
    bucket_client,
    bucket_policy,
    ended_without_a_change,
    except_break_glass,
    nothing_changed,
    opened,
    plan_pin,
    policy_in,
    put,
    stored_policies,
    with_bucket_policy,
)
from worlds import MANAGEMENT


@pytest.mark.parametrize(
    ("anew", "state"),
    [(bucket_policy(), "as_before"), (bucket_policy(Sid="LockedAnew"), "something_else")],
    ids=["the same policy", "another policy"],
)
def test_an_approval_that_is_played_again_changes_nothing_again(
    locked: Deployment, anew: dict[str, Any], state: str
) -> None:
    """The same record, plan and step, after somebody locked the bucket anew."""
    unlock = asked(locked)
    pin = plan_pin(locked, unlock)
    assert decide(locked, person(locked, "ben"), unlock, plan_sha256(locked, unlock))[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    administrator = bucket_client(locked)
    administrator.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(anew))
    before = locked.world()
    answer = locked.invoke("UnlockPolicy", {"step": "apply", "unlock": unlock, "plan": pin})
    assert answer.error is None, answer.payload
    # What the request has come to before, and what is there now.
    assert (answer.payload["outcome"], answer.payload["state"]) == ("already_changed", state), answer.payload
    assert locked.world() == before


def test_a_plan_that_was_written_over_can_neither_be_approved_nor_carried_out(locked: Deployment) -> None:
    before, unlock = locked.world(), asked(locked)
    pin, digest = plan_pin(locked, unlock), plan_sha256(locked, unlock)
    plan = locked.read_object(pin["key"])
    put(locked, pin["key"], plan.replace("DenyAll", "DenyNot"))
    status, answer = decide(locked, person(locked, "ben"), unlock, digest)
    assert status == 409 and answer["error"]
    applied = locked.invoke("UnlockPolicy", {"step": "apply", "unlock": unlock, "plan": pin})
    assert applied.error is not None and "\n" not in applied.payload["errorMessage"], applied.payload
    nothing_changed(locked, before)


def test_a_plan_that_is_written_over_after_its_approval_is_not_carried_out(locked: Deployment) -> None:
    """The decision is recorded here without the machine's knowing, so that there is time in between."""
    before, unlock = locked.world(), asked(locked)
    pin = plan_pin(locked, unlock)
    token = json.loads(locked.read_object(f"approvals/{unlock}/request.json"))["task_token"]
    put(locked, f"approvals/{unlock}/decision.json", decision_about(locked, unlock, pin["sha256"]))
    plan = locked.read_object(pin["key"])
    put(locked, pin["key"], plan.replace("DenyAll", "DenyNot"))
    locked.stack.client("stepfunctions").send_task_success(taskToken=token, output='{"decision": "approved"}')
    ended_without_a_change(locked, before, unlock, "ApplyFailed")


def test_the_function_alone_changes_nothing_without_a_recorded_decision(locked: Deployment) -> None:
    before, unlock = locked.world(), asked(locked)
    for plan in (plan_pin(locked, unlock), {**plan_pin(locked, unlock), "sha256": "0" * 64}):
        answer = locked.invoke("UnlockPolicy", {"step": "apply", "unlock": unlock, "plan": plan})
        assert answer.error is not None and "\n" not in answer.payload["errorMessage"], answer.payload
    answer = locked.invoke("UnlockPolicy", {"step": "apply", "unlock": unlock, "plan": plan_pin(locked, unlock)})
    assert answer.error_type == "Denied", answer.payload
    nothing_changed(locked, before)


def test_a_token_without_a_decision_changes_nothing(locked: Deployment) -> None:
    before, unlock = locked.world(), asked(locked)
    token = json.loads(locked.read_object(f"approvals/{unlock}/request.json"))["task_token"]
    locked.stack.client("stepfunctions").send_task_success(taskToken=token, output='{"decision": "approved"}')
    execution = ended_without_a_change(locked, before, unlock, "ApplyFailed")
    assert "Denied" in (execution.cause or "")


def decision_about(deployment: Deployment, unlock: str, sha256: str, **changes: Any) -> dict[str, Any]:
    """A decision as `approvals` writes it: a real one about another request, with this one's name and hash."""
    other = asked(deployment)
    assert decide(deployment, person(deployment, "ben"), other, plan_sha256(deployment, other), "reject")[0] == 200
    real = json.loads(deployment.read_object(f"approvals/{other}/decision.json"))
    assert {"approval_id", "plan_sha256", "decision", "by", "started_by"} <= set(real)
    end_of(deployment, other)
    return {**real, "approval_id": unlock, "plan_sha256": sha256, "decision": "approved", **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"plan_sha256": "0" * 64},
        {"decision": "rejected"},
        {"approval_id": "unlock-20261122T0405Z-000000000000"},
        {"by": f"arn:aws:iam::{MANAGEMENT}:user/ann"},
        {"by": f"arn:aws:sts::{MANAGEMENT}:assumed-role/approver/ann"},
    ],
)
def test_a_forged_decision_lets_nothing_happen(locked: Deployment, changes: dict[str, Any]) -> None:
    """Written here by the account's root user, since the bucket lets nobody else but one role. Ann is who asked."""
    before, unlock = locked.world(), asked(locked)
    pin = plan_pin(locked, unlock)
    put(locked, f"approvals/{unlock}/decision.json", decision_about(locked, unlock, pin["sha256"], **changes))
    answer = locked.invoke("UnlockPolicy", {"step": "apply", "unlock": unlock, "plan": pin})
    assert answer.error_type == "Denied", answer.payload
    nothing_changed(locked, before)


def test_nobody_but_one_role_writes_a_decision(locked: Deployment) -> None:
    unlock = asked(locked)
    writers = {"administrator": user(locked, "administrator", ADMINISTRATOR), "ann": person(locked, "ann")}
    for function in locked.stack.functions():
        locked.invoke(function, {})
        writers[function] = locked.stack.credentials_of(function)
    writers.pop("Approvals")
    for writer in writers.values():
        with pytest.raises(ClientError, match="AccessDenied"):
            locked.put_object(f"approvals/{unlock}/decision.json", b"{}", writer)


def test_a_request_that_nobody_signed_starts_nothing(locked: Deployment) -> None:
    """A direct StartExecution, with a request that was made up: none of them opens a session."""
    before, real = locked.world(), asked(locked)
    request = json.loads(locked.read_object(f"unlocks/{real}/request.json"))
    sessions = len(opened(locked))

    def start(unlock: str, pin: dict[str, str]) -> Execution:
        locked.start_execution({"unlock": unlock, "request": pin}, unlock, UNLOCK)
        return end_of(locked, unlock)

    def name() -> str:
        return f"unlock-20261122T0405Z-{uuid.uuid4().hex[:12]}"

    absent, elsewhere, borrowed, altered = name(), name(), name(), name()
    original = put(locked, f"unlocks/{real}/request.json", request)
    for execution in (
        start(absent, {"key": f"unlocks/{absent}/request.json", "version_id": "v", "sha256": "0" * 64}),
        start(elsewhere, put(locked, f"exemptions/{elsewhere}.json", request)),
        start(borrowed, original),
        start(altered, {**put(locked, f"unlocks/{altered}/request.json", request), "sha256": "0" * 64}),
        # Well pinned, and still of another execution.
        start(name(), put(locked, f"unlocks/{altered}/request.json", request)),
    ):
        assert (execution.status, execution.error) == ("FAILED", "PlanFailed"), execution.cause
    locked.stack.client("s3").delete_object(
        Bucket=locked.stack.outputs["BucketName"], Key=f"exemptions/{elsewhere}.json"
    )
    assert len(opened(locked)) == sessions
    nothing_changed(locked, before)


def test_a_policy_that_somebody_changed_after_the_plan_is_left_as_it_is(locked: Deployment) -> None:
    locked.reset(with_bucket_policy(except_break_glass()))
    unlock = asked(locked, force=True)
    theirs = bucket_policy(Sid="SomebodyWasFaster", Action="s3:DeleteObject")
    bucket_client(locked, "break-glass").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(theirs))
    before, stored = locked.world(), stored_policies(locked)
    assert decide(locked, person(locked, "ben"), unlock, plan_sha256(locked, unlock))[0] == 200
    execution = end_of(locked, unlock)
    assert (execution.status, execution.error) == ("FAILED", "NotChanged"), execution.cause
    assert locked.world() == before and policy_in(before, BUCKET) == theirs
    assert changes_in(locked.calls(), LOCKED) == [] and stored_policies(locked) == stored
    [last] = notices_of(locked, unlock, "not changed")
    assert (execution.cause or "?") in last["Message"]
