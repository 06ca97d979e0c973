"""Runs by hand over the whole organization: one at a time, and only for as long as it runs."""

from typing import Any

from guarded_runs import decide, plan_sha256, wait_for_request
from harness.deployment import Deployment
from harness.people import person

WHOLE = {"action": "secure", "selection": "all", "mode": "enforce", "reason": "CHG-1"}


def ask(deployment: Deployment, who: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return deployment.access_requests(person(deployment, who), request)


def test_of_two_people_who_want_the_whole_organization_run_one_waits_for_the_other(guarded: Deployment) -> None:
    status, answer = ask(guarded, "ann", WHOLE)
    assert (status, answer["outcome"]) == (200, "started"), answer
    first = answer["run"]
    # The guard stops it, so that it runs until somebody decides.
    wait_for_request(guarded, first)
    executions = guarded.executions()
    # Ann's own request within the same minute would be her first one again.
    for who, mode in (("ben", "report"), ("ben", "enforce"), ("ann", "report")):
        status, answer = ask(guarded, who, WHOLE | {"mode": mode})
        assert status == 409 and first in answer["error"], answer
    assert guarded.executions() == executions
    assert decide(guarded, person(guarded, "ben"), "reject", first, plan_sha256(guarded, first))[0] == 200
    assert guarded.wait_for_execution(first).status == "FAILED"

    some = {"action": "secure", "selection": {"accounts": ["222200000001"]}, "reason": "CHG-2"}
    assert ask(guarded, "ben", some)[1]["outcome"] == "started"
    # It has ended, so the next one may start.
    status, answer = ask(guarded, "ben", WHOLE | {"mode": "report"})
    assert (status, answer["outcome"]) == (200, "started"), answer
    assert guarded.wait_for_execution(answer["run"]).status == "SUCCEEDED"
