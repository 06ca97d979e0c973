"""The bench and the pictures can be made: on a small report, and without a word about how long it took."""

import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from browser import bench as browser_bench
from browser import screenshots as browser_screenshots
from browser.pages import ROOT, Report

# `make bench-report` is browser.bench, and the documents' pictures are made by browser.screenshots.


def test_the_bench_measures_each_figure_beside_an_empty_page(browser: Browser, small: Report, tmp_path: Path) -> None:
    empty = tmp_path / "empty.html"
    empty.write_text(browser_bench.EMPTY)
    figures = browser_bench.measure(browser, small, empty, times=1)
    assert {"opening", "searching a name", "filtering by status", "sorting by name", "the next window"} <= set(figures)
    for figure in figures.values():
        assert figure["ratio"] == figure["seconds"] / figure["empty_page_seconds"] > 0
    assert json.dumps(figures)


def test_the_pictures_are_made(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser_screenshots, "PICTURES", tmp_path)
    browser_screenshots.take(browser)
    for name in ("light", "dark", "phone", "print"):
        with (
            Image.open(tmp_path / f"{name}.png") as made,
            Image.open(ROOT / "docs" / "report" / f"{name}.png") as kept,
        ):
            # Fonts differ from machine to machine; the forms do not.
            assert made.width == kept.width and made.height > 500, name
