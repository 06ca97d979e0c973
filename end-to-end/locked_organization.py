"""An organization in which a bucket and a queue deny everybody, and what one of its administrators sees of them."""

import hashlib
import json
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.executions import Execution
from harness.organization import changes_in
from harness.people import person
from harness.stack import Credentials
from harness.unlock_requests import ask, end_of, notices_of, wait_for_approval_request
from leaks import POLICY_TEXT
from worlds import member, organization

LOCKED, OTHER, SUSPENDED, OUTSIDE = member(1)["id"], member(2)["id"], member(3)["id"], "999988887777"
# Not the Region of the deployment.
REGION = "eu-central-1"
BUCKET, QUEUE = "payments-archive", "orders"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{LOCKED}:{QUEUE}"
PROTECTED_BUCKETS = ["log-archive-eu", "organization-trail"]
NOT_PROTECTED = "trail-of-breadcrumbs"
QUEUE_URL = f"https://sqs.{REGION}.amazonaws.com/{LOCKED}/{QUEUE}"
APPLY_TO_BUCKET = {"action": "apply", "account": LOCKED, "bucket": BUCKET}
BREAK_GLASS = f"arn:aws:iam::{LOCKED}:role/break-glass"
# Whoever finds its name outside the bucket has found a policy.
READER = f"arn:aws:iam::{LOCKED}:role/{POLICY_TEXT}"


def bucket_arns(name: str = BUCKET) -> list[str]:
    return [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]


def bucket_policy(name: str = BUCKET, **deny: Any) -> dict[str, Any]:
    """One statement that lets somebody read, and one that denies everybody everything, unless `deny` says otherwise."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Readers",
                "Effect": "Allow",
                "Principal": {"AWS": READER},
                "Action": "s3:GetObject",
                "Resource": bucket_arns(name)[1],
            },
            {
                "Sid": "DenyAll",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": bucket_arns(name),
                **deny,
            },
        ],
    }


def queue_policy() -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Readers",
                "Effect": "Allow",
                "Principal": {"AWS": READER},
                "Action": "sqs:ReceiveMessage",
                "Resource": QUEUE_ARN,
            },
            {"Sid": "DenyAll", "Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE_ARN},
        ],
    }


def except_break_glass() -> dict[str, Any]:
    """Everybody but one role: whether that role is still there, nobody can say from outside."""
    return bucket_policy(Condition={"ArnNotEquals": {"aws:PrincipalArn": BREAK_GLASS}})


def world(**settings: Any) -> dict[str, Any]:
    """One account with a locked bucket and a locked queue, one with other such buckets, and a suspended one."""
    locked, other, suspended = member(1, dirty=True), member(2), member(3)
    locked["roles"] = ["administrator", BREAK_GLASS.rpartition("/")[2], POLICY_TEXT]
    locked["buckets"] = [{"name": BUCKET, "region": REGION, "policy": bucket_policy()}]
    locked["queues"] = [{"name": QUEUE, "region": REGION, "policy": queue_policy()}]
    names = [*PROTECTED_BUCKETS, NOT_PROTECTED]
    other["buckets"] = [{"name": name, "region": REGION, "policy": bucket_policy(name)} for name in names]
    suspended["state"] = "SUSPENDED"
    suspended["buckets"] = [{"name": "forgotten", "region": REGION, "policy": bucket_policy("forgotten")}]
    return organization(locked, other, suspended, **settings)


def with_bucket_policy(policy: dict[str, Any]) -> dict[str, Any]:
    """The same world with another policy on the bucket."""
    changed = world()
    [locked] = [account for account in changed["accounts"] if account["id"] == LOCKED]
    locked["buckets"][0]["policy"] = policy
    return changed


def policy_in(world: dict[str, Any], name: str) -> Any:
    """The policy of a bucket or queue, as the organization has it."""
    resources = [
        resource
        for account in world["accounts"]
        for resource in [*account.get("buckets", ()), *account.get("queues", ())]
        if resource["name"] == name
    ]
    [resource] = resources
    policy = resource.get("policy")
    return json.loads(policy) if isinstance(policy, str) else policy


def without_policy(world: dict[str, Any], name: str) -> dict[str, Any]:
    """The world but for one policy, to compare the rest."""
    rest = json.loads(json.dumps(world))
    for account in rest["accounts"]:
        for resource in [*account.get("buckets", ()), *account.get("queues", ())]:
            if resource["name"] == name:
                resource.pop("policy", None)
    return rest


def bucket_client(deployment: Deployment, role: str = "administrator") -> BaseClient:
    return deployment.as_role(LOCKED, role, "s3", REGION)


def queue_client(deployment: Deployment, role: str = "administrator") -> BaseClient:
    return deployment.as_role(LOCKED, role, "sqs", REGION)


def code(call: Any, **arguments: Any) -> str:
    """The error that a call is answered with; `Success` if there is none."""
    try:
        call(**arguments)
    except ClientError as error:
        # Why not the code alone: SQS has two for the same, by protocol.
        return error.response["Error"]["Code"].removeprefix("AWS.SimpleQueueService.").removesuffix("Exception")
    return "Success"


def policy_of_bucket(client: BaseClient) -> Any:
    return json.loads(client.get_bucket_policy(Bucket=BUCKET)["Policy"])


def policy_of_queue(client: BaseClient) -> Any:
    answer = client.get_queue_attributes(QueueUrl=QUEUE_URL, AttributeNames=["Policy"])
    return json.loads(answer["Attributes"]["Policy"])


def tasks(deployment: Deployment) -> set[str]:
    """The task policies of the root sessions that called anything."""
    return {call["session"]["task"] for call in deployment.calls() if call["session"]}


def opened(deployment: Deployment) -> list[dict[str, Any]]:
    """Every attempt to open a root session."""
    return [call for call in deployment.calls() if call["action"] == "sts:AssumeRoot"]


def stored_policies(deployment: Deployment, account: str = LOCKED) -> set[str]:
    return {key for key in deployment.objects() if key.startswith(f"policies/{account}/")}


# ── Requests that wait for an approval, and how they end ──


def asked(deployment: Deployment, who: Credentials | None = None, **request: Any) -> str:
    """A request of Ann's, or of somebody else's, that waits for an approval."""
    unlock = ask(deployment, who or person(deployment, "ann"), **{**APPLY_TO_BUCKET, **request})
    wait_for_approval_request(deployment, unlock)
    return unlock


def plan_pin(deployment: Deployment, unlock: str) -> dict[str, str]:
    return json.loads(deployment.read_object(f"approvals/{unlock}/request.json"))["plan"]


def put(deployment: Deployment, key: str, content: Any) -> dict[str, str]:
    """Writes an object as the account's root user, whom the emulator's bucket policy does not bind."""
    body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
    return {"key": key, "version_id": deployment.put_object(key, body), "sha256": hashlib.sha256(body).hexdigest()}


def nothing_changed(deployment: Deployment, before: dict[str, Any]) -> None:
    assert deployment.world() == before
    assert changes_in(deployment.calls(), LOCKED) == []


def ended_without_a_change(deployment: Deployment, before: dict[str, Any], unlock: str, error: str) -> Execution:
    """The execution fails by that name, people are told once, and nothing is changed."""
    execution = end_of(deployment, unlock)
    assert (execution.status, execution.error) == ("FAILED", error), execution.cause
    nothing_changed(deployment, before)
    told = [notice for notice in notices_of(deployment, unlock) if "approval needed" not in notice["Subject"]]
    assert len(told) == 1 and (execution.cause or "?") in told[0]["Message"]
    return execution
