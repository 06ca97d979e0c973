"""Whether a secret, or a policy, stands where it may not."""

import re

from harness.deployment import Deployment

# Stands in the policies that tests lock accounts out with, and may stand in the bucket alone.
POLICY_TEXT = "only-in-the-policy"
TOKEN = re.compile(r'"task_token": ?"([^"]+)"')


def leaked(deployment: Deployment) -> list[str]:
    """Where a secret stands that the organization issued, or that a role signs with; no secret itself is named.

    And where something of a policy stands, outside the bucket.
    """
    versions = list(deployment.all_versions())
    # A task token lies where only the function that answers it may read, and nowhere else.
    asked = [(key, text) for key, text in versions if key.endswith("/request.json")]
    places = {
        "logs and histories": deployment.logs(),
        "objects": "\n".join(text for version in versions if version not in asked for text in version),
        "notices": str(deployment.notices()),
    }
    secrets = deployment.secrets() | set(TOKEN.findall("\n".join(text for _, text in asked)))
    assert secrets, "nothing was issued, so nothing was looked for"
    found = [place for place, text in places.items() if any(secret in text for secret in secrets)]
    told = ("logs and histories", "notices")
    return found + [f"a policy in the {place}" for place in told if POLICY_TEXT in places[place]]
