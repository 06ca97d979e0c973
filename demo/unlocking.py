"""The demo's second half: a bucket and a queue that lock everybody out are opened for their administrators, and locked
again.

Whether somebody is refused is asked as an ordinary role of the account that owns them.
"""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import UNLOCK_BUCKET, UNLOCK_QUEUE
from harness.people import person
from harness.stack import Credentials
from harness.unlock_requests import ask, decide, end_of, plan_sha256, show, wait_for_approval_request

BUCKET, BUCKET_OWNER, BUCKET_REGION = "payments-archive", "222200000001", "eu-central-1"
QUEUE, QUEUE_OWNER, QUEUE_REGION = "orders", "222200000002", "us-east-1"

Call = Callable[[], Any]
Say = Callable[[str], None]


def unlock_policies(deployment: Deployment, say: Say) -> list[str]:
    """Opens the bucket and the queue for their administrators, puts both policies back, and says what is wrong."""
    before, earlier = deployment.world(), len(deployment.calls())
    s3 = deployment.as_role(BUCKET_OWNER, "administrator", "s3", BUCKET_REGION)
    sqs = deployment.as_role(QUEUE_OWNER, "administrator", "sqs", QUEUE_REGION)
    queue = {"QueueUrl": f"https://sqs.{QUEUE_REGION}.amazonaws.com/{QUEUE_OWNER}/{QUEUE}"}
    found = unlock(
        deployment,
        say,
        f"bucket {BUCKET}",
        {"account": BUCKET_OWNER, "bucket": BUCKET},
        lambda: s3.get_bucket_policy(Bucket=BUCKET),
        lambda: s3.get_object(Bucket=BUCKET, Key="2026.csv"),
    )
    found += unlock(
        deployment,
        say,
        f"queue {QUEUE}",
        {"account": QUEUE_OWNER, "queue": f"arn:aws:sqs:{QUEUE_REGION}:{QUEUE_OWNER}:{QUEUE}"},
        lambda: sqs.get_queue_attributes(**queue, AttributeNames=["Policy"]),
        lambda: sqs.send_message(**queue, MessageBody="an order"),
    )
    if deployment.world() != before:
        found.append("the policies are not what they were in the beginning, or something else was changed")
    sessions = {call["session"]["task"] for call in deployment.calls()[earlier:] if call["session"]}
    if sessions != {UNLOCK_BUCKET, UNLOCK_QUEUE}:
        found.append(f"root sessions were opened for {', '.join(sorted(sessions))}")
    return found


def unlock(
    deployment: Deployment, say: Say, name: str, resource: dict[str, str], read_policy: Call, use_data: Call
) -> list[str]:
    """Ann asks, Ben approves; then the other way round to put back what was there."""
    ann, ben = (person(deployment, name) for name in ("ann", "ben"))

    def what_an_administrator_gets() -> str:
        policy, data = ("refused" if is_refused(call) else "allowed" for call in (read_policy, use_data))
        return f"Its account's administrator: policy {policy}, data {data}"

    print()
    say(f"{name} of account {resource['account']} denies everybody. {what_an_administrator_gets()}")
    found = [] if is_refused(read_policy) else [f"{name} did not lock its administrator out"]

    id = ask(deployment, ann, action="apply", **resource)
    wait_for_approval_request(deployment, id)
    say(f"ann asks for apply ({id}); the plan:")
    for line in difference(show(deployment, ben, id)["shown"]):
        print(f"           {line}")
    sha256 = plan_sha256(deployment, id)
    status, answer = decide(deployment, ann, id, sha256)
    say(f"ann cannot approve it herself: {status} {answer.get('error')}")
    if status != 403:
        found.append(f"ann could approve her own request {id}")
    found += approved(deployment, ben, id, sha256)
    if found:
        return found
    say(f"ben has approved plan {sha256[:12]}…. {what_an_administrator_gets()}")
    if is_refused(read_policy) or not is_refused(use_data):
        found.append(f"{name} was not opened for its administrator, or its data was")

    stored = show(deployment, ann, id)["result"]["stored"]
    id = ask(deployment, ben, action="restore", stored=stored, **resource)
    wait_for_approval_request(deployment, id)
    found += approved(deployment, ann, id, plan_sha256(deployment, id))
    say(f"ben has asked for restore, ann has approved it. {what_an_administrator_gets()}")
    return found if is_refused(read_policy) else [*found, f"{name} does not deny everybody again"]


def approved(deployment: Deployment, who: Credentials, id: str, sha256: str) -> list[str]:
    """Approves a request and waits for its end: what is wrong with it."""
    status, answer = decide(deployment, who, id, sha256)
    if status != 200:
        return [f"request {id} could not be approved: {status} {answer}"]
    execution = end_of(deployment, id)
    return [] if execution.status == "SUCCEEDED" else [f"request {id}: {execution.error} {execution.cause}"]


def is_refused(call: Call) -> bool:
    try:
        call()
    except ClientError as error:
        return "AccessDenied" in error.response["Error"]["Code"]
    return False


def difference(shown: str) -> list[str]:
    """The lines of a plan that are taken out or put in."""
    return [line.rstrip() for line in shown.splitlines() if line.startswith(("-  ", "+  "))]
