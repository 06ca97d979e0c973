"""What the page does: filter, sort, search, links, windows; without JavaScript; with names that nobody wishes for."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser.conftest import LARGEST
from browser.pages import PHONE, Opened, Report, opened

WINDOW = 100


def ids(page: Page) -> list[str]:
    """The accounts that are shown, in their order."""
    return page.locator("table.accounts tbody th code").all_inner_texts()


def shown(page: Page) -> int:
    """How many accounts the filters let through, as the page says it."""
    said = page.locator("#shown").inner_text()
    found = re.search(r"of ([\d,]+) accounts", said)
    return 0 if found is None else int(found[1].replace(",", ""))


def names(report: Report) -> dict[str, str]:
    return {account["id"]: account["name"] for account in report.document["accounts"]}


def of_status(report: Report, *statuses: str) -> list[str]:
    return [account["id"] for account in report.document["accounts"] if account["status"] in statuses]


def not_clean(report: Report) -> list[str]:
    return [account["id"] for account in report.document["accounts"] if account["status"] != "clean"]


def quiet(page: Opened, report: Report) -> None:
    """Nothing was said on the console, and nothing was loaded but the page."""
    assert page.complaints == []
    assert page.requests == [report.url]


def test_every_account_is_in_the_windows_once_those_that_need_a_person_first(browser: Browser, small: Report) -> None:
    with opened(browser, small) as page:
        assert ids(page.page) == [account["id"] for account in small.document["accounts"]]
        assert shown(page.page) == 60
        quiet(page, small)


def test_windows_go_through_the_largest_organization(browser: Browser, largest: Report) -> None:
    with opened(browser, largest) as page:
        assert len(ids(page.page)) == WINDOW and shown(page.page) == LARGEST
        # All windows, turned in the page itself: five hundred clicks from here take a minute.
        seen = page.page.evaluate(
            """() => {
                const seen = [], later = document.getElementById("later");
                for (;;) {
                    const shown = document.querySelectorAll("table.accounts tbody th code");
                    for (const id of shown) seen.push(id.textContent);
                    if (later.disabled) return seen;
                    later.click();
                }
            }"""
        )
        assert seen == [account["id"] for account in largest.document["accounts"]]
        page.page.locator("#earlier").click()
        assert ids(page.page) == seen[-2 * WINDOW : -WINDOW]
        quiet(page, largest)


def test_search_filter_and_sort_at_the_largest_organization(browser: Browser, largest: Report) -> None:
    accounts: list[dict[str, Any]] = largest.document["accounts"]
    with opened(browser, largest) as page:
        search, status = page.page.locator("#search"), page.page.locator("#status")
        search.fill("payments-prod-4")
        wanted = [account["id"] for account in accounts if "payments-prod-4" in account["name"]]
        assert shown(page.page) == len(wanted) > 0 and ids(page.page) == wanted[:WINDOW]
        # An account's id, also as the spreadsheet writes it.
        for text in ("100000049993", "1000-0004-9993"):
            search.fill(text)
            assert ids(page.page) == ["100000049993"]
        search.fill("no account has this")
        assert (ids(page.page), shown(page.page)) == ([], 0)
        search.fill("")

        status.select_option("protected")
        assert ids(page.page) == of_status(largest, "protected")[:WINDOW]
        page.page.locator("#change").select_option("new")
        new = [id for id in of_status(largest, "protected") if id in set(largest.document["changes"]["new"])]
        assert 0 < shown(page.page) == len(new) < len(of_status(largest, "protected"))
        page.page.locator("#change").select_option("")
        status.select_option("")

        unit = next(unit for unit in largest.document["units"] if unit["name"] == "Acquired <2025>")
        page.page.locator("#unit").select_option(label="Acquired <2025>")
        assert shown(page.page) == sum(unit["counts"].values())
        page.page.locator("#unit").select_option("")

        by_name = page.page.get_by_role("button", name="Name")
        by_name.click()
        ascending = sorted(account["name"].lower() for account in accounts if account["name"].isascii())
        assert page.page.locator("table.accounts tbody td:nth-child(2)").all_inner_texts()[0].lower() == ascending[0]
        by_name.click()
        assert page.page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
        page.page.get_by_role("button", name="Account", exact=True).click()
        assert ids(page.page) == sorted(account["id"] for account in accounts)[:WINDOW]
        quiet(page, largest)


def test_a_link_leads_to_its_account_also_where_that_is_filtered_away(browser: Browser, largest: Report) -> None:
    account = largest.document["changes"]["unchanged"][3]
    with opened(browser, largest) as page:
        page.page.locator("#search").fill("no account has this")
        page.page.locator(f"section a[href='#a{account}']").first.click()
        row = page.page.locator(f"#a{account}")
        assert row.is_visible() and page.page.locator("#search").input_value() == ""
        top = row.evaluate("row => row.getBoundingClientRect().top")
        assert 0 <= top < 1000, "it is on the screen"
        quiet(page, largest)


def test_without_javascript_the_page_lists_every_account_that_is_not_clean(browser: Browser, small: Report) -> None:
    with opened(browser, small, javascript=False) as page:
        assert ids(page.page) == not_clean(small)
        assert page.page.locator("h1").inner_text() == "6 accounts need a person"
        assert page.page.get_by_text("28 clean accounts are not in this list").is_visible()
        for part in ("form.controls", "p.windows"):
            assert not page.page.locator(part).is_visible()
        evidence = page.page.locator("table.accounts details", has_text="Evidence").first
        evidence.locator("summary").click()
        assert evidence.locator("ul").is_visible()
        quiet(page, small)


def test_no_name_runs_is_hidden_or_turns_what_stands_around_it(browser: Browser, small: Report) -> None:
    with opened(browser, small) as page:
        assert page.page.locator("script").count() == 3 and page.page.locator("b", has_text="brackets").count() == 0
        said = dict(
            zip(
                ids(page.page),
                page.page.locator("table.accounts tbody td:nth-child(2)").all_text_contents(),
                strict=True,
            )
        )
        for id, name in names(small).items():
            assert said[id] == name.replace("\u202e", "\\u{202e}"), id
        emoji = page.page.locator("#a100000000017 td:nth-child(2)")
        assert emoji.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), "it stays in its column"
        quiet(page, small)


def test_a_script_that_is_not_the_pages_own_does_not_run(browser: Browser, small: Report) -> None:
    with opened(browser, small) as page:
        page.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.hasRun = true";
                document.body.append(script);
                document.body.insertAdjacentHTML("beforeend", "<img src='https://example.com/x'>");
            }"""
        )
        assert page.page.evaluate("window.hasRun") is None
        assert len(page.complaints) == 2 and all("Content Security Policy" in one for one in page.complaints)
        assert page.requests == [small.url]


