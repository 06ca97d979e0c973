"""The same job as a careful user would script it: boto3, a pool of threads, the SDK's own retries. For comparison only.

It lists the organization, opens an audit session in every active member as the pages arrive, makes the four calls that
list root credentials, and then deletes what it found through a second session. It reads AWS's usual environment.

    AWS_ENDPOINT_URL=http://127.0.0.1:PORT AWS_REGION=us-east-1 python -m bench.with_boto3 --threads 32
"""

import argparse
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

TASKS = "arn:aws:iam::aws:policy/root-task/"


@dataclass
class Found:
    """The root credentials of one account."""

    account: str
    access_keys: list[str] = field(default_factory=list)
    certificates: list[str] = field(default_factory=list)
    mfa_devices: list[str] = field(default_factory=list)
    has_password: bool = False

    @property
    def is_clean(self) -> bool:
        return not (self.access_keys or self.certificates or self.mfa_devices or self.has_password)


class Script:
    def __init__(self, threads: int, retries: str) -> None:
        self.threads = threads
        self.config = Config(
            retries={"mode": retries, "total_max_attempts": 10}, max_pool_connections=threads, proxies={}
        )
        # Clients are safe to share between threads, sessions are not. A session for each account would be simpler, and
        # read boto3's service descriptions from disk each time: a tenth of a second of processor time.
        self.own = threading.local()
        self.organizations = boto3.client("organizations", config=self.config)
        self.sts = boto3.client("sts", config=self.config)
        self.failed: list[str] = []

    def run(self) -> None:
        management = self.organizations.describe_organization()["Organization"]["MasterAccountId"]
        with ThreadPoolExecutor(self.threads) as pool:
            pages = self.organizations.get_paginator("list_accounts").paginate()
            audits = [
                pool.submit(self.attempt, self.audit, account["Id"])
                for page in pages
                for account in page["Accounts"]
                if account["State"] == "ACTIVE" and account["Id"] != management
            ]
            found = [audit.result() for audit in audits]
            dirty = [inventory for inventory in found if inventory is not None and not inventory.is_clean]
            list(pool.map(lambda inventory: self.attempt(self.delete, inventory), dirty))
        print(f"{len(found)} accounts audited, {len(dirty)} had root credentials, {len(self.failed)} failed")

    def attempt(self, task: Callable[[Any], Any], about: Any) -> Any:
        """One broken account does not stop the others."""
        try:
            return task(about)
        except (BotoCoreError, ClientError) as error:
            self.failed.append(f"{about}: {error}")
            return None

    def root(self, account: str, task: str) -> Any:
        """IAM as the root user of a member, with the session's own credentials."""
        credentials = self.sts.assume_root(TargetPrincipal=account, TaskPolicyArn={"arn": TASKS + task})["Credentials"]
        if not hasattr(self.own, "session"):
            self.own.session = boto3.Session()
        return self.own.session.client(
            "iam",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            config=self.config,
        )

    def audit(self, account: str) -> Found:
        iam = self.root(account, "IAMAuditRootUserCredentials")
        return Found(
            account,
            access_keys=[key["AccessKeyId"] for key in every(iam, "list_access_keys", "AccessKeyMetadata")],
            certificates=[entry["CertificateId"] for entry in every(iam, "list_signing_certificates", "Certificates")],
            mfa_devices=[device["SerialNumber"] for device in every(iam, "list_mfa_devices", "MFADevices")],
            has_password=has_login_profile(iam),
        )

    def delete(self, found: Found) -> None:
        iam = self.root(found.account, "IAMDeleteRootUserCredentials")
        for key in found.access_keys:
            iam.delete_access_key(AccessKeyId=key)
        for certificate in found.certificates:
            iam.delete_signing_certificate(CertificateId=certificate)
        if found.has_password:
            iam.delete_login_profile()
        for serial in found.mfa_devices:
            iam.deactivate_mfa_device(SerialNumber=serial)


def every(iam: Any, operation: str, entries: str) -> list[dict[str, Any]]:
    return [entry for page in iam.get_paginator(operation).paginate() for entry in page[entries]]


def has_login_profile(iam: Any) -> bool:
    try:
        iam.get_login_profile()
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.with_boto3", description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--retries", choices=["standard", "adaptive"], default="standard")
    arguments = parser.parse_args()
    script = Script(arguments.threads, arguments.retries)
    script.run()
    for failure in script.failed[:10]:
        print(failure, file=sys.stderr)
    return 1 if script.failed else 0


if __name__ == "__main__":
    sys.exit(main())
