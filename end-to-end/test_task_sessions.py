"""Which root sessions each role may open, decided by the statements of the template's own roles."""

import pytest
from botocore.exceptions import ClientError

from demo.deployment import Deployment
from demo.organization import AUDIT, DELETE

TASKS = [AUDIT, DELETE, "IAMCreateRootUserPassword", "S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"]
MAY_OPEN = {
    "AccountJoined": None,
    "SelectAccounts": None,
    "AuditAccounts": AUDIT,
    "PlanDeletions": None,
    "DeleteCredentials": DELETE,
    "PublishReport": None,
    "AccessRequests": None,
}


@pytest.mark.parametrize("function", MAY_OPEN)
def test_a_role_opens_only_the_sessions_that_its_function_needs(deployment: Deployment, function: str) -> None:
    sts = deployment.stack.client("sts", deployment.stack.credentials_of(function))
    opened = None
    for task in TASKS:
        policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{task}"}
        try:
            sts.assume_root(TargetPrincipal="222200000001", TaskPolicyArn=policy, DurationSeconds=60)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
        else:
            assert opened is None, f"{function} may also open {task}"
            opened = task
    assert opened == MAY_OPEN[function]


def test_the_management_account_is_out_of_every_roles_reach(deployment: Deployment) -> None:
    for function in ("AuditAccounts", "DeleteCredentials"):
        policy = {"arn": f"arn:aws:iam::aws:policy/root-task/{MAY_OPEN[function]}"}
        with pytest.raises(ClientError, match="AccessDenied"):
            deployment.stack.client("sts", deployment.stack.credentials_of(function)).assume_root(
                TargetPrincipal=deployment.stack.account, TaskPolicyArn=policy
            )
