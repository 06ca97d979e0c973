"""Reports of a made-up organization, and the browser that opens them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "target"
GENERATOR = TARGET / "debug" / "examples" / "sample_report"
AXE = TARGET / "browser" / "node_modules" / "axe-core" / "axe.min.js"

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 1000}


@dataclass(frozen=True)
class Report:
    """A report in all its formats."""

    folder: Path
    page: str = "report.html"

    @property
    def url(self) -> str:
        return (self.folder / self.page).as_uri()

    @property
    def audit(self) -> "Report":
        """The same accounts as `rootwarden audit` tells of them: a page, and nothing beside it."""
        return Report(self.folder, "audit.html")

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "report.json").read_text())
        return document


@dataclass
class Opened:
    """A page, and everything that it complained of or loaded."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("requestfinished", lambda request: self.requests.append(request.url))


def write_report(folder: Path, accounts: int, not_clean: int) -> Report:
    """Writes a report over so many accounts; it is the same each time."""
    if not GENERATOR.exists():
        raise FileNotFoundError(f"{GENERATOR} is not built: cargo build --workspace --all-targets --locked")
    subprocess.run([GENERATOR, folder, str(accounts), str(not_clean)], check=True)
    return Report(folder)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of this machine. Its sandbox cannot be used by root, as which containers run tests."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise FileNotFoundError("chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    report: Report,
    *,
    scheme: str = "light",
    size: dict[str, int] | None = None,
    javascript: bool = True,
) -> Iterator[Opened]:
    """Opens a report in a window of its own."""
    context = browser.new_context(color_scheme=scheme, viewport=size or DESKTOP, java_script_enabled=javascript)
    try:
        opened = Opened(context.new_page())
        opened.listen()
        opened.page.goto(report.url)
        yield opened
    finally:
        context.close()
