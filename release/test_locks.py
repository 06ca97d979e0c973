"""The locks of the tools hold what is asked for, each version with its hashes."""

import json
import re
from pathlib import Path

import pytest

from harness.paths import ROOT

# What is asked for, and the lock that `make lock` makes of it.
LOCKS = {
    "end-to-end/requirements.lock": ("harness/requirements.txt", "end-to-end/requirements.txt"),
    "lint/requirements.lock": ("lint/requirements.txt",),
    "lint/checkov-requirements.lock": ("lint/checkov-requirements.txt",),
    "release/requirements.lock": ("release/requirements.txt",),
    "browser/requirements.lock": ("browser/requirements.txt",),
}


def pins(text: str) -> dict[str, str]:
    """Names and versions, as `name==version` stands at the beginning of a line; extras are left out."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", text, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


@pytest.mark.parametrize(("lock", "asked_for"), LOCKS.items())
def test_a_lock_holds_what_is_asked_for_with_hashes(lock: str, asked_for: tuple[str, ...]) -> None:
    text = (ROOT / lock).read_text()
    locked = pins(text)
    for file in asked_for:
        wanted = pins((ROOT / file).read_text())
        assert wanted
        missing = {name: version for name, version in wanted.items() if locked.get(name) != version}
        assert not missing, f"{file} is not what {lock} was made of: run `make lock`"
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    without = [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
    assert not without, without


def test_every_file_of_requirements_has_a_lock() -> None:
    listed = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/*requirements.txt")}
    assert listed == {file for files in LOCKS.values() for file in files}


@pytest.mark.parametrize("folder", ["lint/npm", "browser/npm"])
def test_the_packages_of_npm_have_hashes(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / folder / "package.json").read_text())["dependencies"]
    assert packages[""]["dependencies"] == wanted
    without = [name for name, package in packages.items() if name and "integrity" not in package]
    assert len(packages) > len(wanted)
    assert not without, without


def test_nothing_is_installed_but_from_a_lock() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    install = next(line for line in lines if line.startswith("PIP_INSTALL :="))
    assert "--require-hashes" in install
    assert "--no-deps" in install
    recipes = [line for line in lines if line.startswith("\t") and re.search(r"/pip|PIP_INSTALL|npm ", line)]
    assert len(recipes) >= 5, recipes
    for line in recipes:
        is_locked = re.search(r"\$\(PIP_INSTALL\) \S+\.lock$|npm ci |--package-lock-only", line)
        assert is_locked, line


def test_every_action_of_a_workflow_is_pinned_by_commit() -> None:
    for path in Path(ROOT / ".github/workflows").glob("*.yml"):
        uses = re.findall(r"uses: (\S+)", path.read_text())
        assert uses, path
        assert all(re.search(r"@[0-9a-f]{40}$", action) for action in uses), path
