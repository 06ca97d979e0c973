"""What the roles of one deployment used: from the simulator's call log, and from what the emulator wrote down.

Of the two managed policies, what people used of them. What a test signs itself with a function's credentials is left
out: no function used it.
"""

import json
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from harness.organization import Call
from harness.paths import TEMPLATE
from harness.permission_log import is_of_test, role_of
from harness.permissions import Statement, Use, as_asked, managed_policies, statements
from harness.stack import Stack

SIMULATED = ("sts:AssumeRoot", "organizations:", "iam:", "cloudtrail:", "lambda:GetAccountSettings", "securityhub:")
"""What the simulator decides by the statements of roles; of anything else the emulator does."""


class PermissionsUsed:
    """Gathers from servers whose logs end earlier than the deployment."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        template = as_asked(yaml_parse(TEMPLATE.read_text()))
        self._statements: list[Statement] = statements(template)
        managed = managed_policies(template)
        self._policies = {known.sid: known.owner for known in self._statements if known.owner in managed}
        self._found: set[Use] = set()
        self._read_bytes = 0
        self._read_calls = 0

    def begin_log(self) -> None:
        """The simulator's log is about to start anew."""
        self._read_calls = 0

    def keep(self, calls: list[Call]) -> None:
        """Takes note of what is new in the simulator's log; `calls` is the whole log."""
        new, self._read_calls = calls[self._read_calls :], len(calls)
        for call in new:
            entry: dict[str, Any] = dict(call)
            role = self._logical_id(role_of(entry["caller"]))
            # A root session signs as root.
            if role is not None and entry["action"].startswith(SIMULATED) and not is_of_test(entry["agent"]):
                resource = entry["resource"] or "*"
                # Why not by the result: a fault that was armed denies too, and is no decision on a role.
                self._found.add(Use(role, entry["action"], resource, self._sid(role, entry["action"], resource)))

    def take(self, decisions: Path) -> set[Use]:
        """Everything since the last time. `decisions`: the emulator's file."""
        if decisions.exists():
            with decisions.open("rb") as lines:
                lines.seek(self._read_bytes)
                # A line that is being written is left for the next time.
                whole = lines.read().rpartition(b"\n")[0]
            self._read_bytes += len(whole) + 1 if whole else 0
            for line in whole.splitlines():
                self._note(json.loads(line))
        found, self._found = self._found, set()
        return found

    def _note(self, decision: dict[str, Any]) -> None:
        owner = self._logical_id(role_of(decision["principal"]))
        if owner is None:
            # Somebody else: a person, if it is one of the people's statements that allowed it.
            owner = self._policies.get(decision["sid"])
        elif decision["signed_by_test"]:
            return
        if owner is not None:
            self._found.add(Use(owner, decision["action"], decision["resource"], decision["sid"]))

    def _logical_id(self, role: str | None) -> str | None:
        """The role's name in the template; None for whoever is not of the stack."""
        return next((logical for logical, physical in self._stack.resources.items() if physical == role), None)

    def _sid(self, role: str, action: str, resource: str) -> str | None:
        own = (statement for statement in self._statements if statement.owner == role)
        return next((statement.sid for statement in own if statement.allows(action, resource)), None)
