"""What people do with a deployment: they send signed requests to its function URL, and read its notices."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.client import BaseClient
from botocore.credentials import Credentials as BotoCredentials

from harness.servers import OPENER
from harness.stack import REGION, Credentials, Stack


def user(stack: Stack, name: str, *policies: str, path: str = "/") -> Credentials:
    """The credentials of an IAM user with these managed policies, who is made if need be."""
    iam = stack.client("iam")
    if name in [known["UserName"] for known in iam.list_users()["Users"]]:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    else:
        iam.create_user(UserName=name, Path=path)
        for policy in policies:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"], None


def person(stack: Stack, name: str) -> Credentials:
    """Somebody with the template's own two policies, for those who ask and for those who approve, and nothing else."""
    return user(stack, name, stack.outputs["RequestersPolicyArn"], stack.outputs["ApproversPolicyArn"])


def signed_post(endpoint: str, function_url: str, credentials: Credentials, body: Any) -> tuple[int, Any]:
    """Posts to a function URL as its clients do, by way of `endpoint`: the status and the answer."""
    data = json.dumps(body).encode()
    message = AWSRequest("POST", function_url, data=data, headers={"Content-Type": "application/json"})
    SigV4Auth(BotoCredentials(*credentials), "lambda", REGION).add_auth(message)
    # The signature is about the URL's own host, wherever the request is sent.
    headers = dict(message.headers.items()) | {"Host": urlsplit(function_url).netloc}
    request = urllib.request.Request(f"{endpoint}/", data, headers, method="POST")
    try:
        with OPENER.open(request, timeout=60) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


class Inbox:
    """A queue that is subscribed to a topic, and all that came in."""

    def __init__(self, sns: BaseClient, sqs: BaseClient, topic: str) -> None:
        self._sqs = sqs
        self._queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        sqs.set_queue_attributes(QueueUrl=self._queue, Attributes={"Policy": document})
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
        self._notices: list[dict[str, str]] = []

    def notices(self) -> list[dict[str, str]]:
        """Everything that was published since the beginning: `Subject` and `Message` of each."""
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                self._notices.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return list(self._notices)
