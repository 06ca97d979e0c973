"""The page on costs says what the script reckons, and the script reckons with what the code does."""

import re

from bench import cost
from harness.paths import ROOT, TEMPLATE


def test_the_page_has_the_tables_that_the_script_makes() -> None:
    page = cost.PAGE.read_text()
    table = cost.tables(cost.measured_nights(), cost.memory_sizes(TEMPLATE))
    assert cost.page_with(page, table) == page, "run `python -m bench.cost --write`"


def test_reckons_with_the_sizes_of_the_code() -> None:
    code = (ROOT / "functions/select-accounts/src/lib.rs").read_text()
    batch = re.search(r"const ACCOUNTS_IN_A_BATCH: usize = (\d+);", code)
    pages = re.search(r"const PAGES_IN_A_CHUNK: u32 = (\d+);", code)
    assert batch is not None
    assert pages is not None
    assert int(batch[1]) == cost.ACCOUNTS_IN_A_BATCH
    assert int(pages[1]) * cost.ACCOUNTS_IN_A_PAGE == cost.ACCOUNTS_IN_A_CHUNK


def test_every_alarm_of_an_enforcing_deployment_is_paid_for() -> None:
    # Those of unlock requests are told of on the page, beside the table.
    alarms = re.findall(r"Type: AWS::CloudWatch::Alarm\n(?:    Condition: (\w+))?", TEMPLATE.read_text())
    assert set(alarms) <= {"", "NightsAreRun", "Recovering", "Unlocking"}
    assert len(alarms) - alarms.count("Unlocking") + 1 == cost.ALARMS, "one of them looks at two metrics"


def test_the_prices_stand_on_the_page() -> None:
    page = cost.PAGE.read_text()
    for price in ("$0.20", "$0.0000166667", "$0.025", "$1.00", "$0.00001667", "$0.005", "$0.0004", "$0.023", "$0.50"):
        assert price in page, price


def test_a_night_counts_every_account_in_a_batch() -> None:
    assert [cost.batches(size) for size in (1, 50, 51, 500, 1_000, 50_000)] == [1, 1, 2, 10, 20, 1_000]
    assert [cost.chunks(size) for size in (1, 500, 501)] == [1, 1, 2]


def test_reads_the_memory_of_each_function() -> None:
    sizes = cost.memory_sizes(TEMPLATE)
    assert len(sizes) == TEMPLATE.read_text().count("Type: AWS::Serverless::Function")
    assert sizes["AuditAccounts"] < sizes["PublishReport"]


def test_less_memory_is_longer_and_never_for_nothing() -> None:
    small = cost.Function("A", 128, 1, 0.1, 1.0)
    large = cost.Function("A", 1769, 1, 0.1, 1.0)
    assert large.seconds == 0.1 + 1.0 + cost.START_SECONDS
    assert small.seconds > large.seconds
    assert small.gb_seconds < large.gb_seconds
