"""What the deployments that tests share are given, and what tests do to a whole deployment."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.deployment import Deployment
from harness.executions import SECURE
from worlds import MANAGEMENT, demo_world

RunName = Callable[[str], str]
"""Makes a name for a run that no test has used, from what the run is for."""

EXEMPT = "333300000007"
# May write exemptions and the pause, in the deployment whose guard is easily reached.
OPERATOR = f"arn:aws:iam::{MANAGEMENT}:user/operator"
# IAM says who somebody is with their path.
OPERATOR_WITH_PATH = f"arn:aws:iam::{MANAGEMENT}:user/teams/platform/operator-with-path"
# Changes that deployment's bucket.
DEPLOYER = f"arn:aws:iam::{MANAGEMENT}:user/deployer"
# A role whose sessions are people, in the first deployment.
PERSON_ROLE = f"arn:aws:iam::{MANAGEMENT}:role/people/security-operator"
NIGHTLY_EXCLUDE = {"organizational_units": ["ou-aaaa-99999999"]}
GUARD = 3
# What no unlock request may touch, in the deployment that has them.
PROTECTED = ["log-archive-*", "*-trail", "arn:aws:sqs:*:*:audit-?"]


def begun_anew(deployment: Deployment) -> Deployment:
    """As on the first day: the organization of the demo, and nothing that earlier tests left to be counted."""
    deployment.reset(demo_world())
    forget(deployment, "guard/", "state/", "exemptions/", "control/", "recoveries/")
    return deployment


def forget(deployment: Deployment, *prefixes: str) -> None:
    """Deletes objects as the account's root user, whom the emulator's bucket policy does not bind."""
    for key in deployment.objects():
        if key.startswith(prefixes):
            deployment.stack.client("s3").delete_object(Bucket=deployment.stack.outputs["BucketName"], Key=key)


@contextmanager
def machine_changed(
    deployment: Deployment, change: Callable[[dict[str, Any]], None], machine: str = SECURE
) -> Iterator[None]:
    """Executions that start meanwhile have another definition of a state machine: `change` is given its states."""
    states, arn = deployment.stack.client("stepfunctions"), deployment.stack.outputs[machine]
    definition = states.describe_state_machine(stateMachineArn=arn)["definition"]
    changed = json.loads(definition)
    change(changed["States"])
    states.update_state_machine(stateMachineArn=arn, definition=json.dumps(changed))
    try:
        yield
    finally:
        states.update_state_machine(stateMachineArn=arn, definition=definition)
