"""A bucket in another Region denies everybody: shown, planned, opened for its administrators alone, and put back."""

import json
from typing import Any

import pytest

from harness.deployment import Deployment
from harness.organization import UNLOCK_BUCKET, calls_in, changes_in
from harness.people import person
from harness.unlock_requests import (
    ask,
    carry_out,
    decide,
    end_of,
    notices_of,
    plan_sha256,
    show,
    wait_for_approval_request,
)
from locked_organization import (
    BUCKET,
    LOCKED,
    REGION,
    bucket_client,
    bucket_policy,
    code,
    opened,
    policy_in,
    policy_of_bucket,
    stored_policies,
    tasks,
    without_policy,
)

REQUEST = {"account": LOCKED, "bucket": BUCKET}


def test_an_administrator_is_locked_out_before_and_not_after_and_is_again_when_it_is_put_back(
    locked: Deployment,
) -> None:
    ann, ben = person(locked, "ann"), person(locked, "ben")
    before, administrator, stored_before = locked.world(), bucket_client(locked), stored_policies(locked)
    locking = json.dumps(bucket_policy())
    for call, arguments in (
        (administrator.get_bucket_policy, {}),
        (administrator.put_bucket_policy, {"Policy": locking}),
        (administrator.delete_bucket_policy, {}),
        (administrator.get_object, {"Key": "a"}),
    ):
        assert code(call, Bucket=BUCKET, **arguments) == "AccessDenied"

    unlock, execution = carry_out(locked, ann, ben, action="apply", **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    narrowed = policy_of_bucket(administrator)
    assert code(administrator.put_bucket_policy, Bucket=BUCKET, Policy=json.dumps(narrowed)) == "Success"
    assert code(administrator.get_object, Bucket=BUCKET, Key="a") == "AccessDenied"
    # Everything else stays in force, word for word.
    assert narrowed["Statement"][0] == bucket_policy()["Statement"][0]
    assert len(narrowed["Statement"]) == 2 and narrowed["Statement"][1]["Effect"] == "Deny"
    assert without_policy(locked.world(), BUCKET) == without_policy(before, BUCKET)

    [key] = stored_policies(locked) - stored_before
    stored = json.loads(locked.read_object(key))
    assert json.loads(stored["policy"]) == bucket_policy()
    assert stored["unlock"] == unlock and "user/ann#AIDA" in stored["requested_by"] and stored["reason"]

    _, execution = carry_out(locked, ben, ann, action="restore", stored=key, **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert locked.world() == before
    assert code(administrator.get_bucket_policy, Bucket=BUCKET) == "AccessDenied"
    assert tasks(locked) == {UNLOCK_BUCKET}


def test_every_session_of_a_request_is_for_buckets_and_in_the_account_it_names(locked: Deployment) -> None:
    carry_out(locked, person(locked, "ann"), person(locked, "ben"), action="apply", **REQUEST)
    assert opened(locked) and {call["result"] for call in opened(locked)} == {"Success"}
    assert {call["account"] for call in opened(locked)} == {LOCKED}
    assert {call["resource"].split("/")[-1] for call in opened(locked)} == {UNLOCK_BUCKET}
    made = [call for call in calls_in(locked.calls(), LOCKED) if call["session"]]
    assert {call["session"]["task"] for call in made} == {UNLOCK_BUCKET}
    assert [call["action"] for call in changes_in(locked.calls(), LOCKED)] == ["s3:PutBucketPolicy"]
    [role] = {call["caller"].split("/")[1] for call in opened(locked)}
    assert "UnlockPolicy" in role


def test_what_is_shown_says_what_is_planned_and_what_came_of_it(locked: Deployment) -> None:
    ann = person(locked, "ann")
    unlock = ask(locked, ann, action="apply", **REQUEST)
    wait_for_approval_request(locked, unlock)
    shown = show(locked, ann, unlock)
    assert shown["plan_sha256"] == plan_sha256(locked, unlock)
    assert shown["shown"] == locked.read_object(f"unlocks/{unlock}/plan.txt")
    assert "DenyAll" in shown["shown"] and REGION in shown["shown"]
    assert any(line.startswith("-") for line in shown["shown"].splitlines())
    assert shown["decision"] is None and shown["result"] is None and "task_token" not in json.dumps(shown)
    assert decide(locked, person(locked, "ben"), unlock, shown["plan_sha256"])[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"
    shown = show(locked, ann, unlock)
    assert "user/ben#AIDA" in shown["decision"]["by"]
    assert (shown["result"]["outcome"], shown["verified"]["state"]) == ("changed", "as_planned")


def test_the_notice_says_everything_that_an_approver_needs_and_nothing_of_the_policy(locked: Deployment) -> None:
    ann = person(locked, "ann")
    unlock = ask(locked, ann, action="apply", ticket="CHG-4711", **{**REQUEST, "reason": "audit 'tomorrow' {urgent}"})
    wait_for_approval_request(locked, unlock)
    digest = show(locked, ann, unlock)["plan_sha256"]
    [notice] = notices_of(locked, unlock)
    assert notice["Subject"] == "Rootwarden: unlock approval needed"
    bucket = locked.stack.outputs["BucketName"]
    for line in (
        f"Approval id: {unlock}",
        "Action: apply",
        f"Account: {LOCKED}",
        f"Resource: arn:aws:s3:::{BUCKET}",
        "Locked out before: everyone",
        f"Requested by: arn:aws:iam::{locked.stack.account}:user/ann",
        "Reason: audit 'tomorrow' {urgent}",
        "Ticket: CHG-4711",
        f"Plan SHA-256: {digest}",
        f"aws s3 cp s3://{bucket}/unlocks/{unlock}/plan.txt -",
        f"The plan, and what it would change: https://console.aws.amazon.com/s3/object/{bucket}"
        f"?region=us-east-1&prefix=unlocks/{unlock}/plan.txt",
        f"rootwarden reject {unlock} --reason WHY",
    ):
        assert line in notice["Message"].splitlines(), notice["Message"]
    assert "24 hours" in notice["Message"]
    assert decide(locked, person(locked, "ben"), unlock, digest, "reject")[0] == 200
    assert end_of(locked, unlock).error == "Rejected"
    token = json.loads(locked.read_object(f"approvals/{unlock}/request.json"))["task_token"]
    for told in notices_of(locked, unlock):
        for text in (token, "DenyAll", "s3:*", "Statement"):
            assert text not in told["Message"]


def test_there_is_one_last_message_and_it_names_the_stored_copy(locked: Deployment) -> None:
    stored_before = stored_policies(locked)
    unlock, _ = carry_out(locked, person(locked, "ann"), person(locked, "ben"), action="apply", **REQUEST)
    [key] = stored_policies(locked) - stored_before
    asked, last = notices_of(locked, unlock)
    assert (asked["Subject"], last["Subject"]) == (
        "Rootwarden: unlock approval needed",
        "Rootwarden: unlock request done",
    )
    assert key in last["Message"] and "as it was planned" in last["Message"]


@pytest.mark.parametrize("body", [{}, {"action": "inspect"}])
def test_without_an_action_it_only_looks_and_says_who_is_locked_out(locked: Deployment, body: dict[str, str]) -> None:
    before, ann, stored = locked.world(), person(locked, "ann"), stored_policies(locked)
    unlock = ask(locked, ann, **REQUEST, **body)
    execution = end_of(locked, unlock)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    shown = show(locked, ann, unlock)
    assert shown["plan"]["analysis"]["verdict"] == "everyone"
    assert "everyone" in shown["shown"] and "DenyAll" in shown["shown"]
    assert (execution.output["outcome"], execution.output["verdict"]) == ("inspected", "everyone")
    assert locked.world() == before and changes_in(locked.calls(), LOCKED) == []
    assert stored_policies(locked) == stored and notices_of(locked, unlock) == []
    assert f"approvals/{unlock}/request.json" not in locked.objects()


@pytest.mark.parametrize(
    ("asked_for", "error", "says"),
    [
        ({}, None, "nothing but the policy itself"),
        ({"change": "narrow"}, None, "nothing but the policy itself"),
        # Without the Deny, the readers' Allow is in force.
        ({"change": "drop"}, "NotPossible", "ask again with `force`"),
        ({"change": "drop", "force": True}, None, 'which Sid "DenyAll" denied so far'),
        # Without it, ACLs may let others at the objects.
        ({"change": "delete"}, "NotPossible", "ask again with `force`"),
        ({"change": "delete", "force": True}, None, "(no policy)"),
    ],
)
def test_a_plan_shows_the_change_and_makes_none(
    locked: Deployment, asked_for: dict[str, Any], error: str | None, says: str
) -> None:
    before, ann = locked.world(), person(locked, "ann")
    unlock = ask(locked, ann, action="plan", **asked_for, **REQUEST)
    assert end_of(locked, unlock).error == error
    text = show(locked, ann, unlock)["shown"]
    assert says in text
    assert any(line.startswith("-  ") for line in text.splitlines()) == (error is None)
    assert locked.world() == before and changes_in(locked.calls(), LOCKED) == []
    assert f"approvals/{unlock}/request.json" not in locked.objects()


def test_asking_twice_within_a_minute_is_asking_once(locked: Deployment) -> None:
    ann, ben = person(locked, "ann"), person(locked, "ben")
    body = {"action": "apply", "reason": "double click", "ticket": "CHG-2", **REQUEST}
    answers = [locked.access_requests(ann, body) for _ in range(2)]
    assert [status for status, _ in answers] == [200, 200]
    assert answers[0][1]["outcome"] == "started"
    if answers[1][1]["outcome"] == "already_started":  # else a minute has just begun
        assert answers[0][1]["unlock"] == answers[1][1]["unlock"]
    unlock = answers[0][1]["unlock"]
    wait_for_approval_request(locked, unlock)
    assert len(notices_of(locked, unlock, "approval needed")) == 1
    assert decide(locked, ben, unlock, plan_sha256(locked, unlock))[0] == 200
    assert end_of(locked, unlock).status == "SUCCEEDED"


def test_what_needs_no_change_says_so(locked: Deployment) -> None:
    ann, ben = person(locked, "ann"), person(locked, "ben")
    carry_out(locked, ann, ben, action="apply", **REQUEST)
    after = locked.world()
    unlock = ask(locked, ann, action="apply", **REQUEST)
    execution = end_of(locked, unlock)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    [notice] = notices_of(locked, unlock)
    assert notice["Subject"] == "Rootwarden: unlock request done" and "nothing to change" in notice["Message"]
    assert locked.world() == after


def test_a_deleted_policy_is_put_back_as_it_was(locked: Deployment) -> None:
    ann, ben = person(locked, "ann"), person(locked, "ben")
    before, stored_before = locked.world(), stored_policies(locked)
    _, execution = carry_out(locked, ann, ben, action="apply", change="delete", force=True, **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert policy_in(locked.world(), BUCKET) is None
    assert code(bucket_client(locked).get_bucket_policy, Bucket=BUCKET) == "NoSuchBucketPolicy"
    [key] = stored_policies(locked) - stored_before
    _, execution = carry_out(locked, ann, ben, action="restore", stored=key, **REQUEST)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert locked.world() == before


def test_the_bucket_is_found_by_its_arn_too(locked: Deployment) -> None:
    ann = person(locked, "ann")
    unlock = ask(locked, ann, account=LOCKED, bucket=f"arn:aws:s3:::{BUCKET}")
    assert end_of(locked, unlock).output["resource"] == f"arn:aws:s3:::{BUCKET}"
