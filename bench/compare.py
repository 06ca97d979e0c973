"""Measures the nightly sweep beside a plain boto3 script, one after the other, on the same simulated organization.

The script runs at several thread counts, each time on a fresh organization, and is judged by its best.
"""

import argparse
import dataclasses
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.generated_organization import MANAGEMENT, organization
from bench.measure import Measurement, measure
from bench.sweep import READING_CALLS_SECONDS, add_common, as_json, complaints, save, show, sweep
from harness.errors import DeploymentError
from harness.organization import World
from harness.paths import ROOT, TARGET
from harness.servers import environment
from harness.signals import end_on_signals
from harness.simulator import Simulator

_KEY = "AKIABENCHMARK0000001"


def boto3_script(world: World, binaries: Path, threads: int, retries: str) -> Measurement:
    """Runs the script on an organization of its own, in a process of its own."""
    simulator = Simulator(binaries)
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=TARGET) as directory:
        simulator.start(world, Path(directory))
        try:
            simulator.register_callers({_KEY: {"arn": f"arn:aws:iam::{MANAGEMENT}:user/operator"}})
            before = simulator.world()
            credentials = {"AWS_ACCESS_KEY_ID": _KEY, "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}
            credentials |= {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": simulator.endpoint}
            script = [sys.executable, "-m", "bench.with_boto3", "--threads", str(threads), "--retries", retries]
            ended = subprocess.run(
                script,
                env=environment(Path(directory)) | credentials,
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )
            if ended.returncode not in (0, 1):
                raise DeploymentError(f"the boto3 script ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
            said = ended.stdout.strip() or ended.stderr[-500:]
            print(f"  boto3, {threads:>3} threads, {retries}: {said}", flush=True)
            return measure(before, simulator.world(), simulator.calls(READING_CALLS_SECONDS))
        finally:
            simulator.stop()


def row(name: str, measured: Measurement) -> str:
    throttles = sum(measured.throttles.values())
    wrong = len(measured.unknown) + len(measured.missed) + len(measured.wrongly_touched)
    return (
        f"{name:<30}{measured.audited_after:>9.1f}{measured.total:>9.1f}{measured.accounts_per_second:>9.1f}"
        f"{measured.calls_per_clean_account:>13.3f}{throttles:>11}{wrong:>8}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.compare", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--threads", type=int, nargs="+", default=[8, 16, 32, 64])
    parser.add_argument("--retries", choices=["standard", "adaptive"], nargs="+", default=["standard"])
    add_common(parser)
    arguments = parser.parse_args()
    end_on_signals()
    world = organization(arguments.accounts, arguments.dirty, arguments.latency)
    try:
        ours = sweep(world, arguments.binaries, arguments.budget)
        show(ours)
        print()
        theirs = {
            (threads, retries): boto3_script(world, arguments.binaries, threads, retries)
            for retries in arguments.retries
            for threads in arguments.threads
        }
    except DeploymentError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    heading = ("audit s", "total s", "a second", "calls/clean", "throttled", "wrong")
    print(f"\n{'':<30}{heading[0]:>9}{heading[1]:>9}{heading[2]:>9}{heading[3]:>13}{heading[4]:>11}{heading[5]:>8}")
    print(row("rootwarden", ours.measurement))
    for (threads, retries), measured in theirs.items():
        print(row(f"boto3, {threads} threads, {retries}", measured))
    audit = min(measured.audited_after for measured in theirs.values()) / ours.measurement.audited_after
    total = min(measured.total for measured in theirs.values()) / ours.measurement.total
    calls = min(measured.calls_per_clean_account for measured in theirs.values())
    print(f"\nboto3 at its best takes {audit:.2f} times as long to audit, {total:.2f} times as long in all,")
    print(f"and {calls:.2f} calls for a clean account to ours of {ours.measurement.calls_per_clean_account:.2f}")
    path = save(
        f"compare-{arguments.accounts}",
        {
            "ours": as_json(ours),
            "boto3": [
                {"threads": threads, "retries": retries} | dataclasses.asdict(measured)
                for (threads, retries), measured in theirs.items()
            ],
            "ratios": {"audit": audit, "total": total, "calls_per_clean_account": calls},
        },
    )
    print(f"written to {path.relative_to(ROOT)}")
    wrong = complaints(ours.measurement)
    for complaint in wrong:
        print(f"NOT AS IT SHOULD BE: {complaint}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
