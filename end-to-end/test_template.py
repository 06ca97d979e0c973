"""What the template says of itself, without a deployment: it is translated, filled in, and looked at."""

import json
import re
from typing import Any

import pytest

from harness.package import ALL_EVENTS, EVENTS_RULE, for_emulator, located
from harness.paths import ROOT, TEMPLATE
from harness.template import translated
from rendered_template import Rendered

# The longest stack name with which everything can be made.
LONGEST_STACK_NAME = 64


def test_no_read_only_management_event_is_missed() -> None:
    """In the state ENABLED a rule does not match them; two of ours may be marked as such."""
    rules = Rendered().resources("AWS::Events::Rule")
    with_all = {id for id, rule in rules.items() if rule.get("State") == ALL_EVENTS}
    assert with_all == {"AccountJoinedMembership", "RootSessionOpened", "RootSessionRefused"}


def test_the_emulator_alone_gets_another_state_of_the_rule_and_nothing_else() -> None:
    def template() -> dict[str, Any]:
        return located(TEMPLATE, lambda function: function, lambda machine: machine.name)

    def rule(document: dict[str, Any]) -> dict[str, Any]:
        return document["Resources"][EVENTS_RULE[0]]["Properties"]["Events"][EVENTS_RULE[1]]["Properties"]

    for_aws, changed = template(), for_emulator(template())
    assert (rule(for_aws)["State"], rule(changed)["State"]) == (ALL_EVENTS, "ENABLED")
    rule(changed)["State"] = rule(for_aws)["State"]
    for id in ("RootSessionOpened", "RootSessionRefused"):
        properties = changed["Resources"][id]["Properties"]
        assert properties["State"] == "ENABLED"
        properties["State"] = ALL_EVENTS
    assert changed == for_aws


def test_a_stack_that_could_not_be_created_leaves_no_bucket_behind_and_any_other_one_does() -> None:
    resources = translated()["Resources"]
    for id in ("Bucket", "BucketPolicy"):
        assert resources[id]["DeletionPolicy"] == "RetainExceptOnCreate"
        assert resources[id]["UpdateReplacePolicy"] == "Retain"


# AWS's limits for the names that the template makes out of the stack's, and the property that has the name.
LIMITS = {
    "AWS::StepFunctions::StateMachine": ("StateMachineName", 80),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::Scheduler::ScheduleGroup": ("Name", 64),
    "AWS::CloudWatch::Dashboard": ("DashboardName", 255),
}


@pytest.mark.parametrize("type", LIMITS)
def test_no_name_that_is_made_of_the_stacks_is_too_long(type: str) -> None:
    name, longest = LIMITS[type]
    resources = Rendered(stack="s" * LONGEST_STACK_NAME, Mode="enforce", UnlockRequests="on").resources(type)
    found = [properties[name] for properties in resources.values() if name in properties]
    assert found and all(len(name) <= longest for name in found)


def test_a_stack_name_that_is_too_long_is_refused_by_the_first_thing_that_is_made() -> None:
    """CloudFormation cannot count characters, so a resource with that limit stands for the check.

    It depends on nothing, so that it is made, and refused, among the first.
    """
    template = translated()
    assert template["Resources"]["StackNameOfAtMost64Characters"] == {
        "Type": "AWS::Scheduler::ScheduleGroup",
        "Properties": {"Name": {"Ref": "AWS::StackName"}},
    }
    one_more = Rendered(stack="s" * (LONGEST_STACK_NAME + 1), Mode="enforce", UnlockRequests="on")
    machines = one_more.resources("AWS::StepFunctions::StateMachine").values()
    assert max(len(machine["StateMachineName"]) for machine in machines) == 81, (
        "the limit is not lower than it has to be"
    )


def test_every_other_name_is_left_to_cloudformation_which_cuts_it() -> None:
    for id, resource in translated()["Resources"].items():
        known = {LIMITS[resource["Type"]][0]} if resource["Type"] in LIMITS else set()
        named = {key for key, value in resource.get("Properties", {}).items() if "AWS::StackName" in str(value)}
        assert {key for key in named if key.endswith("Name")} <= known, id


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_every_machine_that_a_policy_or_a_setting_names_is_in_the_stack(partition: str) -> None:
    """They are named before they exist, so nothing but this would notice a name that is not theirs."""
    rendered = Rendered(partition=partition, Mode="enforce", UnlockRequests="on")
    machines = rendered.resources("AWS::StepFunctions::StateMachine").values()
    names = {machine["StateMachineName"] for machine in machines}
    text = str([rendered.resolve(rendered.template["Resources"][name]) for name in rendered.names()])
    named = set(re.findall(r":(?:stateMachine|execution):([\w-]+)", text))
    assert named and named <= names


