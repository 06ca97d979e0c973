"""One deployment of the project's own template for all tests; the organization starts anew for each of them."""

import copy
import json
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.deployment import ROOT, Deployment
from demo.organization import accounts

EXEMPT = "333300000007"


def pytest_configure() -> None:
    # A test run that is told to end stops its servers as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--binaries",
        type=Path,
        default=ROOT / "target" / "debug",
        help="where the functions and the simulator were built",
    )


def leaked(deployment: Deployment) -> list[str]:
    """Where a secret stands that the organization issued, or that a role signs with; no secret itself is named."""
    places = {"logs and histories": deployment.logs(), "objects": "\n".join(deployment.all_versions())}
    secrets = deployment.secrets()
    assert secrets, "nothing was issued, so nothing was looked for"
    return [place for place, text in places.items() if any(secret in text for secret in secrets)]


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Path:
    return request.config.getoption("--binaries")


@pytest.fixture(scope="session")
def shared_deployment(binaries: Path) -> Iterator[Deployment]:
    with Deployment(mode="enforce", exempt_accounts={EXEMPT: "break-glass"}, binaries=binaries) as deployment:
        yield deployment
        # The whole test run was recorded: no secret may stand anywhere in it.
        assert not leaked(deployment)


@pytest.fixture
def deployment(shared_deployment: Deployment) -> Deployment:
    """The deployment in enforce mode, with the organization of the demo as it was in the beginning."""
    shared_deployment.reset()
    return shared_deployment


@pytest.fixture(scope="session")
def report_deployment(binaries: Path) -> Iterator[Deployment]:
    """A deployment in report mode."""
    with Deployment(mode="report", exempt_accounts={EXEMPT: "break-glass"}, binaries=binaries) as deployment:
        yield deployment
        assert not leaked(deployment)


@pytest.fixture
def run_name() -> Callable[[str], str]:
    """Makes a name for a run that no test has used."""
    return lambda purpose: f"{purpose}-{uuid.uuid4().hex[:8]}"


def sample_event(name: str) -> dict[str, Any]:
    """One of the project's sample events, as a delivery that nobody has seen yet."""
    envelope = json.loads((ROOT / "events" / f"{name}.json").read_text())
    envelope["id"] = str(uuid.uuid4())
    envelope["detail"]["eventID"] = str(uuid.uuid4())
    return envelope


def only(world: dict[str, Any], account: str) -> set[str]:
    """Every account but one: what has to stay as it is when a run is about that one."""
    return set(accounts(world)) - {account}


def without(world: dict[str, Any], *ids: str) -> dict[str, Any]:
    """The world with some accounts left out, to compare the rest."""
    rest = copy.deepcopy(world)
    rest["accounts"] = [account for account in rest["accounts"] if account["id"] not in ids]
    return rest
