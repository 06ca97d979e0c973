"""Roles that may open root sessions are worthless outside of their own function."""

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.servers import request

FUNCTIONS = {
    "AuditAccounts": ["IAMAuditRootUserCredentials"],
    "DeleteCredentials": ["IAMDeleteRootUserCredentials"],
    "AllowRecovery": ["IAMCreateRootUserPassword"],
    "UnlockPolicy": ["S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"],
}
TASKS = [task for tasks in FUNCTIONS.values() for task in tasks]
DIRTY = "333300000001"


def caller_of(deployment: Deployment, function: str) -> dict[str, Any]:
    """How the harness states who signs with the role of a function, and what the role may do."""
    role = deployment.stack.resources[f"{function}Role"]
    [caller] = [caller for _, caller in deployment.stack.callers() if f":assumed-role/{role}/" in caller["arn"]]
    return caller


def opened(deployment: Deployment, caller: dict[str, Any]) -> list[str]:
    """The tasks for which a session is opened for such a caller."""
    key, found = f"AKIA{uuid.uuid4().hex[:16].upper()}", []
    request("PUT", f"{deployment.endpoint}/_callers/{key}", caller)
    sts = deployment.stack.client("sts", (key, "any", None))
    for task in TASKS:
        try:
            sts.assume_root(TargetPrincipal=DIRTY, TaskPolicyArn={"arn": f"arn:aws:iam::aws:policy/root-task/{task}"})
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
        else:
            found.append(task)
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_role_that_was_passed_elsewhere_opens_no_root_session(deployment: Deployment, function: str) -> None:
    own = caller_of(deployment, function)
    assert opened(deployment, own) == FUNCTIONS[function], "its own function may"
    elsewhere = {key: value for key, value in own.items() if key != "function"}
    assert opened(deployment, elsewhere) == [], "an instance, a container, or whoever assumed the role"
    arn = own["function"].rpartition(":")[0]
    for other in [f"{arn}:attackers", *(caller_of(deployment, name)["function"] for name in FUNCTIONS)]:
        if other != own["function"]:
            assert opened(deployment, {**own, "function": other}) == []


def test_no_other_role_of_the_stack_opens_a_root_session(deployment: Deployment) -> None:
    others = [name for name in deployment.stack.functions() if name not in FUNCTIONS]
    assert others
    for function in others:
        assert opened(deployment, caller_of(deployment, function)) == []


def test_no_role_may_assume_root_without_naming_task_and_function(deployment: Deployment) -> None:
    for _, caller in deployment.stack.callers():
        for statement in caller["statements"]:
            if "AssumeRoot" in json.dumps(statement):
                assert statement["Action"] == "sts:AssumeRoot" and statement["Effect"] == "Allow"
                assert set(statement["Condition"]) == {"StringEquals", "ArnEquals"}
                assert statement["Condition"]["ArnEquals"] == {"lambda:SourceFunctionArn": caller["function"]}
