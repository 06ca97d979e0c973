"""The emulator (`harness/emulator.py`) in a process of its own, with the functions as its children."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.permission_log import FILE_VARIABLE
from harness.servers import Server, environment, free_port, request

# Waits of the state machine are shortened: a second of its Wait and Retry lasts so long.
WAIT_SCALE = 0.005


class EmulatorProcess:
    """One address, and one process behind it."""

    def __init__(self) -> None:
        self._port = free_port()
        self._server: Server | None = None
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def start(self, directory: Path, services: str, settings: Mapping[str, str]) -> None:
        """`services` is the address that the functions call; `settings` are the emulator's, where they differ."""
        variables = environment(directory) | {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self._port),
            # Set on its own process, it reaches the functions too.
            "AWS_ENDPOINT_URL": services,
            # What Lambda sets from the template's LogLevel, and the emulator does not.
            "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SFN_WAIT_SCALE": str(WAIT_SCALE),
            "S3_DATA_DIR": str(directory / "s3"),
            "STATE_DIR": str(directory / "state"),
            FILE_VARIABLE: str(directory / "permissions.jsonl"),
            **settings,
        }
        command = [sys.executable, "-m", "harness.emulator"]
        self._server = Server("emulator", command, variables, directory / "emulator.log")
        self._server.wait_until_healthy(f"{self.endpoint}/_ministack/health")

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def output(self) -> str:
        return self._server.output() if self._server else ""

    def put_service_event(self, envelope: dict[str, Any]) -> None:
        """Delivers an event of an AWS service, as it is, on the default bus of the account that it names."""
        request("POST", f"{self.endpoint}/_service_events", envelope)

    def kill_workers(self, function: str) -> int:
        """Kills the processes of a function in the middle of what they do, as Lambda does at its timeout; how many."""
        name = f"AWS_LAMBDA_FUNCTION_NAME={function}".encode()
        killed = 0
        for process in Path("/proc").iterdir():
            try:
                parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                # Only the emulator's own children are looked at, by their ids.
                is_own = self._server is not None and parent == self._server.pid
                if is_own and name in (process / "environ").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGKILL)
                    killed += 1
            except (OSError, ValueError, IndexError):
                continue  # no process, or one that has just ended
        return killed
