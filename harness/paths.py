"""Where things are in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
TEMPLATE = ROOT / "template.yaml"
MANAGEMENT_TEMPLATE = ROOT / "management-account.yaml"
MANAGEMENT_WATCH_TEMPLATE = ROOT / "management-account-watch.yaml"
REGION_WATCH_TEMPLATE = ROOT / "watch-region.yaml"
DEBUG_BINARIES = TARGET / "debug"
"""Where the functions and the simulator are when nothing else is said: what `cargo build` makes."""
