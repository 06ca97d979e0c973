"""Both layouts, from an organization in which everything is off to a cleaned account that joined by its event.

Nothing is done here that docs/deploying.md does not tell the reader to do: two stacks, or one after the other in one
account. Events are AWS's own, and are put on the bus of the management account.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.deployment import Deployment, Layout
from harness.organization import accounts, calls_in, credentials, secured
from sample_events import sample_event
from worlds import MANAGEMENT, organization

SECURITY, NEW, OTHER = "222233334444", "444455556666", "555566667777"
BUS = f"arn:aws:events:us-east-1:{SECURITY}:event-bus/default"
RULE = "rootwarden-account-events"
LAYOUTS = {
    "management account": (Layout(MANAGEMENT, {}), {}),
    "delegated account": (
        Layout(SECURITY, {"RootwardenAccount": SECURITY, "RootSessions": "on"}),
        {"ManagementAccount": MANAGEMENT, "ControlTowerRegion": "eu-central-1"},
    ),
}


def empty_organization() -> dict[str, Any]:
    """Nobody has switched anything on."""

    def dirty(id: str) -> dict[str, Any]:
        return {"id": id, "root": {"access_keys": [{"id": f"AKIA{id}0001"}], "password": {}}}

    members = ({"id": SECURITY}, dirty(NEW), dirty(OTHER))
    return organization(*members, features=[], trusted_services=[], delegated_administrators=[])


@pytest.fixture(scope="module", params=LAYOUTS)
def layout(request: pytest.FixtureRequest, binaries: Path) -> Iterator[tuple[str, Deployment]]:
    layout, parameters = LAYOUTS[request.param]
    with Deployment(empty_organization(), layout=layout, parameters=parameters, binaries=binaries) as deployment:
        yield request.param, deployment


def test_root_access_is_switched_on_by_the_stack_and_what_it_did_is_among_its_outputs(
    layout: tuple[str, Deployment],
) -> None:
    name, deployment = layout
    is_delegated, world, outputs = name == "delegated account", deployment.world(), deployment.management.outputs
    assert world["trusted_services"] == ["iam.amazonaws.com"]
    assert world["delegated_administrators"] == ([SECURITY] if is_delegated else [])
    assert set(world["features"]) == {"RootCredentialsManagement", *(["RootSessions"] if is_delegated else [])}
    assert outputs["TrustedAccess"] == outputs["RootCredentialsManagement"] == "switched on now"
    assert outputs["RootSessions"] == ("switched on now" if is_delegated else "left off")
    assert outputs["DelegatedAdministrator"] == ("switched on now" if is_delegated else "not asked for")
    assert ("ForwardingRuleArn" in outputs) == is_delegated


def test_a_new_account_is_cleaned_by_its_event(layout: tuple[str, Deployment]) -> None:
    _, deployment = layout
    before, event = deployment.world(), sample_event("create-account-result")
    deployment.put_organization_event(event)
    execution = deployment.wait_for_execution(deployment.wait_for_start(event["detail"]["eventID"]))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    after = deployment.world()
    assert credentials(accounts(before)[NEW]) and not credentials(accounts(after)[NEW])
    assert after == secured(before, set(accounts(before)) - {NEW})


def test_a_run_over_the_whole_organization_comes_to_its_report(layout: tuple[str, Deployment]) -> None:
    _, deployment = layout
    execution = deployment.run({"selection": "all", "mode": "enforce"}, "first-night")
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert not credentials(accounts(deployment.world())[OTHER])
    status = {id: account["status"] for id, account in deployment.report("first-night")["accounts"].items()}
    assert set(status) >= {NEW, OTHER, SECURITY}
    assert calls_in(deployment.calls(), MANAGEMENT) == []


def nothing_starts(deployment: Deployment, event: dict[str, Any]) -> None:
    """Delivery is synchronous here: what an event starts, it has started when the request is answered."""
    before, world = deployment.executions(), deployment.world()
    deployment.put_organization_event(event)
    # A good event afterwards, which starts a run, shows that the other one had its time.
    good = sample_event("create-account-result")
    deployment.put_organization_event(good)
    deployment.wait_for_execution(deployment.wait_for_start(good["detail"]["eventID"]))
    started = set(deployment.executions()) - set(before)
    assert {name for name in started if good["detail"]["eventID"] not in name} == set()
    assert deployment.world() == world


def forward(deployment: Deployment, account: str, rule: str, region: str = "us-east-1") -> None:
    """Somebody's rule that forwards everything to the bus of the delegated account."""
    events = deployment.stack.client("events", (account, "any", None), region)
    events.put_rule(Name=rule, EventPattern='{"source": ["aws.organizations", "aws.controltower"]}')
    role = f"arn:aws:iam::{account}:role/anything"
    events.put_targets(Rule=rule, Targets=[{"Id": "bus", "Arn": BUS, "RoleArn": role}])


