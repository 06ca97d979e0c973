"""On paper: landscape, the summary and every account that is not clean, with its evidence, and no clean one."""

import io

import pypdfium2
import pytest
from playwright.sync_api import Browser

from browser.pages import Report, opened
from browser.test_report_page import not_clean, of_status


@pytest.mark.parametrize("javascript", [True, False])
def test_on_paper_stands_every_account_that_is_not_clean(browser: Browser, small: Report, javascript: bool) -> None:
    with opened(browser, small, javascript=javascript) as page:
        if javascript:
            # What is on the screen makes no difference.
            page.page.locator("#search").fill("payments")
        paper = pypdfium2.PdfDocument(io.BytesIO(page.page.pdf(prefer_css_page_size=True)))
    texts = [sheet.get_textpage().get_text_range() for sheet in paper]
    text = "\n".join(texts)
    assert all(sheet.get_width() > sheet.get_height() for sheet in paper)
    assert "6 accounts need a person" in text and "report.csv" in text
    assert [id for id in not_clean(small) if id not in text] == []
    assert [id for id in of_status(small, "clean") if id in text] == []
    assert "release-key" in text and "8b7c3f2e-1111" in text, "commands and evidence are open"
    assert "Search" not in text
    heads = [sheet for sheet in texts if "What to do\r\n" in sheet and "Account" in sheet and "Why" in sheet]
    assert len(heads) >= 3, "the heads stand on each page of the list"
