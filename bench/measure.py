"""What a run did and how long it took, from the simulator's world and call log alone.

Nothing here asks the functions or the script that ran: both are measured by the same calls.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from harness.organization import Call, World, accounts, credentials, is_out_of_reach

# Published for ListAccounts: accounts a page, pages at once after a pause, pages a second.
_PAGE, _BURST, _RATE = 20, 12, 8
_READ_IN_FULL = {"iam:ListAccessKeys", "iam:ListSigningCertificates", "iam:ListMFADevices", "iam:GetLoginProfile"}
_READS = ("sts:AssumeRoot", "iam:Get", "iam:List")
_THROTTLES = {"Throttling", "TooManyRequestsException", "ThrottlingException", "SlowDown"}


@dataclass(frozen=True)
class Measurement:
    """One run over one organization. Times are seconds from the first call of the run."""

    accounts: int
    """In the organization, the management account and suspended ones among them."""
    dirty: int
    """Accounts that had to be cleaned."""
    calls: int
    listed_after: float
    """The last page of accounts."""
    audited_after: float
    """The last call of an audit session."""
    total: float
    """The last deletion; the last call of an audit session if nothing was to be deleted."""
    ended_after: float
    """The last call of all."""
    calls_per_clean_account: float
    assume_root_per_second: float
    """The most calls of sts:AssumeRoot within any one second."""
    throttles: dict[str, int]
    """Throttled calls by action."""
    failures: dict[str, int]
    """Other refused calls by action and code, but for a login profile that is not there."""
    unknown: list[str]
    """Accounts of which no audit was completed."""
    missed: list[str]
    """Accounts that still hold a credential which had to go."""
    wrongly_touched: list[str]
    """Accounts that received a call, or lost something, although they should not have."""

    @property
    def is_right(self) -> bool:
        return not (self.unknown or self.missed or self.wrongly_touched)

    @property
    def accounts_per_second(self) -> float:
        return self.accounts / self.total if self.total else 0.0

    @property
    def listing_limit(self) -> float:
        """Seconds that listing alone takes at the published rate, however fast the rest is."""
        return listing_limit(self.accounts)


def listing_limit(size: int) -> float:
    return max(ceil(size / _PAGE) - _BURST, 0) / _RATE


def measure(before: World, after: World, calls: list[Call]) -> Measurement:
    """Reads a run from the organization before and after it, and from every call that was made in between."""
    by_account: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        if call["session"] is not None:
            by_account[call["session"]["account"]].append(call)
        elif call["action"] == "sts:AssumeRoot" and call["account"] is not None:
            by_account[call["account"]].append(call)

    was, now = accounts(before), accounts(after)
    reachable = {id for id, account in was.items() if not is_out_of_reach(before, account)}
    dirty = {id for id in reachable if credentials(was[id])}
    clean_calls = [len(by_account[id]) for id in reachable - dirty]
    start = _seconds(calls[0]) if calls else 0.0

    def last(chosen: list[Call]) -> float:
        return max((_seconds(call) for call in chosen), default=start) - start

    audits = [call for call in calls if call["session"] is not None and "Audit" in call["session"]["task"]]
    deletions = [call for call in calls if call["session"] is not None and not call["action"].startswith(_READS)]
    sessions = [call for call in calls if call["action"] == "sts:AssumeRoot"]
    refused = [call for call in calls if not _is_answered(call)]
    return Measurement(
        accounts=len(was),
        dirty=len(dirty),
        calls=len(calls),
        listed_after=last([call for call in calls if call["action"] == "organizations:ListAccounts"]),
        audited_after=last(audits),
        total=last(deletions) or last(audits),
        ended_after=last(calls),
        calls_per_clean_account=sum(clean_calls) / len(clean_calls) if clean_calls else 0.0,
        assume_root_per_second=_busiest_second([_seconds(call) for call in sessions]),
        throttles=dict(Counter(call["action"] for call in refused if call["result"] in _THROTTLES)),
        failures=dict(
            Counter(f"{call['action']} {call['result']}" for call in refused if call["result"] not in _THROTTLES)
        ),
        unknown=sorted(id for id in reachable if not _is_audited(by_account[id])),
        missed=sorted(id for id in dirty if credentials(now.get(id, {}))),
        wrongly_touched=sorted(
            id
            for id, account in was.items()
            if (id not in reachable and by_account[id])
            or (id not in dirty and (now.get(id) != account or any(_changes(call) for call in by_account[id])))
        ),
    )


def _seconds(call: Call) -> float:
    return datetime.fromisoformat(call["time"]).timestamp()


def _is_answered(call: Call) -> bool:
    no_password = call["action"] == "iam:GetLoginProfile" and call["result"] == "NoSuchEntity"
    return call["result"] == "Success" or no_password


def _is_audited(calls: list[Call]) -> bool:
    answered = {call["action"] for call in calls if call["session"] is not None and _is_answered(call)}
    return "iam:GetAccountSummary" in answered or answered >= _READ_IN_FULL


def _changes(call: Call) -> bool:
    return not call["action"].startswith(_READS)


def _busiest_second(times: list[float]) -> int:
    times, first, most = sorted(times), 0, 0
    for position, time in enumerate(times):
        while time - times[first] >= 1:
            first += 1
        most = max(most, position - first + 1)
    return most
