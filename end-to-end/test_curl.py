"""The README's commands: nothing but curl is needed to ask."""

import json
import shutil
import subprocess
from urllib.parse import urlsplit

import pytest
from conftest import person
from locked import BUCKET, LOCKED

from demo.deployment import Deployment
from demo.stack import REGION
from demo.unlocking import end_of


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed on this machine")
def test_plain_curl_asks_for_an_unlock_and_reads_what_came_of_it(locked: Deployment) -> None:
    before = locked.world()
    started = curl(locked, {"account": LOCKED, "bucket": BUCKET, "reason": "nobody gets in", "ticket": "INC-42"})
    assert started["outcome"] == "started"
    assert end_of(locked, started["unlock"]).status == "SUCCEEDED"
    shown = curl(locked, {"action": "show", "request": started["unlock"]})
    assert shown["request"]["request"]["action"] == "inspect" and "- everyone\n" in shown["shown"]
    assert locked.world() == before


def curl(deployment: Deployment, body: dict[str, str]) -> dict[str, object]:
    key, secret, _ = person(deployment, "ann")
    url, endpoint = urlsplit(deployment.stack.outputs["AccessRequestsUrl"]), urlsplit(deployment.endpoint)
    command = ["curl", "--silent", "--aws-sigv4", f"aws:amz:{REGION}:lambda", "--user", f"{key}:{secret}"]
    # To the deployment's own address, under the name that the signature is about; and without TLS, which is not simulated.
    command += ["--noproxy", "*", "--connect-to", f"::{endpoint.hostname}:{endpoint.port}", "-d", json.dumps(body)]
    answer = subprocess.run([*command, f"http://{url.netloc}/"], check=True, capture_output=True, text=True, timeout=60)
    return json.loads(answer.stdout)
