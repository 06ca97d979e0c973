"""Measures the command line over a whole organization, beside a plain boto3 script on the same one.

python -m bench.command_line --accounts 10000
"""

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench.compare import boto3_script, row
from bench.generated_organization import MANAGEMENT, organization
from bench.measure import Measurement, measure
from bench.sweep import READING_CALLS_SECONDS, add_common, complaints, save
from harness.errors import DeploymentError
from harness.organization import World
from harness.paths import ROOT, TARGET
from harness.servers import environment
from harness.signals import end_on_signals
from harness.simulator import Simulator

_KEY = "AKIACOMMANDLINE00001"


def command_line(world: World, binaries: Path) -> tuple[Measurement, float]:
    """Audits and cleans an organization of its own: what the world says of it, and the most megabytes that it used."""
    dirty = sum(1 for account in world["accounts"] if "root" in account and account.get("state", "ACTIVE") == "ACTIVE")
    simulator = Simulator(binaries)
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=TARGET) as directory:
        simulator.start(world, Path(directory))
        try:
            simulator.register_callers({_KEY: {"arn": f"arn:aws:iam::{MANAGEMENT}:user/operator"}})
            before = simulator.world()
            credentials = {"AWS_ACCESS_KEY_ID": _KEY, "AWS_SECRET_ACCESS_KEY": "any", "AWS_REGION": "us-east-1"}
            credentials["AWS_ENDPOINT_URL"] = simulator.endpoint
            command = [str(binaries / "rootwarden"), "delete", "--output", "csv"]
            command += ["--max-accounts", str(dirty), "--confirm-accounts", str(dirty)]
            output = Path(directory) / "output"
            with output.open("wb") as file:
                process = subprocess.Popen(
                    command, env=environment(Path(directory)) | credentials, cwd=ROOT, stdout=file, stderr=file
                )
                _, status, usage = os.wait4(process.pid, 0)
            if os.waitstatus_to_exitcode(status) != 0:
                raise DeploymentError(f"rootwarden: {output.read_text(errors='replace')[-2000:]}")
            return measure(before, simulator.world(), simulator.calls(READING_CALLS_SECONDS)), usage.ru_maxrss / 1024
        finally:
            simulator.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.command_line", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=2000)
    parser.add_argument("--threads", type=int, nargs="+", default=[32])
    add_common(parser)
    arguments = parser.parse_args()
    end_on_signals()
    world = organization(arguments.accounts, arguments.dirty, arguments.latency)
    try:
        ours, megabytes = command_line(world, arguments.binaries)
        theirs = {
            threads: boto3_script(world, arguments.binaries, threads, "standard") for threads in arguments.threads
        }
    except DeploymentError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    heading = ("audit s", "total s", "a second", "calls/clean", "throttled", "wrong")
    print(f"{'':<30}{heading[0]:>9}{heading[1]:>9}{heading[2]:>9}{heading[3]:>13}{heading[4]:>11}{heading[5]:>8}")
    print(row("rootwarden", ours))
    for threads, measured in theirs.items():
        print(row(f"boto3, {threads} threads", measured))
    times = ours.audited_after / ours.listing_limit
    print(f"the audit takes {times:.2f} times as long as listing at AWS's rates may, in {megabytes:.0f} MB of memory")
    results = {"ours": asdict(ours), "megabytes": megabytes, "audit_over_listing": times}
    save(f"command-line-{arguments.accounts}", results | {"boto3": {str(k): asdict(v) for k, v in theirs.items()}})
    wrong = complaints(ours)
    if ours.calls_per_clean_account != 2:
        wrong.append(f"a clean account took {ours.calls_per_clean_account} calls, and not 2")
    for complaint in wrong:
        print(f"NOT AS IT SHOULD BE: {complaint}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
