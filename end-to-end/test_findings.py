"""Findings for other systems: what is sent is what the service takes, and a deployment may send it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from harness.deployment import Deployment
from harness.paths import ROOT
from rendered_template import Rendered
from worlds import demo_world, member, organization

# Source: AWS Security Hub API Reference, AwsSecurityFinding.
LONGEST = {"Id": 512, "GeneratorId": 512, "ProductName": 128, "CompanyName": 128, "Title": 256, "Description": 1024}
# What people write, and what would write over it.
PEOPLES = {"Workflow", "Note", "VerificationState", "UserDefinedFields", "Severity"}
HOSTILE = [
    "quotes \" ' ` and \\",
    "</script><script>alert(1)</script>",
    "right \u202etfel\u202c \u200fmark",
    "line\nbreak\r\nand \u0000 \u001b[31m",
    "\u2028\u2029",
    "😀" * 50,
    "x" * 300,
]


def problems_of(findings: list[dict[str, Any]]) -> list[str]:
    """What botocore's model of Security Hub, and the lengths that the API Reference states, do not take."""
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    known = shape.members["Findings"].member.members
    problems = []
    report = ParamValidator().validate({"Findings": findings}, shape)
    if report.has_errors():
        problems.append(report.generate_report())
    for finding in findings:
        # The validator lets unknown members pass, values that are no member of an enumeration, and every length.
        problems += [f"unknown: {name}" for name in set(finding) - set(known)]
        problems += [f"people's: {name}" for name in PEOPLES & set(finding)]
        for name, longest in LONGEST.items():
            # As Java counts.
            if not 1 <= len(finding[name].encode("utf-16-le")) // 2 <= longest:
                problems.append(f"{name}: {finding[name]}")
        if finding["Compliance"]["Status"] not in known["Compliance"].members["Status"].enum:
            problems.append(finding["Compliance"]["Status"])
        if finding["RecordState"] not in known["RecordState"].enum:
            problems.append(finding["RecordState"])
        if len(json.dumps(finding).encode()) > 240_000:
            problems.append(f"too large: {finding['Id']}")
    return problems


def test_the_samples_are_what_the_services_own_model_takes_and_have_each_kind() -> None:
    """`shared/report` holds them against what it makes."""
    sample = json.loads((ROOT / "docs" / "findings" / "security-hub.json").read_text())["Findings"]
    assert problems_of(sample) == []
    assert {finding["Compliance"]["Status"] for finding in sample} == {"PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"}
    assert {finding["RecordState"] for finding in sample} == {"ACTIVE", "ARCHIVED"}
    broken = [{**sample[0], "Title": "x" * 257, "Workflow": {"Status": "NEW"}}]
    assert len(problems_of(broken)) == 2


@pytest.fixture(scope="module")
def sending(binaries: Path) -> Iterator[Deployment]:
    parameters = {"Mode": "report", "SecurityHub": "all", "OcsfFindings": "on"}
    with Deployment(demo_world(), binaries=binaries, parameters=parameters) as deployment:
        yield deployment


def test_a_deployment_sends_findings_by_its_own_permission_and_writes_them_in_ocsf(sending: Deployment) -> None:
    run = sending.run({"selection": "all"}, "findings")
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    calls = [call for call in sending.calls() if call["action"] == "securityhub:BatchImportFindings"]
    assert calls and {call["result"] for call in calls} == {"Success"}
    [key] = [key for key in sending.objects() if key.endswith("/findings/findings.ocsf.jsonl")]
    body = sending.stack.client("s3").get_object(Bucket=sending.stack.outputs["BucketName"], Key=key)["Body"].read()
    lines = [json.loads(line) for line in body.decode().splitlines()]
    assert lines and {line["class_uid"] for line in lines} == {2003}
    assert sending.run({"selection": "all"}, "again").status == "SUCCEEDED"
    again = [call for call in sending.calls() if call["action"] == "securityhub:BatchImportFindings"]
    assert len(again) == len(calls), "nothing changed"


def test_names_that_nobody_wishes_for_break_no_finding(sending: Deployment) -> None:
    members = [{**member(number, dirty=number % 2 == 0), "name": name} for number, name in enumerate(HOSTILE + HOSTILE)]
    sending.reset(organization(*members))
    run = sending.run({"selection": "all"}, "hostile")
    assert run.status == "SUCCEEDED", (run.error, run.cause)
    [report] = [key for key in sending.objects() if key.endswith("/hostile/report.json") and key.startswith("reports/")]
    assert json.loads(sending.read_object(report))["missing"] == []
    by_account = {finding["Id"][-12:]: finding for finding in sending.simulator.findings()}
    findings = [by_account[account["id"]] for account in members]
    assert problems_of(findings) == []
    for account, finding in zip(members, findings, strict=True):
        expected = "FAILED" if "root" in account else "PASSED"
        assert finding["Compliance"]["Status"] == expected
        assert finding["Title"].isprintable(), "nothing is hidden or turned around"
    [key] = [key for key in sending.objects() if key.endswith("/hostile/findings.ocsf.jsonl")]
    lines = [json.loads(line) for line in sending.read_object(key).split("\n") if line]
    failed = {line["resources"][0]["uid"] for line in lines if line["compliance"]["status"] == "Fail"}
    assert failed == {account["id"] for account in members if "root" in account}


def test_without_the_setting_the_role_may_not_send_findings() -> None:
    for wanted, is_there in (("off", False), ("not-passed", True)):
        role = Rendered(Mode="enforce", SecurityHub=wanted).resources("AWS::IAM::Role")["PublishReportRole"]
        assert ("securityhub:BatchImportFindings" in str(role)) == is_there
