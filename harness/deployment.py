"""Deploys `template.yaml`, as it is, to an emulator behind the simulated organization.

The simulator is the one endpoint for everything: it answers for Organizations and for root sessions, and forwards the
rest to the emulator. Both listen on 127.0.0.1 only, and keep nothing beyond the deployment.
"""

import base64
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from botocore.client import BaseClient

from harness.bucket import Bucket
from harness.emulator_process import EmulatorProcess
from harness.executions import SECURE, Execution, Executions
from harness.function_url import signed_post
from harness.inbox import Inbox
from harness.organization import Call, World
from harness.paths import DEBUG_BINARIES, MANAGEMENT_TEMPLATE, TARGET, TEMPLATE
from harness.permissions import Use
from harness.permissions_used import PermissionsUsed
from harness.simulator import Simulator
from harness.stack import Credentials, Stack


@dataclass(frozen=True)
class Invocation:
    """How one invocation of a function ended."""

    error: str | None
    """`Unhandled` or the like; None if the function answered."""
    payload: Any
    log: str

    @property
    def error_type(self) -> str | None:
        return self.payload.get("errorType") if self.error else None


@dataclass(frozen=True)
class Layout:
    """In which account Rootwarden runs, and what the stack of the management account is given before it is deployed."""

    account: str
    management_account: Mapping[str, str]


