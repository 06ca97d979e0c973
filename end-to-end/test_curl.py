"""The commands of docs/operating.md: nothing but curl is needed to ask."""

import json
import os
import re
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.deployment import Deployment
from harness.paths import ROOT
from harness.people import person, session
from harness.stack import Credentials
from harness.unlock_requests import decide, end_of, plan_sha256, wait_for_approval_request
from locked_organization import BUCKET, LOCKED

OPERATING = (ROOT / "docs" / "operating.md").read_text()
# Signs no header before: curl's own lib/http_aws_sigv4.c, commit 29c4aa00a16872, first in the tag curl-7_86_0.
LOWEST_CURL = (7, 86)
IDENTITY_CENTER_ROLE = "AWSReservedSSO_Requesters_0123456789abcdef"


def shells() -> list[str]:
    return [shell for shell in ("sh", "bash", "zsh") if shutil.which(shell)]


def documented_functions() -> str:
    """`request` and `decide` as they stand in docs/operating.md, to be defined in a shell."""
    [block] = [block for block in OPERATING.split("```sh\n") if block.startswith("request() {")]
    return block.split("```")[0]


def test_the_document_names_the_lowest_curl_whose_signature_has_the_token_in_it() -> None:
    [named] = re.findall(r"curl (\d+)\.(\d+) or later", OPERATING)
    assert tuple(map(int, named)) == LOWEST_CURL


@pytest.fixture
def curl(tmp_path: Path) -> Path:
    """Where curl finds its settings: to the deployment's own address, and without TLS, which is not simulated."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed on this machine")
    said = subprocess.run(["curl", "--version"], check=True, capture_output=True, text=True).stdout
    if tuple(map(int, said.split()[1].split(".")[:2])) < LOWEST_CURL:
        pytest.skip(f"curl is older than docs/operating.md demands: {said.splitlines()[0]}")
    return tmp_path


@pytest.mark.parametrize("shell", shells())
@pytest.mark.parametrize("kind", ["long-term keys", "a session with a token"])
def test_the_documented_functions_ask_decide_and_read_with(
    locked: Deployment, curl: Path, kind: str, shell: str
) -> None:
    before = locked.world()
    ann = person(locked, "ann") if kind == "long-term keys" else session(locked, IDENTITY_CENTER_ROLE, "ann")
    assert (ann[2] is None) == (kind == "long-term keys")
    ben = person(locked, "ben")
    resource = {
        "account": LOCKED,
        "bucket": BUCKET,
        "reason": "nobody gets in",
        "ticket": f"INC-{uuid.uuid4().hex[:8]}",
    }
    started = run(locked, curl, shell, ann, "request", {"action": "apply", **resource})
    assert started["outcome"] == "started", started
    wait_for_approval_request(locked, started["unlock"])
    shown = run(locked, curl, shell, ann, "request", {"action": "show", "approval_id": started["unlock"]})
    assert "apply" in shown["request"]["request"]["action"] and "- everyone\n" in shown["shown"]
    sha256 = plan_sha256(locked, started["unlock"])
    refusal = {"action": "reject", "approval_id": started["unlock"], "plan_sha256": sha256, "reason": "only looking"}
    # Through the other URL: who asked is known there by the same signature.
    assert "asked" in run(locked, curl, shell, ann, "decide", refusal)["error"]
    assert decide(locked, ben, started["unlock"], sha256, "reject")[0] == 200
    assert end_of(locked, started["unlock"]).error == "Rejected"
    assert locked.world() == before


def run(
    deployment: Deployment, directory: Path, shell: str, who: Credentials, function: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Calls one of the documented functions in a shell of its own."""
    endpoint, outputs = urlsplit(deployment.endpoint), deployment.stack.outputs
    (directory / ".curlrc").write_text(
        f'noproxy = "*"\nconnect-to = "::{endpoint.hostname}:{endpoint.port}"\nmax-time = 60\n'
    )
    key, secret, token = who
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "CURL_HOME": str(directory),
        "HOME": str(directory),
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "ACCESS_REQUESTS_URL": f"http://{urlsplit(outputs['AccessRequestsUrl']).netloc}/",
        "APPROVALS_URL": f"http://{urlsplit(outputs['ApprovalsUrl']).netloc}/",
    }
    if token is not None:
        environment["AWS_SESSION_TOKEN"] = token
    script = f'{documented_functions()}\n{function} "$1"'
    command = [shell, "-euc", script, shell, json.dumps(body)]
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=60)
    return json.loads(answer.stdout)
