"""Takes one statement after the other out of the template, and runs the one test that its use was written down for.

`make prove-permissions`. A statement is proven when its test fails without it, and passes with it. What is proven is
in `docs/permissions.json`, and is not run again as long as the statement stays as it is: whoever interrupts this, or
changes one statement, pays for what is left. Which test uses a statement is read from target/permissions, which the
end-to-end tests leave there; where nothing is known of a statement, they are run once.
"""

import datetime
import hashlib
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from harness.paths import ROOT, TEMPLATE
from harness.permissions import WITHOUT_VARIABLE, Statement, Use, statements
from permission_records import read

RESULTS = ROOT / "docs" / "permissions.json"
REASONS = Path(__file__).parent / "permission_reasons.toml"
COMMAND = "make prove-permissions"
TIMEOUT_SECONDS = 300
MOST_TESTS = 4
"""So many tests are tried before a statement is called not proven."""

Results = dict[str, dict[str, Any]]
Run = Callable[[str, str | None], bool]
"""Runs a test without a statement, or with all of them; whether it passed."""


def reasons() -> dict[str, dict[str, str]]:
    return tomllib.loads(REASONS.read_text())


def candidates(
    known: Iterable[Statement], used: Mapping[str, set[Use]], before: Results, proofs: Mapping[str, str]
) -> dict[str, list[str]]:
    """Each statement's tests, the likeliest first: the one that is named, the last one, those that used least."""
    found: dict[str, list[str]] = {}
    for statement in known:
        named = [test for pattern, test in proofs.items() if fnmatchcase(statement.name, pattern)]
        last = [before[statement.name]["test"]] if before.get(statement.name, {}).get("test") else []
        users = [
            test
            for test, uses in used.items()
            if any((use.owner, use.sid) == (statement.owner, statement.sid) for use in uses)
        ]
        users.sort(key=lambda test: (len(used[test]), test))
        found[statement.name] = named or list(dict.fromkeys(last + users))[:MOST_TESTS]
    return found


def is_proven(statement: Statement, results: Results) -> bool:
    before = results.get(statement.name, {})
    return bool(before.get("proven")) and before["statement"] == statement.digest


def prove(
    known: list[Statement],
    tests: Mapping[str, list[str]],
    results: Results,
    run: Run,
    today: str,
    keep: Callable[[Results], None],
) -> Results:
    """What holds now of each statement; yields to what was proven already for the same statement."""
    passes: dict[str, bool] = {}
    proven = {statement.name: results[statement.name] for statement in known if is_proven(statement, results)}
    for statement in known:
        if statement.name in proven:
            continue
        result = {"statement": statement.digest, "test": None, "proven": False, "why": "no test used it"}
        for test in tests[statement.name]:
            if test not in passes:
                passes[test] = run(test, None)
            fails = passes[test] and not run(test, statement.name)
            why = "fails without it, passes with it" if fails else "passes without it"
            result |= {
                "test": test,
                "proven": fails,
                "why": why if passes[test] else "fails with it too",
                "date": today,
            }
            if fails:
                break
        proven[statement.name] = result
        # After each one: whoever interrupts this loses nothing.
        keep(results | proven)
    return proven


def load() -> Results:
    return json.loads(RESULTS.read_text())["statements"] if RESULTS.exists() else {}


def save(results: Results) -> None:
    template = hashlib.sha256(TEMPLATE.read_bytes()).hexdigest()
    content = {"template": template, "statements": results}
    RESULTS.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


def stale(known: list[Statement], results: Results) -> list[str]:
    """Where the results do not speak of the template as it is."""
    digests = {statement.name: statement.digest for statement in known}
    return [f"{name} is no longer there" for name in sorted(set(results) - set(digests))] + [
        f"{name} is {'changed' if name in results else 'new'}"
        for name, digest in digests.items()
        if results.get(name, {}).get("statement") != digest
    ]


def pytest(*arguments: str, without: str | None = None, timeout: float | None = None) -> int:
    variables = dict(os.environ)
    if without is not None:
        variables[WITHOUT_VARIABLE] = without
    command = [sys.executable, "-m", "pytest", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=variables, timeout=timeout, capture_output=True, check=False)
    # 1: tests failed. Anything else but 0 is no result: no such test, or a mistake in calling it.
    if ended.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(arguments)} could not be run:\n{ended.stdout.decode()[-2000:]}")
    return ended.returncode


def run_test(test: str, without: str | None) -> bool:
    print(f"{test} without {without or 'nothing'}", flush=True)
    try:
        return pytest("-x", test, without=without, timeout=TIMEOUT_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return False


def main() -> int:
    known, before = statements(yaml_parse(TEMPLATE.read_text())), load()
    proofs, explained = reasons()["proofs"], reasons()["not_proven"]
    left = [statement for statement in known if not is_proven(statement, before) and statement.name not in explained]
    if not left and set(before) == {statement.name for statement in known}:
        return told(before, explained)
    if not all(candidates(left, read(), before, proofs).values()):
        print("running all end-to-end tests once, to see which of them use what", flush=True)
        pytest("end-to-end")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    tests = candidates(known, read(), before, proofs) | {name: [] for name in explained}
    proven = prove(known, tests, before, run_test, today, save)
    save(proven)
    return told(proven, explained)


def told(results: Results, explained: Mapping[str, str]) -> int:
    """Says what is left, and whether that has its reasons: the exit code."""
    missing = {name: result["why"] for name, result in results.items() if not result["proven"]}
    for name, why in missing.items():
        print(f"{name}: {explained.get(name, why)}")
    print(f"{len(results) - len(missing)} of {len(results)} statements are proven")
    return 1 if set(missing) - set(explained) else 0


if __name__ == "__main__":
    sys.exit(main())
