"""A deployment in report mode holds nothing that could delete."""

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import AUDIT, changes_in, reported_status
from harness.people import ADMINISTRATOR, person, user
from sample_events import sample_event

NEW = "444455556666"


def tasks(deployment: Deployment) -> set[str]:
    return {call["session"]["task"] for call in deployment.calls() if call["session"]}


def test_the_function_that_deletes_and_its_role_are_not_in_the_stack(report_deployment: Deployment) -> None:
    assert "AuditAccountsRole" in report_deployment.stack.resources
    assert [name for name in report_deployment.stack.resources if name.startswith("DeleteCredentials")] == []
    policies = report_deployment.stack.client("iam").get_account_authorization_details(Filter=["Role"])
    assert "IAMDeleteRootUserCredentials" not in str(policies)


def test_what_unlocks_and_its_role_and_its_state_machine_are_not_in_the_stack(report_deployment: Deployment) -> None:
    assert [name for name in report_deployment.stack.resources if "Unlock" in name] == []
    assert [name for name in report_deployment.stack.outputs if "Unlock" in name] == []
    policies = report_deployment.stack.client("iam").get_account_authorization_details(Filter=["Role"])
    assert "root-task/S3Unlock" not in str(policies) and "root-task/SQSUnlock" not in str(policies)
    machines = report_deployment.stack.client("stepfunctions").list_state_machines()["stateMachines"]
    assert [machine["name"] for machine in machines if "unlock" in machine["name"]] == []


def test_what_allows_recovery_and_its_role_and_its_state_machine_are_not_in_the_stack(
    report_deployment: Deployment,
) -> None:
    stack = report_deployment.stack
    assert [name for name in [*stack.resources, *stack.outputs] if "Recover" in name] == []
    policies = stack.client("iam").get_account_authorization_details(Filter=["Role"])
    assert "IAMCreateRootUserPassword" not in str(policies)


@pytest.mark.parametrize("action", ["inspect", "plan", "apply", "restore"])
def test_an_unlock_request_is_answered_in_one_line(report_deployment: Deployment, action: str) -> None:
    report_deployment.reset()
    objects, executions = report_deployment.objects(), report_deployment.executions()
    body = {"action": action, "account": "222200000001", "bucket": "payments-archive", "reason": "try", "ticket": "T-1"}
    stored = {"stored": "policies/222200000001/bucket/payments-archive/none.json"} if action == "restore" else {}
    status, answer = report_deployment.access_requests(person(report_deployment, "ann"), body | stored)
    assert 400 <= status < 500 and "UnlockRequests" in answer["error"] and "\n" not in answer["error"], answer
    assert (report_deployment.objects(), report_deployment.executions()) == (objects, executions)
    assert report_deployment.calls() == []


@pytest.mark.parametrize("key", ["unlocks/x/request.json", "unlocks/x/plan.json", "policies/222200000001/x.json"])
def test_nobody_writes_what_belongs_to_unlock_requests(report_deployment: Deployment, key: str) -> None:
    writers = [user(report_deployment, "administrator", ADMINISTRATOR)]
    for function in report_deployment.stack.functions():
        report_deployment.invoke(function, {})
        writers.append(report_deployment.stack.credentials_of(function))
    for writer in writers:
        with pytest.raises(ClientError, match="AccessDenied"):
            report_deployment.put_object(key, b"{}", writer)


def test_a_run_reports_and_touches_nothing(report_deployment: Deployment) -> None:
    report_deployment.reset()
    before = report_deployment.world()
    execution = report_deployment.run({"selection": "all"}, "report")
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert report_deployment.world() == before
    assert tasks(report_deployment) == {AUDIT}
    assert [
        call for account in before["accounts"] for call in changes_in(report_deployment.calls(), account["id"])
    ] == []
    assert reported_status(report_deployment.report("report"), NEW) == "found"


def test_nobody_starts_a_run_that_deletes(report_deployment: Deployment) -> None:
    executions = report_deployment.executions()
    request = {"action": "secure", "selection": "all", "mode": "enforce", "reason": "try"}
    status, answer = report_deployment.access_requests(person(report_deployment, "ann"), request)
    assert status in (400, 403) and answer["error"]
    assert report_deployment.executions() == executions


def test_a_run_cannot_strengthen_the_mode(report_deployment: Deployment) -> None:
    report_deployment.reset()
    before = report_deployment.world()
    execution = report_deployment.run({"selection": "all", "mode": "enforce"}, "stronger")
    assert (execution.status, execution.error) == ("FAILED", "InvalidRequest")
    assert report_deployment.world() == before
    assert report_deployment.calls() == []


def test_an_event_has_the_new_account_reported_and_untouched(report_deployment: Deployment) -> None:
    report_deployment.reset()
    before, event = report_deployment.world(), sample_event("create-account-result")
    answer = report_deployment.invoke("AccountJoined", event)
    assert answer.error is None, answer.payload
    [name] = [name for name in report_deployment.executions() if event["detail"]["eventID"] in name]
    assert report_deployment.wait_for_execution(name).status == "SUCCEEDED"
    assert report_deployment.world() == before
    assert reported_status(report_deployment.report(name), NEW) == "found"
