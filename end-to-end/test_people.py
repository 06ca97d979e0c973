"""Who may ask and approve: people, known by what AWS says of them, and through the URLs alone."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.deployment import Deployment
from harness.executions import RELEASES
from harness.people import ADMINISTRATOR, person, role_session, session, user
from harness.stack import ARTIFACTS, Credentials
from shared_deployments import PERSON_ROLE
from worlds import MANAGEMENT

START = {"action": "secure", "selection": "all", "mode": "enforce", "reason": "before the audit"}
SHOW = {"action": "show", "approval_id": "some-run.0"}
URLS = ("AccessRequests", "Approvals")


def policies(deployment: Deployment) -> list[str]:
    return [deployment.stack.outputs[output] for output in ("RequestersPolicyArn", "ApproversPolicyArn")]


def may_federate(deployment: Deployment) -> str:
    """A managed policy that lets somebody call GetFederationToken, and nothing else."""
    arn = f"arn:aws:iam::{MANAGEMENT}:policy/may-federate"
    iam = deployment.stack.client("iam")
    try:
        iam.get_policy(PolicyArn=arn)
    except ClientError:
        statement = {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_policy(PolicyName="may-federate", PolicyDocument=document)
    return arn


def federated(deployment: Deployment, name: str, *attached: str) -> Credentials:
    """A federated user whom an IAM user with these policies has named."""
    federator = user(deployment, f"federator-{len(attached)}", may_federate(deployment), *attached)
    asker = deployment.stack.client("sts", federator)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    issued = asker.get_federation_token(Name=name, Policy=json.dumps(everything))["Credentials"]
    return issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"]


def refused(deployment: Deployment, who: Credentials) -> list[str]:
    """Nothing is started or shown; what each URL said. `Forbidden` is IAM's own word."""
    executions = deployment.executions()
    said = []
    for answer in (deployment.access_requests(who, START), deployment.approvals(who, SHOW)):
        status, body = answer
        assert status == 403, body
        said.append(json.dumps(body))
    assert deployment.executions() == executions
    return said


def test_people_of_identity_center_and_iam_users_are_people(guarded: Deployment) -> None:
    for who in (session(guarded, "Security", "ann@example.com"), person(guarded, "ann")):
        assert guarded.access_requests(who, SHOW)[0] == guarded.approvals(who, SHOW)[0] == 404


@pytest.mark.parametrize("name", ["ben@example.com", "ben", "GitHubActions", "i-0abcdef1234567890"])
def test_a_session_whose_name_was_chosen_is_nobody(guarded: Deployment, name: str) -> None:
    # With the template's policies alone, IAM keeps it out; whoever gives it more is told by the function.
    kept_out = role_session(guarded, "developer", name, *policies(guarded))
    assert all("sign in" not in said for said in refused(guarded, kept_out))
    let_in = role_session(guarded, "administrator", name, ADMINISTRATOR)
    assert all("sign in through Identity Center" in said for said in refused(guarded, let_in))


def test_a_session_of_a_named_role_is_a_person_unless_a_tool_made_its_name_up(deployment: Deployment) -> None:
    def operator(name: str) -> Credentials:
        role = PERSON_ROLE.rpartition("/")[2]
        return role_session(deployment, role, name, *policies(deployment), path="/people/")

    assert deployment.access_requests(operator("ann"), SHOW)[0] == deployment.approvals(operator("ann"), SHOW)[0] == 404
    executions = deployment.executions()
    status, answer = deployment.access_requests(operator("botocore-session-1763776800"), START)
    assert (status, "nobody could approve" in answer["error"]) == (403, True), answer
    assert deployment.executions() == executions
    # Its neighbour is not named.
    other = role_session(deployment, "developer", "ann", *policies(deployment), path="/people/")
    assert all("sign in" not in said for said in refused(deployment, other))


def test_a_deployment_for_named_roles_alone_has_to_name_one(deployment: Deployment) -> None:
    parameters = {"People": "named-roles", "ProtectedResources": "none"}
    with pytest.raises(ClientError, match="PersonRoleArns has to name a role"):
        deployment.stack.client("cloudformation").create_change_set(
            StackName="nobody",
            ChangeSetName="deploy",
            ChangeSetType="CREATE",
            TemplateURL=f"https://s3.amazonaws.com/{ARTIFACTS}/template.json",
            Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )


def test_a_federated_user_is_nobody(guarded: Deployment) -> None:
    kept_out = federated(guarded, "ben", *policies(guarded))
    let_in = federated(guarded, "ben", ADMINISTRATOR)
    assert all("sign in" not in said for said in refused(guarded, kept_out))
    assert all("federated user chooses its name" in said for said in refused(guarded, let_in))


def test_a_role_named_as_by_identity_center_is_let_in_from_the_reserved_path_alone(guarded: Deployment) -> None:
    name = "AWSReservedSSO_Forged_0123456789abcdef"
    forged = role_session(guarded, name, "ben", *policies(guarded))
    assert all("sign in" not in said for said in refused(guarded, forged))


