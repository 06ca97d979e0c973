"""Checks that the modules of `end-to-end/` import each other in no circle.

import-linter does this for the packages, by the contracts in `pyproject.toml`. It cannot look into `end-to-end/`: a
folder of modules that pytest finds, and no package.
"""

import ast
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from harness.paths import ROOT


def imports(folder: Path) -> dict[str, set[str]]:
    """The modules of a folder, and which of the others each of them imports, in functions too."""
    names = {file.stem for file in folder.glob("*.py")}
    found: dict[str, set[str]] = {}
    for name in names:
        imported: set[str] = set()
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                imported.add(node.module)
        found[name] = imported & names
    return found


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules of which each is imported by the next, the first one again at the end; empty if there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        modules: list[str] = error.args[1]
        return modules
    return []


def main() -> int:
    found = circle(imports(ROOT / "end-to-end"))
    if found:
        print(f"end-to-end: imported in a circle: {' → '.join(found)}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
