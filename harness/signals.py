"""How a program that started servers ends."""

import signal
import sys
from types import FrameType


def end_on_signals() -> None:
    """However it is told to end, `with` blocks are left in order, and so the servers are stopped."""

    def end(received: int, _: FrameType | None) -> None:
        sys.exit(128 + received)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, end)
