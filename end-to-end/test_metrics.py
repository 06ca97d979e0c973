"""What a run says to CloudWatch in its log, and the dashboard that shows it."""

import json
from typing import Any

import jsonschema
import pytest

from harness.deployment import Deployment
from harness.organization import accounts, credentials
from harness.paths import ROOT
from rendered_template import Rendered
from shared_deployments import RunName

ALL: Any = {"Mode": "enforce", "UnlockRequests": "on"}


def schema(name: str) -> Any:
    return json.loads((ROOT / "end-to-end" / f"{name}.schema.json").read_text())


def metric_lines(deployment: Deployment) -> list[dict[str, Any]]:
    """Lines of publish-report's log that CloudWatch Logs takes for metrics."""
    logs, group = deployment.stack.client("logs"), f"/aws/lambda/{deployment.stack.name}/publish-report"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    text = "\n".join(event["message"] for page in pages for event in page["events"])
    lines = [line.strip() for line in text.splitlines()]
    return [json.loads(line) for line in lines if line.startswith("{") and '"_aws"' in line]


def numbers(line: dict[str, Any]) -> dict[str, int]:
    [directive] = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Rootwarden", [["Stack"]])
    return {metric["Name"]: line[metric["Name"]] for metric in directive["Metrics"]}


def test_a_run_over_the_whole_organization_is_one_line_of_metrics_that_are_true(
    deployment: Deployment, run_name: RunName
) -> None:
    deployment.reset()
    before, world = metric_lines(deployment), deployment.world()
    run = deployment.run({"selection": "all", "mode": "enforce"}, run_name("metrics"))
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    [line] = metric_lines(deployment)[len(before) :]
    jsonschema.validate(line, schema("embedded_metric_format"))
    assert (line["Stack"], line["Run"]) == (deployment.stack.name, run.name)
    told, after = numbers(line), deployment.world()
    counted = {name: value for name, value in told.items() if name.startswith("Accounts")}
    assert sum(counted.values()) == len(deployment.report(run.name)["accounts"])
    gone = [
        credential
        for id, account in accounts(world).items()
        for credential in credentials(account)
        if credential not in credentials(accounts(after)[id])
    ]
    deleted = sum(value for name, value in told.items() if name.endswith("Deleted"))
    assert deleted == len(gone) > 0
    sessions = [call for call in deployment.calls() if call["action"] == "sts:AssumeRoot"]
    assert told["AssumeRootCalls"] == len(sessions)


def test_a_run_over_some_accounts_has_no_metrics(deployment: Deployment, run_name: RunName) -> None:
    before = metric_lines(deployment)
    run = deployment.run({"selection": {"accounts": ["222200000001"]}, "mode": "report"}, run_name("part"))
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    assert metric_lines(deployment) == before


def dashboard(**parameters: str) -> tuple[Rendered, dict[str, Any]]:
    everything: Any = ALL | parameters
    rendered = Rendered(stack="rootwarden", partition="aws", region="us-east-1", **everything)
    [found] = rendered.resources("AWS::CloudWatch::Dashboard").values()
    body: dict[str, Any] = json.loads(found["DashboardBody"])
    return rendered, body


@pytest.mark.parametrize("mode", ["report", "enforce"])
def test_the_dashboard_is_one_that_cloudwatch_takes(mode: str) -> None:
    rendered, body = dashboard(Mode=mode, UnlockRequests="on" if mode == "enforce" else "off")
    jsonschema.validate(body, schema("dashboard"))
    taken: set[tuple[int, int]] = set()
    for widget in body["widgets"]:
        columns = range(widget["x"], widget["x"] + widget["width"])
        cells = {(x, y) for x in columns for y in range(widget["y"], widget["y"] + widget["height"])}
        assert max(columns) < 24 and not cells & taken, widget["properties"].get("title")
        taken |= cells
    [alarms] = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    assert len(alarms["properties"]["alarms"]) == len(rendered.resources("AWS::CloudWatch::Alarm"))


def test_the_dashboard_shows_metrics_that_there_are(deployment: Deployment, run_name: RunName) -> None:
    """The names are the same in every run."""
    before = metric_lines(deployment)
    run = deployment.run({"selection": "all", "mode": "report"}, run_name("dashboard"))
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    [line] = metric_lines(deployment)[len(before) :]
    known = numbers(line)
    _, body = dashboard()
    shown = set()
    for widget in body["widgets"]:
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], str):
                namespace, name, dimension, stack, *_ = metric
                assert (namespace, dimension, stack) == ("Rootwarden", "Stack", "rootwarden")
                shown.add(name)
    assert shown <= set(known)
    assert {name for name in known if name.startswith("Accounts")} <= shown


def test_what_shows_the_last_run_shows_it_on_a_day_with_one_run_and_with_two() -> None:
    """A single value is of one run alone, whatever the range that is looked at, and the range reaches past a night.

    Bars are of a day. CloudWatch keeps points of five minutes for 63 days, and points of an hour for 455.
    """
    _, body = dashboard()
    assert (body["periodOverride"], body["start"]) == ("inherit", "-P30D")
    last = [w["properties"] for w in body["widgets"] if w["properties"].get("view") in ("singleValue", "bar")]
    assert len(last) == 5
    assert {(widget["view"], widget["period"]) for widget in last} == {("singleValue", 3600), ("bar", 86400)}
    assert all("setPeriodToTimeRange" not in widget for widget in last)


@pytest.mark.parametrize(
    ("level", "reported"), [("ERROR", "INFO"), ("WARN", "INFO"), ("INFO", "INFO"), ("DEBUG", "DEBUG")]
)
def test_no_log_level_keeps_a_line_of_metrics_back(level: str, reported: str) -> None:
    """Lambda takes a line that names no level for one of INFO, and keeps it back above that."""
    functions = Rendered(**(ALL | {"LogLevel": level})).resources("AWS::Lambda::Function")
    levels = {name: function["LoggingConfig"]["ApplicationLogLevel"] for name, function in functions.items()}
    assert levels.pop("PublishReport") == reported
    assert set(levels.values()) == {level}


def test_without_a_dashboard_there_is_none() -> None:
    rendered = Rendered(**(ALL | {"Dashboard": "off"}))
    assert rendered.resources("AWS::CloudWatch::Dashboard") == {}
