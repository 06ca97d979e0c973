"""Exempt accounts are audited and keep everything: by the deployment, or by an object that people write."""

import json

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import accounts, changes_in, secured, sessions_in
from harness.people import ADMINISTRATOR, user
from shared_deployments import EXEMPT, OPERATOR, OPERATOR_WITH_PATH, RunName
from test_tampering import delete, planned
from worlds import changed_accounts

DIRTY = "333300000001"


def exempt(deployment: Deployment, account: str, **exemption: str) -> None:
    deployment.put_object(f"exemptions/{account}.json", json.dumps(exemption).encode())


def test_an_exemption_with_a_reason_and_an_end_holds(deployment: Deployment, run_name: RunName) -> None:
    before, name = deployment.world(), run_name("exempt")
    exempt(deployment, DIRTY, reason="key is being replaced", until="2999-12-31T00:00:00Z")
    execution = deployment.run({"selection": "all", "mode": "enforce"}, name)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, deployment.world()) & {DIRTY, EXEMPT} == set()
    assert len(changed_accounts(before, deployment.world())) == 5
    assert len(sessions_in(deployment.calls(), DIRTY)) == 1
    status = deployment.report(name)["accounts"][DIRTY]["status"]
    assert status["exempt"]["reason"] == "key is being replaced"


def test_an_expired_exemption_no_longer_holds(deployment: Deployment, run_name: RunName) -> None:
    before = deployment.world()
    exempt(deployment, DIRTY, reason="key is being replaced", until="2020-01-01T00:00:00Z")
    execution = deployment.run({"selection": {"accounts": [DIRTY]}, "mode": "enforce"}, run_name("expired"))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, deployment.world()) == {DIRTY}


def test_an_expired_exemption_of_the_deployment_no_longer_holds(guarded: Deployment, run_name: RunName) -> None:
    before, name = guarded.world(), run_name("expired-parameter")
    execution = guarded.run({"selection": {"accounts": ["333300000002", EXEMPT]}, "mode": "enforce"}, name)
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, guarded.world()) == {"333300000002"}
    assert guarded.report(name)["accounts"][EXEMPT]["status"]["exempt"]["reason"] == "break-glass"


UNREADABLE = ["not JSON", '{"reason": "a", "til": "2999-12-31T00:00:00Z"}', '{"until": "2999-12-31T00:00:00Z"}']


@pytest.mark.parametrize("text", UNREADABLE)
def test_an_exemption_that_cannot_be_read_holds_back_its_account_and_no_other(
    deployment: Deployment, run_name: RunName, text: str
) -> None:
    before, name, key = deployment.world(), run_name("unreadable"), f"exemptions/{DIRTY}.json"
    deployment.put_object(key, text.encode())
    execution = deployment.run({"selection": "all", "mode": "enforce"}, name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert changes_in(deployment.calls(), DIRTY) == []
    goal = accounts(secured(before, {DIRTY, EXEMPT}))
    assert accounts(deployment.world()) == goal
    status = deployment.report(name)["accounts"][DIRTY]["status"]
    assert key in str(status["protected"]) and "write over it" in str(status["protected"])


def test_an_object_named_after_no_account_holds_back_everything_until_it_is_mended(
    guarded: Deployment, run_name: RunName
) -> None:
    """The bucket's policy knows no digits, so twelve characters can be written. Nobody can delete them."""
    operator, key = user(guarded, OPERATOR.split("/")[1], ADMINISTRATOR), "exemptions/11112222333a.json"
    few = {"selection": {"accounts": [DIRTY, "222200000001"]}, "mode": "enforce"}
    before, name = guarded.world(), run_name("nameless")
    guarded.put_object(key, b'{"reason": "whose?"}', operator)
    execution = guarded.run(few, name)
    assert (execution.status, execution.error) == ("FAILED", "AccountsNotSecured")
    assert guarded.world() == before
    assert [call for id in accounts(before) for call in changes_in(guarded.calls(), id)] == []
    status = str(guarded.report(name)["accounts"][DIRTY]["status"]["protected"])
    assert key in status and "write over it with an exemption that has ended" in status

    guarded.put_object(key, b'{"reason": "typing error", "until": "2020-01-01T00:00:00Z"}', operator)
    execution = guarded.run(few, run_name("mended"))
    assert execution.status == "SUCCEEDED", (execution.error, execution.cause)
    assert changed_accounts(before, guarded.world()) == {DIRTY}


@pytest.mark.parametrize("name", ["the-payments-account", "11112222333", "1111222233334", "team/111122223333", ""])
def test_nobody_can_write_what_would_stop_the_organization(guarded: Deployment, name: str) -> None:
    operator = user(guarded, OPERATOR.split("/")[1], ADMINISTRATOR)
    for key in (f"exemptions/{name}.json", f"exemptions/{name}"):
        with pytest.raises(ClientError, match="AccessDenied"):
            guarded.put_object(key, b"not JSON", operator)


def test_an_exemption_written_after_the_plan_still_holds(deployment: Deployment, run_name: RunName) -> None:
    """The worker that deletes asks again: here the plan is made before the exemption, and carried out after it."""
    before, name = deployment.world(), run_name("late-exemption")
    plan, content = planned(deployment, name)
    exempt(deployment, DIRTY, reason="wait")
    for batch in content["batches"]:
        assert delete(deployment, name, plan, batch).error is None
    changed = changed_accounts(before, deployment.world())
    assert changed and DIRTY not in changed


def test_an_operator_with_a_path_is_named_with_it(guarded: Deployment) -> None:
    path, name = "/teams/platform/", OPERATOR_WITH_PATH.rpartition("/")[2]
    guarded.put_object(f"exemptions/{DIRTY}.json", b'{"reason": "why"}', user(guarded, name, ADMINISTRATOR, path=path))
    elsewhere = user(guarded, f"{name}-of-another-team", ADMINISTRATOR, path="/teams/")
    with pytest.raises(ClientError, match="AccessDenied"):
        guarded.put_object(f"exemptions/{DIRTY}.json", b'{"reason": "why"}', elsewhere)


def test_only_named_operators_write_exemptions_and_the_pause(guarded: Deployment) -> None:
    operator, other = (user(guarded, name, ADMINISTRATOR) for name in (OPERATOR.split("/")[1], "somebody-else"))
    for key in (f"exemptions/{DIRTY}.json", "control/paused.json"):
        guarded.put_object(key, b'{"paused": false}', operator)
        with pytest.raises(ClientError, match="AccessDenied"):
            guarded.put_object(key, b'{"paused": false}', other)
        with pytest.raises(ClientError, match="AccessDenied"):
            guarded.stack.client("s3", operator).delete_object(Bucket=guarded.stack.outputs["BucketName"], Key=key)
