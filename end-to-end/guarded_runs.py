"""Runs that clean more accounts than the guard allows: what they ask, and how people answer."""

from typing import Any

from harness.deployment import Deployment
from harness.people import person
from harness.stack import Credentials
from harness.waiting import wait_until

ALL = {"selection": "all", "mode": "enforce", "started_by": "schedule"}
DIRTY = ["333300000001", "333300000002", "333300000003", "333300000004", "333300000005", "444455556666"]


def ask(deployment: Deployment, run: str, request: dict[str, Any]) -> dict[str, Any]:
    """Starts a run that the guard stops, and waits until it asks: what is shown to people."""
    deployment.start_execution(request, run)
    return wait_for_request(deployment, run)


def wait_for_request(deployment: Deployment, run: str) -> dict[str, Any]:
    """Waits until the run waits for somebody to decide: what is shown to people."""
    reader = person(deployment, "reader")

    def asked() -> dict[str, Any] | None:
        status, shown = deployment.approvals(reader, {"action": "show", "approval_id": f"{run}.0"})
        if status == 200:
            return dict(shown)
        assert status == 404, shown
        execution = deployment.execution(run)
        assert execution is None or execution.status == "RUNNING", (execution.error, execution.cause)
        return None

    return wait_until(
        asked, within_seconds=30, otherwise=lambda: f"run {run} asked for nothing:\n{deployment.logs()[-2000:]}"
    )


def decide(
    deployment: Deployment, who: Credentials, action: str, run: str, plan_sha256: str
) -> tuple[int, dict[str, Any]]:
    body = {"action": action, "approval_id": f"{run}.0", "plan_sha256": plan_sha256, "reason": "looked at it"}
    return deployment.approvals(who, body)


def plan_sha256(deployment: Deployment, run: str) -> str:
    """The hash that the notice names, since a person has it from there."""
    [notice] = notices_of(deployment, run, "approval needed")
    return next(line.split(": ")[1] for line in notice.splitlines() if line.startswith("Plan SHA-256: "))


def notices_of(deployment: Deployment, run: str, subject: str) -> list[str]:
    return [
        notice["Message"]
        for notice in deployment.notices()
        if subject in notice["Subject"] and run in notice["Message"]
    ]
