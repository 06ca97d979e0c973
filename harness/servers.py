"""Starts local servers and stops them again, whatever happens."""

import json
import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from harness.errors import DeploymentError
from harness.paths import ROOT
from harness.waiting import wait_until

# Why: a proxy of the environment must not see, or break, what stays on this machine.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def request(method: str, url: str, body: Any = None, timeout: float = 30) -> str:
    """Sends JSON to one of the local servers; an error status becomes a DeploymentError with the server's text."""
    data = None if body is None else json.dumps(body).encode()
    message = urllib.request.Request(url, data, {"content-type": "application/json"}, method=method)
    try:
        with OPENER.open(message, timeout=timeout) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise DeploymentError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')[:500]}") from error


def environment(directory: Path) -> dict[str, str]:
    """Nothing of the caller's: no AWS profile, Region or proxy of the machine reaches a server or a function."""
    files = directory / "tmp"
    files.mkdir(exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(files),
        "TMPDIR": str(files),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


class Server:
    """One server process in a group of its own, with its output in a file."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], output: Path) -> None:
        self.name = name
        self._output = output
        with output.open("ab") as file:
            # A group of its own: its children end with it, and Ctrl-C reaches only us, who stop it in order.
            self._process = subprocess.Popen(
                command,
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def wait_until_healthy(self, url: str, timeout: float = 60) -> None:
        """Waits until `url` answers; a process that ends before is reported with its last output."""

        def answers() -> bool:
            if self._process.poll() is not None:
                raise DeploymentError(f"{self.name} ended with {self._process.returncode}:\n{self.output()[-3000:]}")
            try:
                request("GET", url, timeout=2)
            except (OSError, DeploymentError):
                return False
            return True

        wait_until(
            answers,
            within_seconds=timeout,
            every_seconds=0.05,
            otherwise=lambda: f"{self.name} did not answer at {url}:\n{self.output()[-3000:]}",
        )

    def stop(self) -> None:
        """Ends the process and its children: asks first, then insists."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                continue
        self._process.wait(5)
