"""Which root sessions each role may open, decided by the statements of the template's own roles."""

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.organization import AUDIT, DELETE, RECOVER, UNLOCK_BUCKET, UNLOCK_QUEUE

TASKS = [AUDIT, DELETE, RECOVER, UNLOCK_BUCKET, UNLOCK_QUEUE]
MAY_OPEN: dict[str, set[str]] = {
    "AccountJoined": set(),
    "SelectAccounts": set(),
    "AuditAccounts": {AUDIT},
    "PlanDeletions": set(),
    "DeleteCredentials": {DELETE},
    "PublishReport": set(),
    "AccessRequests": set(),
    "Approvals": set(),
    "AllowRecovery": {RECOVER},
    "UnlockPolicy": {UNLOCK_BUCKET, UNLOCK_QUEUE},
}


@pytest.mark.parametrize("function", MAY_OPEN)
def test_a_role_opens_only_the_sessions_that_its_function_needs(deployment: Deployment, function: str) -> None:
    sts = deployment.stack.client("sts", deployment.stack.credentials_of(function))
    opened = set()
    for task in TASKS:
        policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}
        try:
            sts.assume_root(TargetPrincipal="222200000001", TaskPolicyArn=policy, DurationSeconds=60)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
        else:
            opened.add(task)
    assert opened == MAY_OPEN[function]


def test_the_management_account_is_out_of_every_roles_reach(deployment: Deployment) -> None:
    for function, task in [(function, task) for function, tasks in MAY_OPEN.items() for task in tasks]:
        policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}
        with pytest.raises(ClientError, match="AccessDenied"):
            deployment.stack.client("sts", deployment.stack.credentials_of(function)).assume_root(
                TargetPrincipal=deployment.stack.account, TaskPolicyArn=policy
            )


def test_every_function_is_listed_here(deployment: Deployment) -> None:
    assert set(deployment.stack.functions()) == set(MAY_OPEN)
