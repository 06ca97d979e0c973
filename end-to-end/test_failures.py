"""One broken account never stops the others, and is never called clean."""

from typing import Any

import pytest

from harness.deployment import Deployment
from harness.organization import accounts, credentials, reported_status, secured
from shared_deployments import EXEMPT
from worlds import without

BROKEN = "333300000005"


def run_with_fault(deployment: Deployment, run: str, **fault: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Runs the organization with one account's calls failing: the world before, and what the report says of it."""
    before = deployment.world()
    deployment.inject_faults({"account": BROKEN, **fault})
    execution = deployment.run({"selection": "all", "mode": "enforce"}, run, timeout=180)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured"), execution.cause
    assert without(deployment.world(), BROKEN) == without(secured(before, {EXEMPT}), BROKEN)
    report = deployment.report(run)
    others = [account for account in accounts(before) if account != BROKEN]
    assert {reported_status(report, account) for account in others} <= {
        "clean",
        "cleaned",
        "exempt",
        "ineligible",
        "absent",
    }
    return before, report["accounts"][BROKEN]["status"]


@pytest.mark.parametrize(
    ("effect", "kind"), [("throttle", "Throttled"), ("denied", "Denied"), ("internal_error", "Transient")]
)
def test_an_account_that_cannot_be_entered_is_unknown_and_the_others_are_done(
    deployment: Deployment, effect: str, kind: str
) -> None:
    before, status = run_with_fault(
        deployment, f"no-entry-{effect.replace('_', '-')}", on="sts:AssumeRoot", times="always", effect=effect
    )
    assert status["unknown"]["kind"] == kind
    assert accounts(deployment.world())[BROKEN] == accounts(before)[BROKEN]


def test_an_account_that_cannot_be_read_is_unknown_and_the_others_are_done(deployment: Deployment) -> None:
    before, status = run_with_fault(deployment, "unreadable", on="iam:ListMFADevices", times="always", effect="denied")
    assert status["unknown"]["kind"] == "Denied"
    assert accounts(deployment.world())[BROKEN] == accounts(before)[BROKEN]


def test_a_deletion_step_that_fails_is_reported_and_the_rest_goes_on(deployment: Deployment) -> None:
    before, status = run_with_fault(
        deployment, "failed-step", on="iam:DeleteAccessKey", times="always", effect="denied"
    )
    assert status["failed"]["failure"]["kind"] == "Denied"
    left = credentials(accounts(deployment.world())[BROKEN])
    assert set(left) == {"access key"} and len(left) == credentials(accounts(before)[BROKEN]).count("access key")


def test_a_password_that_cannot_be_deleted_keeps_the_device_that_protects_it(deployment: Deployment) -> None:
    _, status = run_with_fault(
        deployment, "password-stays", on="iam:DeleteLoginProfile", times="always", effect="denied"
    )
    assert status["failed"]["failure"]["kind"] == "Denied"
    assert set(credentials(accounts(deployment.world())[BROKEN])) == {"password", "MFA device"}


def test_an_account_that_answers_the_next_time_is_done_in_a_later_round(deployment: Deployment) -> None:
    before = deployment.world()
    # More refusals than one round tries, fewer than two rounds do.
    deployment.inject_faults({"on": "sts:AssumeRoot", "account": BROKEN, "times": 7, "effect": "throttle"})
    execution = deployment.run({"selection": "all", "mode": "enforce"}, "later-round", timeout=180)
    assert execution.status == "SUCCEEDED", execution.cause
    assert deployment.world() == secured(before, {EXEMPT})
