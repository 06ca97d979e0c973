"""People who use a deployment, and what each of them signs with."""

import hashlib
import json

from harness.deployment import Deployment
from harness.stack import Credentials

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
# The path of the roles that Identity Center makes, and nobody else.
RESERVED = "/aws-reserved/sso.amazonaws.com/"
# What people who ask and approve are given, by the outputs of the stack: nothing else.
_BOTH = ("RequestersPolicyArn", "ApproversPolicyArn")


def user(deployment: Deployment, name: str, *policies: str, path: str = "/") -> Credentials:
    """The credentials of an IAM user with these managed policies, who is made if need be."""
    iam = deployment.stack.client("iam")
    if name in [known["UserName"] for known in iam.list_users()["Users"]]:
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    else:
        iam.create_user(UserName=name, Path=path)
        for policy in policies:
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"], None


def person(deployment: Deployment, name: str) -> Credentials:
    """Somebody with the template's own two policies, for those who ask and for those who approve, and nothing else."""
    return user(deployment, name, *(deployment.stack.outputs[policy] for policy in _BOTH))


def role_session(deployment: Deployment, role: str, name: str, *policies: str, path: str = "/") -> Credentials:
    """A session of a role with these managed policies, which is made if need be. Its name is whatever is asked for."""
    iam, account = deployment.stack.client("iam"), deployment.stack.account
    if role not in [known["RoleName"] for known in iam.list_roles()["Roles"]]:
        trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=document)
        for policy in policies:
            iam.attach_role_policy(RoleName=role, PolicyArn=policy)
    sts = deployment.stack.client("sts", user(deployment, "identity-provider", ADMINISTRATOR))
    arn = f"arn:aws:iam::{account}:role{path}{role}"
    issued = sts.assume_role(RoleArn=arn, RoleSessionName=name)["Credentials"]
    return issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]


def session(deployment: Deployment, permission_set: str, name: str) -> Credentials:
    """Somebody with the same two policies who signs in through Identity Center, with a permission set (or its role)."""
    digest = hashlib.sha256(permission_set.encode()).hexdigest()[:16]
    is_role = permission_set.startswith("AWSReservedSSO_")
    role = permission_set if is_role else f"AWSReservedSSO_{permission_set}_{digest}"
    return role_session(deployment, role, name, *(deployment.stack.outputs[policy] for policy in _BOTH), path=RESERVED)
