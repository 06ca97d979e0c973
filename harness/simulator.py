"""The simulated organization as a server on this machine; `simulator/README.md` says what can be asked of it."""

import json
from pathlib import Path
from typing import Any

from harness.errors import DeploymentError
from harness.organization import Call, World
from harness.servers import Server, environment, free_port, request


class Simulator:
    """One address for as long as it lives; the organization behind it can start anew."""

    def __init__(self, binaries: Path) -> None:
        self._binary = binaries / "simulator"
        self._port = free_port()
        self._server: Server | None = None
        self._callers: dict[str, dict[str, Any]] = {}
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def start(self, world: World, directory: Path, forward: str | None = None) -> None:
        """Starts an organization, with an empty call log, and tells it the callers that are known.

        `directory` holds its files. What it does not serve itself goes on to `forward`, another server's address.
        """
        file = directory / "world.json"
        file.write_text(json.dumps(world))
        command = [str(self._binary), "--world", str(file), "--port", str(self._port)]
        if forward is not None:
            command += ["--forward", forward]
        if not self._binary.is_file():
            raise DeploymentError(f"{self._binary} is missing: build it first (cargo build --workspace)")
        self._server = Server("simulator", command, environment(directory), directory / "simulator.log")
        self._server.wait_until_healthy(f"{self.endpoint}/_counts")
        self.register_callers(self._callers)

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()

    def output(self) -> str:
        return self._server.output() if self._server else ""

    def register_callers(self, callers: dict[str, dict[str, Any]]) -> None:
        """Tells it who signs with which key; it is told again whenever the organization starts anew."""
        self._callers |= callers
        for key, caller in callers.items():
            request("PUT", f"{self.endpoint}/_callers/{key}", caller)

    def inject_faults(self, *faults: dict[str, Any]) -> None:
        """Makes calls in the organization fail by rule."""
        request("POST", f"{self.endpoint}/_faults", list(faults))

    def world(self) -> World:
        """The organization as it is now, with every default filled in."""
        world: World = json.loads(request("GET", f"{self.endpoint}/_world"))
        return world

    def set_root(self, account: str, root: dict[str, Any]) -> None:
        """What an account's owner has made as its root user, in the place of what is there."""
        request("PUT", f"{self.endpoint}/_root/{account}", root)

    def calls(self, timeout: float = 30) -> list[Call]:
        """What was called since it started. For 50,000 accounts that is tens of megabytes."""
        calls: list[Call] = json.loads(request("GET", f"{self.endpoint}/_calls", timeout=timeout))
        return calls

    def counts(self) -> dict[str, dict[str, int]]:
        """How often what was called, by action and result: for an organization whose whole log is too much."""
        counts: dict[str, dict[str, int]] = json.loads(request("GET", f"{self.endpoint}/_counts"))["actions"]
        return counts

    def findings(self) -> list[dict[str, Any]]:
        """The findings that Security Hub took since it started, in order."""
        findings: list[dict[str, Any]] = json.loads(request("GET", f"{self.endpoint}/_findings"))
        return findings

    def secrets(self) -> set[str]:
        """Every secret key and session token that it issued."""
        return set(json.loads(request("GET", f"{self.endpoint}/_secrets")))
