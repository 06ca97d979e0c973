"""Checks that imports between the folders of every Rust crate point one way, and those between crates as well.

At each level the modules of one directory stand side by side, each with all that lies in a directory of its name, and
beside them the file that declares them. None of them may import another that leads back to it, if one of them is a
folder: files of one folder may know each other. In a crate's root every module counts as a folder, and so does
`lib.rs`. Tests inside of `src` count as well.

A file that lets others import what lies in its own directory does not import it, unless it speaks of it otherwise.
"""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from lint.crates import directions
from lint.rust_modules import Crate, Module, ModulePath, UnreadableError
from lint.rust_paths import Reference

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Import:
    """One sibling imports another: where, and what is written there."""

    file: Path
    line: int
    importer: str
    imported: str
    names: str


Level: TypeAlias = dict[str, dict[str, Import]]


def levels(crate: Crate) -> dict[ModulePath, Level]:
    """For each module that has others: which of them import which, and the first place that does."""
    found: dict[ModulePath, Level] = {}
    for module in crate.modules.values():
        for reference in module.references:
            for target in targets(crate, module, reference):
                level = common(module.home, target)
                importer, imported = name_below(crate, level, module.home), name_below(crate, level, target)
                one = Import(module.file, reference.line, importer, imported, "::".join(reference.names))
                there = found.setdefault(level, {}).setdefault(importer, {})
                there[imported] = min(there.get(imported, one), one, key=lambda it: (it.file, it.line))
    return found


def targets(crate: Crate, module: Module, reference: Reference) -> Iterator[ModulePath]:
    """The other files' modules that a path makes this one depend on."""
    is_passed_on = reference.passed_on is not None and reference.passed_on not in module.spoken
    for target in crate.defined_in(module, reference.names):
        lies_inside = target[: len(module.path)] == module.path
        if target != module.home and not (is_passed_on and lies_inside):
            yield target


def common(one: ModulePath, other: ModulePath) -> ModulePath:
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return one[:length]


def name_below(crate: Crate, level: ModulePath, module: ModulePath) -> str:
    """Where a module stands on a level: the name of the one that holds it, or of the file that declares them all."""
    return module[len(level)] if len(module) > len(level) else crate.modules[level].file.name


def shortest_circle(level: Level, through: Iterable[str]) -> list[Import]:
    """The imports that lead from one of `through` back to it, as few as there are; none if nothing does."""
    best: list[Import] = []
    for start in sorted(through):
        circle = way_back(level, start)
        if circle and (not best or len(circle) < len(best)):
            best = circle
    return best


def way_back(level: Level, start: str) -> list[Import]:
    reached: dict[str, list[Import]] = {}
    waiting = deque([(start, list[Import]())])
    while waiting:
        name, way = waiting.popleft()
        for imported, one in sorted(level.get(name, {}).items()):
            if imported == start:
                return [*way, one]
            if imported not in reached:
                reached[imported] = [*way, one]
                waiting.append((imported, reached[imported]))
    return []


def circles(root: Path) -> Iterator[tuple[ModulePath, list[Import]]]:
    """The shortest circle of each level of the crate whose first file is `root`."""
    crate = Crate(root)
    for path, level in sorted(levels(crate).items()):
        folders = [name for name in level if not path or is_folder(crate, path, name)]
        if circle := shortest_circle(level, folders):
            yield path, circle


def is_folder(crate: Crate, path: ModulePath, name: str) -> bool:
    module = crate.modules.get((*path, name))
    return module is not None and module.is_folder


def shown(path: ModulePath, circle: list[Import]) -> str:
    way = " → ".join([*(one.importer for one in circle), circle[0].importer])
    where = "::".join(("crate", *path))
    places = [
        f"    {one.file.relative_to(ROOT) if one.file.is_relative_to(ROOT) else one.file}:{one.line}: "
        f"{one.importer} imports {one.names}, of {one.imported}"
        for one in circle
    ]
    return "\n".join([f"imported in a circle in {where}: {way}", *places])


def problems(metadata: dict[str, Any]) -> list[str]:
    """What is wrong in a workspace, as `cargo metadata` tells of it."""
    found = directions(metadata["packages"])
    for package in metadata["packages"]:
        for target in package["targets"]:
            try:
                found += [f"{package['name']}: {shown(*circle)}" for circle in circles(Path(target["src_path"]))]
            except UnreadableError as error:
                found.append(str(error))
    return found


def workspace() -> dict[str, Any]:
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    answer: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    return answer


def main() -> int:
    found = problems(workspace())
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
