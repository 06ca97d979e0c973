"""What the definitions of the state machines have in common, read from their files: nothing is deployed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonata
import pytest

MACHINES = Path(__file__).resolve().parent.parent / "statemachines"

# What may pass: our own kinds, and what Lambda's client says of a call that did not get through.
# Source: AWS Step Functions Developer Guide, "Handle transient Lambda service exceptions".
PASSES = [
    "Throttled",
    "Transient",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
LAMBDA = {
    "ErrorEquals": PASSES,
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxDelaySeconds": 60,
    "MaxAttempts": 6,
    "JitterStrategy": "FULL",
}
# A child ends after five minutes, and one try may take 250 seconds of them: there is no time for long waits.
EXPRESS_CHILD = LAMBDA | {"MaxDelaySeconds": 10, "MaxAttempts": 4}
# A run takes up again in its next round what AWS does not show yet. A request has no rounds, so its state waits.
NOT_YET_VISIBLE = {
    "ErrorEquals": ["NotYetVisible"],
    "IntervalSeconds": 10,
    "BackoffRate": 2,
    "MaxDelaySeconds": 60,
    "MaxAttempts": 6,
}
# A notice or a metric that fails is caught, and ends nothing: whatever the error, it is tried for a minute.
NOTICE = {
    "ErrorEquals": ["States.ALL"],
    "IntervalSeconds": 2,
    "BackoffRate": 2,
    "MaxDelaySeconds": 60,
    "MaxAttempts": 4,
    "JitterStrategy": "FULL",
}
# Nobody is there in the night, so it is tried for most of an hour, but for a run that has the name already. A
# machine that only tells people tries as long.
NIGHT = NOTICE | {"IntervalSeconds": 5, "MaxDelaySeconds": 300, "MaxAttempts": 10}


def definition(name: str) -> dict[str, Any]:
    # A parameter that is JSON stands there without quotes.
    text = (MACHINES / f"{name}.asl.json").read_text()
    return json.loads(text.replace("${NightlyExclude}", "{}"))


def tasks(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Task with its name, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from tasks(item)
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, dict) and item.get("Type") == "Task":
                yield name, item
            yield from tasks(item)


def all_tasks() -> list[tuple[str, str, dict[str, Any]]]:
    """Machine, name and state."""
    machines = sorted(path.name.removesuffix(".asl.json") for path in MACHINES.glob("*.asl.json"))
    return [(machine, name, task) for machine in machines for name, task in tasks(definition(machine))]


def test_every_task_that_invokes_a_function_tries_again_in_the_same_way() -> None:
    expected = {
        ("secure-accounts", "AuditBatch"): [EXPRESS_CHILD],
        ("secure-accounts", "DeleteBatch"): [EXPRESS_CHILD],
        ("allow-recovery", "Check"): [LAMBDA, NOT_YET_VISIBLE],
        ("allow-recovery", "Open"): [LAMBDA, NOT_YET_VISIBLE],
        ("allow-recovery", "Allow"): [LAMBDA, NOT_YET_VISIBLE],
        ("unlock-policy", "Plan"): [LAMBDA, NOT_YET_VISIBLE],
        ("unlock-policy", "Apply"): [LAMBDA, NOT_YET_VISIBLE],
        ("unlock-policy", "Verify"): [LAMBDA, NOT_YET_VISIBLE],
    }
    invoking = [known for known in all_tasks() if ":::lambda:invoke" in known[2]["Resource"]]
    assert len(invoking) > 9
    for machine, name, task in invoking:
        assert task["Retry"] == expected.pop((machine, name), [LAMBDA]), (machine, name)
    assert not expected, "these are not in any machine"


def test_every_other_task_tries_again_whatever_the_error() -> None:
    others = [known for known in all_tasks() if ":::lambda:invoke" not in known[2]["Resource"]]
    assert len(others) > 5
    for machine, name, task in others:
        nothing_else = machine in ("start-night", "tell-of-changes")
        assert task["Retry"][-1] == (NIGHT if nothing_else else NOTICE), (machine, name)
        assert all(retrier["MaxAttempts"] == 0 for retrier in task["Retry"][:-1]), (machine, name)


def test_a_way_to_try_again_stands_on_one_line() -> None:
    """So that one that differs is seen."""
    for path in MACHINES.glob("*.asl.json"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if '"IntervalSeconds"' in line or '"MaxAttempts"' in line:
                assert line.count('"ErrorEquals"') == 1 and line.count("{") == line.count("}"), (path.name, number)


def test_nothing_that_is_deployed_is_shaped_for_an_emulator() -> None:
    """What the emulator lacks is put in place where it is started, and what it cannot take where it is packaged."""
    for path in [*MACHINES.glob("*.asl.json"), MACHINES.parent / "template.yaml"]:
        text = path.read_text().lower()
        for word in ("emulator", "not every engine", "implementations"):
            assert word not in text, (path.name, word)


def test_people_are_told_in_one_way_everywhere() -> None:
    """Both topics, the chat's form, what follows where one takes nothing: the same in each machine of requests."""
    machines = ("secure-accounts", "unlock-policy", "allow-recovery", "key-releases")
    states = {machine: definition(machine)["States"] for machine in machines}
    first = states["secure-accounts"]
    for machine in machines:
        for name in ("TellPeople", "IsChatTold", "TellChat"):
            assert states[machine][name] == first[name], (machine, name)
        publishing = {name for name, task in tasks(states[machine]) if ":::sns:publish" in task["Resource"]}
        assert publishing == {"TellPeople", "TellChat"}, machine
        # Whoever tells comes back to where they say.
        told = {name: state for name, state in states[machine].items() if state.get("Next") == "TellPeople"}
        after = states[machine]["AfterTelling"]
        ways = {choice["Next"] for choice in after["Choices"]} | {after["Default"]}
        for name, state in told.items():
            [follows] = re.findall(r"'next': '(\w+)'", state["Output"])
            assert follows in ways, (machine, name)
            [subject] = re.findall(r"'subject': (.*?), 'text'", state["Output"])
            for text in re.findall(r"'([^']*)'", subject):
                assert text in ("", "approved") or (text.isascii() and text.isprintable() and len(text) <= 100), text


