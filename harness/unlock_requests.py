"""An unlock request as people see it: they ask, read the notice, look at the plan, and decide."""

import uuid
from typing import Any

from harness.deployment import Deployment
from harness.errors import DeploymentError
from harness.executions import UNLOCK, Execution
from harness.stack import Credentials
from harness.waiting import wait_until


def ask(deployment: Deployment, who: Credentials, **request: Any) -> str:
    """Sends a request that is started, and returns its id. Each has a ticket of its own, since two alike are one."""
    body = {"reason": "nobody can read it", "ticket": f"CHG-{uuid.uuid4().hex[:8]}", **request}
    status, answer = deployment.access_requests(who, body)
    if status != 200 or answer.get("outcome") != "started":
        raise DeploymentError(f"the request was not started: {status} {answer}")
    return answer["unlock"]


def wait_for_approval_request(deployment: Deployment, unlock: str, timeout: float = 30) -> None:
    """Waits until the request waits for somebody to decide."""

    def is_asked() -> bool:
        if f"approvals/{unlock}/request.json" in deployment.objects():
            return True
        execution = deployment.execution(unlock, UNLOCK)
        if execution is not None and execution.status != "RUNNING":
            raise DeploymentError(f"request {unlock} asked nobody: {execution.error} {execution.cause}")
        return False

    wait_until(is_asked, within_seconds=timeout, every_seconds=0.05, otherwise=f"request {unlock} asked nobody")


def notices_of(deployment: Deployment, unlock: str, subject: str = "") -> list[dict[str, str]]:
    """The notices about one request, in their order."""
    return [
        notice
        for notice in deployment.notices()
        if f"Approval id: {unlock}\n" in f"{notice['Message']}\n" and subject in notice["Subject"]
    ]


def plan_sha256(deployment: Deployment, unlock: str) -> str:
    """The hash that the notice names, since an approver has it from there."""
    [notice] = notices_of(deployment, unlock, "approval needed")
    return next(
        line.removeprefix("Plan SHA-256: ") for line in notice["Message"].splitlines() if line.startswith("Plan SHA")
    )


def decide(
    deployment: Deployment, who: Credentials, unlock: str, sha256: str, action: str = "approve"
) -> tuple[int, dict[str, Any]]:
    """Approves or refuses a plan by its hash: the status and the answer."""
    body = {"action": action, "approval_id": unlock, "plan_sha256": sha256, "reason": "looked at the plan"}
    return deployment.approvals(who, body)


def show(deployment: Deployment, who: Credentials, unlock: str) -> dict[str, Any]:
    """All that is known of a request."""
    status, shown = deployment.approvals(who, {"action": "show", "approval_id": unlock})
    if status != 200:
        raise DeploymentError(f"request {unlock} cannot be shown: {status} {shown}")
    return shown


def end_of(deployment: Deployment, unlock: str, timeout: float = 60) -> Execution:
    return deployment.wait_for_execution(unlock, timeout, UNLOCK)


def carry_out(
    deployment: Deployment, asker: Credentials, approver: Credentials, **request: Any
) -> tuple[str, Execution]:
    """Asks, approves what was asked, and waits for the end: the request's id, and how it ended."""
    unlock = ask(deployment, asker, **request)
    wait_for_approval_request(deployment, unlock)
    status, answer = decide(deployment, approver, unlock, plan_sha256(deployment, unlock))
    if status != 200:
        raise DeploymentError(f"request {unlock} was not approved: {status} {answer}")
    return unlock, end_of(deployment, unlock)
