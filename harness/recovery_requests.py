"""Root password recovery for a while, as people see it: they ask, approve, sign in as root, and are told of the end."""

import uuid
from datetime import UTC, datetime
from typing import Any

from harness.deployment import Deployment
from harness.errors import DeploymentError
from harness.executions import RECOVERY, Execution
from harness.organization import accounts
from harness.stack import Credentials
from harness.waiting import wait_until


def ask(deployment: Deployment, who: Credentials, account: str, action: str = "allow-recovery", **request: Any) -> str:
    """Sends a request that is started, and returns its id. Each has a ticket of its own, since two alike are one."""
    ticket = f"CHG-{uuid.uuid4().hex[:8]}"
    body = {"action": action, "account": account, "reason": "close the account", "ticket": ticket, **request}
    status, answer = deployment.access_requests(who, body)
    if status != 200 or answer.get("outcome") != "started":
        raise DeploymentError(f"the request was not started: {status} {answer}")
    recovery: str = answer["recovery"]
    return recovery


def approve(deployment: Deployment, who: Credentials, recovery: str, action: str = "approve") -> tuple[int, Any]:
    """Waits until somebody is asked, and decides by the hash that is shown."""

    def asked() -> bool:
        if f"approvals/{recovery}/request.json" in deployment.objects():
            return True
        execution = deployment.execution(recovery, RECOVERY)
        if execution is not None and execution.status != "RUNNING":
            raise DeploymentError(
                f"request {recovery} asked nobody: {execution.error} {execution.cause} {execution.output}"
            )
        return False

    wait_until(asked, within_seconds=30, every_seconds=0.05, otherwise=f"request {recovery} asked nobody")
    sha256 = show(deployment, who, recovery)["plan_sha256"]
    body = {"action": action, "approval_id": recovery, "plan_sha256": sha256, "reason": "they called"}
    return deployment.approvals(who, body)


def show(deployment: Deployment, who: Credentials, recovery: str) -> dict[str, Any]:
    """All that is known of a request."""
    status, shown = deployment.approvals(who, {"action": "show", "approval_id": recovery})
    if status != 200:
        raise DeploymentError(f"request {recovery} cannot be shown: {status} {shown}")
    found: dict[str, Any] = shown
    return found


def wait_until_allowed(deployment: Deployment, account: str) -> None:
    """Waits until the root user's password may be recovered."""
    wait_until(
        lambda: "password" in accounts(deployment.world())[account].get("root", {}),
        within_seconds=30,
        every_seconds=0.05,
        otherwise=lambda: f"recovery was not allowed in account {account}:\n{deployment.logs()[-2000:]}",
    )


def owner_signs_in(deployment: Deployment, account: str) -> None:
    """The owner sets a password, an MFA device and an access key, which is used at once."""
    root = accounts(deployment.world())[account]["root"]
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    key = {"id": f"AKIA{account}9999", "created": now, "last_used": {"date": now}}
    device = {"serial": f"arn:aws:iam::{account}:mfa/root-account-mfa-device", "enabled": now}
    deployment.set_root(account, {"password": root["password"], "access_keys": [key], "mfa_devices": [device]})


def end_of(deployment: Deployment, recovery: str, timeout: float = 120) -> Execution:
    return deployment.wait_for_execution(recovery, timeout, RECOVERY)


def notices_of(deployment: Deployment, recovery: str) -> list[dict[str, str]]:
    """The notices about one request, in their order."""
    return [notice for notice in deployment.notices() if f"Approval id: {recovery}\n" in f"{notice['Message']}\n"]
