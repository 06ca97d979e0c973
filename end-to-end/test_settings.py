"""What an organization may ask of every stack: a boundary, a key, signed code, reserved executions, names of policies.

Nothing is deployed: the template is filled in, with each setting and without.
"""

import re
from typing import Any

import pytest

from harness.template import translated
from rendered_template import Rendered

BOUNDARY = "arn:aws:iam::111122223333:policy/boundary"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SIGNING = "arn:aws:lambda:us-east-1:111122223333:code-signing-config:csc-0123456789abcdef0"
ALL = {"Mode": "enforce", "UnlockRequests": "on"}
FUNCTION, ROLE, LOGS = "AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Logs::LogGroup"


def filled(**parameters: str) -> Rendered:
    everything: Any = ALL | parameters
    return Rendered(stack="rootwarden", partition="aws", region="us-east-1", **everything)


def values(rendered: Rendered, type: str, property: str) -> set[Any]:
    """What the resources of a type have for a property; None where one has nothing."""
    found = {properties.get(property) for properties in rendered.resources(type).values()}
    assert found, type
    return found


@pytest.mark.parametrize(
    ("parameter", "value", "type", "property"),
    [
        ("PermissionsBoundaryArn", BOUNDARY, ROLE, "PermissionsBoundary"),
        ("CodeSigningConfigArn", SIGNING, FUNCTION, "CodeSigningConfigArn"),
        ("KmsKeyArn", KEY, FUNCTION, "KmsKeyArn"),
        ("KmsKeyArn", KEY, LOGS, "KmsKeyId"),
        ("KmsKeyArn", KEY, "AWS::SNS::Topic", "KmsMasterKeyId"),
        ("KmsKeyArn", KEY, "AWS::SQS::Queue", "KmsMasterKeyId"),
    ],
)
def test_a_setting_reaches_every_resource_of_its_kind_and_by_default_none(
    parameter: str, value: str, type: str, property: str
) -> None:
    assert values(filled(**{parameter: value}), type, property) == {value}
    assert values(filled(), type, property) == {None}


def test_sam_makes_no_role_that_the_boundary_would_not_reach() -> None:
    """It makes one for what has none: its own would come without."""
    before = {id for id, found in translated()["Resources"].items() if found["Type"] == ROLE}
    assert all(
        role["PermissionsBoundary"] == BOUNDARY
        for role in filled(PermissionsBoundaryArn=BOUNDARY).resources(ROLE).values()
    )
    assert before == set(filled().resources(ROLE))


def encryption(rendered: Rendered) -> Any:
    return rendered.resources("AWS::S3::Bucket")["Bucket"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]


def test_the_bucket_and_the_queue_are_always_encrypted_with_the_key_where_one_is_given() -> None:
    with_key, without = filled(KmsKeyArn=KEY), filled()
    assert encryption(with_key) == [
        {
            "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
            "BucketKeyEnabled": True,
        }
    ]
    assert encryption(without) == [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    assert without.resources("AWS::SQS::Queue")["LostEvents"]["SqsManagedSseEnabled"] is True
    assert "SqsManagedSseEnabled" not in with_key.resources("AWS::SQS::Queue")["LostEvents"]


NEEDS_THE_KEY = re.compile(r"s3:(GetObject|GetObjectVersion|PutObject)'|sns:Publish|sqs:SendMessage")


def test_every_role_that_touches_what_is_encrypted_may_use_the_key_and_no_other_one() -> None:
    rendered = filled(KmsKeyArn=KEY)
    names = {rendered.name(id): id for id in rendered.resources(ROLE)}
    [policy] = [
        policy for policy in rendered.resources("AWS::IAM::Policy").values() if policy["PolicyName"] == "use-of-the-key"
    ]
    may = {names[name] for name in policy["Roles"]}
    # Lambda decrypts a function's settings as its role.
    needing = {f"{id}Role" for id in rendered.resources(FUNCTION)}
    needing |= {id for id, role in rendered.resources(ROLE).items() if NEEDS_THE_KEY.search(str(role["Policies"]))}
    assert may == needing
    [statement] = policy["PolicyDocument"]["Statement"]
    del statement["Sid"]
    assert statement == {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": KEY}


def test_approvers_may_decrypt_the_plan_that_a_notice_links_to() -> None:
    def actions(rendered: Rendered) -> str:
        policy = rendered.resources("AWS::IAM::ManagedPolicy")["ApproversPolicy"]
        return str(policy["PolicyDocument"]["Statement"])

    assert "kms:Decrypt" in actions(filled(KmsKeyArn=KEY))
    assert "kms:" not in actions(filled())


def test_without_a_key_nobody_may_use_any() -> None:
    rendered = filled()
    for type in (ROLE, "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
        assert "kms:" not in str(rendered.resources(type))


def test_executions_are_reserved_for_the_two_maps_alone() -> None:
    reserved = {
        id: properties["ReservedConcurrentExecutions"]
        for id, properties in filled(ReservedConcurrency="20").resources(FUNCTION).items()
        if "ReservedConcurrentExecutions" in properties
    }
    assert reserved == {"AuditAccounts": "20", "DeleteCredentials": "20"}
    assert values(filled(), FUNCTION, "ReservedConcurrentExecutions") == {None}


@pytest.mark.parametrize(
    ("count", "is_taken"),
    [("0", True), ("10", True), ("100", True), ("9", False), ("1", False), ("-1", False), ("", False)],
)
def test_fewer_executions_than_a_map_has_workers_are_not_taken(count: str, is_taken: bool) -> None:
    pattern = translated()["Parameters"]["ReservedConcurrency"]["AllowedPattern"]
    assert (re.fullmatch(pattern, count) is not None) == is_taken


def test_the_policies_for_people_may_be_named_since_permission_sets_take_them_by_name() -> None:
    def names(rendered: Rendered) -> dict[str, str | None]:
        policies = rendered.resources("AWS::IAM::ManagedPolicy").items()
        return {id: policy.get("ManagedPolicyName") for id, policy in policies}

    assert names(filled()) == {"RequestersPolicy": None, "ApproversPolicy": None}
    named = filled(RequestersPolicyName="rootwarden-ask", ApproversPolicyName="rootwarden-approve")
    assert names(named) == {"RequestersPolicy": "rootwarden-ask", "ApproversPolicy": "rootwarden-approve"}


def test_no_function_is_in_a_vpc() -> None:
    assert values(filled(), FUNCTION, "VpcConfig") == {None}


@pytest.mark.parametrize(
    ("parameter", "value", "is_taken"),
    [
        ("KmsKeyArn", KEY, True),
        ("KmsKeyArn", "", True),
        ("KmsKeyArn", "arn:aws:kms:us-east-1:111122223333:alias/rootwarden", False),
        ("KmsKeyArn", "alias/rootwarden", False),
        ("PermissionsBoundaryArn", BOUNDARY, True),
        ("PermissionsBoundaryArn", "arn:aws:iam::aws:policy/PowerUserAccess", True),
        ("PermissionsBoundaryArn", "arn:aws:iam::111122223333:role/boundary", False),
        ("CodeSigningConfigArn", SIGNING, True),
        ("CodeSigningConfigArn", "csc-0123456789abcdef0", False),
        ("RequestersPolicyName", "a/b", False),
    ],
)
def test_a_setting_that_names_something_else_is_not_taken(parameter: str, value: str, is_taken: bool) -> None:
    pattern = translated()["Parameters"][parameter]["AllowedPattern"]
    assert (re.fullmatch(pattern, value) is not None) == is_taken
