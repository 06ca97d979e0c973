"""Executions of the stack's state machines: started, waited for, and read with their history."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.stack import Stack
from harness.waiting import wait_until

# The state machines, by the outputs of the stack that name them.
SECURE, UNLOCK, RECOVERY = "StateMachineArn", "UnlockStateMachineArn", "RecoveryStateMachineArn"
TELL, RELEASES = "TellOfChangesStateMachineArn", "KeyReleasesStateMachineArn"


def ended_execution(stack: Stack, arn: str) -> dict[str, Any]:
    """Waits for the end of any execution on the emulator, and returns how it ended, as Step Functions describes it."""
    states = stack.client("stepfunctions")

    def ended() -> dict[str, Any] | None:
        description: dict[str, Any] = states.describe_execution(executionArn=arn)
        return None if description["status"] == "RUNNING" else description

    return wait_until(ended, within_seconds=60, every_seconds=0.05, otherwise=f"execution {arn} did not end")


@dataclass(frozen=True)
class Execution:
    """One execution of a state machine, with its history."""

    name: str
    status: str
    output: Any
    error: str | None
    cause: str | None
    history: list[dict[str, Any]]


class Executions:
    """Those of one stack. `last_words`: what the emulator wrote, for an execution that does not do what it should."""

    def __init__(self, stack: Stack, last_words: Callable[[], str]) -> None:
        self._stack = stack
        self._last_words = last_words

    def start(self, input: Any, name: str, machine: str = SECURE) -> None:
        self._stack.client("stepfunctions").start_execution(
            stateMachineArn=self._stack.outputs[machine], name=name, input=json.dumps(input)
        )

    def wait_for(self, name: str, timeout: float = 60, machine: str = SECURE) -> Execution:
        """Waits until the execution has started and ended."""

        def ended() -> Execution | None:
            execution = self.find(name, machine)
            return None if execution is None or execution.status == "RUNNING" else execution

        def state() -> str:
            happened = "did not start" if self.find(name, machine) is None else "did not end"
            return f"execution {name} {happened}; the emulator says:\n{self._last_words()}"

        return wait_until(ended, within_seconds=timeout, otherwise=state)

    def wait_for_start(self, part_of_name: str, timeout: float = 30) -> str:
        """Waits until something starts an execution whose name holds this, and returns the name."""
        return wait_until(
            lambda: next((name for name in self.names() if part_of_name in name), None),
            within_seconds=timeout,
            otherwise=lambda: f"nothing started an execution for {part_of_name}:\n{self._last_words()}",
        )

    def names(self, machine: str = SECURE) -> list[str]:
        """Sorted: in the order of AWS, which the emulator keeps, one that ends changes its place."""
        pages = self._stack.client("stepfunctions").get_paginator("list_executions")
        return sorted(
            execution["name"]
            for page in pages.paginate(stateMachineArn=self._stack.outputs[machine])
            for execution in page["executions"]
        )

    def find(self, name: str, machine: str = SECURE) -> Execution | None:
        """The execution as it is now; None if nothing started it."""
        states, arn = self._stack.client("stepfunctions"), self.arn(name, machine)
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

    def arn(self, name: str, machine: str = SECURE) -> str:
        return f"{self._stack.outputs[machine].replace(':stateMachine:', ':execution:')}:{name}"

    def texts(self) -> Iterator[str]:
        """Everything that is written down of every execution, and of the children of its maps."""
        for machine in (SECURE, UNLOCK, RECOVERY, TELL):
            if machine in self._stack.outputs:
                yield from (str(self.find(name, machine)) for name in self.names(machine))
        yield from self._children()

    def _children(self) -> Iterator[str]:
        states = self._stack.client("stepfunctions")
        for name in self.names():
            for run in states.list_map_runs(executionArn=self.arn(name))["mapRuns"]:
                for page in states.get_paginator("list_executions").paginate(mapRunArn=run["mapRunArn"]):
                    for child in page["executions"]:
                        description = states.describe_execution(executionArn=child["executionArn"])
                        yield f"{description.get('input')} {description.get('output')} {description.get('cause')}"
