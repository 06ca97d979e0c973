"""Waiting for something to happen: asked for again and again, with an end."""

import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import DeploymentError

Seen = TypeVar("Seen")


def wait_until(
    look: Callable[[], Seen | None],
    *,
    within_seconds: float,
    every_seconds: float = 0.1,
    otherwise: Callable[[], str] | str = "what was waited for did not happen",
) -> Seen:
    """Looks until there is something to see, and returns it: anything but None and False.

    It looks at least once. After `within_seconds` a DeploymentError says what `otherwise` says; that is asked for only
    then, since logs are long. What `look` raises ends the waiting.
    """
    deadline = time.monotonic() + within_seconds
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() >= deadline:
            text = otherwise if isinstance(otherwise, str) else otherwise()
            raise DeploymentError(f"{text} (waited {within_seconds:.0f} s)")
        time.sleep(every_seconds)
