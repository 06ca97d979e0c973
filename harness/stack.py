"""The project's stack on the emulator: how it is deployed, what is in it, and who signs in it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError, WaiterError

from harness.errors import DeploymentError
from harness.package import package

REGION = "us-east-1"
STACK = "rootwarden"
ARTIFACTS = "rootwarden-artifacts"

Credentials = tuple[str, str, str | None]


class Stack:
    """The stack of one account, behind one endpoint that answers for every service."""

    def __init__(self, endpoint: str, account: str, name: str = STACK) -> None:
        self._endpoint = endpoint
        self.account = account
        self.name = name
        self._artifacts = ARTIFACTS if name == STACK else f"{name}-artifacts"
        self._clients: dict[tuple[str, Credentials | None, str], BaseClient] = {}
        self.resources: dict[str, str] = {}
        """Physical ids by logical ids."""
        self.outputs: dict[str, str] = {}

    def client(self, service: str, credentials: Credentials | None = None, region: str = REGION) -> BaseClient:
        """A client of the deployment account's root user, or of other credentials.

        The emulator takes a 12-digit access key for the root user of that account.
        """
        known = self._clients.get((service, credentials, region))
        if known is not None:
            return known
        key, secret, token = credentials or (self.account, "any", None)
        config = Config(
            proxies={},
            retries={"total_max_attempts": 1},
            connect_timeout=5,
            read_timeout=60,
            s3={"addressing_style": "path"},
        )
        client = boto3.client(
            service,
            endpoint_url=self._endpoint,
            region_name=region,
            config=config,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
        )
        self._clients[service, credentials, region] = client
        return client

    def deploy(self, template: Path, binaries: Path, directory: Path, parameters: dict[str, str]) -> None:
        """Packages the template and creates the stack by a change set, as `sam deploy` does.

        `directory` is for files that live a moment.
        """
        s3 = self.client("s3")
        s3.create_bucket(Bucket=self._artifacts)

        def upload(name: str, content: bytes) -> str:
            s3.put_object(Bucket=self._artifacts, Key=name, Body=content)
            return f"s3://{self._artifacts}/{name}"

        # Uploaded too: a template that is sent as it is may have 51,200 bytes at most.
        packaged = upload("template.json", package(template, binaries, directory, upload).encode())
        cloudformation = self.client("cloudformation")
        name = {"StackName": self.name, "ChangeSetName": "deploy"}
        often = {"Delay": 1, "MaxAttempts": 120}
        try:
            cloudformation.create_change_set(
                **name,
                ChangeSetType="CREATE",
                TemplateURL=packaged.replace("s3://", "https://s3.amazonaws.com/", 1),
                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            )
            cloudformation.get_waiter("change_set_create_complete").wait(**name, WaiterConfig=often)
            cloudformation.execute_change_set(**name)
            cloudformation.get_waiter("stack_create_complete").wait(StackName=self.name, WaiterConfig=often)
        except (ClientError, WaiterError) as error:
            raise DeploymentError(
                f"the stack was not created: {error}\n" + "\n".join(self._stack_failures())
            ) from error
        stack = cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.resources = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for resource in cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        }

    def delete(self) -> None:
        """Deletes the stack, and waits until it is gone."""
        cloudformation = self.client("cloudformation")
        cloudformation.delete_stack(StackName=self.name)
        often = {"Delay": 1, "MaxAttempts": 120}
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=self.name, WaiterConfig=often)

    def _stack_failures(self) -> list[str]:
        try:
            events = self.client("cloudformation").describe_stack_events(StackName=self.name)["StackEvents"]
        except ClientError:
            return []
        return [
            f"  {event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in events
            if event.get("ResourceStatusReason")
        ]

    def log_messages(self) -> Iterator[str]:
        """What lies in every log group."""
        logs = self.client("logs")
        for groups in logs.get_paginator("describe_log_groups").paginate():
            for group in groups["logGroups"]:
                for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                    yield from (event["message"] for event in page["events"])

    def functions(self) -> list[str]:
        """Logical ids of the functions that are in the stack."""
        return [output.removesuffix("Function") for output in self.outputs if output.endswith("Function")]

    def credentials_of(self, function: str) -> Credentials:
        """What a function's role signs with: the emulator derives it from the two ARNs.

        Valid from the function's first invocation on.
        """
        configuration = self.client("lambda").get_function_configuration(FunctionName=self.resources[function])
        digest = hashlib.sha256(f"{configuration['FunctionArn']}:{configuration['Role']}".encode()).hexdigest()
        secret, token = (hashlib.sha256(f"{kind}:{digest}".encode()).hexdigest() for kind in ("secret", "token"))
        return f"ASIA{digest[:16].upper()}", secret, token

    def callers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Access keys of the functions' roles, whom they stand for, and what decides on sts:AssumeRoot.

        That is the statements of the role, and the function whose code signs with this key: Lambda states it to AWS.
        The statements are read back from the stack's roles, so that they are the template's own.
        """
        iam = self.client("iam")
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        functions = {known["FunctionName"]: known["FunctionArn"] for page in pages for known in page["Functions"]}
        for function in self.functions():
            key, _, _ = self.credentials_of(function)
            role = self.resources[f"{function}Role"]
            documents = [
                iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
                for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]
            ]
            yield (
                key,
                {
                    "arn": f"arn:aws:sts::{self.account}:assumed-role/{role}/{self.resources[function]}",
                    "statements": [statement for document in documents for statement in document["Statement"]],
                    "function": functions[self.resources[function]],
                },
            )
