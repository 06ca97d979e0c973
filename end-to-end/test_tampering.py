"""The bucket as a trust anchor: what somebody else wrote into it has no effect."""

import hashlib
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import calls_in, changes_in
from harness.people import ADMINISTRATOR, user
from harness.stack import Credentials
from shared_deployments import EXEMPT, RunName, forget

MANAGEMENT, SUSPENDED, OUTSIDE = "111122223333", "333300000006", "999988887777"
Pin = dict[str, str]


def planned(deployment: Deployment, run: str) -> tuple[Pin, dict[str, Any]]:
    """Runs the functions by hand up to the plan, as the state machine does: the plan's pin and content."""
    planning = {"run": run, "round": 0, "chunk": 0, "audited": audited(deployment, run)}
    answer = deployment.invoke("PlanDeletions", planning)
    assert answer.error is None, answer.payload
    plan = answer.payload["plan"]
    return plan, json.loads(deployment.read_object(plan["key"]))


def audited(deployment: Deployment, run: str) -> Pin:
    """The same up to the record of the audit, of which the plan is made."""

    def step(function: str, payload: dict[str, Any]) -> dict[str, Any]:
        answer = deployment.invoke(function, {"run": run, "round": 0, **payload})
        assert answer.error is None, answer.payload
        return answer.payload

    request = {"selection": "all", "mode": "enforce"}
    first: dict[str, Any] = {"request": request, "previous": None, "chunk": 0, "chain": None}
    selection = step("SelectAccounts", first)["selection"]
    batches = json.loads(deployment.read_object(selection["key"]))["batches"]
    chunk = {"chunk": 0, "selection": selection}
    outcomes = [step("AuditAccounts", {"step": "audit", **chunk, "batch": batch["batch"]}) for batch in batches]
    return step("AuditAccounts", {"step": "record", **chunk, "outcomes": outcomes, "previous": None})["audited"]


def store(deployment: Deployment, key: str, content: dict[str, Any]) -> Pin:
    """Overwrites an object as the account's root user, whom the emulator's bucket policy does not bind."""
    body = json.dumps(content).encode()
    return {"key": key, "version_id": deployment.put_object(key, body), "sha256": hashlib.sha256(body).hexdigest()}


def delete(deployment: Deployment, run: str, plan: Pin, batch: dict[str, Any]) -> Any:
    return deployment.invoke("DeleteCredentials", {"run": run, "round": 0, "plan": plan, "batch": batch["batch"]})


def aimed_at(plan: dict[str, Any], account: str) -> dict[str, Any]:
    """The plan with its first entry aimed at another account."""
    altered = json.loads(json.dumps(plan))
    altered["batches"][0]["accounts"][0]["account"]["id"] = account
    return altered


def changes(deployment: Deployment) -> list[dict[str, Any]]:
    return [call for call in deployment.calls() if call["session"] and changes_in([call], call["session"]["account"])]


def test_a_batch_of_a_plan_that_was_altered_in_the_bucket_deletes_nothing(deployment: Deployment) -> None:
    """The state machine's reader hands on a number from what stands in the object; the worker reads the pinned plan."""
    before = deployment.world()
    plan, content = planned(deployment, "altered-batch")
    altered = aimed_at(content, EXEMPT)
    store(deployment, plan["key"], altered)
    answer = delete(deployment, "altered-batch", plan, altered["batches"][0])
    assert answer.error is not None, answer.payload
    assert deployment.world() == before
    assert changes(deployment) == []


def test_a_plan_that_was_overwritten_is_not_carried_out_either(deployment: Deployment) -> None:
    """What was planned is still there, as an older version: but somebody tampers, and a person should look."""
    before = deployment.world()
    plan, content = planned(deployment, "overwritten")
    store(deployment, plan["key"], aimed_at(content, EXEMPT))
    answer = delete(deployment, "overwritten", plan, content["batches"][0])
    assert answer.error is not None, answer.payload
    assert deployment.world() == before
    assert changes(deployment) == []


