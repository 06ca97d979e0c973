"""`rootwarden` through a deployment: a run that is followed, an approval by somebody else, the pause, an exemption."""

import json
import subprocess
from pathlib import Path
from typing import Any

from guarded_runs import DIRTY
from harness.deployment import Deployment
from harness.organization import DELETE, accounts, credentials, secured
from harness.paths import DEBUG_BINARIES
from harness.people import ADMINISTRATOR, user
from harness.stack import REGION, Credentials
from harness.waiting import wait_until
from shared_deployments import EXEMPT, OPERATOR

DIRTY_ONE = "333300000001"


def operator(deployment: Deployment, name: str) -> Credentials:
    """Somebody who may look into the deployment's account, too."""
    outputs = deployment.stack.outputs
    return user(deployment, name, ADMINISTRATOR, outputs["RequestersPolicyArn"], outputs["ApproversPolicyArn"])


def start(deployment: Deployment, home: Path, who: Credentials, *arguments: str) -> "subprocess.Popen[str]":
    """The binary, with this deployment as all of AWS."""
    environment = {
        "HOME": str(home),
        "AWS_ENDPOINT_URL": deployment.endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": who[0],
        "AWS_SECRET_ACCESS_KEY": who[1],
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return subprocess.Popen(
        [str(DEBUG_BINARIES / "rootwarden"), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(deployment: Deployment, home: Path, who: Credentials, *arguments: str) -> tuple[int, str, str]:
    """How it ended, and what it wrote."""
    process = start(deployment, home, who, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def in_json(deployment: Deployment, home: Path, who: Credentials, *arguments: str) -> Any:
    code, out, err = run(deployment, home, who, *arguments, "--output", "json")
    assert code == 0, err
    return json.loads(out)


def asked_by(deployment: Deployment, home: Path, name: str, who: Credentials) -> str:
    """Waits until a run that this person started asks for an approval: the id to answer to."""

    def asked() -> str | None:
        requests = in_json(deployment, home, who, "requests")["requests"]
        return next((str(request["id"]) for request in requests if request["by"].endswith(f"/{name}")), None)

    return wait_until(asked, within_seconds=60, otherwise=lambda: f"{name} asked for nothing")


def test_a_run_is_started_and_followed_to_its_end(deployment: Deployment, tmp_path: Path) -> None:
    before, ann = deployment.world(), operator(deployment, "cli-ann")
    code, out, err = run(
        deployment, tmp_path, ann, "run", DIRTY_ONE, "--mode", "enforce", "--reason", "CHG-1", "--follow"
    )
    assert code == 0, err
    assert "was started" in err and "batches audited" in err and "has ended: SUCCEEDED" in err, err
    assert "cleaned" in out, out
    left = {id for id, account in accounts(before).items() if credentials(account)} - {DIRTY_ONE}
    assert deployment.world() == secured(before, left)
    [latest, *_] = in_json(deployment, tmp_path, ann, "runs")["runs"]
    assert latest["status"] == "SUCCEEDED"
    code, out, err = run(deployment, tmp_path, ann, "report", latest["run"], "--output", "json")
    assert code == 0 and json.loads(out)["counts"]["cleaned"] == 1, err


def test_the_guard_is_answered_by_somebody_else_and_by_the_hash_that_was_shown(
    guarded: Deployment, tmp_path: Path
) -> None:
    before = guarded.world()
    ann, ben = operator(guarded, "cli-ann"), operator(guarded, "cli-ben")
    followed = start(guarded, tmp_path, ann, "run", "--mode", "enforce", "--reason", "CHG-2", "--follow")
    try:
        id = asked_by(guarded, tmp_path, "cli-ann", ben)
        assert followed.stderr is not None
        said = next((line for line in followed.stderr if "waits for" in line), "nothing")
        assert f"which somebody else gives with `rootwarden approve {id} " in said
        shown = in_json(guarded, tmp_path, ben, "show", id)
        assert shown["account_count"] == len(DIRTY) and "cli-ann" in json.dumps(shown["started_by"])
        answer = ["approve", id, "--reason", "expected", "--plan-sha256"]
        code, _, err = run(guarded, tmp_path, ann, *answer, shown["plan_sha256"])
        assert code == 2 and "asked for" in err.splitlines()[-1], err
        code, _, err = run(guarded, tmp_path, ben, *answer, "0" * 64)
        assert code == 2 and "what is asked has the hash" in err, err
        assert guarded.world() == before
        code, _, err = run(guarded, tmp_path, ben, *answer, shown["plan_sha256"])
        assert code == 0, err
        out, err = followed.communicate(timeout=120)
    finally:
        followed.kill()
    assert followed.returncode == 0, err
    assert "cleaned" in out, err
    assert guarded.world() == secured(before, {EXEMPT})


def test_a_rejection_ends_the_run_and_stands(guarded: Deployment, tmp_path: Path) -> None:
    before = guarded.world()
    ann, ben = operator(guarded, "cli-ann"), operator(guarded, "cli-ben")
    # Somebody else than before: the same request of the same person within a minute is one.
    started = in_json(guarded, tmp_path, ben, "run", "--mode", "enforce", "--reason", "CHG-3")
    id = asked_by(guarded, tmp_path, "cli-ben", ann)
    shown = in_json(guarded, tmp_path, ann, "show", id)
    answer = [id, "--reason", "not now", "--plan-sha256", shown["plan_sha256"]]
    code, _, err = run(guarded, tmp_path, ann, "reject", *answer)
    assert code == 0, err
    assert guarded.wait_for_execution(started["run"]).status == "FAILED"
    assert guarded.world() == before
    code, _, err = run(guarded, tmp_path, ann, "approve", *answer)
    assert code == 2 and "rejected" in err, err
    assert guarded.world() == before


def test_the_pause_and_an_exemption_hold_what_they_name(guarded: Deployment, tmp_path: Path) -> None:
    # The emulator denies whoever is no operator, also where none are named.
    before, ann = guarded.world(), operator(guarded, OPERATOR.split("/")[1])
    secure = ["run", DIRTY_ONE, "333300000002", "--mode", "enforce", "--reason"]
    code, _, err = run(guarded, tmp_path, ann, "pause", "--reason", "incident 42")
    assert code == 0, err
    code, out, err = run(guarded, tmp_path, ann, *secure, "CHG-4", "--follow")
    assert code == 3 and "paused" in out and "AccountsNotSecured" in err, err
    assert guarded.world() == before
    assert DELETE not in {call["session"]["task"] for call in guarded.calls() if call["session"]}
    assert run(guarded, tmp_path, ann, "resume", "--reason", "over")[0] == 0
    assert run(guarded, tmp_path, ann, "exempt", DIRTY_ONE, "--reason", "migration")[0] == 0
    state = in_json(guarded, tmp_path, ann, "status")["status"]
    assert {"what": "exempt", "about": DIRTY_ONE, "state": "migration"} in state
    code, out, err = run(
        guarded, tmp_path, ann, "run", DIRTY_ONE, "333300000002", "222200000001", "--mode", "enforce", "--reason",
        "CHG-5", "--follow",
    )  # fmt: skip
    assert code == 0 and "migration" in out, err
    left = {id for id, account in accounts(before).items() if credentials(account)} - {"333300000002"}
    assert guarded.world() == secured(before, left)


def test_a_key_in_use_is_released_by_two_people(deployment: Deployment, tmp_path: Path) -> None:
    ann, ben = operator(deployment, "cli-ann"), operator(deployment, "cli-ben")
    key = ["release-key", DIRTY_ONE, "AKIA3333000000010001", "--reason", "moved to a role", "--ticket", "INC-43"]
    asked = in_json(deployment, tmp_path, ann, *key)
    answer = ["approve", asked["approval_id"], "--reason", "the owner agrees", "--plan-sha256", asked["plan_sha256"]]
    code, _, err = run(deployment, tmp_path, ann, *answer)
    assert code == 2 and len(err.splitlines()) > 1, err
    assert run(deployment, tmp_path, ben, *answer)[0] == 0
    assert "good_until" in in_json(deployment, tmp_path, ann, "show", asked["approval_id"])
