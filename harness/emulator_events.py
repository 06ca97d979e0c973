"""Which source an event names, which ministack does not tell its policies.

Source: Amazon EventBridge User Guide, "Using IAM policy conditions": `events:source`, of the entry that is put.
"""

import json
from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


def with_source(context_of: Function) -> Function:
    """Wraps what gives a request's condition keys."""

    def keys(service: str, action: str, body: bytes, *arguments: Any) -> Any:
        found = context_of(service, action, body, *arguments)
        if action != "events:PutEvents":
            return found
        sources = {entry.get("Source", "") for entry in json.loads(body)["Entries"]}
        # Each entry is asked for by itself; of one request with several sources this says the last, by its name.
        return {**found, "events:source": max(sources)}

    return keys
