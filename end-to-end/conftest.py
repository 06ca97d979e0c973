"""One deployment of the project's own template for all tests; the organization starts anew for each of them."""

import copy
import hashlib
import json
import re
import signal
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import people
from harness.deployment import ROOT, SECURE, UNLOCK, WORLD, Deployment
from harness.organization import accounts
from harness.stack import Credentials

EXEMPT = "333300000007"
MANAGEMENT = "111122223333"
# May write exemptions and the kill switch, in the deployment whose guard is easily reached.
OPERATOR = f"arn:aws:iam::{MANAGEMENT}:user/operator"
# IAM says who somebody is with their path.
OPERATOR_WITH_PATH = f"arn:aws:iam::{MANAGEMENT}:user/teams/platform/operator-with-path"
# Changes that deployment's bucket.
DEPLOYER = f"arn:aws:iam::{MANAGEMENT}:user/deployer"
TOKEN = re.compile(r'"task_token": ?"([^"]+)"')
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# A role whose sessions are people, in the first deployment.
PERSON_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/people/security-operator"
# The path of the roles that Identity Center makes, and nobody else.
RESERVED = "/aws-reserved/sso.amazonaws.com/"
NIGHTLY_EXCLUDE = {"organizational_units": ["ou-aaaa-99999999"]}
GUARD = 3
# What no unlock request may touch, in the deployment that has them.
PROTECTED = ["log-archive-*", "*-trail", "arn:aws:sqs:*:*:audit-?"]
# Stands in the policies that tests lock accounts out with, and may stand in the bucket alone.
POLICY_TEXT = "only-in-the-policy"


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
    """Where a secret stands that the organization issued, or that a role signs with; no secret itself is named.

    And where something of a policy stands, outside the bucket.
    """
    versions = list(deployment.all_versions())
    # A task token lies where only the function that answers it may read, and nowhere else.
    asked = [(key, text) for key, text in versions if key.endswith("/asked.json")]
    places = {
        "logs and histories": deployment.logs(),
        "objects": "\n".join(text for version in versions if version not in asked for text in version),
        "notices": str(deployment.notices()),
    }
    secrets = deployment.secrets() | set(TOKEN.findall("\n".join(text for _, text in asked)))
    assert secrets, "nothing was issued, so nothing was looked for"
    found = [place for place, text in places.items() if any(secret in text for secret in secrets)]
    told = ("logs and histories", "notices")
    return found + [f"a policy in the {place}" for place in told if POLICY_TEXT in places[place]]


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Path:
    return request.config.getoption("--binaries")


@pytest.fixture(scope="session")
def shared_deployment(binaries: Path) -> Iterator[Deployment]:
    parameters = {"UnlockRequests": "on", "ProtectedResources": ",".join(PROTECTED), "PersonRoleArns": PERSON_ROLE}
    with Deployment(
        mode="enforce", exempt_accounts={EXEMPT: "break-glass"}, parameters=parameters, binaries=binaries
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
    }
    with Deployment(mode="enforce", exempt_accounts=exempt, parameters=parameters, binaries=binaries) as deployment:
        yield deployment
        assert not leaked(deployment)


@pytest.fixture
def guarded(guarded_deployment: Deployment) -> Deployment:
    return begun_anew(guarded_deployment)


@pytest.fixture(scope="session")
def report_deployment(binaries: Path) -> Iterator[Deployment]:
    """A deployment as the template's own defaults make it: in report mode, and without unlock requests."""
    with Deployment(mode="report", exempt_accounts={EXEMPT: "break-glass"}, binaries=binaries) as deployment:
        yield deployment
        assert not leaked(deployment)


@pytest.fixture
def locked(deployment: Deployment) -> Iterator[Deployment]:
    """The same deployment, with a bucket and a queue that lock everybody out.

    What a test leaves waiting for an approval is stopped in the end.
    """
    from locked_organization import world  # which takes its accounts from here

    deployment.reset(world())
    yield deployment
    machine, states = deployment.stack.outputs[UNLOCK], deployment.stack.client("stepfunctions")
    for page in states.get_paginator("list_executions").paginate(stateMachineArn=machine, statusFilter="RUNNING"):
        for execution in page["executions"]:
            states.stop_execution(executionArn=execution["executionArn"])


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


