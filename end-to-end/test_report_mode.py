"""A deployment in report mode holds nothing that could delete."""

from conftest import person, sample_event

from demo.deployment import Deployment
from demo.organization import AUDIT, changes_in, reported_status

NEW = "444455556666"


def tasks(deployment: Deployment) -> set[str]:
    return {call["session"]["task"] for call in deployment.calls() if call["session"]}


def test_the_function_that_deletes_and_its_role_are_not_in_the_stack(report_deployment: Deployment) -> None:
    assert "AuditAccountsRole" in report_deployment.stack.resources
    assert [name for name in report_deployment.stack.resources if name.startswith("DeleteCredentials")] == []
    policies = report_deployment.stack.client("iam").get_account_authorization_details(Filter=["Role"])
    assert "IAMDeleteRootUserCredentials" not in str(policies)


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
