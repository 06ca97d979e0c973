"""Which accounts a run is about: listed ones, organizational units, and what is excluded; by hand and at night."""

import uuid
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import accounts, calls_in, credentials, reported_status, sessions_in
from shared_deployments import NIGHTLY_EXCLUDE, RunName
from test_schedule import fire
from worlds import changed_accounts, member, organization

OUTER, INNER, OTHER, EMPTY = "ou-aaaa-11111111", "ou-aaaa-22222222", "ou-aaaa-33333333", "ou-aaaa-44444444"
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
            empty_organizational_units=[EMPTY],
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


def test_units_are_selected_with_all_units_below_them(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    run(deployment, run_name("units"), {"selection": {"organizational_units": [OUTER]}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 5, 7)
    assert entered(deployment, world) == ids(1, 2, 5, 6, 7)


def test_the_paths_end_in_the_accounts_own_ids_as_on_aws(deployment: Deployment, world: dict[str, Any]) -> None:
    # The simulator stands for Organizations, in front of the emulator, and answers in AWS's form.
    organizations = deployment.stack.client("organizations")
    for number, unit in ((1, f"{OUTER}/"), (2, f"{OUTER}/{INNER}/"), (4, "")):
        id = member(number)["id"]
        account = organizations.describe_account(AccountId=id)["Account"]
        assert account["Paths"] == [f"o-aaaaaaaaaa/r-aaaa/{unit}{id}/"]


def test_an_empty_unit_is_a_success_that_says_so(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    report = run(deployment, run_name("empty-unit"), {"selection": {"organizational_units": [EMPTY]}})
    assert (report["accounts"], report["nobody_selected"]) == ({}, "empty_units")
    assert deployment.world() == world and entered(deployment, world) == set()


@pytest.mark.parametrize("field", ["selection", "exclude"])
def test_a_unit_that_does_not_exist_fails_the_run_by_its_name(
    deployment: Deployment, world: dict[str, Any], run_name: RunName, field: str
) -> None:
    mistyped = {"organizational_units": ["ou-aaaa-1111111l"]}
    request = {"selection": "all", "mode": "enforce", field: mistyped}
    execution = deployment.run(request, run_name("no-such-unit"))
    assert (execution.status, execution.error) == ("FAILED", "InvalidRequest")
    assert execution.cause and "ou-aaaa-1111111l" in execution.cause and f"`{field}`" in execution.cause
    assert deployment.world() == world and entered(deployment, world) == set()


def test_a_listed_account_outside_the_organization_fails_the_run_and_the_others_are_done(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    request = {"selection": {"accounts": [*sorted(ids(2, 4)), "555599999999"]}, "mode": "enforce"}
    execution = deployment.run(request, run_name("typing-error"))
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert execution.cause and "not in the organization: 555599999999" in execution.cause
    assert changed_accounts(world, deployment.world()) == ids(2, 4)


def test_accounts_of_which_no_state_can_be_read_are_unknown_and_not_entered(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    for account in world["accounts"]:
        account["omitted_fields"] = ["State"]
    deployment.reset(world)
    world, name = deployment.world(), run_name("no-state")
    execution = deployment.run({"selection": "all", "mode": "enforce"}, name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert execution.cause and "nobody was selected" in execution.cause
    assert deployment.world() == world and entered(deployment, world) == set()
    report = deployment.report(name)
    assert {id for id in ids(*range(1, 8)) if reported_status(report, id) == "unknown"} == ids(*range(1, 8))


def test_listed_accounts_and_no_other_are_entered(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    run(deployment, run_name("listed"), {"selection": {"accounts": sorted(ids(2, 4))}})
    assert changed_accounts(world, deployment.world()) == entered(deployment, world) == ids(2, 4)


def test_excluded_accounts_are_not_entered_and_the_report_says_so(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    report = run(deployment, run_name("no-account"), {"selection": "all", "exclude": {"accounts": sorted(ids(3))}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 4, 5, 7)
    assert entered(deployment, world) == ids(1, 2, 4, 5, 6, 7)
    assert report["accounts"][member(3)["id"]]["status"] == {"ineligible": "excluded"}


def test_excluded_units_are_left_out_with_all_units_below_them(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    report = run(deployment, run_name("no-unit"), {"selection": "all", "exclude": {"organizational_units": [OUTER]}})
    assert changed_accounts(world, deployment.world()) == entered(deployment, world) == ids(3, 4)
    assert {id for id in ids(1, 2, 5, 6, 7) if reported_status(report, id) == "ineligible"} == ids(1, 2, 5, 6, 7)


def test_what_carries_an_excluded_tag_is_audited_and_keeps_everything(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
) -> None:
    report = run(deployment, run_name("no-tag"), {"selection": "all", "exclude": {"tags": [TAG]}})
    assert changed_accounts(world, deployment.world()) == ids(1, 2, 3, 4, 7)
    assert len(sessions_in(deployment.calls(), member(5)["id"])) == 1
    assert report["accounts"][member(5)["id"]]["status"]["excluded"]["tag"] == TAG
    # AWS allows ten such calls a second: only what has something to delete is asked about.
    asked = [call for call in deployment.calls() if call["action"] == "organizations:ListTagsForResource"]
    dirty = {id for id, account in accounts(world).items() if credentials(account)}
    assert {call["account"] for call in asked} == dirty and len(asked) == len(dirty)


def test_no_tag_is_read_if_none_is_excluded(deployment: Deployment, world: dict[str, Any], run_name: RunName) -> None:
    run(deployment, run_name("no-exclusion"), {"selection": "all"})
    assert "organizations:ListTagsForResource" not in {call["action"] for call in deployment.calls()}


def test_tags_that_cannot_be_read_leave_the_account_as_it_is(
    deployment: Deployment, world: dict[str, Any], run_name: RunName
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


def night(guarded: Deployment, date: str, world: dict[str, Any]) -> tuple[dict[str, Any], Execution]:
    """The nightly run as the template's schedule starts it, in the deployment whose nights leave a unit out."""
    guarded.reset(world)
    before = guarded.world()
    assert fire(guarded, f"{date}T02:00:00Z", f"night-{uuid.uuid4().hex[:8]}")["status"] == "SUCCEEDED"
    return before, guarded.wait_for_execution(f"nightly-{date}")


def test_a_night_leaves_out_exactly_who_stands_in_the_excluded_unit(guarded: Deployment) -> None:
    (unit,) = NIGHTLY_EXCLUDE["organizational_units"]
    before, execution = night(
        guarded,
        "2026-12-01",
        organization(
            member(1, dirty=True, unit=unit),
            member(2, dirty=True, unit=f"{OUTER}/{unit}/{INNER}"),
            member(3, dirty=True, unit=OUTER),
            member(4, dirty=True),
            member(5, unit=unit),
        ),
    )
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, guarded.world()) == entered(guarded, before) == ids(3, 4)
    report = guarded.report("nightly-2026-12-01")
    for number in (1, 2, 5):
        assert report["accounts"][member(number)["id"]]["status"] == {"ineligible": "excluded"}


def test_a_night_whose_excluded_unit_is_gone_touches_nobody_and_says_which(guarded: Deployment) -> None:
    (unit,) = NIGHTLY_EXCLUDE["organizational_units"]
    before, execution = night(guarded, "2026-12-02", organization(member(1, dirty=True, unit=OUTER)))
    assert (execution.status, execution.error) == ("FAILED", "InvalidRequest")
    assert execution.cause and unit in execution.cause
    assert guarded.world() == before and entered(guarded, before) == set()


def test_a_night_in_which_no_place_can_be_read_is_no_success(guarded: Deployment) -> None:
    (unit,) = NIGHTLY_EXCLUDE["organizational_units"]
    world = organization(member(1, dirty=True, unit=OUTER), empty_organizational_units=[unit])
    for account in world["accounts"]:
        account["omitted_fields"] = ["Paths"]
    before, execution = night(guarded, "2026-12-03", world)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert guarded.world() == before and entered(guarded, before) == set()
    assert reported_status(guarded.report("nightly-2026-12-03"), member(1)["id"]) == "unknown"