def test_a_plan_whose_bytes_are_not_what_was_pinned_deletes_nothing(deployment: Deployment) -> None:
    before = deployment.world()
    plan, content = planned(deployment, "altered-version")
    altered = aimed_at(content, EXEMPT)
    forged = store(deployment, plan["key"], altered)
    answer = delete(deployment, "altered-version", {**plan, "version_id": forged["version_id"]}, altered["batches"][0])
    assert answer.error is not None, answer.payload
    assert deployment.world() == before
    assert changes(deployment) == []


@pytest.mark.parametrize("account", [MANAGEMENT, SUSPENDED, EXEMPT, OUTSIDE])
def test_even_a_well_pinned_plan_opens_no_session_where_none_may_be(deployment: Deployment, account: str) -> None:
    """Membership, state and exemptions are asked for again right before anything is deleted."""
    run = f"forged-{account}"
    before = deployment.world()
    plan, content = planned(deployment, run)
    forged = aimed_at(content, account)
    forged["batches"] = [{**forged["batches"][0], "accounts": forged["batches"][0]["accounts"][:1]}]
    entered = len(calls_in(deployment.calls(), account))
    delete(deployment, run, store(deployment, plan["key"], forged), forged["batches"][0])
    assert len(calls_in(deployment.calls(), account)) == entered
    assert deployment.world() == before
    assert changes(deployment) == []


