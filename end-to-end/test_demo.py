"""The commands of the documents that stand for themselves: the demo, and the benchmark at a size that takes seconds."""

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


def test_the_benchmark_of_the_sweep_finds_nothing_wrong(binaries: Path) -> None:
    said = run("-m", "bench.sweep", "--accounts", "40", "--binaries", str(binaries))
    assert "NOT AS IT SHOULD BE" not in said, said
