"""A worker that is killed in the middle: the report names what it had deleted."""

import json
import threading
from typing import Any

from harness.deployment import Deployment
from harness.organization import accounts, credentials, reported_status
from shared_deployments import RunName
from worlds import member, organization

SLOW = 0
LIMIT = 60


def everything(number: int) -> dict[str, Any]:
    """A member with a password, its device, and two keys."""
    id = member(number)["id"]
    return {
        **member(number),
        "root": {
            "access_keys": [{"id": f"AKIA{id}0001"}, {"id": f"AKIA{id}0002"}],
            "password": {},
            "mfa_devices": [{"serial": f"arn:aws:iam::{id}:mfa/root-account-mfa-device"}],
        },
    }


def outcomes(status: Any) -> dict[str, Any]:
    """What became of each credential, by a name of it."""
    steps = next(iter(status.values()))["steps"]
    return {json.dumps(step["credential"]): step["outcome"] for step in steps}


def kill_in_the_middle(deployment: Deployment, account: str) -> list[int]:
    """Kills the worker once it has sent the deletion of the account's password and waits for the answer."""
    killed: list[int] = []

    def watch() -> None:
        pause = threading.Event()
        for _ in range(LIMIT * 20):
            calls = deployment.calls()
            if any(call["action"] == "iam:DeleteLoginProfile" and call["account"] == account for call in calls):
                killed.append(deployment.kill_workers("DeleteCredentials"))
                return
            pause.wait(0.05)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    return killed


def test_a_killed_worker_leaves_a_report_that_names_what_it_had_deleted(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset(organization(*(everything(number) for number in range(3))))
    slow, name = member(SLOW)["id"], run_name("killed")
    # The password goes, and the answer comes long after the worker was killed.
    deployment.inject_faults({"on": "iam:DeleteLoginProfile", "account": slow, "times": 1, "effect": {"slow": 60}})
    deployment.start_execution({"selection": "all", "mode": "enforce"}, name)
    killed = kill_in_the_middle(deployment, slow)
    execution = deployment.wait_for_execution(name, timeout=120)
    assert killed and killed[0] >= 1, "the worker that was at work was killed, with those that were idle"

    first = json.loads(deployment.read_object(f"runs/{name}/report/0.json"))["accounts"]
    told = outcomes(first[slow]["status"])
    keys = [json.dumps({"access_key": f"AKIA{slow}000{number}"}) for number in (1, 2)]
    # Nobody read again, so nothing is claimed; and nothing is left out.
    assert set(told) == {*keys, json.dumps("login_profile")}
    for credential in keys:
        assert "AWS accepted the deletion" in told[credential]["unconfirmed"]["message"]
    assert "whether it went through is not known" in told[json.dumps("login_profile")]["unconfirmed"]["message"]

    # The next round finds it gone, deletes what is left, and calls all of it deleted by this run.
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert all(credentials(account) == [] for account in accounts(deployment.world()).values())
    report = deployment.report(name)
    for number in range(3):
        account = member(number)["id"]
        assert reported_status(report, account) == "cleaned"
        told = outcomes(report["accounts"][account]["status"])
        assert len(told) == 4 and set(told.values()) == {"deleted"}, told


def test_a_worker_leaves_nothing_beside_its_result_where_nothing_was_deleted(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset(organization(*(member(number) for number in range(3))))
    name = run_name("clean")
    assert deployment.run({"selection": "all", "mode": "enforce"}, name).status == "SUCCEEDED"
    assert [key for key in deployment.objects() if key.startswith(f"runs/{name}/deleted/")] == []
