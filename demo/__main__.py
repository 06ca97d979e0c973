"""The main job, on an organization of a dozen simulated accounts: nothing in the cloud.

A new account appears, its event comes in, and its root credentials are found and deleted; then the whole organization
is run. After that a bucket and a queue that locked everybody out are given to their administrators, and locked again.
In the end root password recovery is allowed in one account for a few seconds, and taken back.
What is printed comes from the simulator's own world and call log, compared with what the run reported.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from demo.recovering import allow_recovery
from demo.unlocking import unlock_policies
from harness.deployment import Deployment
from harness.errors import DeploymentError
from harness.organization import (
    accounts,
    calls_in,
    credentials,
    expected_status,
    is_out_of_reach,
    problems,
    reported_status,
    secured,
    totals,
)
from harness.paths import DEBUG_BINARIES, ROOT
from harness.signals import end_on_signals

WORLD = ROOT / "demo" / "world.json"
EVENT = ROOT / "events" / "create-account-result.json"
NEW_ACCOUNT = "444455556666"
EXEMPT = {"333300000007": "break-glass account, reviewed every quarter"}
# Who signs the command line's calls.
COMMAND_LINE_KEY = "AKIACOMMANDLINE00001"
COMMAND_LINE_ARN = "arn:aws:iam::111122223333:user/operator"
PARAMETERS = {"UnlockRequests": "on", "ProtectedResources": "log-archive-*,*-trail", "RecoveryAtLeast": "PT5S"}

_started = time.monotonic()


def say(line: str) -> None:
    print(f"{time.monotonic() - _started:5.1f} s  {line}", flush=True)


def secure_new_account(deployment: Deployment) -> list[str]:
    """Puts the event on the bus, and says what is wrong afterwards."""
    before = deployment.world()
    say(f"account {NEW_ACCOUNT} appears, with {summary(accounts(before)[NEW_ACCOUNT])}; its event goes on the bus")
    deployment.put_organization_event(json.loads(EVENT.read_text()))
    execution = deployment.wait_for_execution(deployment.wait_for_start(NEW_ACCOUNT))
    say(f"execution {execution.name}: {execution.status}")
    after, calls = deployment.world(), deployment.calls()
    found = (
        [] if execution.status == "SUCCEEDED" else [f"execution {execution.name}: {execution.error} {execution.cause}"]
    )
    others = set(accounts(before)) - {NEW_ACCOUNT}
    if after != secured(before, exempt=others):
        found.append(f"account {NEW_ACCOUNT} was not cleaned, or something else was changed")
    found += [
        f"account {id} received a call although the event was not about it"
        for id in sorted(others)
        if calls_in(calls, id)
    ]
    return found


def secure_organization(deployment: Deployment) -> list[str]:
    """Runs over every account, prints what happened to each, and says what is wrong."""
    before, earlier = deployment.world(), len(deployment.calls())
    say("the whole organization is run: audit, plan, delete, report")
    execution = deployment.run({"selection": "all", "mode": "enforce"}, "demo-all")
    say(f"execution {execution.name}: {execution.status}")
    after, calls = deployment.world(), deployment.calls()[earlier:]
    report = deployment.report("demo-all")
    found = problems(before, after, calls, set(EXEMPT))
    if execution.status != "SUCCEEDED":
        found.append(f"execution {execution.name}: {execution.error} {execution.cause}")

    print(f"\n{'account':<14}{'name':<21}{'before':<42}{'after':<42}{'calls':>5}  reported")
    for id, account in accounts(before).items():
        said = reported_status(report, id)
        if said not in expected_status(before, account, set(EXEMPT)):
            found.append(f"account {id} is reported as {said}")
        note = " (out of bounds)" if is_out_of_reach(before, account) else ""
        print(
            f"{id:<14}{account.get('name', ''):<21}{summary(account):<42}{summary(accounts(after)[id]):<42}"
            f"{len(calls_in(calls, id)):>5}  {said}{note}"
        )
    print(f"\n{len(calls)} calls in this run: {totals(calls)}\n")
    return found


def summary(account: dict[str, Any]) -> str:
    """The credentials in few words: `2 keys, certificate, password, 2 MFA`."""
    short = {
        "access key": ("key", "keys"),
        "signing certificate": ("certificate", "certificates"),
        "password": ("password", "passwords"),
        "MFA device": ("MFA", "MFA"),
    }
    counts = Counter(credentials(account))
    return ", ".join(short[kind][0] if n == 1 else f"{n} {short[kind][1]}" for kind, n in counts.items()) or "nothing"


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--binaries",
        type=Path,
        default=DEBUG_BINARIES,
        help="where the functions and the simulator were built",
    )
    parser.add_argument("--keep", action="store_true", help="keep everything running until Ctrl-C")
    arguments = parser.parse_args()
    end_on_signals()
    try:
        world = json.loads(WORLD.read_text())
        with Deployment(
            world, exempt_accounts=EXEMPT, parameters=PARAMETERS, binaries=arguments.binaries, say=say
        ) as deployment:
            found = secure_new_account(deployment) + secure_organization(deployment) + unlock_policies(deployment, say)
            found += allow_recovery(deployment, say)
            logs = deployment.logs()
            leaked = [secret for secret in deployment.secrets() if secret in logs]
            if leaked:
                found.append(f"{len(leaked)} secrets stand in the logs")
            for problem in found:
                print(f"NOT AS IT SHOULD BE: {problem}")
            if not found:
                print()
                say("every root credential of every active, non-exempt member is gone, and nothing else changed")
            if arguments.keep:
                deployment.simulator.register_callers({COMMAND_LINE_KEY: {"arn": COMMAND_LINE_ARN}})
                print("the command line, in another terminal:")
                print(f"export AWS_ENDPOINT_URL={deployment.endpoint} AWS_REGION=us-east-1")
                print(f"export AWS_ACCESS_KEY_ID={COMMAND_LINE_KEY} AWS_SECRET_ACCESS_KEY=any")
                print(f"all services: {deployment.endpoint}, access key {deployment.stack.account}, any secret")
                print(f"the state machine: {deployment.stack.outputs['StateMachineArn']}")
                print(f"the organization: {deployment.endpoint}/_world, its call log: {deployment.endpoint}/_calls")
                print("Ctrl-C ends it", flush=True)
                while True:
                    time.sleep(3600)
            return 1 if found else 0
    except DeploymentError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
