"""Changes and uses of root access, delivered on the bus as AWS would: who is told what, and how often."""

import copy
import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import TELL, ended_execution
from harness.stack import REGION
from harness.waiting import wait_until
from policy_evaluation import decision
from sample_events import sample_event
from shared_deployments import RunName
from worlds import MANAGEMENT

Event = dict[str, Any]


def about_this_stack(deployment: Deployment, name: str) -> Event:
    """A sample about the stack's own bucket, in the Region of the stack: rules of other Regions send theirs here."""
    text = json.dumps(sample_event(name)).replace("amzn-s3-demo-bucket", deployment.stack.outputs["BucketName"])
    event: Event = json.loads(text)
    event["region"] = REGION
    return event


def told(deployment: Deployment, before: int, *parts: str) -> dict[str, str]:
    """Waits for the one notice that came since then and holds all parts."""

    def found() -> dict[str, str] | None:
        notices = deployment.notices()[before:]
        told = [notice for notice in notices if all(part in notice["Message"] for part in parts)]
        assert len(told) <= 1
        return told[0] if told else None

    return wait_until(found, within_seconds=30, otherwise=lambda: f"nobody was told of {parts}\n{failures(deployment)}")


def failures(deployment: Deployment) -> str:
    """How executions of the machine that tells people failed."""
    found = (deployment.execution(name, TELL) for name in deployment.executions(TELL))
    return "\n".join(f"{it.name}: {it.status} {it.error} {it.cause}" for it in found if it and it.error)


def ended(deployment: Deployment, count: int) -> list[str]:
    """Waits until so many executions of the machine that tells people are there and have ended; their names."""
    states, machine = deployment.stack.client("stepfunctions"), deployment.stack.outputs[TELL]

    def done() -> list[str] | None:
        pages = states.get_paginator("list_executions").paginate(stateMachineArn=machine)
        executions = [execution for page in pages for execution in page["executions"]]
        over = [execution for execution in executions if execution["status"] != "RUNNING"]
        return [execution["name"] for execution in over] if len(over) == len(executions) >= count else None

    return wait_until(done, within_seconds=30, otherwise=f"there were not {count} executions")


@pytest.mark.parametrize(
    ("name", "subject", "parts"),
    [
        (
            "iam-disable-root-credentials-management",
            "Rootwarden: root access settings changed",
            ["was switched off", "alice@example.com", "What to do"],
        ),
        (
            "organizations-disable-aws-service-access",
            "Rootwarden: root access settings changed",
            ["trusted access for IAM was switched off", "alice@example.com", "What to do"],
        ),
        (
            "organizations-register-delegated-administrator",
            "Rootwarden: root access settings changed",
            ["an account was delegated", "222233334444", "alice@example.com", "What to do"],
        ),
        (
            "s3-put-bucket-policy",
            "Rootwarden: settings of its bucket changed",
            ["PutBucketPolicy", "user/mallory", "What to do"],
        ),
    ],
)
def test_a_change_is_told_with_who_did_it_and_what_to_do(
    deployment: Deployment, name: str, subject: str, parts: list[str]
) -> None:
    before, event = len(deployment.notices()), about_this_stack(deployment, name)
    deployment.put_organization_event(event)
    notice = told(deployment, before, event["detail"]["eventID"])
    assert notice["Subject"] == subject
    assert all(part in notice["Message"] for part in parts), notice["Message"]


def test_a_service_that_has_no_arn_is_named_as_well(deployment: Deployment) -> None:
    before, event = len(deployment.notices()), about_this_stack(deployment, "organizations-disable-aws-service-access")
    event["detail"]["userIdentity"] = {"type": "AWSService", "invokedBy": "iam.amazonaws.com"}
    deployment.put_organization_event(event)
    assert "Who: iam.amazonaws.com" in told(deployment, before, event["detail"]["eventID"])["Message"]


@pytest.mark.parametrize(
    ("key", "subject"),
    [
        ("control/paused.json", "Rootwarden: pause changed"),
        ("exemptions/444455556666.json", "Rootwarden: exemption changed"),
    ],
)
def test_an_exemption_and_the_pause_are_told_by_the_bucket_itself(
    deployment: Deployment, key: str, subject: str
) -> None:
    before = len(deployment.notices())
    deployment.put_object(key, b'{"paused": false, "reason": "test"}')
    notice = told(deployment, before, key)
    assert notice["Subject"] == subject
    assert f"Who: {MANAGEMENT}, from 127.0.0.1" in notice["Message"]
    assert "What to do" in notice["Message"]


