"""The demo's deployment, set up to be measured: real waits, ordinary logs, a raised guard."""

import json
import time
from pathlib import Path
from typing import Any

from harness.deployment import Deployment
from harness.organization import World
from harness.servers import DeploymentError, request

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

    emulator_settings = _EMULATOR

    def __init__(self, world: World, binaries: Path, parameters: dict[str, str]) -> None:
        super().__init__(world=world, binaries=binaries, parameters=parameters)

    def sweep(self, name: str, timeout: float) -> dict[str, Any]:
        """Runs over the whole organization, and returns how the execution ended, as Step Functions describes it.

        It asks rarely and without the history: the emulator that answers is also what runs the functions.
        """
        states = self.stack.client("stepfunctions")
        machine = self.stack.outputs["StateMachineArn"]
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
        self.start_execution({"selection": "all", "mode": "enforce"}, name)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            time.sleep(1)
            description = states.describe_execution(executionArn=execution)
            if description["status"] != "RUNNING":
                return description
        raise DeploymentError(f"execution {name} did not end within {timeout:.0f} s; {self.progress()}")

    def progress(self) -> str:
        """What was called so far, in one line."""
        return json.dumps(json.loads(request("GET", f"{self.endpoint}/_counts"))["actions"])

    def all_calls(self) -> list[dict[str, Any]]:
        """The whole call log; for 50,000 accounts that is tens of megabytes."""
        return json.loads(request("GET", f"{self.endpoint}/_calls", timeout=300))
