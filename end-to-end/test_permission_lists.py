"""What the whole suite used of the roles' permissions: nothing is allowed in vain, and nothing was asked for in vain.

The test comes last, and judges what the tests before it left. Of a part of the suite it says nothing; `make end-to-end`
runs all of it, and says so with `--whole-suite`: there it fails where it could not judge.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from harness.paths import ROOT, TEMPLATE
from harness.permissions import refused, statements, unexplained, unused
from permission_records import OF_THIS_RUN
from prove_permissions import COMMAND, load, reasons, stale

DOCUMENT: dict[str, Any] = yaml_parse(TEMPLATE.read_text())
REASONS = reasons()


def missing_from(session: pytest.Session) -> str | None:
    """Why this is not the whole suite; None if it is."""
    option, config = session.config.option, session.config
    if option.keyword or option.markexpr or option.deselect or any("::" in argument for argument in config.args):
        return "tests were selected"
    files = {item.path for item in session.items}
    absent = sorted(path.name for path in Path(__file__).parent.glob("test_*.py") if path not in files)
    return f"not run: {', '.join(absent)}" if absent else None


def test_every_action_that_is_allowed_is_used_and_every_one_used_is_allowed(request: pytest.FixtureRequest) -> None:
    missing = missing_from(request.session)
    if missing is not None and not request.config.getoption("--whole-suite"):
        pytest.skip(f"only the whole suite shows it; {missing}")
    assert missing is None, missing
    if request.session.testsfailed:
        pytest.skip("what a test would have used that failed, nobody knows")
    uses = {use for used in OF_THIS_RUN.values() for use in used}
    not_used = unexplained(unused(statements(DOCUMENT), uses), REASONS["not_used"])
    not_allowed = unexplained(refused(uses), REASONS["not_allowed"])
    assert not not_used, "allowed, and used by no test (end-to-end/permission_reasons.toml, not_used)"
    assert not not_allowed, "asked for, and allowed by no statement (end-to-end/permission_reasons.toml, not_allowed)"


def test_what_is_proven_is_proven_of_the_template_as_it_is() -> None:
    """Each statement, as it stands, makes a test fail when it is taken out."""
    found = stale(statements(DOCUMENT), load())
    assert not found, f"run `{COMMAND}` and commit docs/permissions.json"


def test_what_is_not_proven_has_its_reason_and_nothing_else_has_one() -> None:
    missing = {name for name, result in load().items() if not result["proven"]}
    assert unexplained(missing, REASONS["not_proven"]) == []


def test_make_prove_permissions_does_nothing_where_all_is_proven() -> None:
    left = {name for name, result in load().items() if not result["proven"]} - set(REASONS["not_proven"])
    assert not left and not stale(statements(DOCUMENT), load()), f"run `{COMMAND}` first"
    results = (ROOT / "docs" / "permissions.json").read_text()
    command = [sys.executable, "end-to-end/prove_permissions.py"]
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": "."}, timeout=60, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "statements are proven" in ended.stdout and "without" not in ended.stdout
    assert (ROOT / "docs" / "permissions.json").read_text() == results


def test_the_page_says_what_each_statement_is_for() -> None:
    described: dict[str, set[str]] = {}
    for section in (ROOT / "docs" / "permissions.md").read_text().split("\n### ")[1:]:
        owner = section.partition(":")[0]
        for sid, actions, purpose in re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", section, re.MULTILINE):
            assert len(purpose) > 5
            described[f"{owner}/{sid}"] = set(re.findall(r"`([\w:]+)`", actions))
    assert described == {statement.name: set(statement.actions) for statement in statements(DOCUMENT)}
