"""What a function is not meant to be given: refused in one line, as InvalidRequest, before any call."""

import copy
from typing import Any

import pytest

from harness.deployment import Deployment

PIN = {"key": "runs/x/selection/0/0.json", "version_id": "v", "sha256": "0" * 64}
ACCOUNT = {"id": "222200000001", "name": "clean-one", "joined_at": None}
VALID: dict[str, dict[str, Any]] = {
    "SelectAccounts": {
        "run": "x",
        "round": 0,
        "request": {"selection": {"accounts": ["222200000001"]}, "mode": "enforce"},
        "previous": None,
        "chunk": 0,
        "chain": None,
    },
    "AuditAccounts": {
        "step": "audit",
        "run": "x",
        "round": 0,
        "chunk": 0,
        "selection": PIN,
        "batch": 0,
    },
    "PlanDeletions": {"run": "x", "round": 0, "chunk": 0, "audited": PIN},
    "DeleteCredentials": {"run": "x", "round": 0, "plan": PIN, "batch": 0},
    "PublishReport": {
        "run": "x",
        "round": 0,
        "plan": PIN,
        "deletions": [],
        "previous": None,
        "approval": "not_needed",
    },
}

UNLOCK_ID = "unlock-20261122T0405Z-0123456789ab"
STEPS: list[dict[str, Any]] = [
    {"step": "plan", "unlock": UNLOCK_ID, "request": {**PIN, "key": f"unlocks/{UNLOCK_ID}/request.json"}},
    {"step": "apply", "unlock": UNLOCK_ID, "plan": {**PIN, "key": f"unlocks/{UNLOCK_ID}/plan.json"}},
    {"step": "verify", "unlock": UNLOCK_ID, "plan": {**PIN, "key": f"unlocks/{UNLOCK_ID}/plan.json"}, "attempt": 1},
]


def refused(deployment: Deployment, function: str, payload: Any) -> str:
    """Invokes a function with what it has to refuse, and returns its one line."""
    answer = deployment.invoke(function, payload)
    assert answer.error_type == "InvalidRequest", answer.payload
    message = answer.payload["errorMessage"]
    assert message and "\n" not in message
    assert deployment.calls() == []
    return message


def changed(function: str, *path: str | int, to: Any) -> dict[str, Any]:
    """A function's valid input with one value replaced or added."""
    payload = copy.deepcopy(VALID[function])
    place: Any = payload
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return payload


@pytest.mark.parametrize("function", ["AccountJoined", "UnlockPolicy", "AllowRecovery", *VALID])
@pytest.mark.parametrize("payload", ["delete everything", ["222200000001"], 7, None])
def test_what_is_not_an_object_is_refused(deployment: Deployment, function: str, payload: Any) -> None:
    refused(deployment, function, payload)


@pytest.mark.parametrize("function", VALID)
def test_an_unknown_field_is_refused_by_its_name(deployment: Deployment, function: str) -> None:
    assert "dry_run" in refused(deployment, function, changed(function, "dry_run", to=True))


@pytest.mark.parametrize("function", VALID)
def test_a_missing_field_is_refused_by_its_name(deployment: Deployment, function: str) -> None:
    payload = {key: value for key, value in VALID[function].items() if key != "run"}
    assert "run" in refused(deployment, function, payload)


@pytest.mark.parametrize("function", VALID)
def test_a_run_name_that_leaves_its_folder_is_refused(deployment: Deployment, function: str) -> None:
    refused(deployment, function, changed(function, "run", to="../other"))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["step"])
def test_a_step_of_an_unlock_is_read_as_strictly(deployment: Deployment, step: dict[str, Any]) -> None:
    assert "force" in refused(deployment, "UnlockPolicy", {**step, "force": True})
    for field in step.keys() - {"step"}:
        assert field in refused(deployment, "UnlockPolicy", {key: step[key] for key in step if key != field})
    refused(deployment, "UnlockPolicy", {**step, "step": "delete"})
    refused(deployment, "UnlockPolicy", {**step, "unlock": "../other"})
    # What is handed on belongs to this unlock, and to no other.
    pinned = "request" if step["step"] == "plan" else "plan"
    refused(deployment, "UnlockPolicy", {**step, pinned: {**step[pinned], "key": "unlocks/unlock-other/plan.json"}})


