"""Whatever fails, and however: people are told once, in words, what state the policy is in."""

import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import UNLOCK, Execution
from harness.organization import changes_in
from harness.people import person
from harness.unlock_requests import ask, carry_out, decide, end_of, notices_of, show
from harness.waiting import wait_until
from locked_organization import (
    APPLY_TO_BUCKET,
    BUCKET,
    LOCKED,
    QUEUE,
    QUEUE_ARN,
    asked,
    bucket_policy,
    policy_in,
    stored_policies,
    world,
)
from shared_deployments import machine_changed


@pytest.fixture
def at_once(guarded: Deployment) -> Deployment:
    """The deployment that needs no approval, to come to the change at once."""
    guarded.reset(world())
    return guarded


def applied(deployment: Deployment, **request: Any) -> tuple[str, Execution, str]:
    """Asks for a change, and waits: the request's id, how it ended, and the one message about it."""
    unlock = ask(deployment, person(deployment, "ann"), **{**APPLY_TO_BUCKET, **request})
    execution = end_of(deployment, unlock)
    [notice] = notices_of(deployment, unlock)
    assert "\\" not in notice["Message"] and "errorMessage" not in notice["Message"], notice["Message"]
    return unlock, execution, notice["Message"]


@pytest.mark.parametrize("on", ["sts:AssumeRoot", "s3:ListAllMyBuckets", "s3:GetBucketPolicy"])
def test_what_cannot_be_looked_at_is_not_planned(at_once: Deployment, on: str) -> None:
    before = at_once.world()
    at_once.inject_faults({"on": on, "account": LOCKED, "times": "always", "effect": "denied"})
    _, execution, message = applied(at_once)
    assert (execution.status, execution.error) == ("FAILED", "PlanFailed"), execution.cause
    assert "nothing was changed" in message and "AccessDenied" in message and "Denied: " in message
    assert at_once.world() == before


@pytest.mark.parametrize(
    ("on", "effect"),
    [
        ("sts:AssumeRoot", "throttle"),
        ("s3:ListAllMyBuckets", "internal_error"),
        ("s3:GetBucketPolicy", "connection_reset"),
        ("s3:PutBucketPolicy", "throttle"),
        ("s3:PutBucketPolicy", "lost_response"),
    ],
)
def test_what_passes_is_tried_again_and_ends_well(at_once: Deployment, on: str, effect: str) -> None:
    stored = stored_policies(at_once)
    # More than one invocation tries, fewer than all of them do.
    at_once.inject_faults({"on": on, "account": LOCKED, "times": 4, "effect": effect})
    _, execution, message = applied(at_once)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert "as it was planned" in message
    assert len(stored_policies(at_once) - stored) == 1


def test_a_change_that_aws_refuses_is_said_to_be_refused(at_once: Deployment) -> None:
    before = at_once.world()
    at_once.inject_faults({"on": "s3:PutBucketPolicy", "account": LOCKED, "times": "always", "effect": "denied"})
    _, execution, message = applied(at_once)
    assert (execution.status, execution.error) == ("FAILED", "NotChanged"), execution.cause
    assert "as it was before" in message and "AccessDenied" in message
    assert at_once.world() == before


def test_a_change_that_is_never_answered_is_looked_at(at_once: Deployment) -> None:
    """Every answer is lost, the change itself is not: a fresh read shows it."""
    at_once.inject_faults({"on": "s3:PutBucketPolicy", "account": LOCKED, "times": "always", "effect": "lost_response"})
    _, execution, message = applied(at_once)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert "as it was planned" in message


def test_a_change_that_has_no_effect_is_not_called_done(at_once: Deployment) -> None:
    before = at_once.world()
    at_once.inject_faults({"on": "s3:PutBucketPolicy", "account": LOCKED, "times": "always", "effect": "ignored"})
    _, execution, message = applied(at_once)
    assert execution.status == "FAILED" and "as it was before" in message, message
    assert "inspect" in message or execution.error == "NotChanged"
    assert at_once.world() == before


