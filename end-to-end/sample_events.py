"""The project's sample events, `events/`, as deliveries."""

import json
import uuid
from typing import Any

from harness.paths import ROOT


def sample_event(name: str) -> dict[str, Any]:
    """One of the project's sample events, as a delivery that nobody has seen yet."""
    envelope: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    envelope["id"] = str(uuid.uuid4())
    envelope["detail"]["eventID"] = str(uuid.uuid4())
    return envelope
