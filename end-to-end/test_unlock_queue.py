"""A queue in another Region denies everybody. A change takes a while to arrive, and is looked for until it has."""

import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import UNLOCK
from harness.organization import UNLOCK_QUEUE, changes_in
from harness.people import person
from harness.unlock_requests import ask, carry_out, end_of, notices_of
from locked_organization import (
    LOCKED,
    QUEUE,
    QUEUE_ARN,
    QUEUE_URL,
    code,
    opened,
    policy_of_queue,
    queue_client,
    queue_policy,
    stored_policies,
    tasks,
    without_policy,
    world,
)
from shared_deployments import machine_changed

REQUEST = {"account": LOCKED, "queue": QUEUE_ARN}


def test_an_administrator_is_locked_out_before_and_not_after_and_is_again_when_it_is_put_back(
    locked: Deployment,
) -> None:
    ann, ben = person(locked, "ann"), person(locked, "ben")
    before, administrator, stored_before = locked.world(), queue_client(locked), stored_policies(locked)
    locking = {"Policy": json.dumps(queue_policy())}
    for call, arguments in (
        (administrator.get_queue_attributes, {"AttributeNames": ["All"]}),
        (administrator.set_queue_attributes, {"Attributes": locking}),
        (administrator.send_message, {"MessageBody": "a"}),
    ):
        assert code(call, QueueUrl=QUEUE_URL, **arguments) == "AccessDenied"

    unlock, execution = carry_out(locked, ann, ben, action="apply", **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    narrowed = policy_of_queue(administrator)
    attributes = {"Policy": json.dumps(narrowed)}
    assert code(administrator.set_queue_attributes, QueueUrl=QUEUE_URL, Attributes=attributes) == "Success"
    assert code(administrator.send_message, QueueUrl=QUEUE_URL, MessageBody="a") == "AccessDenied"
    assert narrowed["Statement"][0] == queue_policy()["Statement"][0]
    assert len(narrowed["Statement"]) == 2 and narrowed["Statement"][1]["Effect"] == "Deny"
    assert without_policy(locked.world(), QUEUE) == without_policy(before, QUEUE)

    [key] = stored_policies(locked) - stored_before
    stored = json.loads(locked.read_object(key))
    assert json.loads(stored["policy"]) == queue_policy() and stored["unlock"] == unlock

    _, execution = carry_out(locked, ben, ann, action="restore", stored=key, **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert locked.world() == before
    assert code(administrator.get_queue_attributes, QueueUrl=QUEUE_URL, AttributeNames=["All"]) == "AccessDenied"
    assert tasks(locked) == {UNLOCK_QUEUE}


def test_every_session_of_a_request_is_for_queues_and_in_the_account_it_names(locked: Deployment) -> None:
    carry_out(locked, person(locked, "ann"), person(locked, "ben"), action="apply", **REQUEST)
    assert {call["account"] for call in opened(locked)} == {LOCKED}
    assert {call["resource"].split("/")[-1] for call in opened(locked)} == {UNLOCK_QUEUE}
    assert tasks(locked) == {UNLOCK_QUEUE}
    assert [call["action"] for call in changes_in(locked.calls(), LOCKED)] == ["sqs:SetQueueAttributes"]


@pytest.mark.parametrize("queue", [QUEUE_ARN, QUEUE_URL])
def test_a_queue_is_looked_at_by_its_arn_or_its_url(locked: Deployment, queue: str) -> None:
    before = locked.world()
    unlock = ask(locked, person(locked, "ann"), account=LOCKED, queue=queue)
    execution = end_of(locked, unlock)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert (execution.output["outcome"], execution.output["resource"]) == ("inspected", QUEUE_ARN)
    assert locked.world() == before and changes_in(locked.calls(), LOCKED) == []


def looks(deployment: Deployment, unlock: str) -> int:
    """How often it was looked whether the change has arrived."""
    execution = end_of(deployment, unlock)
    return sum(event.get("stateEnteredEventDetails", {}).get("name") == "Verify" for event in execution.history)


def test_a_change_that_takes_a_while_is_looked_for_until_it_is_seen(locked: Deployment) -> None:
    """The emulator's seconds of waiting are shortened, the simulator's seconds of propagation are not."""
    locked.reset(world(queue_propagation_seconds=1))

    def wait_longer(states: dict[str, Any]) -> None:
        states["WaitForEffect"]["Seconds"] *= 4

    with machine_changed(locked, wait_longer, UNLOCK):
        unlock, execution = carry_out(locked, person(locked, "ann"), person(locked, "ben"), action="apply", **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert 1 < looks(locked, unlock) <= 6
    assert code(queue_client(locked).get_queue_attributes, QueueUrl=QUEUE_URL, AttributeNames=["Policy"]) == "Success"
    assert len(notices_of(locked, unlock, "done")) == 1


def test_a_change_that_is_not_seen_within_six_looks_is_not_called_done(locked: Deployment) -> None:
    locked.reset(world(queue_propagation_seconds=600))
    stored_before = stored_policies(locked)
    unlock, execution = carry_out(locked, person(locked, "ann"), person(locked, "ben"), action="apply", **REQUEST)
    assert (execution.status, execution.error) == ("FAILED", "NotVerified"), execution.cause
    assert looks(locked, unlock) == 6
    _, last = notices_of(locked, unlock)
    assert last["Subject"] == "Rootwarden: unlock request not verified"
    [key] = stored_policies(locked) - stored_before
    assert "inspect" in last["Message"] and key in last["Message"]
