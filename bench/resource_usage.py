"""Peak memory and CPU time of the processes of a deployment, sampled from /proc while they live."""

import os
import threading
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Usage:
    """What the processes of one function, or of one server, used."""

    processes: int = 0
    peak_mebibytes: float = 0.0
    """The largest peak of any one process."""
    cpu_seconds: float = 0.0
    """Of all together."""


class Sampler:
    """Watches the processes that belong to one endpoint for as long as its `with` block lasts.

    Functions are the emulator's children named `bootstrap`; the kernel keeps the peak of each (VmHWM), so that a sample
    now and then suffices. A process that ends between two samples loses its last moments.
    """

    def __init__(self, endpoint: str, interval_seconds: float = 1.0) -> None:
        self._marks = (mark_of(endpoint), endpoint.rpartition(":")[2].encode())
        self._interval = interval_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._seen: dict[tuple[str, str], tuple[str, float, float]] = {}

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def usage(self) -> dict[str, Usage]:
        """By function, and for the two servers `simulator` and `emulator`."""
        found: dict[str, Usage] = defaultdict(Usage)
        for name, mebibytes, cpu_seconds in list(self._seen.values()):
            usage = found[name]
            usage.processes += 1
            usage.peak_mebibytes = max(usage.peak_mebibytes, mebibytes)
            usage.cpu_seconds += cpu_seconds
        return dict(sorted(found.items()))

    def _run(self) -> None:
        while not self._stop.wait(self._interval):
            self.sample()
        self.sample()

    def sample(self) -> None:
        """Looks at once: what ends next would otherwise lose its last moments."""
        for process in Path("/proc").iterdir():
            if not process.name.isdigit():
                continue
            try:
                # Why not the id alone: the kernel gives it to another process one day.
                stat = (process / "stat").read_text().rpartition(")")[2].split()
                name = self._name(process)
                if name is None:
                    continue
                status = (process / "status").read_text()
            except (OSError, IndexError):  # it has just ended, or is somebody else's
                continue
            peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
            cpu_seconds = (int(stat[11]) + int(stat[12])) / _TICKS
            self._seen[process.name, stat[19]] = (name, int(peak) / 1024, cpu_seconds)

    def _name(self, process: Path) -> str | None:
        """The function's name, `simulator` or `emulator`; None if the process is not of this deployment."""
        endpoint, port = self._marks
        command = (process / "cmdline").read_bytes().split(b"\0")
        if command[0].endswith(b"/simulator") and port in command:
            return "simulator"
        return function_of(process, endpoint) or ("emulator" if endpoint in environment_of(process) else None)


def mark_of(endpoint: str) -> bytes:
    """What the environment of each process of a deployment holds."""
    return f"AWS_ENDPOINT_URL={endpoint}".encode()


def environment_of(process: Path) -> list[bytes]:
    return (process / "environ").read_bytes().split(b"\0")


def function_of(process: Path, endpoint: bytes) -> str | None:
    """The name of the function whose process this is; None if it is no function of the endpoint's deployment.

    `endpoint` is as `mark_of` makes it.
    """
    environment = environment_of(process)
    mark = b"AWS_LAMBDA_FUNCTION_NAME="
    function = next((entry for entry in environment if entry.startswith(mark)), None)
    if endpoint not in environment or function is None:
        return None
    return function.removeprefix(mark).decode()