class Deployment:
    """A deployment that lives as long as its `with` block, and all that is done with it."""

    living: ClassVar[list["Deployment"]] = []
    """Those whose servers run."""
    at_end: ClassVar[list[Callable[["Deployment"], None]]] = []
    """What is to be done with each of them before its servers stop."""

    def __init__(
        self,
        world: World,
        *,
        mode: str = "enforce",
        exempt_accounts: dict[str, Any] | None = None,
        parameters: Mapping[str, str] | None = None,
        emulator_settings: Mapping[str, str] | None = None,
        binaries: Path = DEBUG_BINARIES,
        layout: Layout | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._parameters = {
            "Mode": mode,
            "ExemptAccounts": json.dumps(exempt_accounts or {}),
            # It has no default: whoever deploys has to say something.
            "ProtectedResources": "none",
            **(parameters or {}),
        }
        self._world = world
        self._binaries = binaries
        self._emulator_settings = emulator_settings or {}
        self._say = say
        self._secrets: set[str] = set()
        self._inbox: Inbox | None = None
        self._chat: Inbox | None = None
        self._directory = Path()
        self._emulator = EmulatorProcess()
        self.simulator = Simulator(binaries)
        self.endpoint = self.simulator.endpoint
        self._layout = layout
        self.stack = Stack(self.endpoint, layout.account if layout else world["management_account"])
        self.management = Stack(self.endpoint, world["management_account"], "rootwarden-management-account")
        self._bucket = Bucket(self.stack)
        self._permissions = PermissionsUsed(self.stack)
        self._executions = Executions(self.stack, lambda: self._emulator.output()[-3000:])

    def __enter__(self) -> Self:
        TARGET.mkdir(exist_ok=True)
        self._directory = Path(tempfile.mkdtemp(prefix="deployment-", dir=TARGET))
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        self.living.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the servers and removes their files."""
        if self in self.living:
            self.living.remove(self)
            for act in self.at_end:
                act(self)
        self.simulator.stop()
        self._emulator.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _start(self) -> None:
        self._say("starting the simulated organization and the emulator")
        self._start_simulator()
        self._emulator.start(self._directory, self.endpoint, self._emulator_settings)
        if self._layout is not None:
            self._say("deploying management-account.yaml")
            self.management.deploy(
                MANAGEMENT_TEMPLATE, self._binaries, self._directory, dict(self._layout.management_account)
            )
        self._say("deploying template.yaml")
        self.stack.deploy(TEMPLATE, self._binaries, self._directory, self._parameters)
        self.simulator.register_callers(dict(self.stack.callers()))
        self._inbox = Inbox(self.stack.client("sns"), self.stack.client("sqs"), self.stack.outputs["NoticesTopicArn"])
        if topic := self.stack.outputs.get("ChatTopicArn"):
            self._chat = Inbox(self.stack.client("sns"), self.stack.client("sqs"), topic, "chat")

    def _start_simulator(self) -> None:
        self.simulator.start(self._world, self._directory, forward=self._emulator.endpoint)

    # ── The organization ──

    def world(self) -> World:
        """The organization as it is now."""
        return self.simulator.world()

    def calls(self) -> list[Call]:
        """What was called in the organization since it started."""
        return self.simulator.calls()

    def set_root(self, account: str, root: dict[str, Any]) -> None:
        """What an account's owner has made as its root user, in the place of what is there."""
        self.simulator.set_root(account, root)

    def permissions_used(self) -> set[Use]:
        """What the functions' roles were allowed, or asked for in vain, since this was last asked."""
        self._permissions.keep(self.simulator.calls())
        return self._permissions.take(self._directory / "permissions.jsonl")

    def inject_faults(self, *faults: dict[str, Any]) -> None:
        """Makes calls in the organization fail by rule; simulator/README.md has the form."""
        self.simulator.inject_faults(*faults)

    def reset(self, world: World | None = None) -> None:
        """Starts the organization anew, with an empty call log; the deployment stays."""
        self._secrets.update(self.secrets())
        self._permissions.keep(self.simulator.calls())
        self._permissions.begin_log()
        self.simulator.stop()
        self._world = self._world if world is None else world
        self._start_simulator()

    def put_organization_event(self, envelope: dict[str, Any]) -> None:
        """Delivers an event of an AWS service, as it is, on the default bus of the account that it names."""
        self._emulator.put_service_event(envelope)

    def as_role(self, account: str, role: str, service: str, region: str) -> BaseClient:
        """A client of an ordinary role of a member account, which its own account allows everything."""
        key = f"AKIA{account}{role.upper().replace('-', '')}"
        self.simulator.register_callers({key: {"arn": f"arn:aws:sts::{account}:assumed-role/{role}/session"}})
        return self.stack.client(service, (key, "any", None), region)

    # ── Executions ──

    def start_execution(self, input: Any, name: str, machine: str = SECURE) -> None:
        self._executions.start(input, name, machine)

    def wait_for_execution(self, name: str, timeout: float = 60, machine: str = SECURE) -> Execution:
        """Waits until the execution has started and ended."""
        return self._executions.wait_for(name, timeout, machine)

    def wait_for_start(self, part_of_name: str) -> str:
        """Waits until something starts an execution whose name holds this, and returns the name."""
        return self._executions.wait_for_start(part_of_name)

    def run(self, input: Any, name: str, timeout: float = 60) -> Execution:
        self.start_execution(input, name)
        return self.wait_for_execution(name, timeout)

    def executions(self, machine: str = SECURE) -> list[str]:
        """Names of all executions of a state machine, sorted."""
        return self._executions.names(machine)

    def execution(self, name: str, machine: str = SECURE) -> Execution | None:
        return self._executions.find(name, machine)

    # ── Functions and people ──

    def invoke(self, function: str, payload: Any) -> Invocation:
        """Invokes a function by its logical id and waits for its answer."""
        response = self.stack.client("lambda").invoke(
            FunctionName=self.stack.resources[function], Payload=json.dumps(payload).encode(), LogType="Tail"
        )
        return Invocation(
            error=response.get("FunctionError"),
            payload=json.loads(response["Payload"].read() or b"null"),
            log=base64.b64decode(response.get("LogResult", "")).decode(errors="replace"),
        )

    def kill_workers(self, function: str) -> int:
        """Kills the processes of a function in the middle of what they do, as Lambda does at its timeout; how many."""
        return self._emulator.kill_workers(self.stack.resources[function])

    def access_requests(self, credentials: Credentials, body: Any) -> tuple[int, Any]:
        """Sends what a person asks for through its function URL: the status and the answer."""
        return signed_post(self.endpoint, self.stack.outputs["AccessRequestsUrl"], credentials, body)

    def approvals(self, credentials: Credentials, body: Any) -> tuple[int, Any]:
        """Sends what a person approves or rejects through the other function URL; both show what it is about."""
        return signed_post(self.endpoint, self.stack.outputs["ApprovalsUrl"], credentials, body)

    def notices(self) -> list[dict[str, str]]:
        """What the deployment published for people: `Subject` and `Message` of each."""
        return self._inbox.notices() if self._inbox else []

    def chat_notices(self) -> list[dict[str, str]]:
        """The same for the topic of the chat, if there is one: `Message` is JSON."""
        return self._chat.notices() if self._chat else []

    # ── The bucket ──

    def objects(self) -> list[str]:
        """Keys in the project's bucket."""
        return self._bucket.keys()

    def read_object(self, key: str) -> str:
        return self._bucket.read(key)

    def put_object(self, key: str, body: bytes, credentials: Credentials | None = None) -> str:
        """Writes an object into the project's bucket, and returns its version."""
        return self._bucket.put(key, body, credentials)

    def all_versions(self) -> Iterator[tuple[str, str]]:
        """Key and text of every version of every object in the project's bucket."""
        return self._bucket.versions()

    def report(self, run: str) -> dict[str, Any]:
        """The report of a run's last round."""
        return self._bucket.report(run)

    # ── What must not be written down, and all that was ──

    def secrets(self) -> set[str]:
        """Every secret key and session token that was issued, and what the functions' own roles sign with."""
        own = (self.stack.credentials_of(function)[1:] for function in self.stack.functions())
        return self._secrets | self.simulator.secrets() | {secret for pair in own for secret in pair if secret}

    def logs(self) -> str:
        """Everything that anything wrote down: servers, log groups, and the executions with their children."""
        servers = (self.simulator.output(), self._emulator.output())
        return "\n".join([*servers, *self.stack.log_messages(), *self._executions.texts()])