def event_of(account: str, **changes: Any) -> dict[str, Any]:
    """An event as AWS delivers it in an account. What stands in its detail, somebody made up."""
    return {**copy.deepcopy(sample_event("create-account-result")), "account": account, **changes}


@pytest.fixture(scope="module")
def delegated(binaries: Path) -> Iterator[Deployment]:
    layout, parameters = LAYOUTS["delegated account"]
    with Deployment(empty_organization(), layout=layout, parameters=parameters, binaries=binaries) as deployment:
        event = sample_event("create-account-result")
        deployment.put_organization_event(event)
        deployment.wait_for_execution(deployment.wait_for_start(event["detail"]["eventID"]))
        yield deployment


def test_what_another_account_forwards_starts_nothing(delegated: Deployment) -> None:
    forward(delegated, OTHER, RULE)
    nothing_starts(delegated, event_of(OTHER))


def test_what_another_rule_of_the_management_account_forwards_starts_nothing(delegated: Deployment) -> None:
    # In a Region whose rule of the right name would be taken.
    forward(delegated, MANAGEMENT, "somebody-elses-rule", "eu-central-1")
    nothing_starts(delegated, event_of(MANAGEMENT, region="eu-central-1"))
    # And the rule of the right name, in a Region that was not named.
    forward(delegated, MANAGEMENT, RULE, "eu-west-1")
    nothing_starts(delegated, event_of(MANAGEMENT, region="eu-west-1"))


def test_what_control_towers_home_region_forwards_starts_a_run(delegated: Deployment) -> None:
    """The rule that `management-account.yaml` makes there with `rules-only`."""
    forward(delegated, MANAGEMENT, RULE, "eu-central-1")
    event = {**sample_event("control-tower-create-managed-account"), "region": "eu-central-1"}
    delegated.put_organization_event(event)
    execution = delegated.wait_for_execution(delegated.wait_for_start(event["detail"]["eventID"]))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)


def test_a_forged_management_account_starts_nothing(delegated: Deployment) -> None:
    """In the detail somebody may write what they like; the envelope's account is AWS's own."""
    event = event_of(SECURITY)
    assert event["detail"]["recipientAccountId"] == MANAGEMENT
    nothing_starts(delegated, event)


def test_a_bus_that_somebody_opened_to_everybody_still_starts_nothing(delegated: Deployment) -> None:
    delegated.stack.client("events").put_permission(
        EventBusName="default", StatementId="open", Action="events:PutEvents", Principal="*"
    )
    forward(delegated, OTHER, RULE)
    nothing_starts(delegated, event_of(OTHER))
    # The rule does not take it; and the function would not either.
    answer = delegated.invoke("AccountJoined", event_of(OTHER))
    assert answer.error_type == "InvalidRequest", answer.payload


def test_whoever_invokes_the_function_delegates_nobody_else(delegated: Deployment) -> None:
    """An event that somebody made up, as whoever may invoke the function can: its role is what says no."""
    client = delegated.management.client("lambda")
    event = {
        "RequestType": "Create",
        "RequestId": "made-up",
        "ResponseURL": "https://cloudformation-custom-resource-response-useast1.s3.amazonaws.com/made-up",
        "StackId": f"arn:aws:cloudformation:us-east-1:{MANAGEMENT}:stack/made-up/1",
        "ResourceType": "Custom::RootAccess",
        "LogicalResourceId": "RootAccess",
        "ResourceProperties": {"RootSessions": "leave", "DelegatedAdministrator": OTHER, "RunAgain": ""},
    }
    world, calls = delegated.world(), len(delegated.calls())
    name = delegated.management.outputs["EnableRootAccessFunction"]
    client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    asked = [(call["action"], call["result"]) for call in delegated.calls()[calls:]]
    assert ("organizations:RegisterDelegatedAdministrator", "AccessDeniedException") in asked
    assert delegated.world() == world


def test_deleting_the_management_accounts_stack_leaves_the_organization_as_it_is(delegated: Deployment) -> None:
    """The last one here: nothing is forwarded after it."""
    world, calls = delegated.world(), len(delegated.calls())
    delegated.management.delete()
    assert delegated.world() == world
    assert [call["action"] for call in delegated.calls()[calls:]] == []
    event, before = sample_event("create-account-result"), delegated.executions()
    delegated.put_organization_event(event)
    assert delegated.executions() == before
