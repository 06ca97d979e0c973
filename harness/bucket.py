"""The project's bucket: what lies in it, and what is put into it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import DeploymentError
from harness.stack import Credentials, Stack


class Bucket:
    """The bucket of a stack that is deployed."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    @property
    def name(self) -> str:
        return self._stack.outputs["BucketName"]

    def keys(self) -> list[str]:
        pages = self._stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def read(self, key: str) -> str:
        body: bytes = self._stack.client("s3").get_object(Bucket=self.name, Key=key)["Body"].read()
        return body.decode()

    def put(self, key: str, body: bytes, credentials: Credentials | None = None) -> str:
        """Writes an object, and returns its version."""
        written = self._stack.client("s3", credentials).put_object(Bucket=self.name, Key=key, Body=body)
        return str(written["VersionId"])

    def versions(self) -> Iterator[tuple[str, str]]:
        """Key and text of every version of every object."""
        s3 = self._stack.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            for version in page.get("Versions", []):
                body = s3.get_object(Bucket=self.name, Key=version["Key"], VersionId=version["VersionId"])["Body"]
                yield version["Key"], body.read().decode(errors="replace")

    def report(self, run: str) -> dict[str, Any]:
        """The report of a run's last round."""
        rounds = [key for key in self.keys() if key.startswith(f"runs/{run}/report/")]
        if not rounds:
            raise DeploymentError(f"run {run} left no report")
        report: dict[str, Any] = json.loads(self.read(max(rounds, key=lambda key: int(Path(key).stem))))
        return report
