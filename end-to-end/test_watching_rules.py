"""What the rules that watch root access let through, decided by the emulator's matching on the project's samples.

Nothing is deployed: the templates are filled in, and each sample is held against every rule. Near misses are samples
with one thing changed.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ministack.services.eventbridge import _event_from_test_payload, _event_pattern_error, _matches_pattern

from harness.paths import MANAGEMENT_WATCH_TEMPLATE, REGION_WATCH_TEMPLATE, ROOT, TEMPLATE
from rendered_template import Rendered
from sample_events import sample_event

EVENTS = "AWS::Events::Rule"
KNOWN = "arn:aws:iam::111122223333:role/JohnDoe"
# Which rule of template.yaml takes which sample.
TAKEN_BY = {
    "iam-disable-root-credentials-management": "RootAccessChanged",
    "organizations-disable-aws-service-access": "RootAccessChanged",
    "organizations-register-delegated-administrator": "RootAccessChanged",
    "sts-assume-root": "RootSessionOpened",
    "sts-assume-root-refused": "RootSessionRefused",
    "s3-put-bucket-policy": "BucketChanged",
    "s3-object-created-pause": "ExemptionOrPauseChanged",
    "s3-object-created-exemption": "ExemptionOrPauseChanged",
}

Event = dict[str, Any]


def commercial(**more: Any) -> Rendered:
    return Rendered(stack="rootwarden", partition="aws", region="us-east-1", **more)


@pytest.fixture(scope="module")
def stack() -> Rendered:
    return commercial(Mode="enforce", UnlockRequests="on")


def takers(rendered: Rendered, event: Event) -> set[str]:
    """The rules of a template that an event matches."""
    found = set()
    for id, rule in rendered.resources(EVENTS).items():
        pattern = json.dumps(rule["EventPattern"])
        assert _event_pattern_error(pattern) is None, id
        if _matches_pattern(pattern, _event_from_test_payload(event)):
            found.add(id)
    return found


def in_stack(rendered: Rendered, name: str) -> Event:
    """A sample, about the stack's own bucket where it is about a bucket."""
    text = json.dumps(sample_event(name)).replace("amzn-s3-demo-bucket", rendered.name("Bucket"))
    event: Event = json.loads(text)
    return event


@pytest.mark.parametrize("name", TAKEN_BY)
def test_each_sample_is_taken_by_one_rule(stack: Rendered, name: str) -> None:
    assert takers(stack, in_stack(stack, name)) == {TAKEN_BY[name]}


def test_every_rule_that_watches_has_a_sample() -> None:
    rules = commercial().resources(EVENTS)
    assert set(TAKEN_BY.values()) == rules.keys() - {"AccountJoinedMembership"}


CHANGES = [
    ("iam.amazonaws.com", "EnableOrganizationsRootCredentialsManagement"),
    ("iam.amazonaws.com", "DisableOrganizationsRootCredentialsManagement"),
    ("iam.amazonaws.com", "EnableOrganizationsRootSessions"),
    ("iam.amazonaws.com", "DisableOrganizationsRootSessions"),
    ("organizations.amazonaws.com", "EnableAWSServiceAccess"),
    ("organizations.amazonaws.com", "DisableAWSServiceAccess"),
    ("organizations.amazonaws.com", "RegisterDelegatedAdministrator"),
    ("organizations.amazonaws.com", "DeregisterDelegatedAdministrator"),
]


@pytest.mark.parametrize(("service", "operation"), CHANGES)
def test_every_change_of_root_access_is_taken_in_each_template(stack: Rendered, service: str, operation: str) -> None:
    name = "iam-disable-root-credentials-management"
    event = sample_event(name if service.startswith("iam") else "organizations-disable-aws-service-access")
    event["detail"]["eventName"] = operation
    for rendered in (
        stack,
        commercial(source=MANAGEMENT_WATCH_TEMPLATE),
        commercial(source=REGION_WATCH_TEMPLATE, HomeRegion="eu-west-1"),
    ):
        assert takers(rendered, event) == {"RootAccessChanged"}
    # The message says it in words.
    assert f"'{operation}': '" in (ROOT / "statemachines" / "tell-of-changes.asl.json").read_text()


@pytest.mark.parametrize("source", [TEMPLATE, MANAGEMENT_WATCH_TEMPLATE])
def test_whatever_keeps_people_from_being_told_raises_the_alarm(source: Path) -> None:
    rendered = commercial(source=source)
    alarms = rendered.resources("AWS::CloudWatch::Alarm").values()
    machine = rendered.resolve({"Ref": "TellOfChanges"})
    metrics = {alarm["MetricName"] for alarm in alarms if machine in str(alarm.get("Dimensions"))}
    assert metrics == {"ExecutionsFailed", "ExecutionsAborted", "ExecutionsTimedOut"}


