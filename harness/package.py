"""What `sam package` does, for the emulator: zips the functions, and points the template at the zips."""

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from harness.errors import DeploymentError
from harness.permissions import as_asked

# The event of a function that becomes the rule for AWS's events: the logical id of the function, the name of the event.
EVENTS_RULE = ("AccountJoined", "Membership")
# The state of a rule that read-only management events come through.
ALL_EVENTS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"

Upload = Callable[[str, bytes], str]
"""Stores bytes under a name, and returns their s3:// location."""


def zip_function(binary: Path, directory: Path) -> bytes:
    """A function's zip: its binary as `bootstrap`, without the debug symbols that make up most of it."""
    if not binary.is_file():
        raise DeploymentError(f"{binary} is missing: build the functions first (cargo build --workspace)")
    bootstrap = directory / f"{binary.name}.bootstrap"
    strip = shutil.which("strip")
    if (
        strip is None
        or subprocess.run([strip, "-o", bootstrap, binary], capture_output=True, check=False).returncode != 0
    ):
        shutil.copyfile(binary, bootstrap)
    entry = zipfile.ZipInfo("bootstrap")  # a fixed time: the same binary makes the same zip
    entry.external_attr = 0o755 << 16
    buffer = io.BytesIO()
    # Stored: compressing eight binaries takes longer than everything else of a deployment on one machine.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(entry, bootstrap.read_bytes())
    bootstrap.unlink()
    return buffer.getvalue()


def located(template: Path, code: Callable[[str], str], definition: Callable[[Path], str]) -> dict[str, Any]:
    """The template with every CodeUri and DefinitionUri replaced by what is returned for it.

    `code` is given the name of a function's binary, `definition` the path of a state machine's.
    """
    document: dict[str, Any] = yaml_parse(template.read_text())
    document.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in document["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = code(resource["Metadata"]["BuildProperties"]["Binary"])
        elif resource["Type"] == "AWS::Serverless::StateMachine":
            properties["DefinitionUri"] = definition(template.parent / properties["DefinitionUri"])
    return document


def for_emulator(document: dict[str, Any]) -> dict[str, Any]:
    """The template where the emulator knows less than AWS: it delivers nothing by a rule that is not simply ENABLED."""
    function, event = EVENTS_RULE
    if function in document["Resources"]:
        document["Resources"][function]["Properties"]["Events"][event]["Properties"]["State"] = "ENABLED"
    for resource in document["Resources"].values():
        if resource["Type"] == "AWS::Events::Rule" and resource["Properties"].get("State") == ALL_EVENTS:
            resource["Properties"]["State"] = "ENABLED"
    return document


def package(template: Path, binaries: Path, directory: Path, upload: Upload) -> str:
    """The template as JSON for the emulator, with the functions and the state machines uploaded.

    `directory` holds the binaries for a moment.
    """
    document = located(
        template,
        lambda function: _uploaded(upload, f"{function}.zip", zip_function(binaries / function, directory)),
        lambda definition: _uploaded(upload, definition.name, definition.read_bytes()),
    )
    return json.dumps(for_emulator(as_asked(document)))


def _uploaded(upload: Upload, name: str, content: bytes) -> str:
    # The digest in the name, as `sam package` has it: other content is another object, and an update of the stack.
    return upload(f"{hashlib.sha256(content).hexdigest()[:16]}-{name}", content)
