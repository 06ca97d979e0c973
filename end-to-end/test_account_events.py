"""Events about new accounts, delivered on the bus as AWS would."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import accounts, calls_in, credentials, secured
from harness.paths import ROOT
from sample_events import sample_event
from worlds import demo_world, only

NEW = "444455556666"
SUCCESSFUL = [
    "create-account-result",
    "create-account",
    "account-joined-organization",
    "control-tower-create-managed-account",
    "control-tower-update-managed-account",
]


def started_by(deployment: Deployment, event: dict[str, Any]) -> Execution:
    """Waits for the execution that an event started, and for its end."""
    return deployment.wait_for_execution(deployment.wait_for_start(event["detail"]["eventID"]))


@pytest.mark.parametrize("name", SUCCESSFUL)
def test_an_event_has_the_new_account_secured_and_no_other_one_touched(deployment: Deployment, name: str) -> None:
    before, event = deployment.world(), sample_event(name)
    assert credentials(accounts(before)[NEW])
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert accounts(deployment.world()) == accounts(secured(before, only(before, NEW)))
    for other in only(before, NEW):
        assert calls_in(deployment.calls(), other) == []


def test_a_create_account_event_carries_no_account_id() -> None:
    """What the test above relies on: the id has to come from DescribeCreateAccountStatus."""
    assert NEW not in (ROOT / "events" / "create-account.json").read_text()


def test_a_redelivered_event_starts_nothing_twice(deployment: Deployment) -> None:
    event = sample_event("create-account-result")
    deployment.put_organization_event(event)
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert execution.status == "SUCCEEDED"
    calls = calls_in(deployment.calls(), NEW)
    again = deployment.invoke("AccountJoined", event)
    assert again.error is None, again.payload
    assert [name for name in deployment.executions() if event["detail"]["eventID"] in name] == [execution.name]
    assert calls_in(deployment.calls(), NEW) == calls


def test_several_events_of_one_creation_are_harmless(deployment: Deployment) -> None:
    before, events = deployment.world(), [sample_event(name) for name in SUCCESSFUL]
    for event in events:
        deployment.put_organization_event(event)
    executions = [started_by(deployment, event) for event in events]
    assert {execution.status for execution in executions} == {"SUCCEEDED"}, [
        execution.cause for execution in executions
    ]
    assert accounts(deployment.world()) == accounts(secured(before, only(before, NEW)))


def test_a_failed_creation_starts_nothing(deployment: Deployment) -> None:
    before, executions = deployment.world(), deployment.executions()
    answer = deployment.invoke("AccountJoined", sample_event("create-account-result-failed"))
    assert answer.error is None, answer.payload
    assert deployment.executions() == executions
    assert deployment.world() == before
    assert "EMAIL_ALREADY_EXISTS" in deployment.logs()


def foreign_source(event: dict[str, Any]) -> None:
    event["source"] = "aws.s3"


def own_source(event: dict[str, Any]) -> None:
    event["source"] = "my.application"


def other_event(event: dict[str, Any]) -> None:
    event["detail"]["eventName"] = "MoveAccount"


def console_event(event: dict[str, Any]) -> None:
    event["detail-type"] = "AWS Console Sign In via CloudTrail"


def short_account(event: dict[str, Any]) -> None:
    event["detail"]["serviceEventDetails"]["createAccountStatus"]["accountId"] = "44445555666"


@pytest.mark.parametrize("spoil", [foreign_source, own_source, other_event, console_event, short_account])
def test_a_wrong_event_is_refused_by_name_without_any_aws_call(
    deployment: Deployment, spoil: Callable[[dict[str, Any]], None]
) -> None:
    event, executions = sample_event("create-account-result"), deployment.executions()
    spoil(event)
    answer = deployment.invoke("AccountJoined", event)
    assert answer.error_type == "InvalidRequest", answer.payload
    assert event["detail"]["eventName"] in answer.payload["errorMessage"]
    assert "\n" not in answer.payload["errorMessage"]
    assert deployment.calls() == []
    assert deployment.executions() == executions


def test_an_event_of_another_account_than_the_management_account_is_refused(deployment: Deployment) -> None:
    event, executions = sample_event("create-account-result"), deployment.executions()
    event["account"] = "222200000001"
    answer = deployment.invoke("AccountJoined", event)
    assert answer.error_type == "InvalidRequest", answer.payload
    # Who the management account is, Organizations alone can say.
    assert {call["action"] for call in deployment.calls()} <= {"organizations:DescribeOrganization"}
    assert deployment.executions() == executions


def test_a_creation_that_takes_longer_is_waited_for_by_the_workflow(deployment: Deployment) -> None:
    world, event = demo_world(), sample_event("create-account")
    request = event["detail"]["responseElements"]["createAccountStatus"]["id"]
    world["create_account_requests"][request] = {"succeeds_after_polls": {"polls": 6, "account": NEW}}
    deployment.reset(world)
    before = deployment.world()
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert "WaitForPendingAccounts" in str(execution.history)
    assert accounts(deployment.world()) == accounts(secured(before, only(before, NEW)))


def just_joined(deployment: Deployment) -> dict[str, Any]:
    """The organization with the new account so new that a refusal may only mean that."""
    world = demo_world()
    [new] = [account for account in world["accounts"] if account["id"] == NEW]
    new["joined"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    deployment.reset(world)
    return deployment.world()


def test_a_new_account_that_refuses_at_first_is_asked_again_until_it_is_clean(deployment: Deployment) -> None:
    before, event = just_joined(deployment), sample_event("create-account-result")
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": NEW, "times": 4, "effect": "denied"})
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert accounts(deployment.world()) == accounts(secured(before, only(before, NEW)))


def test_a_new_account_that_never_answers_is_unknown_and_the_run_fails_loudly(deployment: Deployment) -> None:
    before, event = just_joined(deployment), sample_event("create-account-result")
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": NEW, "times": "always", "effect": "denied"})
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert deployment.world() == before
    status = deployment.report(execution.name)["accounts"][NEW]["status"]
    assert status["unknown"]["kind"] == "NotYetVisible"


def test_an_event_about_an_account_outside_the_organization_opens_no_session(deployment: Deployment) -> None:
    before, event = deployment.world(), sample_event("create-account-result")
    event = json.loads(json.dumps(event).replace(NEW, "999988887777"))
    deployment.put_organization_event(event)
    execution = started_by(deployment, event)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert deployment.world() == before
    assert [call for call in deployment.calls() if call["action"] == "sts:AssumeRoot"] == []
