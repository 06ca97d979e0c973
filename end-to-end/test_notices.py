"""Notices: people act on them, so nobody but the stack and AWS's own services writes any."""

import json

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.people import ADMINISTRATOR, user
from policy_evaluation import decision
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
            Subject="Rootwarden: approval needed",
            Message="Please approve plan …",
        )
    assert len(deployment.notices()) == before


def test_the_state_machines_tell_people_and_no_function_does(deployment: Deployment) -> None:
    machines = ("SecureAccountsRole", "UnlockPolicyMachineRole", "AllowRecoveryMachineRole", "TellOfChangesRole")
    for id, role in deployment.stack.resources.items():
        if id.endswith("Role"):
            is_denied = publishes(deployment, principal=f"arn:aws:iam::{MANAGEMENT}:role/{role}") == "Deny"
            assert is_denied == (id not in machines), id


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
        if statement.get("Sid") == "NoticesByTheStateMachines"
    ]
    named = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    roles = ("SecureAccountsRole", "TellOfChangesRole")
    assert named == [f"arn:aws:iam::{MANAGEMENT}:role/{report_deployment.stack.resources[role]}" for role in roles]
