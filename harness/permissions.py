"""The statements of the template's roles and managed policies, and what calls used of them."""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.errors import DeploymentError

WITHOUT_VARIABLE = "ROOTWARDEN_WITHOUT_STATEMENT"
"""The environment variable that names one statement, as `Owner/Sid`, which a deployment is made without."""

POLICIES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy")
MANAGED = "AWS::IAM::ManagedPolicy"
# Allows nothing that anybody asks for.
NOTHING = {"Sid": "Nothing", "Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}
TASK = re.compile(r"policy/root-task/(\w+)")


@dataclass(frozen=True)
class Statement:
    owner: str
    """The logical id of the role, or of the managed policy."""
    sid: str
    actions: tuple[str, ...]
    text: str
    """The statement as JSON."""

    @property
    def name(self) -> str:
        return f"{self.owner}/{self.sid}"

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]

    def allows(self, action: str, resource: str | None) -> bool:
        """Whether it is the one for such a call; root sessions are told apart by their task."""
        if not any(fnmatchcase(action.lower(), allowed.lower()) for allowed in self.actions):
            return False
        tasks = TASK.findall(self.text)
        return not tasks or (resource or "").rpartition("/")[2] in tasks


@dataclass(frozen=True, order=True)
class Use:
    """That a role or a person was allowed an action, or that a role asked for it in vain."""

    owner: str
    action: str
    resource: str
    sid: str | None
    """The statement that allowed it; None if no statement did."""


def documents(resources: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each policy document of a role, or of a policy that stands for itself, with the logical id of its owner."""
    for name, resource in resources.items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            for policy in properties.get("Policies", []):
                for alternative in alternatives(policy):
                    yield name, alternative["PolicyDocument"]
        elif resource["Type"] in POLICIES:
            roles = properties.get("Roles") or [properties["RoleName"]]
            # One that many roles share is the owner of its statements.
            yield name if len(roles) > 1 else roles[0]["Ref"], properties["PolicyDocument"]
        elif resource["Type"] == MANAGED:
            yield name, properties["PolicyDocument"]


def managed_policies(template: dict[str, Any]) -> set[str]:
    return {name for name, resource in template["Resources"].items() if resource["Type"] == MANAGED}


def alternatives(part: Any) -> list[dict[str, Any]]:
    """What stands there, whatever the conditions are."""
    if "Fn::If" in part:
        return [found for choice in part["Fn::If"][1:] for found in alternatives(choice)]
    return [] if part == {"Ref": "AWS::NoValue"} else [part]


def statements(template: dict[str, Any]) -> list[Statement]:
    """Every statement of every role and managed policy.

    One without a Sid is refused, and so are two of a role with the same, and any other with one of a managed policy's:
    people hold several of these, and only the Sid says which of them allowed something.
    """
    found: dict[str, Statement] = {}
    for owner, document in documents(template["Resources"]):
        for statement in (one for part in document["Statement"] for one in alternatives(part)):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if "Sid" not in statement:
                raise DeploymentError(f"a statement of {owner} has no Sid: {actions}")
            one = Statement(owner, statement["Sid"], tuple(actions), json.dumps(statement, sort_keys=True))
            if one.name in found:
                raise DeploymentError(f"two statements are called {one.name}")
            found[one.name] = one
    managed = managed_policies(template)
    for one in found.values():
        for other in found.values():
            if one.owner in managed and other is not one and other.sid == one.sid:
                raise DeploymentError(f"{one.name} and {other.name} have the same Sid")
    return list(found.values())


def without(template: dict[str, Any], name: str) -> dict[str, Any]:
    """The template without one statement, which is `Owner/Sid`; changes what it is given."""
    owner, _, sid = name.partition("/")
    removed = 0
    for whose, document in documents(template["Resources"]):
        if whose == owner:
            kept = [part for part in document["Statement"] if not any(s.get("Sid") == sid for s in alternatives(part))]
            removed += len(document["Statement"]) - len(kept)
            # A policy of no statements cannot be created.
            document["Statement"] = kept or [dict(NOTHING)]
    if removed != 1:
        raise DeploymentError(f"the template has {removed} statements {name}")
    return template


def as_asked(template: dict[str, Any]) -> dict[str, Any]:
    """The template, without the statement that the environment names, if it names one."""
    name = os.environ.get(WITHOUT_VARIABLE)
    return without(template, name) if name else template


def unused(known: Iterable[Statement], uses: Iterable[Use]) -> set[str]:
    """`Owner/Sid action` of every action that a statement allows and nobody used."""
    used = {(use.owner, use.sid, use.action.lower()) for use in uses}
    return {
        f"{statement.name} {action}"
        for statement in known
        for action in statement.actions
        if not any(
            (owner, sid) == (statement.owner, statement.sid) and fnmatchcase(done, action.lower())
            for owner, sid, done in used
        )
    }


def refused(uses: Iterable[Use]) -> set[str]:
    """`Role action` of every action that a role asked for without a statement that allows it."""
    return {f"{use.owner} {use.action}" for use in uses if use.sid is None}


def unexplained(found: set[str], reasons: dict[str, str]) -> list[str]:
    """What stands in the way: entries without a reason, and reasons that are no longer needed."""
    lacking = [f"no reason: {entry}" for entry in sorted(found) if not reasons.get(entry, "").strip()]
    return lacking + [f"no longer needed: {entry}" for entry in sorted(set(reasons) - found)]
