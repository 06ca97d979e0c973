"""What no unlock request touches: no root session is opened for it, and whoever asked is told why."""

import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from harness.deployment import Deployment
from harness.executions import UNLOCK
from harness.organization import UNLOCK_BUCKET, changes_in
from harness.paths import ROOT
from harness.people import person
from harness.unlock_requests import ask, decide, end_of, notices_of, plan_sha256
from locked_organization import (
    BUCKET,
    LOCKED,
    NOT_PROTECTED,
    OTHER,
    OUTSIDE,
    PROTECTED_BUCKETS,
    QUEUE_ARN,
    REGION,
    SUSPENDED,
    asked,
    bucket_client,
    opened,
    stored_policies,
    tasks,
)


def refused(deployment: Deployment, why: str, **request: Any) -> None:
    """The request is not planned, nobody is asked, no session is opened, and people are told once."""
    before, sessions = deployment.world(), len(opened(deployment))
    unlock = ask(deployment, person(deployment, "ann"), **request)
    execution = end_of(deployment, unlock)
    assert (execution.status, execution.error) == ("FAILED", "PlanFailed"), execution.cause
    assert why in (execution.cause or ""), execution.cause
    [notice] = notices_of(deployment, unlock)
    assert (execution.cause or "?") in notice["Message"] and f"unlocks/{unlock}/request.json" in notice["Message"]
    assert len(opened(deployment)) == sessions
    assert deployment.world() == before


@pytest.mark.parametrize("action", ["inspect", "plan", "apply"])
@pytest.mark.parametrize("bucket", [*PROTECTED_BUCKETS, f"arn:aws:s3:::{PROTECTED_BUCKETS[0]}"])
def test_a_protected_bucket_is_not_even_looked_at(locked: Deployment, action: str, bucket: str) -> None:
    refused(locked, "protected", action=action, account=OTHER, bucket=bucket)


def test_a_protected_queue_is_not_even_looked_at(locked: Deployment) -> None:
    refused(locked, "protected", action="apply", account=LOCKED, queue=f"arn:aws:sqs:{REGION}:{LOCKED}:audit-1")


def test_a_pattern_protects_no_more_than_it_says(locked: Deployment) -> None:
    unlock = ask(locked, person(locked, "ann"), account=OTHER, bucket=NOT_PROTECTED)
    assert end_of(locked, unlock).status == "SUCCEEDED"


