"""Measures the nightly sweep on a simulated organization of any size, on the project's own template.

Exits with an error if an account was missed, left unknown or wrongly touched. Times are printed as ratios to what AWS's
published rates allow, and never judged: the machine decides on them.
"""

import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from bench.generated_organization import organization
from bench.measure import Measurement, measure
from bench.measured_deployment import MeasuredDeployment
from bench.resource_usage import Sampler, Usage
from harness.errors import DeploymentError
from harness.organization import World
from harness.paths import ROOT, TARGET
from harness.signals import end_on_signals

RESULTS = TARGET / "bench"
RELEASE_BINARIES = TARGET / "release"
# The call log of 50,000 accounts is tens of megabytes.
READING_CALLS_SECONDS = 300


@dataclasses.dataclass(frozen=True)
class Sweep:
    """One run of ours, measured."""

    measurement: Measurement
    usage: dict[str, Usage]
    status: str
    said: str
    """The run's own summary of itself."""
    wall_seconds: float
    """From starting the execution to its end, all waits of the state machine included."""
    machine: str
    """As it was before the run."""


def sweep(world: World, binaries: Path, budget: int, calls_file: Path | None = None) -> Sweep:
    """Deploys, runs once over everything, and measures. `calls_file` is for the call log, to look into a run."""
    size, before_it = len(world["accounts"]), machine()
    parameters = {"MaxAccountsToClean": str(size), "AssumeRootPerSecond": str(budget), "ScheduleState": "DISABLED"}
    with MeasuredDeployment(world, binaries, parameters) as deployment, Sampler(deployment.endpoint) as sampler:
        # The world as the simulator has it: with every default filled in.
        before = deployment.world()
        functions = {deployment.stack.resources[name]: name for name in deployment.stack.functions()}
        started = time.monotonic()
        ended = deployment.sweep("bench", timeout=300 + size * 0.1)
        wall_seconds = time.monotonic() - started
        calls = deployment.simulator.calls(READING_CALLS_SECONDS)
        measurement = measure(before, deployment.world(), calls)
    if calls_file is not None:
        calls_file.parent.mkdir(parents=True, exist_ok=True)
        calls_file.write_text("".join(f"{json.dumps(call)}\n" for call in calls))
    output = json.loads(ended.get("output") or "{}")
    said = output.get("summary") or f"{ended.get('error')}: {ended.get('cause')}"
    usage = {functions.get(name, name): used for name, used in sampler.usage().items()}
    return Sweep(measurement, usage, ended["status"], said, wall_seconds, before_it)


def machine() -> str:
    """The machine and how busy it is, in a few words: a result means nothing without them."""
    processors = Path("/proc/cpuinfo").read_text()
    model = next(
        (line.partition(":")[2].strip() for line in processors.splitlines() if "model name" in line),
        "unknown processor",
    )
    return f"{os.cpu_count()} cores, {model}; load of the last minute {os.getloadavg()[0]:.1f}"


def show(found: Sweep) -> None:
    measured = found.measurement
    limit = measured.listing_limit
    ratio = f"{measured.total / limit:.2f} times" if limit else "no ratio, the burst alone lists it; of"
    print(f"\n{found.machine}")
    print(f"{measured.accounts} accounts, {measured.dirty} to be cleaned: {found.status}, {found.said}")
    for what, value in {
        "first call to last deletion": f"{measured.total:.1f} s, {ratio} the {limit:.1f} s that listing alone takes",
        "last page listed after": f"{measured.listed_after:.1f} s",
        "last audit after": f"{measured.audited_after:.1f} s",
        "execution": f"{found.wall_seconds:.1f} s",
        "accounts a second": f"{measured.accounts_per_second:.1f}",
        "calls for a clean account": f"{measured.calls_per_clean_account:.3f}",
        "calls in all": str(measured.calls),
        "sts:AssumeRoot in the busiest second": str(measured.assume_root_per_second),
        "throttled": ", ".join(f"{count} {action}" for action, count in measured.throttles.items()) or "nothing",
        "refused otherwise": ", ".join(f"{count} {call}" for call, count in measured.failures.items()) or "nothing",
        "unknown, missed, wrongly touched": ", ".join(
            str(len(accounts)) for accounts in (measured.unknown, measured.missed, measured.wrongly_touched)
        ),
    }.items():
        print(f"  {what:<38}{value}")
    for name, used in found.usage.items():
        print(
            f"  {name:<38}{used.peak_mebibytes:7.1f} MiB at most in one of {used.processes} processes, "
            f"{used.cpu_seconds:.1f} s of processor time"
        )


def save(name: str, result: Any) -> Path:
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(result, indent=2) + "\n")
    return path


def as_json(found: Sweep) -> dict[str, Any]:
    measured = found.measurement
    derived = {"listing_limit": measured.listing_limit, "accounts_per_second": measured.accounts_per_second}
    return dataclasses.asdict(found) | {"derived": derived}


def complaints(measured: Measurement) -> list[str]:
    """What must never be, whatever the machine."""
    return [
        f"{len(accounts)} accounts are {what}, e.g. {accounts[0]}"
        for what, accounts in (
            ("unknown", measured.unknown),
            ("missed", measured.missed),
            ("wrongly touched", measured.wrongly_touched),
        )
        if accounts
    ]


def add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dirty", type=float, default=0.02, help="share of accounts with root credentials")
    parser.add_argument("--budget", type=int, default=200, help="sts:AssumeRoot calls a second (AssumeRootPerSecond)")
    parser.add_argument("--latency", type=int, default=60, help="milliseconds that a call takes")
    parser.add_argument("--binaries", type=Path, default=RELEASE_BINARIES)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=[500], help="sizes of organizations, one run each")
    parser.add_argument("--calls", action="store_true", help="write the call logs to target/bench/, a call a line")
    add_common(parser)
    arguments = parser.parse_args()
    end_on_signals()
    wrong = []
    for size in arguments.accounts:
        try:
            world = organization(size, arguments.dirty, arguments.latency)
            calls_file = RESULTS / f"calls-{size}.jsonl" if arguments.calls else None
            found = sweep(world, arguments.binaries, arguments.budget, calls_file)
        except DeploymentError as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        show(found)
        print(f"  written to {save(f'sweep-{size}', as_json(found)).relative_to(ROOT)}", flush=True)
        wrong += [f"{size} accounts: {complaint}" for complaint in complaints(found.measurement)]
    for complaint in wrong:
        print(f"NOT AS IT SHOULD BE: {complaint}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
