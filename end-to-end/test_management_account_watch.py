"""The management account's own rules and topic, deployed beside the stack: the emulator keeps both in one account."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.inbox import Inbox
from harness.package import for_emulator, located
from harness.paths import ROOT
from harness.people import ADMINISTRATOR, user
from harness.stack import ARTIFACTS, REGION
from harness.waiting import wait_until
from sample_events import sample_event
from worlds import MANAGEMENT

TEMPLATE = ROOT / "management-account-watch.yaml"
NAME = "rootwarden-watch"
KNOWN = "scanner"


class Watch:
    """The deployed stack: its topic's inbox, and what was told there since a test began."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        client = deployment.stack.client
        document = for_emulator(located(TEMPLATE, lambda function: function, self._uploaded))
        parameters = {"RootSessionCallerArns": f"arn:aws:iam::{MANAGEMENT}:role/{KNOWN}"}
        client("cloudformation").create_stack(
            StackName=NAME,
            TemplateBody=json.dumps(document),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        client("cloudformation").get_waiter("stack_create_complete").wait(
            StackName=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        [stack] = client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.topic: str = outputs["WatchNoticesTopicArn"]
        self._inbox = Inbox(client("sns"), client("sqs"), self.topic, "watch-inbox")

    def _uploaded(self, definition: Any) -> str:
        self._deployment.stack.client("s3").put_object(
            Bucket=ARTIFACTS, Key=definition.name, Body=definition.read_bytes()
        )
        return f"s3://{ARTIFACTS}/{definition.name}"

    def about(self, part: str) -> list[dict[str, str]]:
        return [notice for notice in self._inbox.notices() if part in notice["Message"]]

    def told(self, part: str) -> dict[str, str]:
        found = wait_until(
            lambda: self.about(part) or None, within_seconds=30, otherwise=lambda: f"nobody was told of {part}"
        )
        [notice] = found
        return notice


@pytest.fixture(scope="module")
def watch(shared_deployment: Deployment) -> Iterator[Watch]:
    yield Watch(shared_deployment)
    shared_deployment.stack.client("cloudformation").delete_stack(StackName=NAME)


def event(name: str, role: str | None = None) -> dict[str, Any]:
    envelope = sample_event(name)
    envelope["region"] = REGION
    if role is not None:
        arn = f"arn:aws:iam::{MANAGEMENT}:role/{role}"
        envelope["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = arn
    return envelope


@pytest.mark.parametrize(
    "name",
    [
        "iam-disable-root-credentials-management",
        "organizations-disable-aws-service-access",
        "organizations-register-delegated-administrator",
    ],
)
def test_a_change_is_told_to_the_management_accounts_own_topic(deployment: Deployment, watch: Watch, name: str) -> None:
    change = event(name)
    deployment.put_organization_event(change)
    notice = watch.told(change["detail"]["eventID"])
    assert notice["TopicArn"] == watch.topic
    assert notice["Subject"] == "Rootwarden: root access settings changed"
    assert "alice@example.com" in notice["Message"] and "What to do" in notice["Message"]


def test_a_root_session_of_somebody_else_is_told_and_one_of_a_named_role_is_not(
    deployment: Deployment, watch: Watch
) -> None:
    named, other = event("sts-assume-root", KNOWN), event("sts-assume-root", "not-the-scanner")
    deployment.put_organization_event(named)
    deployment.put_organization_event(other)
    assert watch.told(other["detail"]["eventID"])["Subject"] == "Rootwarden: root session by another caller"
    assert watch.about(named["detail"]["eventID"]) == []


def test_an_administrator_cannot_forge_a_message_there(deployment: Deployment, watch: Watch) -> None:
    sns = deployment.stack.client("sns", user(deployment, "watch-forger", ADMINISTRATOR))
    with pytest.raises(ClientError, match=r"AuthorizationError|AccessDenied|not authorized"):
        sns.publish(TopicArn=watch.topic, Subject="Rootwarden: all is well", Message="forged")
    assert watch.about("forged") == []
