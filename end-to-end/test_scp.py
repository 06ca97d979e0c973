"""The page for organizations that deny root users everything: its statement lets root sessions through, nobody else."""

import json
from typing import Any

from harness.deployment import Deployment
from harness.organization import accounts, changes_in
from harness.paths import ROOT
from shared_deployments import RunName
from worlds import member, organization

DIRTY = member(1)["id"]


def documented_policy() -> dict[str, Any]:
    lines = (ROOT / "docs" / "scp.md").read_text().splitlines()
    begin, end = lines.index("    {"), lines.index("    }")
    return json.loads("\n".join(lines[begin : end + 1]))


def run_under(deployment: Deployment, run: str, policy: dict[str, Any]) -> str | dict[str, Any]:
    """The status of an account under a service control policy after a run over it."""
    deployment.reset(organization(member(1, dirty=True) | {"service_control_policies": [policy]}))
    deployment.run({"selection": {"accounts": [DIRTY]}, "mode": "enforce"}, run)
    return deployment.report(run)["accounts"][DIRTY]["status"]


def test_an_account_under_the_documented_policy_is_cleaned(deployment: Deployment, run_name: RunName) -> None:
    status = run_under(deployment, run_name("documented-scp"), documented_policy())
    assert list(status) == ["cleaned"], status
    assert "root" not in accounts(deployment.world())[DIRTY]


def test_without_the_exemption_it_is_never_called_clean_and_nothing_is_changed(
    deployment: Deployment, run_name: RunName
) -> None:
    policy = documented_policy()
    [statement] = policy["Statement"]
    assert statement["Condition"].pop("Null") == {"aws:AssumedRoot": "true"}
    status = run_under(deployment, run_name("scp-without-exemption"), policy)
    assert list(status) == ["unknown"] and "service control policy" in str(status), status
    assert changes_in(deployment.calls(), DIRTY) == []