@pytest.mark.refused_on_purpose
def test_what_cannot_be_stored_is_not_changed(at_once: Deployment) -> None:
    """The emulator takes every change of the role's policies at once."""
    before, stored = at_once.world(), stored_policies(at_once)
    iam, role = at_once.stack.client("iam"), at_once.stack.resources["UnlockPolicyRole"]
    bucket = at_once.stack.outputs["BucketName"]
    deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/policies/*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    iam.put_role_policy(RoleName=role, PolicyName="nothing-is-stored", PolicyDocument=document)
    try:
        _, execution, message = applied(at_once)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="nothing-is-stored")
    assert (execution.status, execution.error) == ("FAILED", "ApplyFailed"), execution.cause
    assert "cannot store" in message and "changed nothing" in message
    assert at_once.world() == before and stored_policies(at_once) == stored
    assert changes_in(at_once.calls(), LOCKED) == []


def too_late(step: str) -> Any:
    def change(states: dict[str, Any]) -> None:
        states[step]["TimeoutSeconds"] = 1

    return change


def wait_for(deployment: Deployment, key: str) -> None:
    """Waits for what a function writes last, since the emulator lets it run on when the machine no longer waits."""
    wait_until(lambda: key in deployment.objects(), within_seconds=30, otherwise=f"{key} was not written")


def test_a_plan_that_takes_too_long_has_changed_nothing(at_once: Deployment) -> None:
    at_once.reset(world(latency_milliseconds=700))
    before = at_once.world()
    with machine_changed(at_once, too_late("Plan"), UNLOCK):
        unlock, execution, message = applied(at_once)
    assert (execution.status, execution.error) == ("FAILED", "PlanFailed"), execution.cause
    assert "nothing was changed" in message and "States.Timeout" in message
    wait_for(at_once, f"unlocks/{unlock}/plan.json")
    assert at_once.world() == before


def test_of_a_change_that_takes_too_long_nobody_knows_and_people_are_told_to_look(at_once: Deployment) -> None:
    at_once.reset(world(latency_milliseconds=700))
    with machine_changed(at_once, too_late("Apply"), UNLOCK):
        unlock, execution, message = applied(at_once)
    assert (execution.status, execution.error) == ("FAILED", "ApplyFailed"), execution.cause
    assert "not known which policy is in force" in message and "inspect" in message
    # It was carried out all the same, which the machine could not know.
    wait_for(at_once, f"unlocks/{unlock}/result.json")
    assert policy_in(at_once.world(), BUCKET) != bucket_policy()


@pytest.mark.refused_on_purpose
def test_what_was_changed_and_cannot_be_looked_at_again_is_not_called_done(at_once: Deployment) -> None:
    stored = stored_policies(at_once)

    def out_of_reach(states: dict[str, Any]) -> None:
        parameters = states["Verify"]["Parameters"]
        parameters["FunctionName"] = parameters["FunctionName"].replace(at_once.stack.account, "999988887777")

    with machine_changed(at_once, out_of_reach, UNLOCK):
        _, execution, message = applied(at_once)
    assert (execution.status, execution.error) == ("FAILED", "NotVerified"), execution.cause
    [key] = stored_policies(at_once) - stored
    assert key in message and "inspect" in message and "999988887777" in message


@pytest.mark.refused_on_purpose
def test_a_notice_that_cannot_be_sent_changes_nothing_about_the_end(at_once: Deployment) -> None:
    def no_topic(states: dict[str, Any]) -> None:
        states["TellPeople"]["Arguments"]["TopicArn"] += "-that-is-not-there"

    with machine_changed(at_once, no_topic, UNLOCK):
        unlock = ask(at_once, person(at_once, "ann"), **APPLY_TO_BUCKET)
        assert end_of(at_once, unlock).status == "SUCCEEDED"
    assert notices_of(at_once, unlock) == []


@pytest.mark.refused_on_purpose
def test_approvers_who_cannot_be_told_can_still_approve(locked: Deployment) -> None:
    def no_topic(states: dict[str, Any]) -> None:
        nowhere = {"TopicArn": f"{locked.stack.outputs['NoticesTopicArn']}-that-is-not-there"}
        states["TellNobody"] = states["TellPeople"] | {"Arguments": states["TellPeople"]["Arguments"] | nowhere}
        states["NotifyApprovers"]["Next"] = "TellNobody"

    with machine_changed(locked, no_topic, UNLOCK):
        unlock = asked(locked)
    digest = show(locked, person(locked, "ben"), unlock)["plan_sha256"]
    assert decide(locked, person(locked, "ben"), unlock, digest)[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    assert len(notices_of(locked, unlock, "done")) == 1


def test_a_principal_that_is_gone_is_named_and_can_be_left_out(deployment: Deployment) -> None:
    """AWS shows it as a unique id, and does not take that back."""
    changed = world()
    [queue] = [queue for account in changed["accounts"] for queue in account.get("queues", ())]
    queue["policy"]["Statement"][0]["Principal"] = {"AWS": "AROA1234567890EXAMPLE"}
    deployment.reset(changed)
    ann, ben, request = person(deployment, "ann"), person(deployment, "ben"), {"account": LOCKED, "queue": QUEUE_ARN}
    stored = stored_policies(deployment)
    _, execution = carry_out(deployment, ann, ben, action="apply", change="delete", force=True, **request)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    [key] = stored_policies(deployment) - stored
    before = deployment.world()
    # Nothing was left that kept anybody out, so that putting it back is more than before.
    unlock, execution = carry_out(deployment, ann, ben, action="restore", stored=key, force=True, **request)
    assert (execution.status, execution.error) == ("FAILED", "NotChanged"), execution.cause
    assert deployment.world() == before
    advice = " ".join(show(deployment, ann, unlock)["result"]["advice"])
    assert "AROA1234567890EXAMPLE" in advice and "leave_out" in advice
    leave_out = {"principals": ["AROA1234567890EXAMPLE"]}
    _, execution = carry_out(
        deployment, ann, ben, action="restore", stored=key, leave_out=leave_out, force=True, **request
    )
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert [statement["Sid"] for statement in policy_in(deployment.world(), QUEUE)["Statement"]] == ["DenyAll"]