def change(*path: str, to: Any) -> Callable[[Event], None]:
    def changed(event: Event) -> None:
        for key in path[:-1]:
            event = event[key]
        event[path[-1]] = to

    return changed


NEAR_MISSES = [
    ("iam-disable-root-credentials-management", change("detail", "eventName", to="ListOrganizationsFeatures")),
    ("iam-disable-root-credentials-management", change("detail", "errorCode", to="AccessDenied")),
    ("iam-disable-root-credentials-management", change("source", to="my.application")),
    (
        "organizations-disable-aws-service-access",
        change("detail", "requestParameters", to={"servicePrincipal": "sso.amazonaws.com"}),
    ),
    (
        "organizations-register-delegated-administrator",
        change("detail", "requestParameters", "servicePrincipal", to="guardduty.amazonaws.com"),
    ),
    ("organizations-register-delegated-administrator", change("detail", "errorCode", to="AccountNotFoundException")),
    ("sts-assume-root", change("detail", "eventName", to="AssumeRole")),
    ("sts-assume-root", change("source", to="my.application")),
    ("s3-put-bucket-policy", change("detail", "requestParameters", "bucketName", to="another-bucket")),
    ("s3-put-bucket-policy", change("detail", "eventName", to="GetBucketPolicy")),
    ("s3-put-bucket-policy", change("detail", "errorCode", to="AccessDenied")),
    ("s3-object-created-pause", change("detail", "object", "key", to="runs/nightly-2026-06-01/report/0.json")),
    ("s3-object-created-pause", change("detail", "object", "key", to="state/control/paused.json")),
    ("s3-object-created-pause", change("detail", "bucket", "name", to="another-bucket")),
    ("s3-object-created-exemption", change("detail-type", to="Object Tags Added")),
]


@pytest.mark.parametrize(("name", "spoil"), NEAR_MISSES)
def test_a_near_miss_is_taken_by_no_rule(stack: Rendered, name: str, spoil: Callable[[Event], None]) -> None:
    event = in_stack(stack, name)
    spoil(event)
    assert takers(stack, event) == set()


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("s3-put-bucket-policy", "DeleteBucketPolicy"),
        ("s3-put-bucket-policy", "PutBucketLifecycle"),
        ("s3-put-bucket-policy", "PutBucketReplication"),
        # With it, the watching of exemptions and the pause could be switched off.
        ("s3-put-bucket-policy", "PutBucketNotification"),
    ],
)
def test_other_settings_of_the_bucket_are_told_as_well(stack: Rendered, name: str, operation: str) -> None:
    event = in_stack(stack, name)
    event["detail"]["eventName"] = operation
    assert takers(stack, event) == {"BucketChanged"}


def test_a_deleted_exemption_is_told_as_well(stack: Rendered) -> None:
    event = in_stack(stack, "s3-object-created-exemption")
    event["detail-type"] = "Object Deleted"
    assert takers(stack, event) == {"ExemptionOrPauseChanged"}


# ── AssumeRoot: who is meant to ──


def called_by(arn: str | None, name: str = "sts-assume-root") -> Event:
    """The call of a role; with None, of an IAM user, who has no session issuer."""
    event = sample_event(name)
    identity = event["detail"]["userIdentity"]
    if arn is None:
        identity.update(type="IAMUser", arn="arn:aws:iam::111122223333:user/mallory")
        del identity["sessionContext"]
    else:
        identity.setdefault("sessionContext", {})["sessionIssuer"] = {"type": "Role", "arn": arn}
    return event


def openers(rendered: Rendered) -> set[str]:
    """ARNs of the roles that may open root sessions, from every policy of the template."""
    found = set()
    for id, role in rendered.resources("AWS::IAM::Role").items():
        if "sts:AssumeRoot'" in str(role["Policies"]):
            found.add(rendered.arn(id))
    for policy in rendered.resources("AWS::IAM::Policy").values():
        if "sts:AssumeRoot'" in str(policy["PolicyDocument"]):
            names = {rendered.name(id): id for id in rendered.resources("AWS::IAM::Role")}
            found |= {rendered.arn(names[name]) for name in policy["Roles"]}
    return found


