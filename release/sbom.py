"""The software bill of materials of each function, as CycloneDX 1.6: every crate that Cargo.lock builds into it.

    python -m release.sbom .aws-sam/sbom        # writes <function>.cdx.json for each, and checks it against the schema

A crate is named by its version and by the checksum that Cargo.lock holds for it. What only runs while a function is
built (build scripts and what they need) is there as well, with the scope `excluded`. Limits: features are those of the
whole workspace, so that a list may name more crates than a binary holds, never fewer. Rust's own library is not there.
"""

import argparse
import json
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

from harness.paths import ROOT

Metadata = dict[str, Any]
NAMESPACE = uuid.UUID("6f6d1c5e-3b0a-5d59-9a0e-2f6f4b5c7a11")


def metadata() -> Metadata:
    """What Cargo resolves, held to Cargo.lock."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    resolved: Metadata = json.loads(answer)
    return resolved


def checksums(lock: str) -> dict[tuple[str, str], str]:
    """SHA-256 of each package's archive, by name and version."""
    packages = tomllib.loads(lock)["package"]
    return {(package["name"], package["version"]): package["checksum"] for package in packages if "checksum" in package}


def functions(resolved: Metadata) -> dict[str, str]:
    """The names of the functions, and the ids of their packages."""
    members = set(resolved["workspace_members"])
    return {
        package["name"]: package["id"]
        for package in resolved["packages"]
        if package["id"] in members and "/functions/" in package["manifest_path"]
    }


def reached(resolved: Metadata, start: str) -> dict[str, bool]:
    """Every package that a function is built from, and whether it is in the binary: not only used while it is built."""
    nodes = {node["id"]: node for node in resolved["resolve"]["nodes"]}
    found: dict[str, bool] = {}
    waiting = [(start, True)]
    while waiting:
        package, is_inside = waiting.pop()
        if found.get(package) or (package in found and not is_inside):
            continue
        found[package] = is_inside
        for dependency in nodes[package]["deps"]:
            kinds = [kind["kind"] for kind in dependency["dep_kinds"]]
            if None in kinds:
                waiting.append((dependency["pkg"], is_inside))
            elif "build" in kinds:
                waiting.append((dependency["pkg"], False))
    return found


def component(package: dict[str, Any], is_inside: bool, sums: dict[tuple[str, str], str]) -> dict[str, Any]:
    name, version = package["name"], package["version"]
    found: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "scope": "required" if is_inside else "excluded",
    }
    # A purl of cargo's names a crate of crates.io, which none of ours is: `crc-fast` here is not the one there.
    if package["source"] is not None:
        found["purl"] = f"pkg:cargo/{name}@{version}"
    if (checksum := sums.get((name, version))) is not None:
        found["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package["license"] is not None:
        # Cargo took `/` for OR once.
        found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    return found


def bill(resolved: Metadata, sums: dict[tuple[str, str], str], function: str) -> dict[str, Any]:
    """The bill of one function; the same Cargo.lock makes the same bill."""
    packages = {package["id"]: package for package in resolved["packages"]}
    nodes = {node["id"]: node for node in resolved["resolve"]["nodes"]}
    start = functions(resolved)[function]
    inside = reached(resolved, start)

    def reference(id: str) -> str:
        return f"pkg:cargo/{packages[id]['name']}@{packages[id]['version']}"

    ordered = sorted(inside, key=reference)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": reference(start),
                "name": function,
                "version": packages[start]["version"],
                "licenses": [{"expression": packages[start]["license"]}],
            }
        },
        "components": [component(packages[id], inside[id], sums) for id in ordered if id != start],
        "dependencies": [
            {
                "ref": reference(id),
                "dependsOn": sorted({reference(entry["pkg"]) for entry in nodes[id]["deps"] if entry["pkg"] in inside}),
            }
            for id in ordered
        ],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(document, sort_keys=True))
    return {**document, "serialNumber": f"urn:uuid:{serial}"}


def schema_error(text: str) -> str | None:
    """What the schema of CycloneDX does not take; None if it takes it."""
    # Only beside the packaging tools: `make package` checks what it writes.
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return None if error is None else repr(error)


def main() -> int:
    parser = argparse.ArgumentParser(prog="release.sbom", description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path)
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    resolved, sums = metadata(), checksums((ROOT / "Cargo.lock").read_text(encoding="utf-8"))
    for function in functions(resolved):
        text = json.dumps(bill(resolved, sums, function), indent=2) + "\n"
        if (error := schema_error(text)) is not None:
            print(f"release: the bill of materials of {function} is not CycloneDX 1.6: {error}", file=sys.stderr)
            return 1
        (directory / f"{function}.cdx.json").write_text(text, encoding="utf-8")
    print(f"{len(functions(resolved))} bills of materials in {directory}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
