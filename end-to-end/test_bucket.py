"""The bucket's policy against those who may do everything else in the account: what does not go through PutObject."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.people import ADMINISTRATOR, user
from harness.stack import Credentials
from policy_evaluation import decision
from rendered_template import Rendered
from shared_deployments import DEPLOYER
from worlds import MANAGEMENT

S3 = Any
BLOCKED = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
RULES = [{"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]


def policy_of(deployment: Deployment) -> str:
    return deployment.stack.client("s3").get_bucket_policy(Bucket=deployment.stack.outputs["BucketName"])["Policy"]


@pytest.mark.parametrize(
    "action",
    [
        "s3:ReplicateObject",
        "s3:ReplicateDelete",
        "s3:ReplicateTags",
        "s3:ObjectOwnerOverrideToBucketOwner",
        "s3:UpdateObjectEncryption",
    ],
)
@pytest.mark.parametrize("key", ["runs/r/plan/0.json", "exemptions/111122223333.json", "control/paused.json"])
def test_nobody_writes_or_deletes_by_replication_what_nobody_may_write(
    deployment: Deployment, action: str, key: str
) -> None:
    """A replication rule of any bucket, with a role that may do everything: the emulator asks no policy about it."""
    resource = f"arn:aws:s3:::{deployment.stack.outputs['BucketName']}/{key}"
    roles = [f"arn:aws:iam::{MANAGEMENT}:role/replication", f"arn:aws:sts::{MANAGEMENT}:assumed-role/replication/s3"]
    own = [deployment.stack.resources[f"{function}Role"] for function in ("PlanDeletions", "SelectAccounts")]
    for principal in [*roles, *(f"arn:aws:iam::{MANAGEMENT}:role/{role}" for role in own)]:
        assert decision(policy_of(deployment), action, resource, principal=principal) == "Deny"


def change_policy(s3: S3, bucket: str) -> None:
    s3.put_bucket_policy(Bucket=bucket, Policy=s3.get_bucket_policy(Bucket=bucket)["Policy"])


# Each would undo what the policy denies, or delete what it keeps. What the deployment role does with them has to change
# nothing here.
SETTINGS: dict[str, Callable[[S3, str], Any]] = {
    "policy": change_policy,
    "lifecycle": lambda s3, bucket: s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": RULES}
    ),
    "no lifecycle": lambda s3, bucket: s3.delete_bucket_lifecycle(Bucket=bucket),
    "versioning": lambda s3, bucket: s3.put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
    ),
    "ownership": lambda s3, bucket: s3.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    ),
    "encryption": lambda s3, bucket: s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    ),
    "public access block": lambda s3, bucket: s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(BLOCKED, True)
    ),
}
DENIED_ONLY: dict[str, Callable[[S3, str], Any]] = {
    "no policy": lambda s3, bucket: s3.delete_bucket_policy(Bucket=bucket),
    "no bucket": lambda s3, bucket: s3.delete_bucket(Bucket=bucket),
    "ACL": lambda s3, bucket: s3.put_bucket_acl(Bucket=bucket, ACL="private"),
    "replication": lambda s3, bucket: s3.put_bucket_replication(
        Bucket=bucket,
        ReplicationConfiguration={
            "Role": f"arn:aws:iam::{MANAGEMENT}:role/replication",
            "Rules": [{"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}],
        },
    ),
    "object lock": lambda s3, bucket: s3.put_object_lock_configuration(
        Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"}
    ),
}


@pytest.mark.parametrize("setting", [*SETTINGS, *DENIED_ONLY])
def test_an_administrator_who_is_not_the_deployment_role_changes_no_setting_of_the_bucket(
    guarded: Deployment, setting: str
) -> None:
    administrator = user(guarded, "bucket-administrator", ADMINISTRATOR)
    before = policy_of(guarded)
    with pytest.raises(ClientError, match="AccessDenied"):
        (SETTINGS | DENIED_ONLY)[setting](guarded.stack.client("s3", administrator), bucket_of(guarded))
    assert policy_of(guarded) == before


def test_the_deployment_role_still_changes_them_so_that_an_update_goes_through(guarded: Deployment) -> None:
    s3, bucket = guarded.stack.client("s3", deployer(guarded)), bucket_of(guarded)
    for change in SETTINGS.values():
        change(s3, bucket)


def test_it_may_not_write_plans_or_delete_records_without_changing_the_policy_first(guarded: Deployment) -> None:
    key = "runs/deployer/plan/0.json"
    guarded.put_object(key, b"{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        guarded.put_object(key, b"{}", deployer(guarded))
    with pytest.raises(ClientError, match="AccessDenied"):
        guarded.stack.client("s3", deployer(guarded)).delete_object(Bucket=bucket_of(guarded), Key=key)


def test_a_deployment_says_whether_its_bucket_is_protected(guarded: Deployment, deployment: Deployment) -> None:
    assert guarded.stack.outputs["BucketProtection"].startswith(f"only {DEPLOYER},")
    assert deployment.stack.outputs["BucketProtection"].startswith("off ")


def bucket_of(deployment: Deployment) -> str:
    return deployment.stack.outputs["BucketName"]


def deployer(deployment: Deployment) -> Credentials:
    return user(deployment, DEPLOYER.rpartition("/")[2], ADMINISTRATOR)


@pytest.mark.parametrize("mode", ["report", "enforce"])
@pytest.mark.parametrize("unlock", ["on", "off"])
def test_the_policy_with_the_longest_names_is_not_too_large_for_aws(mode: str, unlock: str) -> None:
    """20 KB, and a parameter of 4,096 bytes. With many short ARNs more stands between them than with few long ones."""
    role = "arn:aws-us-gov:iam::111122223333:role/"
    for arn in (f"{role}o", f"{role}{'p' * 510}/{'o' * 64}"):
        arns = [arn] * (4096 // (len(arn) + 1))
        rendered = Rendered(
            Mode=mode,
            UnlockRequests=unlock,
            OperatorRoleArns=",".join(arns),
            DeploymentRoleArn=f"{role}{'p' * 510}/{'d' * 64}",
        )
        [policy] = rendered.resources("AWS::S3::BucketPolicy").values()
        assert "Fn::" not in json.dumps(policy) and "Ref" not in policy["PolicyDocument"]["Statement"][-1]
        assert len(json.dumps(policy["PolicyDocument"], separators=(",", ":"))) < 20 * 1024