def test_writing_down_what_an_audit_left_is_read_as_strictly(deployment: Deployment) -> None:
    record = {"step": "record", "run": "x", "round": 0, "chunk": 0, "selection": PIN, "outcomes": [], "previous": None}
    assert "dry_run" in refused(deployment, "AuditAccounts", {**record, "dry_run": True})
    for field in record.keys() - {"previous"}:
        assert field in refused(deployment, "AuditAccounts", {key: record[key] for key in record if key != field})
    assert "delete" in refused(deployment, "AuditAccounts", {**record, "step": "delete"})
    refused(deployment, "AuditAccounts", {**record, "run": "../other"})
    assert "selection" in refused(deployment, "AuditAccounts", {**record, "selection": {**PIN, "sha256": "abc"}})


def test_an_unknown_field_of_a_request_is_refused_by_its_name(deployment: Deployment) -> None:
    assert "force" in refused(deployment, "SelectAccounts", changed("SelectAccounts", "request", "force", to=True))


def test_an_unknown_mode_is_refused_by_its_name(deployment: Deployment) -> None:
    assert "destroy" in refused(
        deployment, "SelectAccounts", changed("SelectAccounts", "request", "mode", to="destroy")
    )


@pytest.mark.parametrize("field", ["accounts", "organizational_units", "tags"])
def test_an_exclusion_that_is_none_is_refused(deployment: Deployment, field: str) -> None:
    exclude = {field: ["12345"]}
    refused(deployment, "SelectAccounts", changed("SelectAccounts", "request", "exclude", to=exclude))


def test_an_unknown_exclusion_is_refused_by_its_name(deployment: Deployment) -> None:
    exclude: dict[str, Any] = {"regions": []}
    assert "regions" in refused(
        deployment, "SelectAccounts", changed("SelectAccounts", "request", "exclude", to=exclude)
    )


def test_an_account_id_of_eleven_digits_is_refused(deployment: Deployment) -> None:
    path = ("request", "selection", "accounts", 0)
    assert "22220000001" in refused(deployment, "SelectAccounts", changed("SelectAccounts", *path, to="22220000001"))


@pytest.mark.parametrize("function", ["AuditAccounts", "DeleteCredentials"])
@pytest.mark.parametrize("batch", [{"batch": 0, "accounts": [ACCOUNT]}, "0", -1, None])
def test_a_batch_that_is_no_number_is_refused(deployment: Deployment, function: str, batch: Any) -> None:
    """A worker takes its accounts from what is pinned, and from nowhere else."""
    assert "batch" in refused(deployment, function, changed(function, "batch", to=batch))


@pytest.mark.parametrize(
    ("function", "pin"),
    [
        ("AuditAccounts", "selection"),
        ("PlanDeletions", "audited"),
        ("DeleteCredentials", "plan"),
        ("PublishReport", "plan"),
    ],
)
def test_a_digest_that_is_none_is_refused(deployment: Deployment, function: str, pin: str) -> None:
    assert "sha256" in refused(deployment, function, changed(function, pin, "sha256", to="abc"))


def test_a_bad_request_fails_the_execution_with_the_same_error(deployment: Deployment) -> None:
    before = deployment.world()
    execution = deployment.run({"selection": "all", "mode": "destroy"}, "unknown-mode")
    assert (execution.status, execution.error) == ("FAILED", "InvalidRequest")
    assert "destroy" in (execution.cause or "")
    assert deployment.world() == before
    assert deployment.calls() == []


RECOVERY_ID = f"recovery-222200000001-20261122T0405Z-{'0' * 32}"
RECOVERY = {"recovery": RECOVERY_ID, "request": {**PIN, "key": f"recovery-requests/{RECOVERY_ID}/request.json"}}


@pytest.mark.parametrize("step", [{"step": name, **RECOVERY} for name in ("check", "open", "allow", "settle")])
def test_a_step_of_a_recovery_is_read_as_strictly(deployment: Deployment, step: dict[str, Any]) -> None:
    assert "force" in refused(deployment, "AllowRecovery", {**step, "force": True})
    for field in step:
        assert field in refused(deployment, "AllowRecovery", {key: step[key] for key in step if key != field})
    refused(deployment, "AllowRecovery", {**step, "step": "delete"})
    refused(deployment, "AllowRecovery", {**step, "recovery": "../other"})
    refused(
        deployment, "AllowRecovery", {**step, "request": {**step["request"], "key": "recovery-requests/x/request.json"}}
    )
