"""What `management-account.yaml` says of itself, and that it fits what `template.yaml` takes."""

import re
from typing import Any

import pytest

from harness.paths import MANAGEMENT_TEMPLATE, ROOT, TEMPLATE
from rendered_template import Rendered

MANAGEMENT, SECURITY = "111122223333", "222233334444"
# What the function calls: `everything_is_switched_on_in_an_organization_that_has_nothing` asserts the same list of it.
CALLED = {
    "organizations:DescribeOrganization",
    "organizations:EnableAWSServiceAccess",
    "organizations:ListDelegatedAdministrators",
    "organizations:RegisterDelegatedAdministrator",
    "iam:ListOrganizationsFeatures",
    "iam:EnableOrganizationsRootCredentialsManagement",
    "iam:EnableOrganizationsRootSessions",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}


def management(region: str = "us-east-1", **parameters: str) -> Rendered:
    return Rendered(source=MANAGEMENT_TEMPLATE, partition="aws", region=region, **parameters)


def rootwarden(region: str = "us-east-1", **parameters: str) -> Rendered:
    return Rendered(source=TEMPLATE, partition="aws", region=region, **parameters)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_function_may_call_what_it_calls_and_nothing_that_switches_anything_off() -> None:
    statements = allowed(RootwardenAccount=SECURITY, RootSessions="on")
    actions = {action for statement in statements for action in listed(statement["Action"])}
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    assert actions == CALLED
    test = (ROOT / "tests" / "functions" / "enable_root_access.rs").read_text()
    _, _, calls = test.partition("const CALLS")
    called = set(re.findall(r'\("((?:iam|organizations):\w+)"', calls.partition("];")[0]))
    assert called == {action for action in CALLED if not action.startswith("logs:")}


def allowed(**parameters: str) -> list[Any]:
    """The statements of the function's role."""
    policies = management(**parameters).resources("AWS::IAM::Role")["EnableRootAccessRole"]["Policies"]
    return [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]


def test_it_may_delegate_the_one_account_and_switch_on_what_the_stack_is_asked_for() -> None:
    sessions, register = "iam:EnableOrganizationsRootSessions", "organizations:RegisterDelegatedAdministrator"
    given = allowed(RootwardenAccount=SECURITY)
    [delegation] = [statement for statement in given if register in listed(statement["Action"])]
    assert delegation["Resource"] == f"arn:aws:organizations::{MANAGEMENT}:account/o-*/{SECURITY}"
    assert sessions not in {action for statement in given for action in listed(statement["Action"])}
    own = {action for statement in allowed() for action in listed(statement["Action"])}
    assert own == CALLED - {sessions, register}


def test_what_is_forwarded_is_what_rootwardens_own_rule_takes() -> None:
    [forwards] = management(RootwardenAccount=SECURITY).resources("AWS::Events::Rule").values()
    rule = rootwarden(ManagementAccount=MANAGEMENT).resources("AWS::Events::Rule")["AccountJoinedMembership"]
    assert forwards["EventPattern"] == rule["EventPattern"]
    assert rule["EventPattern"]["account"] == [MANAGEMENT]
    assert forwards["State"] == rule["State"] == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@pytest.mark.parametrize("own", ["", "111122223333"])
def test_a_deployment_in_the_management_account_opens_no_bus_and_takes_its_own_events_alone(own: str) -> None:
    rendered = rootwarden(ManagementAccount=own)
    assert rendered.resources("AWS::Events::EventBusPolicy") == {}
    rule = rendered.resources("AWS::Events::Rule")["AccountJoinedMembership"]
    assert rule["EventPattern"]["account"] == ["111122223333"]


