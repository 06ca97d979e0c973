"""A deployment that is set up to be measured: real waits, ordinary logs, a raised guard."""

import json
import tempfile
from pathlib import Path
from typing import Any

from bench.tls import TlsFront
from harness.deployment import Deployment
from harness.organization import World
from harness.waiting import wait_until

# What makes a large run on the emulator slower than it has to be, and is not what is measured.
_EMULATOR = {
    # A second of the state machine's waits and retries lasts a second.
    "SFN_WAIT_SCALE": "1",
    # One line for each request, written by the one process that everything goes through.
    "LOG_LEVEL": "WARNING",
    # What AWS Lambda sets from the template's LogLevel. DEBUG is a line for each call.
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    # No function is started anew within a run: a peak of memory is that of a whole night.
    "LAMBDA_WARM_TTL_SECONDS": "7200",
}


class MeasuredDeployment(Deployment):
    """A deployment in enforce mode for one organization, with an emulator that holds nothing up."""

    def __init__(self, world: World, binaries: Path, parameters: dict[str, str]) -> None:
        super().__init__(world, binaries=binaries, parameters=parameters, emulator_settings=_EMULATOR)

    def sweep(self, name: str, timeout: float) -> dict[str, Any]:
        """Runs over the whole organization, and returns how the execution ended, as Step Functions describes it.

        It asks rarely and without the history: the emulator that answers is also what runs the functions.
        """
        states = self.stack.client("stepfunctions")
        machine = self.stack.outputs["StateMachineArn"]
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        self.start_execution({"selection": "all", "mode": "enforce"}, name)

        def ended() -> dict[str, Any] | None:
            description: dict[str, Any] = states.describe_execution(executionArn=execution)
            return None if description["status"] == "RUNNING" else description

        return wait_until(
            ended,
            within_seconds=timeout,
            every_seconds=1,
            otherwise=lambda: f"execution {name} did not end; so far: {json.dumps(self.simulator.counts())}",
        )


class EncryptedDeployment(MeasuredDeployment):
    """The same with TLS between the functions and everything that they call."""

    def __init__(self, world: World, binaries: Path, parameters: dict[str, str]) -> None:
        super().__init__(world, binaries, parameters)
        self._files = tempfile.TemporaryDirectory(prefix="tls-")
        self.front = TlsFront(int(self.simulator.endpoint.rpartition(":")[2]), Path(self._files.name))
        self._emulator_settings = {
            **_EMULATOR,
            "AWS_ENDPOINT_URL": self.front.endpoint,
            "SSL_CERT_FILE": str(self.front.authority),
        }

    def close(self) -> None:
        super().close()
        self.front.close()
        self._files.cleanup()
