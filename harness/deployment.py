"""Deploys `template.yaml`, as it is, to an emulator behind the simulated organization.

The simulator is the one endpoint for everything: it answers for Organizations and for root sessions, and forwards the
rest to the emulator. Both listen on 127.0.0.1 only, and keep nothing beyond the deployment.
"""

import base64
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from botocore.client import BaseClient

from harness.people import Inbox, signed_post
from harness.servers import DeploymentError, Server, free_port, request
from harness.stack import Credentials, Stack

ROOT = Path(__file__).resolve().parent.parent
WORLD = ROOT / "demo" / "world.json"

# Waits of the state machine are shortened: a second of its Wait and Retry lasts so long.
WAIT_SCALE = 0.005

# The state machines, by the outputs of the stack that name them.
SECURE, UNLOCK = "StateMachineArn", "UnlockStateMachineArn"


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
class Execution:
    """One execution of a state machine, with its history."""

    name: str
    status: str
    output: Any
    error: str | None
    cause: str | None
    history: list[dict[str, Any]]


class Deployment:
    """A deployment that lives as long as its `with` block."""

    emulator_settings: dict[str, str] = {}
    """Settings of the emulator that a subclass wants otherwise."""

    def __init__(
        self,
        *,
        mode: str = "enforce",
        exempt_accounts: dict[str, Any] | None = None,
        parameters: dict[str, str] | None = None,
        world: dict[str, Any] | Path = WORLD,
        binaries: Path = ROOT / "target" / "debug",
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._parameters = {
            "Mode": mode,
            "ExemptAccounts": json.dumps(exempt_accounts or {}),
            # It has no default: whoever deploys has to say something.
            "ProtectedResources": "none",
            **(parameters or {}),
        }
        self._world = json.loads(world.read_text()) if isinstance(world, Path) else world
        self._binaries = binaries
        self._say = say
        self._servers: dict[str, Server] = {}
        self._callers: dict[str, dict[str, Any]] = {}
        self._secrets: set[str] = set()
        self._inbox: Inbox | None = None
        self._directory = Path()
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.emulator = f"http://127.0.0.1:{free_port()}"
        self.stack = Stack(self.endpoint, self._world["management_account"])

    def __enter__(self) -> "Deployment":
        target = ROOT / "target"
        target.mkdir(exist_ok=True)
        self._directory = Path(tempfile.mkdtemp(prefix="deployment-", dir=target))
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stops the servers and removes their files."""
        for server in self._servers.values():
            server.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    # ── Starting ──

    def _start(self) -> None:
        self._say("starting the simulated organization and the emulator")
        self._start_simulator()
        self._start_emulator()
        self._say("deploying template.yaml")
        self.stack.deploy(ROOT / "template.yaml", self._binaries, self._directory, self._parameters)
        self._callers = dict(self.stack.callers())
        self._register_callers()
        self._inbox = Inbox(self.stack.client("sns"), self.stack.client("sqs"), self.stack.outputs["NoticesTopicArn"])

    def _start_simulator(self) -> None:
        world = self._directory / "world.json"
        world.write_text(json.dumps(self._world))
        port = self.endpoint.rpartition(":")[2]
        command = [str(self._binaries / "simulator"), "--world", str(world), "--port", port, "--forward", self.emulator]
        if not Path(command[0]).is_file():
            raise DeploymentError(f"{command[0]} is missing: build it first (cargo build --workspace)")
        server = Server("simulator", command, self._environment(), self._directory / "simulator.log", ROOT)
        self._servers["simulator"] = server
        server.wait_until_healthy(f"{self.endpoint}/_world")

    def _start_emulator(self) -> None:
        environment = self._environment() | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": self.emulator.rpartition(":")[2],
            # Set on its own process, it reaches the functions too.
            "AWS_ENDPOINT_URL": self.endpoint,
            # What Lambda sets from the template's LogLevel, and the emulator does not.
            "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SFN_WAIT_SCALE": str(WAIT_SCALE),
            "S3_DATA_DIR": str(self._directory / "s3"),
            "STATE_DIR": str(self._directory / "state"),
            **self.emulator_settings,
        }
        server = Server(
            "emulator", [sys.executable, "-m", "harness.emulator"], environment, self._directory / "emulator.log", ROOT
        )
        self._servers["emulator"] = server
        server.wait_until_healthy(f"{self.emulator}/_ministack/health")

    def _environment(self) -> dict[str, str]:
        """Nothing of the caller's: no AWS profile, Region or proxy of the machine reaches a server or a function."""
        files = self._directory / "tmp"
        files.mkdir(exist_ok=True)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(files),
            "TMPDIR": str(files),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def _register_callers(self) -> None:
        """Tells the simulator who signs with which key."""
        for key, caller in self._callers.items():
            request("PUT", f"{self.endpoint}/_callers/{key}", caller)

    # ── Doing ──

    def put_organization_event(self, envelope: dict[str, Any]) -> None:
        """Delivers an event of an AWS service, as it is, on the default bus of the account that it names."""
        request("POST", f"{self.emulator}/_service_events", envelope)

    def start_execution(self, input: Any, name: str, machine: str = SECURE) -> None:
        self.stack.client("stepfunctions").start_execution(
            stateMachineArn=self.stack.outputs[machine], name=name, input=json.dumps(input)
        )

    def wait_for_execution(self, name: str, timeout: float = 60, machine: str = SECURE) -> Execution:
        """Waits until the execution has started and ended."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            execution = self.execution(name, machine)
            if execution is not None and execution.status != "RUNNING":
                return execution
            time.sleep(0.1)
        state = "did not start" if self.execution(name, machine) is None else "did not end"
        said = self._servers["emulator"].output()[-3000:]
        raise DeploymentError(f"execution {name} {state} within {timeout:.0f} s; the emulator says:\n{said}")

    def run(self, input: Any, name: str, timeout: float = 60) -> Execution:
        self.start_execution(input, name)
        return self.wait_for_execution(name, timeout)

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

    def access_requests(self, credentials: Credentials, body: Any) -> tuple[int, Any]:
        """Sends what a person asks for through its function URL: the status and the answer."""
        return signed_post(self.endpoint, self.stack.outputs["AccessRequestsUrl"], credentials, body)

    def approvals(self, credentials: Credentials, body: Any) -> tuple[int, Any]:
        """Sends what a person approves or refuses through the other function URL; both show what it is about."""
        return signed_post(self.endpoint, self.stack.outputs["ApprovalsUrl"], credentials, body)

    def as_role(self, account: str, role: str, service: str, region: str) -> BaseClient:
        """A client of an ordinary role of a member account, which its own account allows everything."""
        key = f"AKIA{account}{role.upper().replace('-', '')}"
        if key not in self._callers:
            self._callers[key] = {"arn": f"arn:aws:sts::{account}:assumed-role/{role}/session"}
            self._register_callers()
        return self.stack.client(service, (key, "any", None), region)

    def put_object(self, key: str, body: bytes, credentials: Credentials | None = None) -> str:
        """Writes an object into the project's bucket, and returns its version."""
        return self.stack.client("s3", credentials).put_object(
            Bucket=self.stack.outputs["BucketName"], Key=key, Body=body
        )["VersionId"]

    def inject_faults(self, *faults: dict[str, Any]) -> None:
        """Makes calls in the organization fail by rule; simulator/README.md has the form."""
        request("POST", f"{self.endpoint}/_faults", list(faults))

    def kill_workers(self, function: str) -> int:
        """Kills the processes of a function in the middle of what they do, as Lambda does at its timeout; how many."""
        name = f"AWS_LAMBDA_FUNCTION_NAME={self.stack.resources[function]}".encode()
        killed = 0
        for process in Path("/proc").iterdir():
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                # Only the emulator's own children are looked at, by their ids.
                is_own = parent == self._servers["emulator"].pid
                if is_own and name in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
                    killed += 1
            except (OSError, ValueError, IndexError):
                continue  # no process, or one that has just ended
        return killed

    def reset(self, world: dict[str, Any] | None = None) -> None:
        """Starts the organization anew, with an empty call log; the deployment stays."""
        self._secrets.update(self.secrets())
        self._servers["simulator"].stop()
        self._world = self._world if world is None else world
        self._start_simulator()
        self._register_callers()

    # ── Looking ──

    def executions(self, machine: str = SECURE) -> list[str]:
        """Names of all executions of a state machine."""
        pages = self.stack.client("stepfunctions").get_paginator("list_executions")
        return [
            execution["name"]
            for page in pages.paginate(stateMachineArn=self.stack.outputs[machine])
            for execution in page["executions"]
        ]

    def execution(self, name: str, machine: str = SECURE) -> Execution | None:
        states = self.stack.client("stepfunctions")
        arn = self.stack.outputs[machine].replace(":stateMachine:", ":execution:") + f":{name}"
        try:
            description = states.describe_execution(executionArn=arn)
        except states.exceptions.ExecutionDoesNotExist:
            return None
        history = states.get_paginator("get_execution_history").paginate(executionArn=arn)
        return Execution(
            name=name,
            status=description["status"],
            output=json.loads(description.get("output") or "null"),
            error=description.get("error"),
            cause=description.get("cause"),
            history=[event for page in history for event in page["events"]],
        )

    def objects(self) -> list[str]:
        """Keys in the project's bucket."""
        pages = (
            self.stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.stack.outputs["BucketName"])
        )
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read_object(self, key: str) -> str:
        return (
            self.stack.client("s3").get_object(Bucket=self.stack.outputs["BucketName"], Key=key)["Body"].read().decode()
        )

    def all_versions(self) -> Iterator[tuple[str, str]]:
        """Key and text of every version of every object in the project's bucket."""
        s3, bucket = self.stack.client("s3"), self.stack.outputs["BucketName"]
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", []):
                body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"]
                yield version["Key"], body.read().decode(errors="replace")

    def report(self, run: str) -> dict[str, Any]:
        """The report of a run's last round."""
        rounds = [key for key in self.objects() if key.startswith(f"runs/{run}/report/")]
        if not rounds:
            raise DeploymentError(f"run {run} left no report")
        return json.loads(self.read_object(max(rounds, key=lambda key: int(Path(key).stem))))

    def notices(self) -> list[dict[str, str]]:
        """What the deployment published for people: `Subject` and `Message` of each."""
        return self._inbox.notices() if self._inbox else []

    def world(self) -> dict[str, Any]:
        """The organization as it is now."""
        return json.loads(request("GET", f"{self.endpoint}/_world"))

    def calls(self) -> list[dict[str, Any]]:
        """What was called in the organization since it started."""
        return json.loads(request("GET", f"{self.endpoint}/_calls"))

    def secrets(self) -> set[str]:
        """Every secret key and session token that was issued, and what the functions' own roles sign with."""
        issued = json.loads(request("GET", f"{self.endpoint}/_secrets"))
        own = [
            secret
            for function in self.stack.functions()
            for secret in self.stack.credentials_of(function)[1:]
            if secret
        ]
        return self._secrets | set(issued) | set(own)

    def logs(self) -> str:
        """Everything that anything wrote down: servers, log groups, and the executions with their children."""
        return "\n".join(
            [
                *(server.output() for server in self._servers.values()),
                *self._log_messages(),
                *(
                    str(self.execution(name, machine))
                    for machine in (SECURE, UNLOCK)
                    if machine in self.stack.outputs
                    for name in self.executions(machine)
                ),
                *self._children(),
            ]
        )

    def _log_messages(self) -> Iterator[str]:
        logs = self.stack.client("logs")
        for groups in logs.get_paginator("describe_log_groups").paginate():
            for group in groups["logGroups"]:
                for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                    yield from (event["message"] for event in page["events"])

    def _children(self) -> Iterator[str]:
        states = self.stack.client("stepfunctions")
        machine = self.stack.outputs["StateMachineArn"].replace(":stateMachine:", ":execution:")
        for name in self.executions():
            for run in states.list_map_runs(executionArn=f"{machine}:{name}")["mapRuns"]:
                for page in states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
                    for child in page["executions"]:
                        description = states.describe_execution(executionArn=child["executionArn"])
                        yield f"{description.get('input')} {description.get('output')} {description.get('cause')}"
