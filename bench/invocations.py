"""What a nightly run takes: processor time, state transitions, objects and calls, for `bench.cost` to reckon with.

    python -m bench.invocations         # writes bench/measured.json

Functions talk TLS, since encrypting is much of what they do. Processor time is a process's own, so that a busy machine
changes it little; it includes the start of each process, which on AWS is a cold start.
"""

import argparse
import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from bench.generated_organization import organization
from bench.measured_deployment import EncryptedDeployment
from bench.resource_usage import Sampler
from bench.sweep import RELEASE_BINARIES, machine
from harness.paths import ROOT
from harness.signals import end_on_signals

MEASURED = ROOT / "bench/measured.json"


@dataclasses.dataclass(frozen=True)
class Night:
    """One run over a whole organization."""

    accounts: int
    dirty: int
    transitions: int
    """States that the run entered, without those of the maps' children."""
    objects: int
    """Objects that the run wrote into the bucket."""
    stored_bytes: int
    calls: int
    """Calls to Organizations, STS and IAM."""
    connections: int
    cpu_seconds: dict[str, float]
    """Of all processes of a function together, by its logical id."""
    processes: dict[str, int]
    peak_mebibytes: dict[str, float]


def measure(size: int, dirty: float, latency: int, binaries: Path) -> Night:
    world = organization(size, dirty, latency)
    parameters = {"MaxAccountsToClean": str(size), "ScheduleState": "DISABLED"}
    with EncryptedDeployment(world, binaries, parameters) as deployment, Sampler(deployment.front.endpoint) as sampler:
        names = {deployment.stack.resources[name]: name for name in deployment.stack.functions()}
        ended = deployment.sweep("measured", timeout=600 + size)
        sampler.sample()
        if ended["status"] != "SUCCEEDED":
            raise SystemExit(
                f"the run over {size} accounts did not succeed: {ended.get('error')}, {ended.get('cause')}"
            )
        history = entered(deployment.stack.client("stepfunctions"), ended["executionArn"])
        s3 = deployment.stack.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=deployment.stack.outputs["BucketName"])
        objects = [entry["Size"] for page in pages for entry in page.get("Contents", [])]
        calls = len(deployment.simulator.calls(300))
        connections = deployment.front.connections
        usage = {names[name]: used for name, used in sampler.usage().items() if name in names}
    return Night(
        accounts=size,
        dirty=round(size * dirty),
        transitions=sum(history.values()),
        objects=len(objects),
        stored_bytes=sum(objects),
        calls=calls,
        connections=connections,
        cpu_seconds={name: round(used.cpu_seconds, 2) for name, used in usage.items()},
        processes={name: used.processes for name, used in usage.items()},
        peak_mebibytes={name: round(used.peak_mebibytes, 1) for name, used in usage.items()},
    )


def entered(states: Any, execution: str) -> Counter[str]:
    """How often an execution entered each state."""
    found: Counter[str] = Counter()
    for page in states.get_paginator("get_execution_history").paginate(executionArn=execution):
        for event in page["events"]:
            if event["type"].endswith("StateEntered"):
                found[event["stateEnteredEventDetails"]["name"]] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.invocations", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, nargs="+", default=[1100, 10000])
    parser.add_argument("--dirty", type=float, default=0.0)
    parser.add_argument("--latency", type=int, default=60)
    parser.add_argument("--binaries", type=Path, default=RELEASE_BINARIES)
    parser.add_argument("--output", type=Path, default=MEASURED)
    arguments = parser.parse_args()
    end_on_signals()
    before = machine()
    nights = [measure(size, arguments.dirty, arguments.latency, arguments.binaries) for size in arguments.accounts]
    found = {"machine": before, "nights": [dataclasses.asdict(night) for night in nights]}
    arguments.output.write_text(json.dumps(found, indent=2) + "\n")
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