OPERATORS = "OperatorRoleArns"


@pytest.mark.parametrize(
    ("arn", "is_taken"),
    [
        ("", True),
        ("arn:aws:iam::111122223333:role/operators", True),
        ("arn:aws:iam::111122223333:user/teams/platform/ann", True),
        (
            "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Ops_0123456789abcdef",
            True,
        ),
        ("arn:aws-us-gov:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Ops_*", True),
        ("arn:aws:sts::111122223333:assumed-role/operators/ann", False),
        ("arn:aws:iam::111122223333:root", False),
        ("operators", False),
        ("*", False),
    ],
)
def test_an_operators_arn_that_could_match_nobody_is_not_taken(arn: str, is_taken: bool) -> None:
    pattern = translated()["Parameters"][OPERATORS]["AllowedPattern"]
    assert (re.fullmatch(pattern, arn) is not None) == is_taken


@pytest.mark.parametrize("metric", ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"])
def test_a_recovery_that_failed_was_stopped_or_timed_out_raises_an_alarm(metric: str) -> None:
    alarms = [
        resource
        for resource in translated()["Resources"].values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
        and resource["Properties"].get("MetricName") == metric
        and "AllowRecoveryMachine" in json.dumps(resource["Properties"]["Dimensions"])
    ]
    assert len(alarms) == 1
    properties = alarms[0]["Properties"]
    assert properties["Namespace"] == "AWS/States" and properties["AlarmActions"] == [{"Ref": "Notices"}]
    assert (properties["Threshold"], properties["ComparisonOperator"]) == (0, "GreaterThanThreshold")


@pytest.mark.parametrize(
    ("duration", "is_taken"),
    [
        ("PT1H", True),
        ("P3D", True),
        ("P1W", True),
        ("P1DT12H30M", True),
        ("PT20S", True),
        ("P", False),
        ("PT", False),
        ("P1DT", False),
        ("1h", False),
        ("P1M", False),
        ("P1Y", False),
        ("-PT1H", False),
    ],
)
@pytest.mark.parametrize("parameter", ["RecoveryAtLeast", "RecoveryAtMost"])
def test_a_duration_that_the_functions_could_not_read_is_not_deployed(
    parameter: str, duration: str, is_taken: bool
) -> None:
    pattern = translated()["Parameters"][parameter]["AllowedPattern"]
    assert (re.fullmatch(pattern, duration) is not None) == is_taken


def test_the_alarm_for_failed_runs_leaves_out_those_that_told_people_and_no_other() -> None:
    """What is subtracted is what the state machine counts, in this stack."""
    alarm = translated()["Resources"]["RunsFailedAlarm"]["Properties"]
    queries = {query["Id"]: query for query in alarm["Metrics"]}
    assert queries["untold"]["Expression"] == "failed - FILL(told, 0)"
    assert [id for id, query in queries.items() if query.get("ReturnData", True)] == ["untold"]
    failed, told = (queries[id]["MetricStat"]["Metric"] for id in ("failed", "told"))
    assert (failed["Namespace"], failed["MetricName"]) == ("AWS/States", "ExecutionsFailed")
    assert failed["Dimensions"] == [{"Name": "StateMachineArn", "Value": {"Ref": "SecureAccounts"}}]
    counted = json.loads((ROOT / "statemachines/secure-accounts.asl.json").read_text())["States"]["CountTold"]
    [metric] = counted["Parameters"]["MetricData"]
    assert (told["Namespace"], told["MetricName"]) == (counted["Parameters"]["Namespace"], metric["MetricName"])
    assert told["Dimensions"] == [{"Name": "Stack", "Value": {"Ref": "AWS::StackName"}}]
    assert [dimension["Name"] for dimension in metric["Dimensions"]] == ["Stack"]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
