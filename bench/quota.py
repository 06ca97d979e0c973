"""Checks the arithmetic of docs/cost.md: a night in which the kernel gives each function only what its memory buys.

    python -m bench.quota           # as root on Linux, with cgroup v1's cpu controller

The same night runs twice: on whole processors, then with each process of a function in a control group of its own
whose quota is the function's share of a processor. Beside the time of each state stands what the arithmetic expects:
its time on whole processors, and the processor time of one process, made longer by the quota. A process is held once
it is seen, some milliseconds after its start.
"""

import argparse
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.cost import ACCOUNTS_IN_A_CHUNK, MB_OF_A_PROCESSOR, memory_sizes
from bench.generated_organization import organization
from bench.measured_deployment import EncryptedDeployment
from bench.resource_usage import Sampler, Usage, function_of, mark_of
from bench.sweep import RELEASE_BINARIES, machine
from harness.paths import ROOT
from harness.signals import end_on_signals

_CONTROLLER = Path("/sys/fs/cgroup/cpu")
_PERIOD_MICROSECONDS = 100_000
# States, and the functions that do their work. One chunk of accounts: nothing is listed while it is audited.
_STATES = {
    "SelectAccounts": "SelectAccounts",
    "AuditAndSelectNext": "AuditAccounts",
    "PlanDeletions": "PlanDeletions",
    "PublishReport": "PublishReport",
}


class Quotas:
    """Holds the processes of a deployment's functions to their shares, for as long as its `with` block lasts."""

    def __init__(self, endpoint: str, memory_mb: dict[str, int]) -> None:
        """`memory_mb` by the function's physical name."""
        self._endpoint = mark_of(endpoint)
        self._memory_mb = memory_mb
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._groups: dict[int, Path] = {}

    def __enter__(self) -> "Quotas":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        for group in self._groups.values():
            for process in group.joinpath("cgroup.procs").read_text().split():
                _CONTROLLER.joinpath("cgroup.procs").write_text(process)
            group.rmdir()

    def throttled_periods(self) -> int:
        """How often a process had used up its quota: none at all means that nothing was held."""
        lines = [
            line.split() for group in self._groups.values() for line in (group / "cpu.stat").read_text().split("\n")
        ]
        return sum(int(line[1]) for line in lines if line and line[0] == "nr_throttled")

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            for process in Path("/proc").iterdir():
                if process.name.isdigit() and int(process.name) not in self._groups:
                    self._hold(process)

    def _hold(self, process: Path) -> None:
        try:
            memory_mb = self._memory_mb.get(function_of(process, self._endpoint) or "")
        except OSError:  # it has just ended, or is somebody else's
            return
        if memory_mb is None:
            return
        group = _CONTROLLER / f"rootwarden-{process.name}"
        group.mkdir()
        self._groups[int(process.name)] = group
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD_MICROSECONDS))
        (group / "cpu.cfs_quota_us").write_text(str(_PERIOD_MICROSECONDS * memory_mb // MB_OF_A_PROCESSOR))
        with suppress(ProcessLookupError):  # it has just ended
            (group / "cgroup.procs").write_text(process.name)


@dataclass(frozen=True)
class Night:
    seconds: Counter[str]
    """Of each state, all its visits together."""
    usage: dict[str, Usage]
    """By the function's logical id."""
    throttled_periods: int


def measure(accounts: int, latency: int, binaries: Path, *, quotas: bool) -> Night:
    world = organization(accounts, 0.0, latency)
    with EncryptedDeployment(world, binaries, {"ScheduleState": "DISABLED"}) as deployment:
        stack = deployment.stack
        names = {stack.resources[name]: name for name in stack.functions()}
        memory_mb = {physical: memory_sizes(ROOT / "template.yaml")[name] for physical, name in names.items()}
        endpoint = deployment.front.endpoint
        with Sampler(endpoint) as sampler, Quotas(endpoint, memory_mb if quotas else {}) as held:
            ended = deployment.sweep("measured", timeout=600 + accounts)
            sampler.sample()
            throttled = held.throttled_periods()
        if ended["status"] != "SUCCEEDED":
            raise SystemExit(f"the run did not succeed: {ended.get('error')}, {ended.get('cause')}")
        seconds = spent(stack.client("stepfunctions"), ended["executionArn"])
        usage = {names[name]: used for name, used in sampler.usage().items() if name in names}
    return Night(seconds, usage, throttled)


def spent(states: Any, execution: str) -> Counter[str]:
    """Seconds in each state, from its entry to its exit. No state of the run is entered twice at once."""
    found: Counter[str] = Counter()
    entered = {}
    for event in events(states, execution):
        if event["type"].endswith("StateEntered"):
            entered[event["stateEnteredEventDetails"]["name"]] = event["timestamp"]
        elif event["type"].endswith("StateExited"):
            name = event["stateExitedEventDetails"]["name"]
            found[name] += (event["timestamp"] - entered[name]).total_seconds()
    return found


def events(states: Any, execution: str) -> Iterator[dict[str, Any]]:
    for page in states.get_paginator("get_execution_history").paginate(executionArn=execution):
        yield from page["events"]


def expected(state: str, free: Night, memory_mb: int) -> float:
    """Seconds of a state under the quota. The processes of a map work side by side and get about as much to do."""
    used = free.usage[_STATES[state]]
    longer = MB_OF_A_PROCESSOR / memory_mb - 1
    return free.seconds[state] + used.cpu_seconds / used.processes * longer


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.quota", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=ACCOUNTS_IN_A_CHUNK)
    parser.add_argument("--latency", type=int, default=60)
    parser.add_argument("--binaries", type=Path, default=RELEASE_BINARIES)
    arguments = parser.parse_args()
    end_on_signals()
    if not (_CONTROLLER / "cpu.cfs_quota_us").exists():
        raise SystemExit(f"{_CONTROLLER} is not cgroup v1's cpu controller: a quota cannot be set here")
    print(machine())
    free, held = (measure(arguments.accounts, arguments.latency, arguments.binaries, quotas=it) for it in (False, True))
    if held.throttled_periods == 0:
        raise SystemExit("no process reached its quota, so that nothing was measured")
    memory_mb = memory_sizes(ROOT / "template.yaml")
    print("| function | `MemorySize` | whole processor | expected under the quota | measured | measured / expected |")
    print("|---|---|---|---|---|---|")
    for state, function in _STATES.items():
        then, now = expected(state, free, memory_mb[function]), held.seconds[state]
        print(
            f"| `{function}` | {memory_mb[function]} MB | {free.seconds[state]:.2f} s | {then:.2f} s | {now:.2f} s"
            f" | {now / then:.2f} |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
