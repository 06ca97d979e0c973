"""`control/paused.json` stops every change at the next account; audits go on."""

import json

import pytest

from harness.deployment import Deployment
from harness.organization import DELETE, accounts, changes_in, credentials, reported_status, secured, sessions_in
from harness.waiting import wait_until
from shared_deployments import EXEMPT, RunName
from worlds import changed_accounts, member, organization


def pause(deployment: Deployment, text: bytes = b'{"paused": true, "reason": "incident 7"}') -> None:
    deployment.put_object("control/paused.json", text)


@pytest.mark.parametrize("text", [b'{"paused": true, "reason": "incident 7"}', b"not JSON", b'{"paused": "no"}'])
def test_nothing_is_changed_while_everything_is_paused_and_audits_go_on(
    deployment: Deployment, run_name: RunName, text: bytes
) -> None:
    before, name = deployment.world(), run_name("paused")
    pause(deployment, text)
    execution = deployment.run({"selection": "all", "mode": "enforce"}, name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert deployment.world() == before
    assert DELETE not in {call["session"]["task"] for call in deployment.calls() if call["session"]}
    report = deployment.report(name)
    for id, account in accounts(before).items():
        if credentials(account) and id != EXEMPT and account.get("state") is None:
            assert sessions_in(deployment.calls(), id) and reported_status(report, id) == "paused"


def test_a_switch_that_is_off_again_stops_nothing(deployment: Deployment, run_name: RunName) -> None:
    before = deployment.world()
    pause(deployment)
    pause(deployment, b'{"paused": false}')
    execution = deployment.run({"selection": "all", "mode": "enforce"}, run_name("no-longer-paused"))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert deployment.world() == secured(before, {EXEMPT})


def test_a_run_that_is_deleting_stops_before_the_next_account(deployment: Deployment, run_name: RunName) -> None:
    members = [member(number, dirty=True) for number in range(20)]
    deployment.reset(organization(*members, latency_milliseconds=60))
    before, name = deployment.world(), run_name("paused-midway")
    deployment.start_execution({"selection": "all", "mode": "enforce"}, name)
    wait_until(
        lambda: any(call["action"] == "iam:DeleteAccessKey" for call in deployment.calls()),
        within_seconds=30,
        every_seconds=0.02,
        otherwise="nothing was deleted",
    )
    pause(deployment)
    execution = deployment.wait_for_execution(name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    changed = changed_accounts(before, deployment.world())
    assert 0 < len(changed) < len(members)
    goal = accounts(secured(before, set()))
    report = deployment.report(name)
    for id in (account["id"] for account in members):
        if id in changed:
            assert accounts(deployment.world())[id] == goal[id] and reported_status(report, id) == "cleaned"
        else:
            assert changes_in(deployment.calls(), id) == [] and reported_status(report, id) == "paused"
    assert "incident 7" in json.dumps(report)