def test_what_the_functions_write_is_told_to_nobody(deployment: Deployment, run_name: RunName) -> None:
    before = deployment.executions(TELL)
    run = deployment.run({"selection": {"accounts": ["222200000001"]}, "mode": "enforce"}, run_name("written"))
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    assert any(key.startswith(f"runs/{run.name}/report/") for key in deployment.objects())
    assert deployment.executions(TELL) == before


def opened_by(deployment: Deployment, role: str, hour: int, name: str = "sts-assume-root") -> Event:
    event = about_this_stack(deployment, name)
    event["time"] = event["detail"]["eventTime"] = f"2026-06-02T{hour:02}:10:00Z"
    identity = event["detail"]["userIdentity"]
    identity["arn"] = f"arn:aws:sts::{MANAGEMENT}:assumed-role/{role}/{event['id']}"
    identity["sessionContext"] = {"sessionIssuer": {"type": "Role", "arn": f"arn:aws:iam::{MANAGEMENT}:role/{role}"}}
    return event


def test_a_root_session_of_somebody_else_is_told_with_its_access_key_id_and_without_its_token(
    deployment: Deployment,
) -> None:
    before, event = len(deployment.notices()), opened_by(deployment, "told-with-its-key", 1)
    token = event["detail"]["responseElements"]["credentials"]["sessionToken"]
    deployment.put_organization_event(event)
    notice = told(deployment, before, event["detail"]["eventID"])
    assert notice["Subject"] == "Rootwarden: root session by another caller"
    for part in ("told-with-its-key", "ASIAIOSFODNN7EXAMPLE", "444455556666", "S3UnlockBucketPolicy", "What to do"):
        assert part in notice["Message"], part
    states, machine = deployment.stack.client("stepfunctions"), deployment.stack.outputs[TELL]
    for name in deployment.executions(TELL):
        arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        assert token not in str(states.describe_execution(executionArn=arn))


def test_one_caller_is_told_of_once_an_hour_whatever_its_sessions_are_called(deployment: Deployment) -> None:
    before, count = len(deployment.notices()), len(deployment.executions(TELL))
    for _ in range(4):
        deployment.put_organization_event(opened_by(deployment, "often", 2))
    names = ended(deployment, count + 5)
    assert len(names) == count + 5, "four events, and one that told people"
    assert len([notice for notice in deployment.notices()[before:] if "/often/" in notice["Message"]]) == 1
    deployment.put_organization_event(opened_by(deployment, "often", 3))
    ended(deployment, count + 7)
    assert len([notice for notice in deployment.notices()[before:] if "/often/" in notice["Message"]]) == 2


def test_one_caller_does_not_hide_another_nor_an_attempt_what_came_of_it(deployment: Deployment) -> None:
    before = len(deployment.notices())
    for event in (
        opened_by(deployment, "first", 4, "sts-assume-root-refused"),
        opened_by(deployment, "first", 4),
        opened_by(deployment, "second", 4),
    ):
        deployment.put_organization_event(event)
        told(deployment, before, event["detail"]["eventID"])
    subjects = [notice["Subject"] for notice in deployment.notices()[before:]]
    assert sorted(subjects) == [
        "Rootwarden: root session by another caller",
        "Rootwarden: root session by another caller",
        "Rootwarden: root session refused to another caller",
    ]


def test_one_task_does_not_hide_another(deployment: Deployment) -> None:
    before, audit = len(deployment.notices()), opened_by(deployment, "many-tasks", 7)
    audit["detail"]["requestParameters"]["taskPolicyArn"]["arn"] = (
        "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"
    )
    deletion = opened_by(deployment, "many-tasks", 7)
    deletion["detail"]["eventID"] = "0f2d6a52-7b52-4a51-9d0e-8f1d4c0a0b01"
    for event in (audit, deletion):
        deployment.put_organization_event(event)
        told(deployment, before, event["detail"]["eventID"])
    assert len([notice for notice in deployment.notices()[before:] if "/many-tasks/" in notice["Message"]]) == 2


