"""Events on the default bus: what other automation hears of runs and requests."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from harness import recovery_requests as recoveries
from harness.deployment import Deployment
from harness.executions import TELL
from harness.paths import ROOT
from harness.people import person
from harness.unlock_requests import ask, end_of
from harness.waiting import wait_until
from locked_organization import APPLY_TO_BUCKET, LOCKED, world
from shared_deployments import RunName, forget

ACCOUNT, SHORT = "222200000001", "PT20S"


class Bus:
    """A queue that takes every event of Rootwarden's, by a rule of somebody else's."""

    def __init__(self, deployment: Deployment) -> None:
        self._sqs, events = deployment.stack.client("sqs"), deployment.stack.client("events")
        self._queue = self._sqs.create_queue(QueueName="others")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        events.put_rule(Name="others", EventPattern=json.dumps({"source": ["rootwarden"]}))
        events.put_targets(Rule="others", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}])
        self._taken: list[dict[str, Any]] = []

    def taken(self) -> list[dict[str, Any]]:
        """Each event since the beginning."""
        while received := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in received:
                self._taken.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return self._taken

    def about(self, name: str) -> list[dict[str, Any]]:
        """Those whose detail names a run or a request; each is as its schema says, and has what its sample has."""
        found = [event for event in self.taken() if name in json.dumps(event["detail"])]
        for event in found:
            file = ROOT / "docs/events" / event["detail-type"].lower().replace(" ", "-")
            sample, schema = file.with_suffix(".json"), file.with_suffix(".schema.json")
            assert event["source"] == "rootwarden"
            jsonschema.validate(event["detail"], json.loads(schema.read_text()))
            assert set(event["detail"]) == set(json.loads(sample.read_text())["detail"]), event
        return found


@pytest.fixture
def recovering(deployment: Deployment) -> Iterator[Deployment]:
    forget(deployment, "recoveries/")
    yield deployment
    forget(deployment, "recoveries/")


def test_a_run_tells_of_what_it_deleted_and_starts_nothing_of_ours(deployment: Deployment, run_name: RunName) -> None:
    bus, run, told = Bus(deployment), run_name("events"), len(deployment.executions(TELL))
    before = len(deployment.executions())
    assert deployment.run({"selection": "all", "mode": "enforce"}, run).status == "SUCCEEDED"
    wait_until(lambda: bool(bus.about(run)), within_seconds=20, otherwise="no event came")
    events = bus.about(run)
    assert {event["detail-type"] for event in events} == {"Root Credentials Deleted"}
    report = json.loads(deployment.read_object("reports/latest/report.json"))
    cleaned = {account["id"] for account in report["accounts"] if account["status"] == "cleaned"}
    assert cleaned and {event["detail"]["account"] for event in events} == cleaned
    assert (len(deployment.executions(TELL)), len(deployment.executions())) == (told, before + 1)
    key = events[0]["detail"]["report"].partition("s3://")[2].partition("/")[2]
    assert json.loads(deployment.read_object(key))["run"] == run


def test_an_unlocked_policy_is_an_event(guarded: Deployment) -> None:
    guarded.reset(world())
    bus = Bus(guarded)
    unlock = ask(guarded, person(guarded, "ann"), **APPLY_TO_BUCKET)
    assert end_of(guarded, unlock).status == "SUCCEEDED"
    wait_until(lambda: bool(bus.about(unlock)), within_seconds=20, otherwise="no event came")
    [event] = bus.about(unlock)
    assert (event["detail-type"], event["detail"]["account"]) == ("Policy Unlocked", LOCKED)
    assert event["detail"]["resource"].startswith("arn:") and "user/ann" in event["detail"]["requested_by"]


def test_a_recovery_window_is_two_events(recovering: Deployment) -> None:
    bus = Bus(recovering)
    recovery = recoveries.ask(recovering, person(recovering, "ann"), ACCOUNT, duration=SHORT)
    assert recoveries.approve(recovering, person(recovering, "ben"), recovery)[0] == 200
    assert recoveries.end_of(recovering, recovery).status == "SUCCEEDED"
    wait_until(lambda: len(bus.about(recovery)) > 1, within_seconds=20, otherwise="no event came")
    of_window = [event for event in bus.about(recovery) if event["detail"].get("request") == recovery]
    assert [event["detail-type"] for event in of_window] == ["Recovery Allowed", "Recovery Ended"]
    assert all(event["detail"]["account"] == ACCOUNT for event in of_window)
