"""The commands of the documents that stand for themselves: the demo, and the benchmark at a size that takes seconds."""

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*command: str) -> str:
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_demo_ends_with_every_root_credential_gone(binaries: Path) -> None:
    said = run("-m", "demo", "--binaries", str(binaries))
    assert "every root credential of every active, non-exempt member is gone" in said, said


def test_what_the_demo_prints_points_the_command_line_at_it(binaries: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--keep", "--binaries", str(binaries)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        try:
            assert demo.stdout is not None
            said: list[str] = []
            for line in demo.stdout:
                said.append(line)
                if "Ctrl-C ends it" in line:
                    break
            exported = [line.removeprefix("export ").split() for line in said if line.startswith("export ")]
            assert len(exported) == 2, "".join(said)
            printed = dict(pair.split("=", 1) for line in exported for pair in line)
            environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **printed}

            def ends(*arguments: str) -> tuple[int, str]:
                ended = subprocess.run(
                    [str(binaries / "rootwarden"), *arguments],
                    cwd=tmp_path,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                return ended.returncode, ended.stdout + ended.stderr

            code, told = ends("check")
            assert (code, "arn:aws:iam::111122223333:user/operator" in told) == (0, True), told
            code, told = ends("audit", "--exclude", "333300000007", "--output", "json")
            assert (code, '"found": 0' in told) == (0, True), told
            code, told = ends("recovery", "status", "222200000001")
            assert (code, "none may be recovered" in told) == (0, True), told
        finally:
            demo.send_signal(signal.SIGINT)


def test_the_benchmark_of_the_sweep_finds_nothing_wrong(binaries: Path) -> None:
    said = run("-m", "bench.sweep", "--accounts", "40", "--binaries", str(binaries))
    assert "NOT AS IT SHOULD BE" not in said, said
