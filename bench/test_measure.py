"""The measuring itself: it has to see whatever goes wrong."""

import copy

import pytest

from bench.generated_organization import MANAGEMENT, organization
from bench.measure import listing_limit, measure
from harness.organization import Call, World, accounts, credentials, is_out_of_reach

Run = tuple[World, World, list[Call]]

CLEAN = "200000000002"
SUSPENDED = "200000000100"


def call(second: float, action: str, account: str, task: str | None, result: str = "Success") -> Call:
    session = None if task is None else {"account": account, "task": f"IAM{task}RootUserCredentials"}
    time = f"2026-11-22T02:{int(second) // 60:02}:{second % 60:06.3f}Z"
    return {"time": time, "action": action, "account": account, "session": session, "result": result}


@pytest.fixture
def run() -> Run:
    """An organization before and after a run without fault, and its calls: a page, then an account every 100 ms."""
    before = organization(300, 0.02, 0)
    after = copy.deepcopy(before)
    calls = [call(0, "organizations:ListAccounts", "", None)]
    reachable = [account for account in after["accounts"] if not is_out_of_reach(before, account)]
    for number, account in enumerate(reachable, start=1):
        calls.append(call(number / 10, "sts:AssumeRoot", account["id"], None))
        calls.append(call(number / 10 + 0.05, "iam:GetAccountSummary", account["id"], "Audit"))
    for account in reachable:
        if credentials(account):
            del account["root"]
            calls.append(call(40, "iam:DeleteLoginProfile", account["id"], "Delete"))
    return before, after, calls


def test_measures_a_run_without_fault(run: Run) -> None:
    measured = measure(*run)
    assert measured.is_right
    assert (measured.accounts, measured.dirty, measured.calls_per_clean_account) == (300, 6, 2)
    assert (measured.total, measured.assume_root_per_second) == (40, 10)


def test_knows_what_listing_takes_at_the_published_rate() -> None:
    assert [listing_limit(size) for size in (100, 10_000, 50_000)] == [0, 61, 311]


def test_counts_an_account_without_a_completed_audit_as_unknown(run: Run) -> None:
    before, after, calls = run
    calls = [entry for entry in calls if (entry["action"], entry["account"]) != ("iam:GetAccountSummary", CLEAN)]
    assert measure(before, after, calls).unknown == [CLEAN]
    calls.append(call(1, "iam:GetAccountSummary", CLEAN, "Audit", "Throttling"))
    assert measure(before, after, calls).unknown == [CLEAN]
    assert measure(before, after, calls).throttles == {"iam:GetAccountSummary": 1}
    for action in ("ListAccessKeys", "ListSigningCertificates", "ListMFADevices"):
        calls.append(call(1, f"iam:{action}", CLEAN, "Audit"))
    calls.append(call(1, "iam:GetLoginProfile", CLEAN, "Audit", "NoSuchEntity"))
    assert measure(before, after, calls).is_right


def test_sees_a_credential_that_is_left(run: Run) -> None:
    before, after, calls = run
    missed = next(id for id, account in accounts(before).items() if credentials(account))
    accounts(after)[missed]["root"] = {"password": {}}
    assert measure(before, after, calls).missed == [missed]


@pytest.mark.parametrize("account", [MANAGEMENT, SUSPENDED])
def test_sees_a_call_where_none_may_be(run: Run, account: str) -> None:
    before, after, calls = run
    calls.append(call(1, "sts:AssumeRoot", account, None, "AccessDenied"))
    assert measure(before, after, calls).wrongly_touched == [account]


def test_sees_more_than_reads_in_a_clean_account(run: Run) -> None:
    before, after, calls = run
    calls.append(call(1, "iam:DeleteLoginProfile", CLEAN, "Delete", "NoSuchEntity"))
    assert measure(before, after, calls).wrongly_touched == [CLEAN]


def test_sees_a_loss_in_an_account_that_nobody_called(run: Run) -> None:
    before, after, calls = run
    del accounts(after)[SUSPENDED]["root"]
    assert measure(before, after, calls).wrongly_touched == [SUSPENDED]
