"""Which crate of the workspace may use which, and which may call AWS.

What only tests use (`dev-dependencies`) does not count: it is not deployed.
"""

from pathlib import Path
from typing import Any

# What each crate may use of the others. The first three stand on nothing of ours.
MAY_USE: dict[str, set[str]] = {
    "crc-fast": set(),
    "rootwarden-domain": set(),
    "rootwarden-simulator": set(),
    "rootwarden-aws": {"rootwarden-domain"},
    "rootwarden-report": {"rootwarden-domain"},
    "rootwarden-lambda": {"rootwarden-domain", "rootwarden-aws"},
}
# The command line, which may be built with what functions are built without.
COMMAND_LINE = "rootwarden-cli"
COMMAND_LINE_MAY_USE = {"rootwarden-domain", "rootwarden-aws", "rootwarden-report"}
FUNCTION_MAY_USE = {"rootwarden-domain", "rootwarden-lambda", "rootwarden-aws", "rootwarden-report"}
# It holds no code that is deployed, and tests everything.
TESTS = "rootwarden-tests"

# What a crate may not use of others' crates, by what their names begin with.
NO_AWS = ("aws", "lambda_", "tokio")
NO_CALLS = ("aws-config", "aws-sdk-")
FOREIGN = {"rootwarden-domain": NO_AWS, "rootwarden-report": NO_AWS, "rootwarden-aws": ()}


def directions(packages: list[dict[str, Any]]) -> list[str]:
    """The dependencies that point the wrong way, of the packages that `cargo metadata` lists."""
    ours = {package["name"] for package in packages}
    found = []
    for package in packages:
        name = package["name"]
        used = {dependency["name"] for dependency in package["dependencies"] if dependency["kind"] != "dev"}
        if name != TESTS:
            allowed = may_use(package)
            if allowed is None:
                found.append(f"{name}: lint/crates.py does not say what it may use")
            else:
                found += [f"{name} uses {other}, and may not" for other in sorted((used & ours) - allowed)]
        forbidden = FOREIGN.get(name, NO_CALLS)
        found += [f"{name} uses {other}, and may not" for other in sorted(used - ours) if other.startswith(forbidden)]
    return found


def may_use(package: dict[str, Any]) -> set[str] | None:
    if Path(package["manifest_path"]).parent.parent.name == "functions":
        return FUNCTION_MAY_USE
    if package["name"] == COMMAND_LINE:
        return COMMAND_LINE_MAY_USE
    return MAY_USE.get(package["name"])
