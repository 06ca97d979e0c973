"""A topic's notices, as somebody who subscribed to it gets them."""

import json

from botocore.client import BaseClient


class Inbox:
    """A queue that is subscribed to a topic, and all that came in."""

    def __init__(self, sns: BaseClient, sqs: BaseClient, topic: str, name: str = "inbox") -> None:
        self._sqs = sqs
        self._queue = sqs.create_queue(QueueName=name)["QueueUrl"]
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
