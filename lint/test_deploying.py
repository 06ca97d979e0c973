"""What docs/deploying.md gives to copy: the filter that tells root sessions apart, and the stack in Terraform."""

import re
from typing import Any

import pytest

from harness.paths import ROOT, TEMPLATE

PAGE = (ROOT / "docs/deploying.md").read_text()
TERM = re.compile(r'\$\.([\w.]+) (?:(=|!=) "([^"]*)"|(NOT EXISTS))')


def the_filter() -> str:
    found = re.search(r"^\{ (\$\.userIdentity\.type = .*) \}$", PAGE, re.MULTILINE)
    assert found is not None
    return found[1]


def matches(pattern: str, event: dict[str, Any]) -> bool:
    """What CloudWatch Logs does with the few words that this filter uses."""
    for term in pattern.split(" && "):
        found = TERM.fullmatch(term)
        assert found is not None, term
        value: Any = event
        for name in found[1].split("."):
            value = value.get(name) if isinstance(value, dict) else None
        holds = {"=": value == found[3], "!=": value != found[3]}.get(found[2], value is None)
        if not holds:
            return False
    return True


def event(context: dict[str, Any] | None, **changes: Any) -> dict[str, Any]:
    identity = {"type": "Root", "arn": "arn:aws:iam::222222222222:root"}
    if context is not None:
        identity["sessionContext"] = context  # type: ignore[assignment]
    return {"userIdentity": identity | changes, "eventName": "GetAccountSummary", "eventType": "AwsApiCall"}


@pytest.mark.parametrize(
    ("what", "is_told"),
    [
        (event({"attributes": {"mfaAuthenticated": "true"}}), True),  # signed in
        (event(None), True),  # with an access key
        (event({"attributes": {"mfaAuthenticated": "false"}, "assumedRoot": "true"}), False),  # a root session
        (event(None, invokedBy="AWS Internal"), False),  # a service on its behalf
        (event(None, type="AssumedRole"), False),
    ],
)
def test_the_filter_tells_root_users_and_not_root_sessions(what: dict[str, Any], is_told: bool) -> None:
    assert matches(the_filter(), what) is is_told


def test_the_benchmarks_own_filter_would_tell_root_sessions() -> None:
    pattern = " && ".join(the_filter().split(" && ")[:3])
    assert matches(pattern, event({"assumedRoot": "true"}))


def test_the_parameters_and_outputs_in_terraform_are_the_templates() -> None:
    block = PAGE.split("```hcl")[1].split("```")[0]
    named = re.findall(r"^    (\w+) +=", block, re.MULTILINE)
    assert len(named) >= 3
    template = TEMPLATE.read_text()
    parameters = template.split("\nParameters:\n")[1].split("\nRules:\n")[0]
    for name in named:
        assert f"\n  {name}:\n" in f"\n{parameters}", name
    for name in re.findall(r'outputs\["(\w+)"\]', block):
        assert f"\n  {name}:\n" in template.split("\nOutputs:\n")[1], name
