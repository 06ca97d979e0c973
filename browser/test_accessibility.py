"""What axe-core finds: nothing serious, in any of the page's forms."""

import pytest
from playwright.sync_api import Browser

from browser.pages import AXE, PHONE, Opened, Report, opened


def serious(page: Opened) -> list[str]:
    """What is serious in a page whose every part is open."""
    page.page.evaluate("() => { for (const closed of document.querySelectorAll('details')) closed.open = true; }")
    # As the browser's tools do it: the page's own policy lets no other script in.
    found = page.page.context.new_cdp_session(page.page).send(
        "Runtime.evaluate",
        {"expression": f"{AXE.read_text()}; axe.run()", "awaitPromise": True, "returnByValue": True},
    )
    result = found["result"]["value"]
    assert len(result["passes"]) > 20, "it looked"
    serious = [one for one in result["violations"] if one["impact"] in ("serious", "critical")]
    return [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']][:3]}" for one in serious]


@pytest.mark.parametrize(("scheme", "size"), [("light", None), ("dark", None), ("light", PHONE), ("dark", PHONE)])
def test_axe_finds_nothing_serious(browser: Browser, small: Report, scheme: str, size: dict[str, int] | None) -> None:
    with opened(browser, small, scheme=scheme, size=size) as page:
        assert serious(page) == []


def test_axe_finds_nothing_serious_in_the_page_of_an_audit(browser: Browser, small: Report) -> None:
    with opened(browser, small.audit) as page:
        assert serious(page) == []


def test_axe_finds_what_is_wrong(browser: Browser, small: Report) -> None:
    with opened(browser, small) as page:
        page.page.evaluate(
            "document.getElementById('search').parentElement.replaceWith(document.getElementById('search'))"
        )
        found = page.page.context.new_cdp_session(page.page).send(
            "Runtime.evaluate",
            {"expression": f"{AXE.read_text()}; axe.run()", "awaitPromise": True, "returnByValue": True},
        )
        assert "label" in [one["id"] for one in found["result"]["value"]["violations"]]