def test_people_of_identity_center_who_have_one_role_do_not_hide_each_other(deployment: Deployment) -> None:
    before, role = len(deployment.notices()), "AWSReservedSSO_Security_0123456789abcdef"
    for person in ("alice@example.com", "mallory@example.com", "mallory@example.com"):
        event = opened_by(deployment, role, 8)
        identity = event["detail"]["userIdentity"]
        identity["arn"] = f"arn:aws:sts::{MANAGEMENT}:assumed-role/{role}/{person}"
        issuer = f"arn:aws:iam::{MANAGEMENT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/{role}"
        identity["sessionContext"]["sessionIssuer"]["arn"] = issuer
        count = len(deployment.executions(TELL))
        deployment.put_organization_event(event)
        ended(deployment, count + 1)
    who = [notice["Message"].partition("Who: ")[2].partition(",")[0] for notice in deployment.notices()[before:]]
    assert sorted(arn.rpartition("/")[2] for arn in who) == ["alice@example.com", "mallory@example.com"]


def test_a_message_whose_name_somebody_took_by_hand_ends_in_the_alarm(deployment: Deployment) -> None:
    """Names are made of what anybody knows: whoever may start the machine could take one, and have nothing told."""
    before, count = len(deployment.notices()), len(deployment.executions(TELL))
    deployment.put_organization_event(opened_by(deployment, "name-taken", 9))
    name = next(name for name in ended(deployment, count + 2) if name.startswith("root-session-opened-2026-06-02T09"))
    states, machine = deployment.stack.client("stepfunctions"), deployment.stack.outputs[TELL]
    told_once = states.describe_execution(executionArn=f"{machine.replace(':stateMachine:', ':execution:')}:{name}")
    taken = name.replace("T09", "T10")
    started = states.start_execution(stateMachineArn=machine, name=taken, input=told_once["input"])
    execution = ended_execution(deployment.stack, started["executionArn"])
    assert (execution["status"], execution["error"]) == ("FAILED", "NameTaken")
    assert len(deployment.notices()) == before + 1


def test_a_refusal_to_a_user_is_told_with_its_reason(deployment: Deployment) -> None:
    before, event = len(deployment.notices()), about_this_stack(deployment, "sts-assume-root-refused")
    deployment.put_organization_event(event)
    message = told(deployment, before, event["detail"]["eventID"])["Message"]
    assert "AWS refused it: AccessDenied" in message
    assert "user/mallory" in message and "In which account: not said" in message


def test_the_stacks_own_root_sessions_are_told_to_nobody(deployment: Deployment) -> None:
    before = deployment.executions(TELL)
    for id in ("AuditAccountsRole", "DeleteCredentialsRole", "UnlockPolicyRole"):
        deployment.put_organization_event(opened_by(deployment, deployment.stack.resources[id], 5))
    # What comes after them on the same bus was told, so they were looked at.
    last = opened_by(deployment, "somebody-else", 5)
    deployment.put_organization_event(last)
    names = ended(deployment, len(before) + 2)
    assert len(names) == len(before) + 2


def test_an_event_that_was_delivered_twice_is_told_once(deployment: Deployment) -> None:
    before, count = len(deployment.notices()), len(deployment.executions(TELL))
    event = opened_by(deployment, "delivered-twice", 6)
    deployment.put_organization_event(event)
    deployment.put_organization_event(copy.deepcopy(event))
    ended(deployment, count + 3)
    assert len([notice for notice in deployment.notices()[before:] if "delivered-twice" in notice["Message"]]) == 1


def test_only_the_rules_of_this_stack_may_leave_events_in_the_queue(deployment: Deployment) -> None:
    sqs, url = deployment.stack.client("sqs"), deployment.stack.outputs["LostEventsQueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy", "QueueArn"])["Attributes"]
    rule = f"arn:aws:events:{REGION}:{MANAGEMENT}:rule/{deployment.stack.resources['RootSessionOpened']}"
    for arn, expected in ((rule, "Allow"), (f"{rule}-of-another", "ImplicitDeny")):
        found = decision(
            attributes["Policy"],
            "sqs:SendMessage",
            attributes["QueueArn"],
            service="events.amazonaws.com",
            aws__SourceArn=arn,
        )
        assert found == expected


def test_whoever_may_start_the_machine_cannot_have_it_say_what_they_like(deployment: Deployment) -> None:
    before, states = len(deployment.notices()), deployment.stack.client("stepfunctions")
    forged = {"subject": "Rootwarden: run approval needed", "message": "Please approve plan …"}
    for input in (forged, {"source": "aws.sts", **forged}, {"notice": forged, "name": "forged"}):
        started = states.start_execution(stateMachineArn=deployment.stack.outputs[TELL], input=json.dumps(input))
        ended_execution(deployment.stack, started["executionArn"])
    assert [notice for notice in deployment.notices()[before:] if "approv" in notice["Message"]] == []
