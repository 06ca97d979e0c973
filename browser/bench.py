"""Measures opening and filtering the report of the largest organization, beside an empty page in the same browser.

Times are printed, as multiples of the empty page too, and never judged: the machine decides on them.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from browser.pages import DESKTOP, TARGET, Report, chromium, opened, write_report

# Two frames after something happened, its outcome is on the screen.
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
EMPTY = "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>empty</title><p>Nothing.</p></html>"


def opening_seconds(browser: Browser, url: str) -> float:
    """From the beginning of the navigation until the page is painted, in a window of its own."""
    context = browser.new_context(viewport=DESKTOP)
    try:
        page = context.new_page()
        page.goto(url)
        milliseconds: float = page.evaluate(f"{_PAINTED}.then(() => performance.now())")
        return milliseconds / 1000
    finally:
        context.close()


def filtering_seconds(page: Page, id: str, before: str, value: str) -> float:
    """From a filter's change until its outcome is painted. What stands there before is not part of the time."""
    milliseconds: float = page.evaluate(
        f"""async ([id, before, value]) => {{
            const control = document.getElementById(id);
            const change = (to) => {{
                control.value = to;
                control.dispatchEvent(new Event("input", {{ bubbles: true }}));
                return {_PAINTED};
            }};
            await change(before);
            const began = performance.now();
            await change(value);
            return performance.now() - began;
        }}""",
        [id, before, value],
    )
    return milliseconds / 1000


def clicking_seconds(page: Page, selector: str) -> float:
    milliseconds: float = page.evaluate(
        f"""(selector) => {{
            const began = performance.now();
            document.querySelector(selector).click();
            return {_PAINTED}.then(() => performance.now() - began);
        }}""",
        selector,
    )
    return milliseconds / 1000


def empty_seconds(page: Page) -> float:
    """What two frames take where nothing happens."""
    milliseconds: float = page.evaluate(
        f"() => {{ const began = performance.now(); return {_PAINTED}.then(() => performance.now() - began); }}"
    )
    return milliseconds / 1000


def repeated(times: int, measured: Callable[..., float], *arguments: Any) -> float:
    return statistics.median(measured(*arguments) for _ in range(times))


def measure(browser: Browser, report: Report, empty: Path, times: int) -> dict[str, dict[str, float]]:
    """Each figure, and how many times that of an empty page it is. Both are taken in turn, under the same load."""
    ours, theirs = [], []
    for _ in range(times):
        theirs.append(opening_seconds(browser, empty.as_uri()))
        ours.append(opening_seconds(browser, report.url))
    figures = {"opening": (statistics.median(ours), statistics.median(theirs))}
    with opened(browser, report) as page:
        nothing = repeated(times, empty_seconds, page.page)
        for name, id, before, value in (
            ("searching a name", "search", "", "payments-prod"),
            ("searching what nobody has", "search", "", "nobody is called this"),
            ("taking the search back", "search", "payments-prod", ""),
            ("filtering by status", "status", "", "protected"),
            ("all statuses again", "status", "protected", ""),
            ("filtering by unit", "unit", "", "1"),
            ("all units again", "unit", "1", ""),
        ):
            figures[name] = (repeated(times, filtering_seconds, page.page, id, before, value), nothing)
        figures["sorting by name"] = (
            repeated(times, clicking_seconds, page.page, "table.accounts th:nth-child(2) button"),
            nothing,
        )
        figures["the next window"] = (repeated(times, clicking_seconds, page.page, "#later"), nothing)
    return {
        name: {"seconds": seconds, "empty_page_seconds": empty_page, "ratio": seconds / empty_page}
        for name, (seconds, empty_page) in figures.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="browser.bench", description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=50_000)
    parser.add_argument("--not-clean", type=int, default=1_000)
    parser.add_argument("--times", type=int, default=7, help="the median of so many")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        report = write_report(Path(folder), arguments.accounts, arguments.not_clean)
        empty = Path(folder) / "empty.html"
        empty.write_text(EMPTY)
        size = (report.folder / "report.html").stat().st_size
        figures = measure(browser, report, empty, arguments.times)
    print(f"{arguments.accounts} accounts, {arguments.not_clean} not clean, {size / 1e6:.1f} MB")
    for name, figure in figures.items():
        print(f"  {name:<28}{figure['seconds']:7.3f} s, {figure['ratio']:6.1f} times an empty page")
    result: dict[str, Any] = {"bytes": size, "figures": figures} | vars(arguments)
    path = TARGET / "bench" / f"report-{arguments.accounts}-{arguments.not_clean}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(f"  written to {path}")


if __name__ == "__main__":
    main()
