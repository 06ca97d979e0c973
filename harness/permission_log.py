"""Writes down, in the emulator's process, what it decides by the policies of roles and people.

A line of JSON each: the principal, the action, the resource, the Sid of the statement that allowed it (none if nothing
did), and whether a test signed the call itself. Resource policies are left out: they are the template's, but no role's.
"""

import json
import os
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

FILE_VARIABLE = "PERMISSION_LOG"
"""The environment variable that says where the lines go."""

IN_RESOURCE_POLICY: ContextVar[bool] = ContextVar("a resource's policy is evaluated", default=False)

SIGNED_BY_TEST: ContextVar[bool] = ContextVar("a test signed the call", default=False)

Function = Callable[..., Any]


def is_of_test(agent: str) -> bool:
    """Whether a test sent this, with whoever's credentials: functions are no Python."""
    return agent.startswith("Boto3/")


def note_agent(headers: dict[bytes, bytes]) -> None:
    """Takes note of what sent the request that is about to be answered."""
    SIGNED_BY_TEST.set(is_of_test(headers.get(b"user-agent", b"").decode("latin-1")))


def role_of(arn: str) -> str | None:
    """The name of the role whose session this is."""
    return arn.split("/")[1] if ":assumed-role/" in arn else None


def with_decisions_written(evaluate: Function, file: Path) -> Function:
    """Wraps what evaluates a principal's statements."""

    def evaluated(context: Any, *policies: Any) -> Any:
        result = evaluate(context, *policies)
        if not IN_RESOURCE_POLICY.get():
            line = {
                "principal": context.principal_arn,
                "action": context.action,
                "resource": context.resource_arn,
                "sid": result.matched_sid if result.decision == "Allow" else None,
                "signed_by_test": SIGNED_BY_TEST.get(),
            }
            # One write of less than a page: lines of several threads do not mix.
            with file.open("a") as lines:
                lines.write(json.dumps(line) + "\n")
        return result

    return evaluated


def as_resource_policy(evaluate: Function) -> Function:
    """Wraps what evaluates a resource's policy, which goes through the same function."""

    def evaluated(*arguments: Any, **more: Any) -> Any:
        token = IN_RESOURCE_POLICY.set(True)
        try:
            return evaluate(*arguments, **more)
        finally:
            IN_RESOURCE_POLICY.reset(token)

    return evaluated


def install(evaluator: Any) -> None:
    """`evaluator`: ministack's module. Without the variable nothing is written."""
    file = os.environ.get(FILE_VARIABLE)
    if file is not None:
        evaluator.evaluate = with_decisions_written(evaluator.evaluate, Path(file))
        evaluator.evaluate_resource_policy = as_resource_policy(evaluator.evaluate_resource_policy)
