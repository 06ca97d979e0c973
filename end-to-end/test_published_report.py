"""The report that people read, as the deployed roles can read and write it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import accounts, calls_in
from harness.people import ADMINISTRATOR, user
from shared_deployments import EXEMPT, RunName

FORMATS = ("report.json", "report.csv", "report.html")


def latest(deployment: Deployment) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(deployment.read_object("reports/latest/report.json"))
    return report


def test_a_run_is_told_in_every_format_with_nothing_missing(deployment: Deployment, run_name: RunName) -> None:
    before = len(deployment.calls())
    run = run_name("told")
    execution = deployment.run({"selection": "all", "mode": "enforce"}, run)
    assert execution.status == "SUCCEEDED"
    dated = [key for key in deployment.objects() if key.startswith("reports/") and f"/{run}/" in key]
    # What was said to people beside it is there only if something was worth saying, such as what the preflight found.
    assert {key.rsplit("/", 1)[1] for key in dated} - {"notice.json"} == set(FORMATS)
    report = latest(deployment)
    assert (report["run"], report["scope"], report["missing"]) == (run, "organization", [])
    told = {account["id"]: account for account in report["accounts"]}
    assert set(told) == set(accounts(deployment.world()))
    assert [exemption["account"] for exemption in report["exemptions"]] == [EXEMPT]
    calls = deployment.calls()[before:]
    for id, account in told.items():
        named = sorted(call["action"] for call in account["evidence"]["calls"])
        assert named == sorted(call["action"] for call in calls_in(calls, id)), id


def test_nobody_but_the_function_writes_a_report(deployment: Deployment) -> None:
    administrator = user(deployment, "report-forger", ADMINISTRATOR)
    for key in (*(f"reports/latest/{name}" for name in FORMATS), "reports/history.json"):
        with pytest.raises(ClientError, match="AccessDenied"):
            deployment.put_object(key, b"{}", administrator)
