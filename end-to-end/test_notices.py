"""Notices: people act on them, so nobody but the stack and AWS's own services writes any."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.people import ADMINISTRATOR, user
from policy_evaluation import decision
from shared_deployments import RunName, machine_changed
from worlds import MANAGEMENT


def policy_of(deployment: Deployment) -> str:
    topic = deployment.stack.outputs["NoticesTopicArn"]
    return deployment.stack.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]


def publishes(deployment: Deployment, **caller: str) -> str:
    topic = deployment.stack.outputs["NoticesTopicArn"]
    return decision(policy_of(deployment), "sns:Publish", topic, **caller)


def test_an_administrator_cannot_forge_a_notice(deployment: Deployment) -> None:
    before = len(deployment.notices())
    sns = deployment.stack.client("sns", user(deployment, "notice-forger", ADMINISTRATOR))
    with pytest.raises(ClientError, match=r"AuthorizationError|AccessDenied|not authorized"):
        sns.publish(
            TopicArn=deployment.stack.outputs["NoticesTopicArn"],
            Subject="Rootwarden: run approval needed",
            Message="Please approve plan …",
        )
    assert len(deployment.notices()) == before


def test_the_state_machines_tell_people_and_of_the_functions_only_the_one_that_reports(deployment: Deployment) -> None:
    tellers = (
        "PublishReportRole",
        "SecureAccountsRole",
        "UnlockPolicyMachineRole",
        "AllowRecoveryMachineRole",
        "TellOfChangesRole",
        "KeyReleasesRole",
    )
    for id, role in deployment.stack.resources.items():
        if id.endswith("Role"):
            is_denied = publishes(deployment, principal=f"arn:aws:iam::{MANAGEMENT}:role/{role}") == "Deny"
            assert is_denied == (id not in tellers), id


def test_alarms_of_this_account_come_through_and_no_other_ones(deployment: Deployment) -> None:
    """CloudWatch calls as a service: `aws:PrincipalIsAWSService` is true, and there is no `aws:PrincipalArn`."""
    cloudwatch = {"principal": "*", "service": "cloudwatch.amazonaws.com"}
    assert publishes(deployment, **cloudwatch, aws__SourceAccount=MANAGEMENT) == "Allow"
    assert publishes(deployment, **cloudwatch, aws__SourceAccount="999988887777") != "Allow"
    assert (
        publishes(deployment, principal="*", service="events.amazonaws.com", aws__SourceAccount=MANAGEMENT) != "Allow"
    )


def test_without_unlock_requests_their_state_machine_is_not_named(report_deployment: Deployment) -> None:
    [statement] = [
        statement
        for statement in json.loads(policy_of(report_deployment))["Statement"]
        if statement.get("Sid") == "NoticesByThisStack"
    ]
    named = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    roles = ("PublishReportRole", "SecureAccountsRole", "TellOfChangesRole", "KeyReleasesRole")
    assert named == [f"arn:aws:iam::{MANAGEMENT}:role/{report_deployment.stack.resources[role]}" for role in roles]


def test_a_run_that_left_an_account_is_one_notice_and_is_counted_out_of_the_alarm(
    deployment: Deployment, run_name: RunName
) -> None:
    failed, run = "222200000001", run_name("one-notice")
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": failed, "times": "always", "effect": "denied"})
    counted, before = told(deployment), len(deployment.notices())
    execution = deployment.run({"selection": {"accounts": [failed]}, "mode": "enforce"}, run)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    [notice] = deployment.notices()[before:]
    assert notice["Subject"] == "Rootwarden: 1 account needs a person, 1 new"
    text = notice["Message"]
    assert text.startswith("What to do:\n- Mend the causes") and f"{failed} " in text, text
    assert f"/{run}/report.html" in text and f"secure-accounts:{run}\n" in text, text
    assert told(deployment) == counted + 1


def told(deployment: Deployment) -> float:
    """How many runs that left accounts told people themselves."""
    found = deployment.stack.client("cloudwatch").get_metric_statistics(
        Namespace="Rootwarden",
        MetricName="RunsNotSecuredTold",
        Dimensions=[{"Name": "Stack", "Value": deployment.stack.name}],
        StartTime=time.time() - 86400,
        EndTime=time.time() + 3600,
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


@pytest.mark.parametrize("notice", ["failed", "off"])
def test_a_run_that_told_nobody_is_left_to_the_alarm(deployment: Deployment, run_name: RunName, notice: str) -> None:
    failed, run = "222200000001", run_name("untold")
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": failed, "times": "always", "effect": "denied"})
    counted = told(deployment)

    def not_told(states: dict[str, Any]) -> None:
        states["PublishReport"]["ResultSelector"]["notice"] = notice
        del states["PublishReport"]["ResultSelector"]["notice.$"]

    with machine_changed(deployment, not_told):
        assert deployment.run({"selection": {"accounts": [failed]}, "mode": "enforce"}, run).status == "FAILED"
    assert told(deployment) == counted


def test_a_report_deployment_tells_of_what_it_found_once(report_deployment: Deployment, run_name: RunName) -> None:
    before = len(report_deployment.notices())
    for night in ("found", "found-again"):
        assert report_deployment.run({"selection": "all", "mode": "report"}, run_name(night)).status == "SUCCEEDED"
    sent = [notice["Subject"] for notice in report_deployment.notices()[before:]]
    assert len(sent) <= 1 and all("need a person" in subject for subject in sent), sent
    kept = [key for key in report_deployment.objects() if key.endswith("/notice.json")]
    assert kept, "the first run of this deployment over everything, whichever it was, told of what it found"
