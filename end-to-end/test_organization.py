"""A run over the whole organization, asserted from the organization's own state and call log."""

from dataclasses import dataclass
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import (
    AUDIT,
    DELETE,
    accounts,
    calls_in,
    changes_in,
    credentials,
    expected_status,
    is_out_of_reach,
    reported_status,
    secured,
    sessions_in,
)
from shared_deployments import EXEMPT, begun_anew

MANAGEMENT, SUSPENDED = "111122223333", "333300000006"


@dataclass(frozen=True)
class Run:
    execution: Execution
    before: dict[str, Any]
    after: dict[str, Any]
    calls: list[dict[str, Any]]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def run(shared_deployment: Deployment) -> Run:
    begun_anew(shared_deployment)
    before = shared_deployment.world()
    execution = shared_deployment.run({"selection": "all", "mode": "enforce"}, "whole-organization")
    return Run(
        execution,
        before,
        shared_deployment.world(),
        shared_deployment.calls(),
        shared_deployment.report("whole-organization"),
    )


def clean_accounts(run: Run) -> list[str]:
    return [
        id
        for id, account in accounts(run.before).items()
        if not credentials(account) and not is_out_of_reach(run.before, account)
    ]


def dirty_accounts(run: Run) -> list[str]:
    return [
        id
        for id, account in accounts(run.before).items()
        if credentials(account) and id != EXEMPT and not is_out_of_reach(run.before, account)
    ]


def test_the_run_succeeds(run: Run) -> None:
    assert run.execution.status == "SUCCEEDED", (run.execution.error, run.execution.cause)


def test_every_root_credential_of_active_members_is_gone_and_nothing_else_changed(run: Run) -> None:
    assert len(dirty_accounts(run)) == 6
    assert run.after == secured(run.before, {EXEMPT})


def test_the_management_account_and_the_suspended_one_receive_no_call(run: Run) -> None:
    assert credentials(accounts(run.before)[SUSPENDED])
    for account in (MANAGEMENT, SUSPENDED):
        assert calls_in(run.calls, account) == []


def test_an_exempt_account_is_audited_and_keeps_everything(run: Run) -> None:
    assert credentials(accounts(run.before)[EXEMPT])
    assert accounts(run.after)[EXEMPT] == accounts(run.before)[EXEMPT]
    assert [call["action"] for call in calls_in(run.calls, EXEMPT)][:2] == ["sts:AssumeRoot", "iam:GetAccountSummary"]
    assert {call["session"]["task"] for call in calls_in(run.calls, EXEMPT) if call["session"]} == {AUDIT}
    assert changes_in(run.calls, EXEMPT) == []


def test_a_clean_account_costs_exactly_two_calls(run: Run) -> None:
    assert clean_accounts(run)
    for account in clean_accounts(run):
        assert [call["action"] for call in calls_in(run.calls, account)] == ["sts:AssumeRoot", "iam:GetAccountSummary"]


def test_a_dirty_account_is_entered_twice_once_to_look_and_once_to_delete(run: Run) -> None:
    for account in dirty_accounts(run):
        assert len(sessions_in(run.calls, account)) == 2


def test_only_the_deleting_function_changes_anything_and_only_in_a_deletion_session(run: Run) -> None:
    changes = [call for account in accounts(run.before) for call in changes_in(run.calls, account)]
    assert changes
    assert {call["session"]["task"] for call in changes} == {DELETE}
    entered = {call["caller"].split("/")[1] for call in run.calls if call["action"] == "sts:AssumeRoot"}
    assert len(entered) == 2, f"roles that opened sessions: {entered}"


def test_the_report_says_of_every_account_what_happened(run: Run) -> None:
    for id, account in accounts(run.before).items():
        assert reported_status(run.report, id) in expected_status(run.before, account, {EXEMPT}), id


def test_a_second_run_finds_everything_clean_and_changes_nothing(shared_deployment: Deployment, run: Run) -> None:
    before, earlier = shared_deployment.world(), len(shared_deployment.calls())
    execution = shared_deployment.run({"selection": "all", "mode": "enforce"}, "whole-organization-again")
    calls = shared_deployment.calls()[earlier:]
    assert execution.status == "SUCCEEDED"
    assert shared_deployment.world() == before
    for account in clean_accounts(run) + dirty_accounts(run):
        assert len(calls_in(calls, account)) == 2


def test_two_runs_at_once_end_like_one(deployment: Deployment) -> None:
    before = deployment.world()
    names = ["at-once-one", "at-once-two"]
    for name in names:
        deployment.start_execution({"selection": "all", "mode": "enforce"}, name)
    executions = [deployment.wait_for_execution(name, timeout=120) for name in names]
    assert [execution.status for execution in executions] == ["SUCCEEDED"] * 2, [
        execution.cause for execution in executions
    ]
    assert deployment.world() == secured(before, {EXEMPT})


def test_a_run_without_a_mode_only_reports(deployment: Deployment) -> None:
    before = deployment.world()
    execution = deployment.run({"selection": "all"}, "no-mode")
    assert execution.status == "SUCCEEDED"
    assert deployment.world() == before
    assert DELETE not in {call["session"]["task"] for call in deployment.calls() if call["session"]}
