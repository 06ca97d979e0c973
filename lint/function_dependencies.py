"""Functions are built without what only people need: the sources of credentials that a profile may name.

Features unify in a build of the whole workspace, so that a test there sees the command line's. What is deployed is
built by its own package, and that is what is looked at here: the dependencies of each function alone.
"""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Crates, and a feature, that only the command line may bring.
ONLY_FOR_PEOPLE = ("aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-signin", "clap", "indicatif", "rootwarden-cli")
FEATURE = 'rootwarden-aws feature "profiles"'


def found_in(tree: Iterable[str]) -> Iterator[str]:
    """What of it stands in the lines of `cargo tree --edges normal,features --prefix none`."""
    for line in tree:
        name = line.split(" ")[0]
        if name in ONLY_FOR_PEOPLE or line.startswith(FEATURE):
            yield line


def tree(package: str) -> list[str]:
    command = ["cargo", "tree", "--offline", "--locked", "--package", package]
    command += ["--edges", "normal,features", "--prefix", "none"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def functions() -> list[str]:
    return sorted(manifest.parent.name for manifest in (ROOT / "functions").glob("*/Cargo.toml"))


def main() -> int:
    names = functions()
    found = [f"{name} is built with {line}" for name in names for line in dict.fromkeys(found_in(tree(name)))]
    if "aws-sdk-sso" not in "\n".join(tree("rootwarden-cli")):
        found.append("the command line is built without profiles: this looks for the wrong names")
    if found:
        print("\n".join(found), file=sys.stderr)
        return 1
    print(f"{len(names)} functions are built without profiles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
