"""Session credentials live in memory only. The deployments' fixtures look through everything once more in the end."""

from conftest import leaked

from demo.deployment import Deployment


def test_no_secret_stands_in_a_log_an_object_or_a_history(deployment: Deployment) -> None:
    deployment.inject_faults(
        {"on": "iam:DeleteAccessKey", "account": "333300000005", "times": "always", "effect": "denied"}
    )
    deployment.run({"selection": "all", "mode": "enforce"}, "secrets", timeout=120)
    assert any(call["action"].startswith("iam:Delete") for call in deployment.calls())
    assert leaked(deployment) == []
