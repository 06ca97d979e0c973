"""Before anything is audited: can root sessions be opened at all, and could they be before?"""

from typing import Any

import pytest

from harness.deployment import Deployment
from harness.executions import Execution
from shared_deployments import RunName
from worlds import demo_world


def refused(deployment: Deployment, run: str, **settings: Any) -> Execution:
    """Runs over an organization with other settings: nothing is entered, and the run says why."""
    deployment.reset(demo_world() | settings)
    before = deployment.world()
    execution = deployment.run({"selection": "all", "mode": "enforce"}, run)
    assert execution.status == "FAILED"
    assert deployment.world() == before
    assert [call for call in deployment.calls() if call["action"] == "sts:AssumeRoot"] == []
    return execution


@pytest.mark.parametrize(
    ("settings", "error", "verdict"),
    [
        ({"features": ["RootSessions"]}, "NotEnabled", "root credentials management is off: switch it on"),
        ({"features": []}, "NotEnabled", "root credentials management is off: switch it on"),
        ({"trusted_services": []}, "NotEnabled", "switch on trusted access"),
        ({"management_account": "999900000001"}, "Denied", "delegate this account"),
    ],
)
def test_a_run_that_cannot_open_sessions_says_what_to_switch_on(
    deployment: Deployment, run_name: RunName, settings: dict[str, Any], error: str, verdict: str
) -> None:
    execution = refused(deployment, run_name("refused"), **settings)
    assert execution.error == error, execution.cause
    assert verdict in (execution.cause or "")
    assert "drift" not in (execution.cause or "")


def test_a_feature_that_was_on_in_the_last_run_is_called_drift(deployment: Deployment, run_name: RunName) -> None:
    first = run_name("still-on")
    assert deployment.run({"selection": "all"}, first).status == "SUCCEEDED"
    execution = refused(deployment, run_name("off-now"), features=["RootSessions"])
    assert execution.error == "NotEnabled"
    assert "drift" in (execution.cause or "") and first in (execution.cause or "")


def test_what_stops_no_run_stands_in_its_report_with_what_to_do(deployment: Deployment, run_name: RunName) -> None:
    """Nothing of an organization in order; of one without a trail and with a small quota, a line for each."""
    run = run_name("in-order")
    deployment.reset(demo_world())
    assert deployment.run({"selection": "all"}, run).status == "SUCCEEDED"
    assert "preflight" not in deployment.report(run)

    run = run_name("findings")
    deployment.reset(demo_world() | {"trails": [], "lambda_concurrency": 10})
    assert deployment.run({"selection": "all"}, run).status == "SUCCEEDED"
    told = {one["check"]: one for one in deployment.report(run)["preflight"]}
    assert {check: one["outcome"] for check, one in told.items()} == {"trail": "found", "lambda_concurrency": "found"}
    assert "log management events" in told["trail"]["text"]
    assert "ask for a higher quota" in told["lambda_concurrency"]["text"]
