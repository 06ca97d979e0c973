"""The wire samples, and how an answer of the emulator is held against one. `samples/README.md` says what they are."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from harness.paths import ROOT

SAMPLES = ROOT / "samples"
Difference = tuple[str, str]


def answers() -> dict[tuple[str, str], dict[str, Any]]:
    """Every answer that the emulator stands for, by its sample and case."""
    found = {}
    for path in SAMPLES.glob("*.json"):
        if path.stem != "differences":
            for answer in json.loads(path.read_text())["answers"]:
                if "emulator" in answer["stands"]:
                    found[path.stem, answer["case"]] = answer
    return found


def declared() -> set[tuple[str, str, str, str]]:
    """The differences of the emulator that are known, each with its reason."""
    entries = json.loads((SAMPLES / "differences.json").read_text())
    assert all(len(entry["reason"]) > 20 for entry in entries)
    return {
        (entry["sample"], entry["case"], entry["path"], entry["what"])
        for entry in entries
        if entry["stands"] == "emulator"
    }


def outcome(call: Any, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """Status and fields of a call, however it ends."""
    try:
        return answered(call(**parameters))
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], fields(error.response)


def refused(call: Any, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """The same of a call that AWS refuses."""
    status, ours = outcome(call, **parameters)
    assert status >= 400, f"not refused: {parameters}"
    return status, ours


def answered(response: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return response["ResponseMetadata"]["HTTPStatusCode"], fields(response)


def fields(response: dict[str, Any]) -> dict[str, Any]:
    """What boto3 shows, as the samples have it: times and bodies as texts."""
    shown = {}
    for name, value in response.items():
        # boto3's own, and the map that it makes of headers: AWS sends nothing there.
        if name == "ResponseMetadata" or (name == "Metadata" and not value):
            continue
        if isinstance(value, datetime):
            at = value.astimezone(UTC)
            form = "%a, %d %b %Y %H:%M:%S GMT" if name == "LastModified" else "%Y-%m-%dT%H:%M:%S.%f+00:00"
            shown[name] = at.strftime(form)
        elif hasattr(value, "read"):
            text = value.read().decode()
            shown[name] = json.loads(text) if name == "Payload" else text
        else:
            shown[name] = value
    return shown


def differences(answer: dict[str, Any], ours: Any) -> set[Difference]:
    """How `ours` differs: names, JSON types, casing, forms, presence, and values that never change."""
    return set(_compare(answer, "", answer["body"], ours))


def _compare(answer: dict[str, Any], path: str, sample: Any, ours: Any) -> list[Difference]:
    if isinstance(sample, dict) and isinstance(ours, dict):
        found: list[Difference] = []
        for name, expected in sample.items():
            below = f"{path}.{name}" if path else name
            found += _compare(answer, below, expected, ours[name]) if name in ours else [(below, "missing")]
        if path not in answer.get("partial", []):
            more = [name for name in ours if name not in sample]
            found += [(f"{path}.{name}" if path else name, "not in the sample") for name in more]
        return found
    if isinstance(sample, list) and isinstance(ours, list):
        if bool(sample) != bool(ours):
            return [(path, "another length")]
        nearest = [min((_compare(answer, f"{path}[]", one, value) for one in sample), key=len) for value in ours]
        return [difference for found in nearest for difference in found]
    if type(sample) is not type(ours):
        return [(path, "another type")]
    form = answer.get("volatile", {}).get(path)
    if form is not None:
        is_text = isinstance(ours, str)
        return [(path, "another form")] if is_text and not _pattern(form).fullmatch(ours) else []
    return [] if sample == ours else [(path, "another value")]


def _pattern(form: str) -> re.Pattern[str]:
    """`*` is any text, `%` a digit."""
    return re.compile(re.escape(form).replace(r"\*", ".*").replace("%", r"\d"), re.DOTALL)
