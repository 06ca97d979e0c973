"""What each role used in each test: in this process, and in a file for each test under target/permissions."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from harness.deployment import Deployment
from harness.errors import DeploymentError
from harness.paths import TARGET
from harness.permissions import Use

RECORDS = TARGET / "permissions"

OF_THIS_RUN: dict[str, set[Use]] = {}
"""What was used, by test, since pytest began."""


def note_between_tests(used: set[Use]) -> None:
    """What was used while a deployment was made, or after the end of a test that did not wait for it."""
    OF_THIS_RUN.setdefault("between tests", set()).update(use for use in used if use.sid is not None)


@contextmanager
def used_by_deployments_that_end(used: set[Use]) -> Iterator[None]:
    """Adds what was used in deployments that end meanwhile."""

    def take(deployment: Deployment) -> None:
        # A test may have stopped the servers itself; what it used is then gone.
        with suppress(DeploymentError, OSError):
            used.update(deployment.permissions_used())

    Deployment.at_end.append(take)
    try:
        yield
    finally:
        Deployment.at_end.remove(take)


def write(test: str, used: set[Use], folder: Path = RECORDS) -> None:
    """A test that used nothing leaves no file, nor one of an earlier time."""
    OF_THIS_RUN[test] = used
    file = folder / f"{hashlib.sha256(test.encode()).hexdigest()[:16]}.json"
    if not used:
        file.unlink(missing_ok=True)
        return
    folder.mkdir(parents=True, exist_ok=True)
    entries = [
        asdict(use) for use in sorted(used, key=lambda use: (use.owner, use.action, use.resource, use.sid or ""))
    ]
    file.write_text(json.dumps({"test": test, "used": entries}, indent=1))


def read(folder: Path = RECORDS) -> dict[str, set[Use]]:
    """What was used, by test."""
    records = [json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))]
    return {record["test"]: {Use(**entry) for entry in record["used"]} for record in records}