def test_who_may_use_the_urls_cannot_go_past_them_and_say_who_they_are(guarded: Deployment) -> None:
    forged = {
        "requestContext": {"authorizer": {"iam": {"userArn": f"arn:aws:iam::{MANAGEMENT}:user/somebody-else"}}},
        "body": json.dumps(START),
    }
    executions = guarded.executions()
    for who in (person(guarded, "ann"), session(guarded, "Security", "ann@example.com")):
        client = guarded.stack.client("lambda", who)
        for function in URLS:
            with pytest.raises(ClientError, match="AccessDenied"):
                client.invoke(FunctionName=guarded.stack.resources[function], Payload=json.dumps(forged))
    assert guarded.executions() == executions


def test_the_stack_lets_nobody_but_its_state_machines_invoke_what_people_ask(guarded: Deployment) -> None:
    """And what it lets people do serves a URL that asks for both actions and one that asks for InvokeFunctionUrl alone.

    AWS asks for both since October 2025; a capture of September 2026 shows an account where the one sufficed, and where
    a Deny of the other stopped nothing. So nothing here leans on a Deny.
    """
    iam, stack = guarded.stack.client("iam"), guarded.stack
    functions = [
        stack.client("lambda").get_function_configuration(FunctionName=stack.resources[function])["FunctionArn"]
        for function in URLS
    ]
    allowed: dict[str, set[str]] = {}
    for role in (resource for logical, resource in stack.resources.items() if logical.endswith("Role")):
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for statement in statements(document):
                allowed.setdefault(role, set()).update(reached(statement, functions))
    machines = {
        stack.resources[logical]
        for logical in ("SecureAccountsRole", "UnlockPolicyMachineRole", "AllowRecoveryMachineRole", "KeyReleasesRole")
    }
    assert {role for role, reaches in allowed.items() if reaches} == machines
    assert set().union(*allowed.values()) == {functions[0]}, "nobody invokes approvals at all"

    for arn, function in zip(policies(guarded), functions, strict=True):
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        found = {found["Action"]: found for found in statements(document) if "lambda" in found["Action"]}
        assert set(found) == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}
        through_the_url = {"lambda:InvokeFunctionUrl": "StringEquals", "lambda:InvokeFunction": "Bool"}
        people = [f"arn:aws:iam::{MANAGEMENT}:{kind}/*" for kind in ("role/aws-reserved/sso.amazonaws.com", "user")]
        for action, statement in found.items():
            assert (statement["Effect"], statement["Resource"]) == ("Allow", function)
            assert statement["Condition"].pop("ArnLike") == {"aws:PrincipalArn": people}
            assert list(statement["Condition"]) == [through_the_url[action]]
        assert found["lambda:InvokeFunction"]["Condition"]["Bool"] == {"lambda:InvokedViaFunctionUrl": "true"}

    for function in functions:
        # AWS answers ResourceNotFoundException where there is none, the emulator an empty one.
        document = json.loads(stack.client("lambda").get_policy(FunctionName=function)["Policy"])
        assert document["Statement"] == [], "no other account and no service is let in"


def test_the_stack_lets_only_its_own_roles_start_runs_directly(guarded: Deployment) -> None:
    """Whoever starts an execution directly can name any starter; what people are given reaches no state machine."""
    iam, stack = guarded.stack.client("iam"), guarded.stack
    starters: dict[str, list[Any]] = {}
    for logical, role in stack.resources.items():
        if logical.endswith("Role"):
            names = iam.list_role_policies(RoleName=role)["PolicyNames"]
            documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
            found = [statement for document in documents for statement in statements(document)]
            reaches = [each["Resource"] for each in found if "states:StartExecution" in json.dumps(each["Action"])]
            if reaches:
                starters[logical] = reaches
    # A Distributed Map starts children of its own machine.
    # The machine of recovery requests starts the run that closes a window.
    machines = {"SecureAccountsRole", "StartNightRole", "NightlyRole", "AllowRecoveryMachineRole"}
    # These two reach only the machine that tells of changes.
    watching = {"WatchingRole", "TellOfChangesRole"}
    assert set(starters) == machines | watching | {"AccountJoinedRole", "AccessRequestsRole", "ApprovalsRole"}
    assert starters["ApprovalsRole"] == [stack.outputs[RELEASES]], "what decides starts nothing but what tells of it"
    for arn in policies(guarded):
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        assert "states:" not in json.dumps(document)


def statements(document: Any) -> list[dict[str, Any]]:
    document = json.loads(document) if isinstance(document, str) else document
    return document["Statement"]


def reached(statement: dict[str, Any], functions: list[str]) -> set[str]:
    """The functions that a statement lets somebody invoke."""
    actions, resources = (
        value if isinstance(value, list) else [value] for value in (statement["Action"], statement["Resource"])
    )
    assert not {"*", "lambda:*", "lambda:Invoke*"} & set(actions)
    if "lambda:InvokeFunction" not in actions:
        return set()
    assert not any("*" in resource for resource in resources)
    return set(functions) & set(resources)
