"""Findings for other systems: what is sent is what the service takes, and a deployment may send it."""

import json
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest
from botocore.validate import ParamValidator

from harness.deployment import Deployment
from harness.paths import ROOT
from rendered_template import Rendered
from worlds import demo_world


def test_the_findings_are_what_the_services_own_model_takes() -> None:
    """botocore's model of Security Hub; `shared/report` holds this file against what it makes."""
    sent = json.loads((ROOT / "docs" / "findings" / "security-hub.json").read_text())
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    assert len(sent["Findings"]) > 10
    known = shape.members["Findings"].member.members
    for start in range(0, len(sent["Findings"]), 100):
        batch = sent["Findings"][start : start + 100]
        problems = ParamValidator().validate({"Findings": batch}, shape)
        assert not problems.has_errors(), problems.generate_report()
    for finding in sent["Findings"]:
        # The validator lets unknown members pass.
        assert set(finding) <= set(known)
        assert len(finding["Title"]) <= 256 and len(finding["Description"]) <= 1024 and len(finding["Id"]) <= 512
        assert finding["Compliance"]["Status"] in known["Compliance"].members["Status"].enum
        assert finding["RecordState"] in known["RecordState"].enum
        assert set(finding) & {"Workflow", "Note", "VerificationState", "Severity"} == set()


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


def test_without_the_setting_the_role_may_not_send_findings() -> None:
    for wanted, is_there in (("off", False), ("not-passed", True)):
        role = Rendered(Mode="enforce", SecurityHub=wanted).resources("AWS::IAM::Role")["PublishReportRole"]
        assert ("securityhub:BatchImportFindings" in str(role)) == is_there
