"""How large the functions of a package are, zipped as they are uploaded. Exits with an error if one is too large.

python -m release.sizes                     # after `make package`
"""

import argparse
import io
import sys
import zipfile
from pathlib import Path

from harness.paths import ROOT, TEMPLATE

BUILT = ROOT / ".aws-sam/build"
# Nothing may grow back: docs/decisions/0010-sizes.md says what makes them this small.
LIMIT_BYTES = 3_000_000


def zipped_bytes(bootstrap: Path) -> int:
    """The size of the zip that `sam deploy` makes of a function."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(bootstrap, "bootstrap")
    return len(buffer.getvalue())


def functions(template: Path) -> list[str]:
    """The logical ids of the functions that are built, in the order of the template."""
    found, resource = [], ""
    for line in template.read_text(encoding="utf-8").splitlines():
        if line.startswith("  ") and line[2:3].isalpha() and line.endswith(":"):
            resource = line.strip().rstrip(":")
        elif line.strip() == "BuildMethod: rust-cargolambda":
            found.append(resource)
    return found


def complaints(sizes: dict[str, int | None], limit: int = LIMIT_BYTES) -> list[str]:
    """What is wrong with a package: a function that is too large, or not there."""
    said = [f"{name} was not built" for name, size in sizes.items() if size is None]
    too_large = {name: size for name, size in sizes.items() if size is not None and size > limit}
    said += [f"{name} has {size:,} bytes zipped, and may have {limit:,}" for name, size in too_large.items()]
    return said if sizes else ["the template names no function that is built"]


def measured(built: Path, template: Path) -> dict[str, int | None]:
    """The zipped bytes of each function of the template; None for one that is not there."""
    bootstraps = {name: built / name / "bootstrap" for name in functions(template)}
    return {name: zipped_bytes(path) if path.is_file() else None for name, path in bootstraps.items()}


def main() -> int:
    parser = argparse.ArgumentParser(prog="release.sizes", description=__doc__.splitlines()[0])
    parser.add_argument("--built", type=Path, default=BUILT)
    parser.add_argument("--template", type=Path, default=TEMPLATE)
    arguments = parser.parse_args()
    sizes = measured(arguments.built, arguments.template)
    for name, size in sizes.items():
        print(f"  {name:<22}{'missing' if size is None else f'{size:>12,} bytes zipped'}")
    wrong = complaints(sizes)
    for complaint in wrong:
        print(f"release: {complaint}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
