"""What a Distributed Map leaves for a child that failed: AWS's form, where the emulator by itself has null.

The form is put in its place in `harness/emulator.py`.
"""

import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import accounts, credentials, reported_status
from shared_deployments import RunName, machine_changed
from worlds import member, organization

MEMBERS = 60


def map_in(states: dict[str, Any], name: str) -> dict[str, Any]:
    """One of the two Distributed Maps."""
    return states[name] if name in states else states["AuditAndSelectNext"]["Branches"][0]["States"][name]


def show_outcomes(states: dict[str, Any]) -> None:
    """Lets the branch that audits hand on what its map answered as well: then it stands in the execution's history."""
    record = states["AuditAndSelectNext"]["Branches"][0]["States"]["RecordAudit"]
    record["ResultSelector"], record["ResultPath"] = {"pin.$": "$.Payload.audited"}, "$.recorded"
    del record["OutputPath"]
    states["AuditAndSelectNext"]["ResultSelector"] |= {"audited.$": "$[0].recorded.pin", "seen.$": "$[0].outcomes"}


def failing(name: str, batch: int) -> Any:
    """Makes the child of one batch fail before its worker is invoked, where nothing in it catches that."""

    def change(states: dict[str, Any]) -> None:
        show_outcomes(states)
        processor = map_in(states, name)["ItemProcessor"]
        processor["States"]["WhichBatch"] = {
            "Type": "Choice",
            "Choices": [{"Variable": "$.batch", "NumericEquals": batch, "Next": "Fails"}],
            "Default": processor["StartAt"],
        }
        processor["States"]["Fails"] = {"Type": "Fail", "Error": "States.Runtime", "Cause": "it could not be run"}
        processor["StartAt"] = "WhichBatch"

    return change


def report_of_round(deployment: Deployment, run: str, round: int) -> dict[str, Any]:
    return json.loads(deployment.read_object(f"runs/{run}/report/{round}.json"))


def answered_as_aws_does(execution: Execution) -> bool:
    """Whether a failed child's record went through the state machine."""
    text = str(execution.history)
    return "ExecutionArn" in text and "it could not be run" in text


def unknown(report: dict[str, Any]) -> dict[str, Any]:
    """The accounts that nothing is known of, with the reason."""
    statuses = {account: told["status"] for account, told in report["accounts"].items()}
    told = {account: status for account, status in statuses.items() if isinstance(status, dict)}
    return {account: status["unknown"] for account, status in told.items() if "unknown" in status}


def test_a_failed_child_of_the_audit_makes_its_own_accounts_unknown_and_no_others(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset(organization(*(member(number, dirty=number in (3, 55)) for number in range(MEMBERS))))
    name = run_name("failed-audit")
    with machine_changed(deployment, failing("AuditAccounts", 1)):
        execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert answered_as_aws_does(execution)
    first = unknown(report_of_round(deployment, name, 0))
    assert set(first) == {member(number)["id"] for number in range(50, MEMBERS)}
    for failure in first.values():
        assert failure["message"] == "the worker of batch 1 failed: States.Runtime: it could not be run"
    # The ten are a batch of their own in the next round, which does not fail.
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert all(credentials(account) == [] for account in accounts(deployment.world()).values())


def test_a_failed_child_of_the_deletion_makes_its_own_accounts_unknown_and_no_others(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset(organization(*(member(number, dirty=number < 12) for number in range(MEMBERS))))
    name = run_name("failed-deletion")
    with machine_changed(deployment, failing("DeleteCredentials", 1)):
        execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert answered_as_aws_does(execution)
    first = report_of_round(deployment, name, 0)
    assert set(unknown(first)) == {member(number)["id"] for number in (10, 11)}
    assert all(reported_status(first, member(number)["id"]) == "cleaned" for number in range(10))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert all(credentials(account) == [] for account in accounts(deployment.world()).values())


@pytest.mark.refused_on_purpose
def test_a_map_that_fails_as_a_whole_leaves_a_report(deployment: Deployment, run_name: RunName) -> None:
    deployment.reset(organization(*(member(number, dirty=number < 2) for number in range(3))))
    name = run_name("no-map")

    def change(states: dict[str, Any]) -> None:
        states["DeleteCredentials"]["ItemReader"]["Parameters"] = {"Bucket": "no-such-bucket", "Key": "x"}

    with machine_changed(deployment, change):
        execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    report = deployment.report(name)
    assert set(unknown(report)) == {member(number)["id"] for number in (0, 1)}
    assert reported_status(report, member(2)["id"]) == "clean"


def test_a_worker_that_refuses_is_named_with_its_message_and_not_with_json(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset(organization(*(member(number) for number in range(3))))
    name = run_name("refusing-worker")

    def change(states: dict[str, Any]) -> None:
        task = map_in(states, "AuditAccounts")["ItemProcessor"]["States"]["AuditBatch"]
        del task["Parameters"]["Payload"]["batch.$"]
        task["Parameters"]["Payload"]["batch"] = 99

    with machine_changed(deployment, change):
        execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    refusal = f"invalid input: batch 99 is not in the selection of run `{name}`, round 0, chunk 0"
    messages = {failure["message"] for failure in unknown(deployment.report(name)).values()}
    assert messages == {f"the worker of batch 0 failed: InvalidRequest: {refusal}"}


def test_a_cause_that_is_too_long_is_cut_in_the_child(deployment: Deployment, run_name: RunName) -> None:
    deployment.reset(organization(*(member(number) for number in range(3))))
    name = run_name("long-cause")

    def change(states: dict[str, Any]) -> None:
        show_outcomes(states)
        processor = map_in(states, "AuditAccounts")["ItemProcessor"]
        failed = {"batch": 0, "failed": {"Error": "Defect", "Cause": "ä" * 100 + "y" * 30_000}}
        processor["States"]["Longest"] = {"Type": "Pass", "Result": failed, "Next": "BatchNotAudited"}
        processor["StartAt"] = "Longest"

    with machine_changed(deployment, change):
        execution = deployment.run({"selection": "all", "mode": "enforce"}, name, timeout=120)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    messages = {failure["message"] for failure in unknown(deployment.report(name)).values()}
    assert messages == {"the worker of batch 0 failed: Defect: " + "ä" * 100 + "y" * 99 + "…"}
    handed_on = [str(event) for event in execution.history if "y" * 99 in str(event)]
    assert handed_on and all("y" * 100 not in text for text in handed_on)
