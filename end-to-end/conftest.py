"""One deployment of the project's own template for all tests; the organization starts anew for each of them."""

import json
import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import locked_organization
from harness.deployment import Deployment
from harness.executions import UNLOCK
from harness.paths import DEBUG_BINARIES
from harness.permissions import WITHOUT_VARIABLE, Use
from leaks import leaked
from permission_records import note_between_tests, used_by_deployments_that_end, write
from shared_deployments import (
    DEPLOYER,
    EXEMPT,
    GUARD,
    NIGHTLY_EXCLUDE,
    OPERATOR,
    OPERATOR_WITH_PATH,
    PERSON_ROLE,
    PROTECTED,
    RunName,
    begun_anew,
)
from worlds import demo_world


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "refused_on_purpose: what a role is refused in this test is meant to be")
    # A test run that is told to end stops its servers as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--binaries",
        type=Path,
        default=DEBUG_BINARIES,
        help="where the functions and the simulator were built",
    )
    parser.addoption(
        "--whole-suite",
        action="store_true",
        help="fail where the lists of permissions cannot be judged for want of tests",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What all others used is judged in the end. A stable sort: the others stay in their order.
    items.sort(key=lambda item: item.path.stem == "test_permission_lists")


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Path:
    binaries: Path = request.config.getoption("--binaries")
    return binaries


@pytest.fixture(scope="session")
def shared_deployment(binaries: Path) -> Iterator[Deployment]:
    parameters = {
        "UnlockRequests": "on",
        "ProtectedResources": ",".join(PROTECTED),
        "PersonRoleArns": PERSON_ROLE,
        "RecoveryAtLeast": "PT5S",
        "ChatNotices": "on",
    }
    with Deployment(
        demo_world(),
        mode="enforce",
        exempt_accounts={EXEMPT: "break-glass"},
        parameters=parameters,
        binaries=binaries,
    ) as deployment:
        yield deployment
        # The whole test run was recorded: no secret may stand anywhere in it.
        assert not leaked(deployment)


@pytest.fixture
def deployment(shared_deployment: Deployment) -> Deployment:
    """The deployment in enforce mode, with the organization of the demo as it was in the beginning."""
    return begun_anew(shared_deployment)


@pytest.fixture(scope="session")
def guarded_deployment(binaries: Path) -> Iterator[Deployment]:
    """A deployment in enforce mode with other parameters.

    Few accounts at once, operators, no nightly runs, and policies are changed without an approval.
    """
    exempt = {EXEMPT: "break-glass", "333300000002": {"reason": "migration", "until": "2020-01-01T00:00:00Z"}}
    parameters = {
        "MaxAccountsToClean": str(GUARD),
        "OperatorRoleArns": f"{OPERATOR},{OPERATOR_WITH_PATH}",
        "DeploymentRoleArn": DEPLOYER,
        "ScheduleState": "DISABLED",
        "Schedule": "cron(30 4 * * ? *)",
        "NightlyExclude": json.dumps(NIGHTLY_EXCLUDE),
        "UnlockRequests": "on",
        "RequireApproval": "false",
        "ChatNotices": "on",
    }
    with Deployment(
        demo_world(), mode="enforce", exempt_accounts=exempt, parameters=parameters, binaries=binaries
    ) as deployment:
        yield deployment
        assert not leaked(deployment)


@pytest.fixture
def guarded(guarded_deployment: Deployment) -> Deployment:
    return begun_anew(guarded_deployment)


@pytest.fixture(scope="session")
def report_deployment(binaries: Path) -> Iterator[Deployment]:
    """A deployment as the template's own defaults make it: in report mode, and without unlock requests."""
    with Deployment(
        demo_world(), mode="report", exempt_accounts={EXEMPT: "break-glass"}, binaries=binaries
    ) as deployment:
        yield deployment
        assert not leaked(deployment)


@pytest.fixture
def locked(deployment: Deployment) -> Iterator[Deployment]:
    """The same deployment, with a bucket and a queue that lock everybody out.

    What a test leaves waiting for an approval is stopped in the end.
    """
    deployment.reset(locked_organization.world())
    yield deployment
    machine, states = deployment.stack.outputs[UNLOCK], deployment.stack.client("stepfunctions")
    for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING"):
        for execution in page["executions"]:
            states.stop_execution(executionArn=execution["executionArn"])


@pytest.fixture(autouse=True)
def permission_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leaves under target/ what each role used in each test, wherever the test took its deployment from."""
    for deployment in Deployment.living:
        note_between_tests(deployment.permissions_used())
    used: set[Use] = set()
    with used_by_deployments_that_end(used):
        yield
    for deployment in Deployment.living:
        used |= deployment.permissions_used()
    if request.node.get_closest_marker("refused_on_purpose"):
        used = {use for use in used if use.sid is not None}
    # A deployment without a statement is no example of what uses what.
    if WITHOUT_VARIABLE not in os.environ:
        write(request.node.nodeid, used)


@pytest.fixture
def run_name() -> RunName:
    """Makes a name for a run that no test has used."""
    return lambda purpose: f"{purpose}-{uuid.uuid4().hex[:8]}"