@pytest.mark.parametrize("name", ["sts-assume-root", "sts-assume-root-refused"])
def test_the_stacks_own_roles_that_open_root_sessions_are_not_told_of_and_all_others_are(
    stack: Rendered, name: str
) -> None:
    own = openers(stack)
    assert len(own) >= 3, "audit, deletion, unlocking"
    for id in stack.resources("AWS::IAM::Role"):
        assert bool(takers(stack, called_by(stack.arn(id), name))) == (stack.arn(id) not in own), id


def test_a_role_that_is_not_deployed_is_somebody_else(stack: Rendered) -> None:
    """In report mode nothing that deletes is there: who calls by its name is not this stack."""
    event = called_by(stack.arn("DeleteCredentialsRole"))
    assert takers(stack, event) == set()
    assert takers(commercial(), event) == {"RootSessionOpened"}


@pytest.mark.parametrize("path", [TEMPLATE, MANAGEMENT_WATCH_TEMPLATE])
def test_roles_that_the_parameter_names_are_not_told_of(path: Any) -> None:
    others = "arn:aws:iam::111122223333:role/security/scanner"
    named = commercial(source=path, RootSessionCallerArns=f"{KNOWN},{others}")
    for arn in (KNOWN, others):
        assert takers(named, called_by(arn)) == set()
        assert takers(named, called_by(arn, "sts-assume-root-refused")) == set()
    assert takers(named, called_by(f"{KNOWN}2")) == {"RootSessionOpened"}
    assert takers(commercial(source=path), called_by(KNOWN)) == {"RootSessionOpened"}


@pytest.mark.parametrize("path", [TEMPLATE, MANAGEMENT_WATCH_TEMPLATE])
def test_an_iam_user_is_somebody_else(path: Any) -> None:
    named = commercial(source=path, RootSessionCallerArns=KNOWN)
    assert takers(named, called_by(None)) == {"RootSessionOpened"}
    assert takers(named, sample_event("sts-assume-root-refused")) == {"RootSessionRefused"}


@pytest.mark.parametrize(
    ("arn", "is_taken"),
    [
        ("", True),
        (KNOWN, True),
        ("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef", True),
        ("arn:aws:sts::111122223333:assumed-role/JohnDoe/JohnRole1", False),
        ("arn:aws:iam::111122223333:role/*", False),
        ("*", False),
    ],
)
def test_an_arn_that_could_match_nobody_or_everybody_is_not_taken(arn: str, is_taken: bool) -> None:
    for path in (TEMPLATE, MANAGEMENT_WATCH_TEMPLATE):
        pattern = commercial(source=path).template["Parameters"]["RootSessionCallerArns"]["AllowedPattern"]
        assert (re.fullmatch(pattern, arn) is not None) == is_taken


def test_every_region_sends_all_root_sessions_home() -> None:
    rendered = commercial(source=REGION_WATCH_TEMPLATE, HomeRegion="eu-west-1")
    for name in ("sts-assume-root", "sts-assume-root-refused"):
        assert takers(rendered, sample_event(name)) == {"RootSessions"}
    for rule in rendered.resources(EVENTS).values():
        [target] = rule["Targets"]
        assert target["Arn"] == "arn:aws:events:eu-west-1:111122223333:event-bus/default"


def test_no_pattern_is_longer_than_aws_takes() -> None:
    """2,048 characters are what an account has without asking.

    Source: EventBridge User Guide, "Amazon EventBridge quotas".
    """
    role = "arn:aws-us-gov:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef"
    for path in (TEMPLATE, MANAGEMENT_WATCH_TEMPLATE):
        rendered = Rendered(
            source=path, Mode="enforce", UnlockRequests="on", RootSessionCallerArns=",".join([role] * 10)
        )
        for id, rule in rendered.resources(EVENTS).items():
            assert len(json.dumps(rule["EventPattern"])) <= 2048, id


def test_nothing_but_the_rules_may_leave_events_in_the_queue(stack: Rendered) -> None:
    """A rule whose queue does not let it in would lose its events in silence."""
    for rendered, policy in (
        (stack, "LostEventsPolicy"),
        (commercial(source=MANAGEMENT_WATCH_TEMPLATE), "WatchLostEventsPolicy"),
    ):
        allow, _ = rendered.resources("AWS::SQS::QueuePolicy")[policy]["PolicyDocument"]["Statement"]
        rules = {rendered.arn(id) for id in rendered.resources(EVENTS)}
        assert set(allow["Condition"]["ArnEquals"]["aws:SourceArn"]) == rules
        for id, rule in rendered.resources(EVENTS).items():
            for target in rule["Targets"]:
                assert target["DeadLetterConfig"]["Arn"].endswith(allow["Resource"]), id