FORGERIES: dict[str, Any] = {
    "of another run": {"run": "another-run"},
    "of another round": {"round": 1},
    "of another chunk": {"chunk": 1},
    "in the middle of a chain": {"previous": {"key": "runs/x/audit/0/0.json", "version_id": "v", "sha256": "0" * 64}},
    "with a field more": {"mode": "enforce"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_record_of_an_audit_is_planned_by_nobody(
    deployment: Deployment, run_name: RunName, forgery: str
) -> None:
    before, run = deployment.world(), run_name("forged-record")
    pin = audited(deployment, run)
    record = json.loads(deployment.read_object(pin["key"])) | FORGERIES[forgery]
    named = "the chain goes on before chunk 0" if record["previous"] else pin["key"]
    refuse_to_plan(deployment, run, store(deployment, pin["key"], record), named)
    assert deployment.world() == before


def test_a_record_that_was_written_over_is_planned_as_it_was_handed_on_or_not_at_all(
    deployment: Deployment, run_name: RunName
) -> None:
    before, run = deployment.world(), run_name("written-over")
    pin = audited(deployment, run)
    record = json.loads(deployment.read_object(pin["key"]))
    forged = store(deployment, pin["key"], record | {"outcomes": []})
    refuse_to_plan(deployment, run, {**pin, "version_id": forged["version_id"]}, "is not what was handed on")
    planning = {"run": run, "round": 0, "chunk": 0, "audited": pin}
    plan = deployment.invoke("PlanDeletions", planning).payload["plan"]
    assert json.loads(deployment.read_object(plan["key"]))["batches"], "what was handed on is still there"
    assert deployment.world() == before


def refuse_to_plan(deployment: Deployment, run: str, audited: Pin, named: str) -> None:
    answer = deployment.invoke("PlanDeletions", {"run": run, "round": 0, "chunk": 0, "audited": audited})
    assert answer.error_type == "InvalidRequest" and named in answer.payload["errorMessage"], answer.payload
    assert f"runs/{run}/plan/0.json" not in deployment.objects()
    assert changes(deployment) == []


WRITERS = {
    "SelectAccounts": ["runs/prefixes/selection/0/0.json", "state/features.json"],
    "AuditAccounts": ["runs/prefixes/audit/0/0/0.json", "runs/prefixes/audit/0/0.json"],
    "PlanDeletions": ["runs/prefixes/plan/0.json", "guard/2000-01-01/prefixes.0.json"],
    "DeleteCredentials": ["runs/prefixes/deleted/0/0.json"],
    "PublishReport": ["runs/prefixes/report/0.json"],
    "AccessRequests": [
        "approvals/prefixes.0/request.json",
        "unlocks/prefixes/request.json",
        "recovery-requests/prefixes/request.json",
        "releases/prefixes.json",
    ],
    "AllowRecovery": ["recovery-requests/prefixes/opened.json", "recoveries/222200000001.json"],
    "Approvals": ["approvals/prefixes.0/decision.json"],
    "UnlockPolicy": [
        "unlocks/prefixes/plan.json",
        "unlocks/prefixes/plan.txt",
        "unlocks/prefixes/result.json",
        "unlocks/prefixes/verified.json",
        "policies/222200000001/prefixes.json",
    ],
}
NOBODY = [
    "runs/prefixes/other/0.json",
    "other.json",
    "approvals/prefixes.0/other.json",
    "unlocks/prefixes/other.json",
    "recovery-requests/prefixes/other.json",
    "recoveries/no-account.json",
]
PEOPLE = ["exemptions/222200000001.json", "control/paused.json"]


@pytest.mark.parametrize("function", WRITERS)
def test_each_function_may_write_its_own_prefix_only(deployment: Deployment, function: str) -> None:
    deployment.invoke(function, {})  # the emulator knows a role's credentials from the function's first invocation on
    credentials = deployment.stack.credentials_of(function)
    for key in [*(key for keys in WRITERS.values() for key in keys), *NOBODY, *PEOPLE]:
        if key in WRITERS[function]:
            deployment.put_object(key, b"{}", credentials)
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                deployment.put_object(key, b"{}", credentials)
    forget(deployment, "approvals/prefixes.0/", "unlocks/prefixes/", "policies/222200000001/prefixes.json")
    forget(deployment, "recovery-requests/prefixes/", "recoveries/")


def test_the_token_of_a_request_is_read_by_the_two_functions_that_need_it_only(
    deployment: Deployment, administrator: Credentials
) -> None:
    key = "approvals/tokens.0/request.json"
    deployment.put_object(key, b'{"task_token": "a-token-that-nobody-waits-with"}')
    request = {"Bucket": deployment.stack.outputs["BucketName"], "Key": key}
    readers = {"administrator": administrator}
    for function in WRITERS:
        deployment.invoke(function, {})
        readers[function] = deployment.stack.credentials_of(function)
    for function in ("AccessRequests", "Approvals"):
        assert deployment.stack.client("s3", readers.pop(function)).get_object(**request)
    for credentials in readers.values():
        with pytest.raises(ClientError, match="AccessDenied"):
            deployment.stack.client("s3", credentials).get_object(**request)
    forget(deployment, "approvals/tokens.0/")


@pytest.mark.parametrize("key", ["unlocks/readers/plan.json", "policies/222200000001/readers.json"])
def test_a_policy_that_was_written_down_is_read_by_those_who_need_it_only(
    deployment: Deployment, administrator: Credentials, key: str
) -> None:
    """And by people, as far as the account's own policies let them."""
    deployment.put_object(key, b"{}")
    request = {"Bucket": deployment.stack.outputs["BucketName"], "Key": key}
    assert deployment.stack.client("s3", administrator).get_object(**request)
    may_read = {"UnlockPolicy"} | ({"AccessRequests", "Approvals"} if key.startswith("unlocks/") else set())
    for function in [*WRITERS, "AccountJoined"]:
        deployment.invoke(function, {})
        s3 = deployment.stack.client("s3", deployment.stack.credentials_of(function))
        if function in may_read:
            assert s3.get_object(**request)
        else:
            with pytest.raises(ClientError, match="AccessDenied"):
                s3.get_object(**request)
    forget(deployment, key)


@pytest.fixture
def administrator(deployment: Deployment) -> Credentials:
    """Somebody who may do everything, as far as the account's own policies go."""
    return user(deployment, "administrator", ADMINISTRATOR)


def test_an_administrator_may_neither_write_nor_delete_in_the_bucket(
    deployment: Deployment, administrator: Credentials
) -> None:
    plan, _ = planned(deployment, "administrator")
    s3, bucket = deployment.stack.client("s3", administrator), deployment.stack.outputs["BucketName"]
    s3.get_object(Bucket=bucket, Key=plan["key"])
    for key in [*(key for keys in WRITERS.values() for key in keys), *NOBODY]:
        with pytest.raises(ClientError, match="AccessDenied"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=plan["key"])
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key=plan["key"], VersionId=plan["version_id"])
