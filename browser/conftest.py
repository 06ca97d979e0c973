"""One browser, and two reports: a small one to look at, and the largest organization."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from browser.pages import Report, chromium, write_report

LARGEST = 50_000
NOT_CLEAN = 1_000


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return write_report(tmp_path_factory.mktemp("small"), 60, 40)


@pytest.fixture(scope="session")
def largest(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return write_report(tmp_path_factory.mktemp("largest"), LARGEST, NOT_CLEAN)