def test_what_the_page_came_with_is_seen_where_its_script_breaks(browser: Browser, small: Report) -> None:
    context = browser.new_context()
    try:
        page = context.new_page()
        page.add_init_script("JSON.parse = () => { throw new Error('broken'); };")
        page.goto(small.url)
        assert ids(page) == not_clean(small)
        assert page.locator("table.accounts tbody tr").first.is_visible()
    finally:
        context.close()


def test_a_row_is_copied_as_cells_without_what_opens_and_closes(browser: Browser, small: Report) -> None:
    account = of_status(small, "protected")[0]
    with opened(browser, small) as page:
        copied = page.page.locator(f"#a{account}").evaluate(
            """row => {
                getSelection().selectAllChildren(row);
                return getSelection().toString();
            }"""
        )
        cells = copied.split("\t")
        assert cells[:2] == [account, names(small)[account]] and len(cells) == 7, copied
        assert "Evidence" not in copied and "Command" not in copied


def test_the_heads_of_the_columns_stay_on_the_screen(browser: Browser, largest: Report) -> None:
    with opened(browser, largest) as page:
        page.page.locator("table.accounts tbody tr").nth(60).scroll_into_view_if_needed()
        page.page.mouse.wheel(0, 1500)
        page.page.wait_for_function("scrollY > 1500")
        box = page.page.locator("table.accounts thead th").first.bounding_box()
        assert box is not None and box["y"] == 0


@pytest.mark.parametrize("size", [None, PHONE])
def test_nothing_is_wider_than_the_screen(browser: Browser, largest: Report, size: dict[str, int] | None) -> None:
    with opened(browser, largest, size=size) as page:
        assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        quiet(page, largest)


def test_the_page_of_an_audit_filters_and_sorts_without_what_it_does_not_know(browser: Browser, small: Report) -> None:
    with opened(browser, small.audit) as page:
        assert ids(page.page) == [account["id"] for account in small.document["accounts"]]
        for unknown in ("#unit", "#change", "#changes", "#charts"):
            assert page.page.locator(unknown).count() == 0, unknown
        assert page.page.get_by_role("heading", name="What this page does not know").is_visible()
        heads = [head for head in page.page.locator("table.accounts thead th").all() if head.is_visible()]
        assert [head.inner_text() for head in heads] == ["Account", "Name", "Status", "Why", "What to do"]
        page.page.locator("#status").select_option("protected")
        assert ids(page.page) == of_status(small, "protected")
        page.page.locator("#status").select_option("")
        page.page.locator("#search").fill("payments")
        assert shown(page.page) == sum("payments" in name for name in names(small).values()) > 0
        page.page.get_by_role("button", name="Name").click()
        quiet(page, small.audit)


def test_what_to_do_comes_first_and_then_what_changed(browser: Browser, small: Report) -> None:
    with opened(browser, small) as page:
        heads = page.page.locator("main h2").all_inner_texts()
        assert heads[:3] == ["What to do", "Since the last run", "All accounts by status"]
        commands = page.page.locator("ol.tasks pre").all_inner_texts()
        assert len(commands) > 0 and all(command.startswith("rootwarden ") for command in commands), commands
