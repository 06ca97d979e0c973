"""Session credentials live in memory only. The deployments' fixtures look through everything once more in the end."""

from harness.deployment import Deployment
from harness.people import person
from harness.unlock_requests import carry_out, notices_of
from leaks import POLICY_TEXT, leaked
from locked_organization import APPLY_TO_BUCKET, BUCKET, LOCKED, stored_policies


def test_no_secret_stands_in_a_log_an_object_or_a_history(deployment: Deployment) -> None:
    deployment.inject_faults(
        {"on": "iam:DeleteAccessKey", "account": "333300000005", "times": "always", "effect": "denied"}
    )
    deployment.run({"selection": "all", "mode": "enforce"}, "secrets", timeout=120)
    assert any(call["action"].startswith("iam:Delete") for call in deployment.calls())
    assert leaked(deployment) == []


def test_nothing_of_a_policy_stands_in_a_log_a_notice_or_a_history(locked: Deployment) -> None:
    ann, ben, stored = person(locked, "ann"), person(locked, "ben"), stored_policies(locked)
    unlock, _ = carry_out(locked, ann, ben, **APPLY_TO_BUCKET)
    [key] = stored_policies(locked) - stored
    again, _ = carry_out(locked, ben, ann, action="restore", account=LOCKED, bucket=BUCKET, stored=key)
    # It is where it belongs, or nothing was looked for.
    assert POLICY_TEXT in locked.read_object(key) and POLICY_TEXT in locked.read_object(f"unlocks/{again}/plan.json")
    assert len(notices_of(locked, unlock)) == len(notices_of(locked, again)) == 2
    assert leaked(locked) == []
