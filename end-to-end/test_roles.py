"""What the template grants to, and asks of, Step Functions: the emulator holds it against nothing, AWS does."""

import re
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from harness.paths import ROOT

RESOURCES: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
MACHINE = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:%s:${AWS::StackName}-secure-accounts%s"


def trust_of(role: str) -> dict[str, Any]:
    [statement] = RESOURCES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    return statement


def roles_of_machines() -> set[str]:
    """The roles of state machines, and of the schedule and whatever else Step Functions assumes."""
    return {
        name
        for name, resource in RESOURCES.items()
        if resource["Type"] == "AWS::IAM::Role" and trust_of(name)["Principal"].get("Service") == "states.amazonaws.com"
    }


def with_express_children() -> set[str]:
    """The roles of machines whose definition has a Distributed Map with Express children."""
    roles = set()
    for resource in RESOURCES.values():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties = resource["Properties"]
            role, attribute = properties["Role"]["Fn::GetAtt"]
            assert attribute == "Arn"
            if '"EXPRESS"' in (ROOT / properties["DefinitionUri"]).read_text():
                roles.add(role)
    return roles


def labels() -> set[str]:
    """The labels of the Distributed Maps, under which their children lie."""
    return set(re.findall(r'"Label": "(\w+)"', (ROOT / "statemachines" / "secure-accounts.asl.json").read_text()))


def test_no_role_that_express_children_assume_is_bound_to_the_arn_of_a_machine() -> None:
    """Bound to it, every child of every run would fail on AWS, and every account would be unknown.

    Source: a capture of September 2026; the account alone was seen to work.
    """
    assert with_express_children() == {"SecureAccountsRole"}
    assert trust_of("SecureAccountsRole")["Condition"] == {
        "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    }


def test_every_other_role_of_a_machine_is_bound_to_machines_of_this_account() -> None:
    others = roles_of_machines() - with_express_children()
    assert len(others) >= 2
    for role in others:
        condition = trust_of(role)["Condition"]
        assert condition["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}, role
        assert set(condition["ArnLike"]) == {"aws:SourceArn"}, role


def test_a_run_may_be_redriven_with_the_children_of_its_maps() -> None:
    """Source: AWS Step Functions Developer Guide, "IAM policies for Distributed Map states", "Redriving Map Runs"."""
    [policy] = RESOURCES["SecureAccountsRole"]["Properties"]["Policies"]
    granted: dict[str, set[str]] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for action in actions:
            named = [resource for resource in resources if isinstance(resource, dict)]
            names = {resource["Fn::Sub"] for resource in named if "Fn::Sub" in resource}
            granted.setdefault(action, set()).update(names)
    children = {MACHINE % ("execution", f"/{label}:*") for label in labels()}
    assert granted["states:StartExecution"] == {MACHINE % ("stateMachine", "")}
    assert len(children) == 2 and granted["states:RedriveExecution"] == children
    for action in ("states:DescribeExecution", "states:StopExecution"):
        assert granted[action] >= {MACHINE % ("execution", ":*"), MACHINE % ("execution", "/*")}
