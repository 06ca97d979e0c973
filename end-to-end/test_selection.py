"""Which accounts a run is about: listed ones, organizational units, and what is excluded."""

from typing import Any

import pytest
from conftest import changed_accounts, member, organization

from demo.deployment import Deployment
from demo.organization import accounts, calls_in, credentials, reported_status, sessions_in

OUTER, INNER, OTHER = "ou-aaaa-11111111", "ou-aaaa-22222222", "ou-aaaa-33333333"
TAG = {"key": "root-credentials", "value": "keep"}


@pytest.fixture
def world(deployment: Deployment) -> dict[str, Any]:
    deployment.reset(
        organization(
            member(1, dirty=True, unit=OUTER),
            member(2, dirty=True, unit=f"{OUTER}/{INNER}"),
            member(3, dirty=True, unit=OTHER),
            member(4, dirty=True),
            member(5, dirty=True, unit=OUTER, tags={TAG["key"]: TAG["value"]}),
            member(6, unit=OUTER, tags={TAG["key"]: TAG["value"]}),
            member(7, dirty=True, unit=OUTER, tags={TAG["key"]: "something else"}),
        )
    )
    return deployment.world()


def run(deployment: Deployment, name: str, request: dict[str, Any]) -> dict[str, Any]:
    execution = deployment.run({"mode": "enforce", **request}, name)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    return deployment.report(name)


def ids(*numbers: int) -> set[str]:
    return {member(number)["id"] for number in numbers}


def entered(deployment: Deployment, world: dict[str, Any]) -> set[str]:
    return {id for id in accounts(world) if calls_in(deployment.calls(), id)}


def test_units_are_selected_with_all_units_below_them(deployment: Deployment, world: dict[str, Any], run_name) -> None:
    run(deployment, run_name("units"), {"selection": {"organizational_units": [OUTER]}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 5, 7)
    assert entered(deployment, world) == ids(1, 2, 5, 6, 7)


def test_listed_accounts_and_no_other_are_entered(deployment: Deployment, world: dict[str, Any], run_name) -> None:
    run(deployment, run_name("listed"), {"selection": {"accounts": sorted(ids(2, 4))}})
    assert changed_accounts(world, deployment.world()) == entered(deployment, world) == ids(2, 4)


def test_excluded_accounts_are_not_entered_and_the_report_says_so(
    deployment: Deployment, world: dict[str, Any], run_name
) -> None:
    report = run(deployment, run_name("no-account"), {"selection": "all", "exclude": {"accounts": sorted(ids(3))}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 4, 5, 7)
    assert entered(deployment, world) == ids(1, 2, 4, 5, 6, 7)
    assert report["accounts"][member(3)["id"]]["status"] == {"left_out": "excluded"}


def test_excluded_units_are_left_out_with_all_units_below_them(
    deployment: Deployment, world: dict[str, Any], run_name
) -> None:
    report = run(
        deployment, run_name("no-unit"), {"selection": "all", "exclude": {"organizational_units": [OUTER]}}
    )
    assert changed_accounts(world, deployment.world()) == entered(deployment, world) == ids(3, 4)
    assert {id for id in ids(1, 2, 5, 6, 7) if reported_status(report, id) == "left_out"} == ids(1, 2, 5, 6, 7)


def test_what_carries_an_excluded_tag_is_audited_and_keeps_everything(
    deployment: Deployment, world: dict[str, Any], run_name
) -> None:
    report = run(deployment, run_name("no-tag"), {"selection": "all", "exclude": {"tags": [TAG]}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 3, 4, 7)
    assert len(sessions_in(deployment.calls(), member(5)["id"])) == 1
    assert report["accounts"][member(5)["id"]]["status"]["excluded"]["tag"] == TAG
    # AWS allows ten such calls a second: only what has something to delete is asked about.
    asked = [call for call in deployment.calls() if call["action"] == "organizations:ListTagsForResource"]
    dirty = {id for id, account in accounts(world).items() if credentials(account)}
    assert {call["account"] for call in asked} == dirty and len(asked) == len(dirty)


def test_no_tag_is_read_if_none_is_excluded(deployment: Deployment, world: dict[str, Any], run_name) -> None:
    run(deployment, run_name("no-exclusion"), {"selection": "all"})
    assert "organizations:ListTagsForResource" not in {call["action"] for call in deployment.calls()}


def test_tags_that_cannot_be_read_leave_the_account_as_it_is(
    deployment: Deployment, world: dict[str, Any], run_name
) -> None:
    broken = member(1)["id"]
    deployment.inject_faults(
        {"on": "organizations:ListTagsForResource", "account": broken, "times": "always", "effect": "denied"}
    )
    name = run_name("unreadable-tags")
    execution = deployment.run({"selection": "all", "mode": "enforce", "exclude": {"tags": [TAG]}}, name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert changed_accounts(world, deployment.world()) == ids(2, 3, 4, 7)
    assert reported_status(deployment.report(name), broken) == "unknown"