HOSTILE = "a&prefix=b#c?d=e %/f"


@pytest.mark.parametrize(
    ("machine", "state"),
    [
        ("secure-accounts", "NotifyApprovers"),
        ("unlock-policy", "AboutThePlan"),
        ("unlock-policy", "NotifyApprovers"),
        ("allow-recovery", "AboutTheRequest"),
        ("allow-recovery", "NotifyApprovers"),
        ("allow-recovery", "NotifyAllowed"),
        ("key-releases", "SayAsked"),
    ],
)
def test_what_is_told_names_another_stack_and_its_links_lead_nowhere_else(machine: str, state: str) -> None:
    for stack in ("rootwarden", "other"):
        text = (MACHINES / f"{machine}.asl.json").read_text().replace("${Stack}", stack)
        expression = jsonata.Jsonata(json.loads(text)["States"][state]["Output"].strip("{% }"))
        frame = expression.create_frame()
        pin = {"key": HOSTILE, "sha256": "0" * 64}
        about = {"text": "about", "links": []}
        input = {"planned": {"plan": pin, "shown": HOSTILE}, "checked": {}, "request": pin, "about": about}
        found = {"approval_id": HOSTILE, "asked": {"requested_by": "ann#1", "request": {}}}
        context = {"Execution": {"Id": "arn", "Name": "name"}}
        frame.bind("states", {"input": input | {"found": found, "allowed": {}}, "context": context})
        output = expression.evaluate(None, frame)
        told = output["tell"] if "tell" in output else output["about"]
        commands = [line for line in told["text"].splitlines() if line.startswith("rootwarden ")]
        assert ("tell" in output) == bool(commands)
        for command in commands:
            assert command.endswith(" --stack other") == (stack == "other"), command
        objects = [link for link in told["links"] if "/s3/object/" in link]
        for link in objects:
            assert link.count("&") == link.count("?") == 1 and "#" not in link and " %" not in link, link


def test_a_recovery_request_that_went_wrong_never_ends_without_telling_anybody() -> None:
    """`ClosedByAnother` is the one end of which nobody is told: another request's execution tells them."""
    states = json.loads((MACHINES / "allow-recovery.asl.json").read_text())["States"]
    quiet = "ClosedByAnother"
    nothing_went_wrong = {"Variable": "$.before.failed", "BooleanEquals": False}
    rules = [rule for state in states.values() for rule in state.get("Choices", []) if rule["Next"] == quiet]
    assert rules and all(nothing_went_wrong in rule["And"] for rule in rules)
    for name, state in states.items():
        others = [state.get("Next"), state.get("Default"), *(catch["Next"] for catch in state.get("Catch", []))]
        assert quiet not in others, name
    ends = {name for name, state in states.items() if state["Type"] in ("Succeed", "Fail")}
    assert ends == {quiet, "Done", "RequestError"}
