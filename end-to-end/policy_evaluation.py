"""What a resource's policy says to a caller, decided by the emulator's evaluator on the policy alone.

For what the emulator does not ask a policy about: replication within an account, and alarms of CloudWatch.
"""

from typing import Any

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy


def decision(
    policy: str | dict[str, Any],
    action: str,
    resource: str,
    *,
    principal: str = "*",
    service: str | None = None,
    account: str = "111122223333",
    **keys: str,
) -> str:
    """`Allow`, `Deny`, or `ImplicitDeny` where no statement speaks of it.

    `keys` are condition keys with `__` for the colon: `aws__SourceAccount`.
    """
    context = EvalContext(
        principal_arn=principal,
        principal_type="Service" if service else "AssumedRole",
        principal_account="" if service else account,
        action=action,
        resource_arn=resource,
        region="us-east-1",
        source_ip="203.0.113.1",
        secure_transport=True,
        service_context={
            "aws:principalisawsservice": "true" if service else "false",
            **{key.replace("__", ":").lower(): value for key, value in keys.items()},
        },
    )
    return evaluate_resource_policy(policy, context, service=service).decision