@pytest.mark.parametrize(("home", "regions"), [("", ["us-east-1"]), ("eu-central-1", ["us-east-1", "eu-central-1"])])
def test_the_bus_takes_events_of_the_management_accounts_rules_and_of_no_other(home: str, regions: list[str]) -> None:
    # Another account than the one that is rendered, which is the delegated one here.
    rendered = rootwarden(ManagementAccount=SECURITY, ControlTowerRegion=home)
    [policy] = rendered.resources("AWS::Events::EventBusPolicy").values()
    name = management(RootwardenAccount=SECURITY).resources("AWS::Events::Rule")["ForwardAccountEvents"]["Name"]
    assert policy["Statement"] == {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{SECURITY}:root"},
        "Action": "events:PutEvents",
        "Resource": "arn:aws:events:us-east-1:111122223333:event-bus/default",
        "Condition": {
            "ArnEquals": {"aws:SourceArn": [f"arn:aws:events:{region}:{SECURITY}:rule/{name}" for region in regions]}
        },
    }
    # AWS takes names of 64 characters.
    assert policy["StatementId"] == "s" * 64


@pytest.mark.parametrize(
    ("region", "parameters", "forwards_to"),
    [
        ("us-east-1", {"RootwardenAccount": SECURITY}, f"us-east-1:{SECURITY}"),
        ("eu-central-1", {"RootwardenAccount": SECURITY, "Parts": "rules-only"}, f"us-east-1:{SECURITY}"),
        ("us-east-1", {"RootwardenAccount": SECURITY, "RootwardenRegion": "eu-west-1"}, f"eu-west-1:{SECURITY}"),
        ("us-east-1", {}, None),
        ("us-east-1", {"RootwardenAccount": MANAGEMENT}, None),
        ("eu-central-1", {"Parts": "rules-only"}, f"us-east-1:{MANAGEMENT}"),
    ],
)
def test_events_are_forwarded_to_where_rootwarden_is_and_not_in_a_circle(
    region: str, parameters: dict[str, str], forwards_to: str | None
) -> None:
    rendered = management(region, **parameters)
    rules = rendered.resources("AWS::Events::Rule")
    if forwards_to is None:
        assert rules == {}
        return
    [target] = rules["ForwardAccountEvents"]["Targets"]
    assert target["Arn"] == f"arn:aws:events:{forwards_to}:event-bus/default"
    # What the emulator does not evaluate: the role may put events on this bus and do nothing else, and what is
    # lost is kept.
    [policy] = rendered.resources("AWS::IAM::Role")["ForwardAccountEventsRole"]["Policies"]
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("events:PutEvents", target["Arn"])
    assert target["RoleArn"] == rendered.arn("ForwardAccountEventsRole")
    assert target["DeadLetterConfig"] == {"Arn": rendered.arn("LostEvents")}


def test_rules_only_leaves_the_function_and_its_role_out() -> None:
    rendered = management("eu-central-1", RootwardenAccount=SECURITY, Parts="rules-only")
    assert rendered.resources("AWS::Lambda::Function") == rendered.resources("Custom::RootAccess") == {}
    assert set(rendered.resources("AWS::IAM::Role")) == {"ForwardAccountEventsRole"}


def test_the_management_account_itself_is_never_delegated() -> None:
    for account, delegated in [("", ""), (MANAGEMENT, ""), (SECURITY, SECURITY)]:
        [resource] = management(RootwardenAccount=account).resources("Custom::RootAccess").values()
        assert resource["DelegatedAdministrator"] == delegated


def test_every_parameter_is_described() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text()
    table = text.partition("| parameter of the management account | default | |\n")[2].partition("\n\n")[0]
    described = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert described == list(management().template["Parameters"])


@pytest.mark.parametrize("topic", ["", f"arn:aws:sns:us-east-1:{MANAGEMENT}:watch"])
def test_an_event_that_could_not_be_forwarded_raises_an_alarm(topic: str) -> None:
    rendered = management(RootwardenAccount=SECURITY, AlarmTopicArn=topic)
    [alarm] = rendered.resources("AWS::CloudWatch::Alarm").values()
    assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 0)
    assert alarm.get("AlarmActions", []) == ([topic] if topic else [])
