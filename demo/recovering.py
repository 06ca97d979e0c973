"""The demo's last part: root password recovery is allowed in one account for a few seconds, used, and taken back.

What the account's owner makes meanwhile is made in the simulator, as on AWS from the sign-in page.
"""

import json
from collections.abc import Callable

from harness import recovery_requests as recoveries
from harness.deployment import Deployment
from harness.organization import AUDIT, DELETE, RECOVER, accounts, calls_in, credentials
from harness.people import person

ACCOUNT, DURATION = "222200000001", "PT15S"

Say = Callable[[str], None]


def allow_recovery(deployment: Deployment, say: Say) -> list[str]:
    """Lets recovery be allowed, used and ended, and says what is wrong."""
    before, earlier = deployment.world(), len(deployment.calls())
    ann, ben = (person(deployment, name) for name in ("ann", "ben"))

    def root() -> str:
        return ", ".join(credentials(accounts(deployment.world())[ACCOUNT])) or "nothing"

    print()
    id = recoveries.ask(deployment, ann, ACCOUNT, duration=DURATION)
    say(f"ann asks that the root password of account {ACCOUNT} may be recovered for {DURATION} ({id})")
    status, answer = recoveries.approve(deployment, ann, id)
    say(f"ann cannot approve it herself: {status} {answer.get('error')}")
    found = [] if status == 403 else [f"ann could approve her own request {id}"]
    status, answer = recoveries.approve(deployment, ben, id)
    if status != 200:
        return [*found, f"request {id} could not be approved: {status} {answer}"]
    recoveries.wait_until_allowed(deployment, ACCOUNT)
    until = json.loads(deployment.read_object(f"recoveries/{ACCOUNT}.json"))["until"]
    say(f"ben has approved it: recovery is allowed until {until}. Root has: {root()}")
    recoveries.owner_signs_in(deployment, ACCOUNT)
    say(f"the account's owner sets a password, an MFA device and an access key. Root has: {root()}")

    execution = recoveries.end_of(deployment, id)
    say(f"the window is over: {execution.status}. Root has: {root()}")
    if execution.status != "SUCCEEDED":
        found.append(f"request {id}: {execution.error} {execution.cause}")
    else:
        print(f"           {execution.output['line']}")
    if deployment.world() != before:
        found.append("something of the recovery window is left, or something else was changed")
    sessions = {call["session"]["task"] for call in calls_in(deployment.calls()[earlier:], ACCOUNT) if call["session"]}
    if sessions != {RECOVER, AUDIT, DELETE}:
        found.append(f"root sessions were opened for {', '.join(sorted(sessions))}")
    return found