def test_the_projects_own_bucket_and_queue_are_protected_whatever_the_parameter_says(
    locked: Deployment, guarded: Deployment
) -> None:
    """The second deployment says `none`."""
    for deployment in (locked, guarded):
        bucket, queue = deployment.stack.outputs["BucketName"], deployment.stack.outputs["LostEventsQueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{deployment.stack.account}:{queue.split('/')[-1]}"
        # Not by its account alone, either: somebody may name any account.
        refused(deployment, "protected", action="apply", account="222200000001", bucket=bucket)
        refused(deployment, "protected", action="apply", account=deployment.stack.account, bucket=bucket)
        refused(deployment, "protected", action="apply", account=deployment.stack.account, queue=arn)


@pytest.mark.parametrize(
    ("account", "bucket", "why"),
    [
        ("111122223333", BUCKET, "management account"),
        (SUSPENDED, "forgotten", "state"),
        (OUTSIDE, BUCKET, "not in the organization"),
    ],
)
def test_where_no_session_may_be_opened_none_is(locked: Deployment, account: str, bucket: str, why: str) -> None:
    refused(locked, why, action="apply", account=account, bucket=bucket)


def test_a_bucket_of_another_account_is_not_found(locked: Deployment) -> None:
    """Only the account's own buckets are listed, so that nobody reaches a bucket through the wrong account."""
    before = locked.world()
    unlock = ask(locked, person(locked, "ann"), action="apply", account=OTHER, bucket=BUCKET)
    execution = end_of(locked, unlock)
    assert (execution.status, execution.error) == ("FAILED", "PlanFailed"), execution.cause
    assert locked.world() == before
    assert {call["account"] for call in opened(locked)} == {OTHER}


@pytest.mark.parametrize(
    "request_",
    [
        {"account": OTHER, "queue": QUEUE_ARN},
        {"account": LOCKED, "queue": QUEUE_ARN.replace("arn:aws:", "arn:aws-cn:")},
        {"account": LOCKED, "bucket": f"arn:aws-cn:s3:::{BUCKET}"},
        {"account": LOCKED, "bucket": BUCKET, "queue": QUEUE_ARN},
        {"account": LOCKED},
        {"account": LOCKED, "bucket": BUCKET, "action": "unlock"},
        {"account": LOCKED, "bucket": BUCKET, "action": "apply", "change": "everything"},
        {"account": LOCKED, "bucket": BUCKET, "action": "apply", "force": "yes"},
        {"account": LOCKED, "bucket": BUCKET, "dry_run": True},
        {"account": LOCKED, "bucket": BUCKET, "action": "inspect", "change": "drop"},
        {"account": LOCKED, "bucket": BUCKET, "action": "restore"},
        {"account": LOCKED, "bucket": BUCKET, "action": "restore", "stored": "unlocks/x/plan.json"},
        {"account": "55550000001", "bucket": BUCKET},
    ],
)
def test_what_does_not_fit_together_is_refused_in_one_line(locked: Deployment, request_: dict[str, Any]) -> None:
    executions = locked.executions(UNLOCK)
    body = {"reason": "try", "ticket": "T-1", **request_}
    status, answer = locked.access_requests(person(locked, "ann"), body)
    assert status == 400 and answer["error"] and "\n" not in answer["error"], answer
    assert locked.executions(UNLOCK) == executions and locked.calls() == []


@pytest.mark.parametrize("field", ["reason", "ticket"])
def test_a_reason_and_a_ticket_are_needed(locked: Deployment, field: str) -> None:
    body = {"account": LOCKED, "bucket": BUCKET, "reason": "try", "ticket": "T-1"}
    del body[field]
    status, answer = locked.access_requests(person(locked, "ann"), body)
    assert status == 400 and field in answer["error"], answer


def test_what_is_protected_has_to_be_said_at_deployment_and_has_to_be_able_to_match_something() -> None:
    parameter = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]["ProtectedResources"]
    assert "Default" not in parameter
    for taken in ("none", "*", "log-archive-*", "logs,trail-?,queue.fifo", "arn:aws:sqs:*:*:audit-?,*:audit"):
        assert re.fullmatch(parameter["AllowedPattern"], taken), taken
    for refused_ in ("", " ", "logs, trail", "logs,", ",logs", "s3:::logs", "logs;trail", "logs\n"):
        assert not re.fullmatch(parameter["AllowedPattern"], refused_), refused_


def approved_while_paused(deployment: Deployment, text: bytes) -> str:
    unlock = asked(deployment)
    deployment.put_object("control/paused.json", text)
    assert decide(deployment, person(deployment, "ben"), unlock, plan_sha256(deployment, unlock))[0] == 200
    return unlock


@pytest.mark.parametrize("text", [b'{"paused": true, "reason": "incident 7"}', b"not JSON"])
def test_nothing_is_changed_while_everything_is_paused(locked: Deployment, text: bytes) -> None:
    before, stored = locked.world(), stored_policies(locked)
    unlock = approved_while_paused(locked, text)
    execution = end_of(locked, unlock)
    assert (execution.status, execution.error) == ("FAILED", "NotChanged"), execution.cause
    assert "paused" in (execution.cause or "")
    assert locked.world() == before and changes_in(locked.calls(), LOCKED) == []
    assert stored_policies(locked) == stored
    # Looking goes on.
    unlock = ask(locked, person(locked, "ann"), account=LOCKED, bucket=BUCKET)
    assert end_of(locked, unlock).status == "SUCCEEDED"


def test_a_switch_that_is_off_again_stops_nothing(locked: Deployment) -> None:
    unlock = approved_while_paused(locked, b'{"paused": false}')
    assert end_of(locked, unlock).status == "SUCCEEDED"
    assert bucket_client(locked).get_bucket_policy(Bucket=BUCKET)
    assert tasks(locked) == {UNLOCK_BUCKET}