def begun_anew(deployment: Deployment) -> Deployment:
    """As on the first day: the organization of the demo, and nothing that earlier tests left to be counted."""
    deployment.reset(demo_world())
    forget(deployment, "guard/", "state/", "exemptions/", "control/")
    return deployment


def forget(deployment: Deployment, *prefixes: str) -> None:
    """Deletes objects as the account's root user, whom the emulator's bucket policy does not bind."""
    for key in deployment.objects():
        if key.startswith(prefixes):
            deployment.stack.client("s3").delete_object(Bucket=deployment.stack.outputs["BucketName"], Key=key)


def user(deployment: Deployment, name: str, *policies: str, path: str = "/") -> Credentials:
    """The credentials of an IAM user with these managed policies, who is made if need be."""
    return people.user(deployment.stack, name, *policies, path=path)


def person(deployment: Deployment, name: str) -> Credentials:
    """Somebody with the template's own two policies, for those who ask and for those who approve, and nothing else."""
    return people.person(deployment.stack, name)


def role_session(
    deployment: Deployment, role: str, name: str, *policies: str, path: str = "/"
) -> Credentials:
    """A session of a role with these managed policies, which is made if need be. Its name is whatever is asked for."""
    iam = deployment.stack.client("iam")
    if role not in [known["RoleName"] for known in iam.list_roles()["Roles"]]:
        trust = {"Effect": "Allow", "Principal": {"AWS": MANAGEMENT}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=document)
        for policy in policies:
            iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    sts = deployment.stack.client("sts", user(deployment, "identity-provider", ADMINISTRATOR))
    arn = f"arn:aws:iam::{MANAGEMENT}:role{path}{role}"
    issued = sts.assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
    return issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]


def session(deployment: Deployment, permission_set: str, name: str) -> Credentials:
    """Somebody with the same two policies who signs in through Identity Center, with a permission set (or its role)."""
    digest = hashlib.sha256(permission_set.encode()).hexdigest()[:16]
    is_role = permission_set.startswith("AWSReservedSSO_")
    role = permission_set if is_role else f"AWSReservedSSO_{permission_set}_{digest}"
    policies = [deployment.stack.outputs[policy] for policy in ("RequestersPolicyArn", "ApproversPolicyArn")]
    return role_session(deployment, role, name, *policies, path=RESERVED)


@contextmanager
def machine_changed(
    deployment: Deployment, change: Callable[[dict[str, Any]], None], machine: str = SECURE
) -> Iterator[None]:
    """Executions that start meanwhile have another definition of a state machine: `change` is given its states."""
    states, arn = deployment.stack.client("stepfunctions"), deployment.stack.outputs[machine]
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    changed = json.loads(definition)
    change(changed["States"])
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=definition)


def demo_world() -> dict[str, Any]:
    """The organization of the demo, to be changed."""
    return json.loads(WORLD.read_text())


def organization(*members: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A world with the deployment's account as the management account."""
    return {"management_account": MANAGEMENT, "accounts": [{"id": MANAGEMENT}, *members], **settings}


def member(number: int, *, dirty: bool = False, unit: str = "", tags: dict[str, str] | None = None) -> dict[str, Any]:
    """A member account; `unit` is its path under the root, `ou-…/ou-…`."""
    id = f"{555500000000 + number}"
    account: dict[str, Any] = {"id": id, "name": f"member-{number}", "tags": tags or {}}
    if unit:
        account["paths"] = [f"o-aaaaaaaaaa/r-aaaa/{unit}/"]
    if dirty:
        account["root"] = {"access_keys": [{"id": f"AKIA{id}0001"}]}
    return account


def changed_accounts(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """Accounts that are not as they were."""
    now = accounts(after)
    return {id for id, account in accounts(before).items() if now[id] != account}


def only(world: dict[str, Any], account: str) -> set[str]:
    """Every account but one: what has to stay as it is when a run is about that one."""
    return set(accounts(world)) - {account}


def without(world: dict[str, Any], *ids: str) -> dict[str, Any]:
    """The world with some accounts left out, to compare the rest."""
    rest = copy.deepcopy(world)
    rest["accounts"] = [account for account in rest["accounts"] if account["id"] not in ids]
    return rest
