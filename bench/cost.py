"""What Rootwarden costs a month: AWS's prices, and what a run takes.

    python -m bench.cost                # prints the tables that stand in docs/cost.md
    python -m bench.cost --write        # writes them there

Free tiers are not subtracted. Every number that is no price stands below with its reason. Processor times and stored
bytes stand in bench/measured.json, which `bench.invocations` writes.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from bench.invocations import MEASURED
from harness.paths import ROOT

PAGE = ROOT / "docs/cost.md"
SIZES = (100, 1_000, 10_000, 50_000)
NIGHTS = 30

# US East (N. Virginia), in US dollars. What each is for, and where AWS says so, stands in docs/cost.md.
LAMBDA_REQUEST = 0.20 / 1e6
LAMBDA_GB_SECOND = 0.0000166667
TRANSITION = 0.025 / 1e3
EXPRESS_REQUEST = 1.00 / 1e6
EXPRESS_GB_SECOND = 0.00001667
S3_PUT = 0.005 / 1e3
S3_GET = 0.0004 / 1e3
S3_GB_MONTH = 0.023
ALARM = 0.10
METRIC = 0.30
LOGS_GB = 0.50

# A function with 1,769 MB has one processor (AWS Lambda Developer Guide, "Configure Lambda function memory").
MB_OF_A_PROCESSOR = 1769
# In select-accounts and plan-deletions; the tests hold them against the code.
ACCOUNTS_IN_A_CHUNK, ACCOUNTS_IN_A_BATCH = 500, 50
# Published for ListAccounts, and the default of AssumeRootPerSecond over ten workers.
PAGES_PER_SECOND, ACCOUNTS_IN_A_PAGE = 8, 20
SESSIONS_PER_SECOND, WORKERS = 200, 10
# States that a night with nothing to delete enters, without the children of the maps: see `transitions`.
FIXED_STATES, STATES_OF_A_CHUNK, STATES_OF_START_NIGHT = 10, 8, 6
# Each invocation reads its pins, the exemptions and what the one before it wrote: an upper bound, not counted.
GETS_OF_AN_INVOCATION = 6
# At LogLevel INFO: a start, an end, a report, and a line or two for each decision.
LOG_BYTES_OF_AN_INVOCATION = 4_000
# The alarm for failed runs looks at two metrics, and is paid for each.
ALARMS, METRICS = 15, 2
# In shared/report/src/metrics.rs. Sent once a night, and a metric is paid for by the hours in which it is sent.
RUN_METRICS, HOURS_OF_A_MONTH = 29, 730
# A function that is built anew reads its binary and connects: an upper bound for each invocation.
START_SECONDS = 0.5


@dataclass(frozen=True)
class Function:
    """One function in a night."""

    name: str
    memory_mb: int
    invocations: int
    cpu_seconds: float
    """Of one invocation, on a whole processor."""
    waiting_seconds: float
    """Of one invocation: for AWS's published rates and the budget of root sessions."""

    @property
    def seconds(self) -> float:
        """Of one invocation: its processor time at the share that its memory buys, and what it waits."""
        return self.cpu_seconds * MB_OF_A_PROCESSOR / self.memory_mb + self.waiting_seconds + START_SECONDS

    @property
    def gb_seconds(self) -> float:
        return self.invocations * self.seconds * self.memory_mb / 1024


@dataclass(frozen=True)
class Month:
    accounts: int
    invocations: int
    gb_seconds: float
    transitions: int
    express_requests: int
    express_gb_seconds: float
    puts: int
    gets: int
    stored_gb: float
    dollars: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.dollars.values())


def chunks(accounts: int) -> int:
    return ceil(accounts / ACCOUNTS_IN_A_CHUNK)


def batches(accounts: int) -> int:
    whole, rest = divmod(accounts, ACCOUNTS_IN_A_CHUNK)
    return whole * ceil(ACCOUNTS_IN_A_CHUNK / ACCOUNTS_IN_A_BATCH) + ceil(rest / ACCOUNTS_IN_A_BATCH)


def transitions(accounts: int) -> int:
    """State transitions of a night: its own states, one for each child of a map, and those of `start-night`."""
    return FIXED_STATES + STATES_OF_A_CHUNK * chunks(accounts) + batches(accounts) + STATES_OF_START_NIGHT


def cpu(measured: dict[str, Any], function: str, accounts: int) -> float:
    """Processor seconds of all invocations of a function in a night, from the largest night that was measured."""
    night = max(measured["nights"], key=lambda night: night["accounts"])
    return float(night["cpu_seconds"].get(function, 0.0)) * accounts / night["accounts"]


def night(measured: dict[str, Any], memory: dict[str, int], accounts: int) -> list[Function]:
    """The functions of one night. What is to be deleted is so little that it is left out."""
    audits = batches(accounts) + chunks(accounts)
    listing = ACCOUNTS_IN_A_CHUNK / ACCOUNTS_IN_A_PAGE / PAGES_PER_SECOND
    auditing = ACCOUNTS_IN_A_BATCH / (SESSIONS_PER_SECOND / WORKERS)
    return [
        Function(name, memory[name], count, cpu(measured, name, accounts) / count, waiting)
        for name, count, waiting in (
            ("SelectAccounts", chunks(accounts), listing),
            ("AuditAccounts", audits, auditing),
            ("PlanDeletions", 1, 1.0),
            ("PublishReport", 1, 1.0),
        )
    ]


def month(measured: dict[str, Any], memory: dict[str, int], accounts: int) -> Month:
    functions = night(measured, memory, accounts)
    largest = max(measured["nights"], key=lambda night: night["accounts"])
    invocations = NIGHTS * sum(function.invocations for function in functions)
    gb_seconds = NIGHTS * sum(function.gb_seconds for function in functions)
    audit = next(function for function in functions if function.name == "AuditAccounts")
    express = NIGHTS * batches(accounts)
    express_gb_seconds = express * audit.seconds * 64 / 1024
    # An object for each invocation, and the two that a plan and a ledger are.
    puts = invocations + 2 * NIGHTS
    gets = invocations * GETS_OF_AN_INVOCATION
    stored_gb = 12 * NIGHTS * accounts * largest["stored_bytes"] / largest["accounts"] / 1e9
    logs_gb = invocations * LOG_BYTES_OF_AN_INVOCATION / 1e9
    steps = NIGHTS * transitions(accounts)
    return Month(
        accounts=accounts,
        invocations=invocations,
        gb_seconds=gb_seconds,
        transitions=steps,
        express_requests=express,
        express_gb_seconds=express_gb_seconds,
        puts=puts,
        gets=gets,
        stored_gb=stored_gb,
        dollars={
            "Lambda": invocations * LAMBDA_REQUEST + gb_seconds * LAMBDA_GB_SECOND,
            "Step Functions": steps * TRANSITION + express * EXPRESS_REQUEST + express_gb_seconds * EXPRESS_GB_SECOND,
            "S3": puts * S3_PUT + gets * S3_GET + stored_gb * S3_GB_MONTH,
            "CloudWatch": ALARMS * ALARM
            + (METRICS + RUN_METRICS * NIGHTS / HOURS_OF_A_MONTH) * METRIC
            + logs_gb * LOGS_GB,
        },
    )


def memory_sizes(template: Path) -> dict[str, int]:
    """`MemorySize` of each function, by its logical id; the template's default where it says nothing."""
    found, resource, default = {}, "", 128
    for line in template.read_text(encoding="utf-8").splitlines():
        if line.startswith("  ") and line[2:3].isalpha() and line.endswith(":"):
            resource = line.strip().rstrip(":")
        elif line.strip() == "Type: AWS::Serverless::Function":
            found[resource] = default
        elif line.strip().startswith("MemorySize:"):
            size = int(line.split(":")[1])
            if resource in found:
                found[resource] = size
            else:
                default = size
    return found


def tables(measured: dict[str, Any], memory: dict[str, int]) -> str:
    months = [month(measured, memory, size) for size in SIZES]
    rows = [
        "| accounts | " + " | ".join(f"{size:,}" for size in SIZES) + " |",
        "|---|" + "---|" * len(SIZES),
        *(
            f"| {what} | " + " | ".join(f"${entry.dollars[what]:,.2f}" for entry in months) + " |"
            for what in months[0].dollars
        ),
        "| **a month** | " + " | ".join(f"**${entry.total:,.2f}**" for entry in months) + " |",
        "",
        "| what is counted, a month | " + " | ".join(f"{size:,}" for size in SIZES) + " |",
        "|---|" + "---|" * len(SIZES),
        *(f"| {what} | " + " | ".join(values) + " |" for what, values in counted(months).items()),
        "",
        "| function, in a night of 50,000 | `MemorySize` | of a processor | invocations | processor time | billed |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{entry.name}` | {entry.memory_mb} MB | {entry.memory_mb / MB_OF_A_PROCESSOR:.1%} "
            f"| {entry.invocations:,} | {entry.cpu_seconds:.2f} s | {entry.seconds:.1f} s |"
            for entry in night(measured, memory, SIZES[-1])
        ),
    ]
    return "\n".join(rows)


def counted(months: list[Month]) -> dict[str, list[str]]:
    """The lines of the second table."""
    return {
        "invocations": [f"{entry.invocations:,}" for entry in months],
        "GB-seconds of Lambda": [f"{entry.gb_seconds:,.0f}" for entry in months],
        "state transitions": [f"{entry.transitions:,}" for entry in months],
        "Express executions": [f"{entry.express_requests:,}" for entry in months],
        "objects written": [f"{entry.puts:,}" for entry in months],
        "objects read, at most": [f"{entry.gets:,}" for entry in months],
        "GB stored after a year": [f"{entry.stored_gb:,.2f}" for entry in months],
    }


def page_with(text: str, table: str) -> str:
    """The page with these tables between its two marks."""
    before, rest = text.split("<!-- bench/cost.py -->\n", 1)
    _, after = rest.split("<!-- to here -->", 1)
    return f"{before}<!-- bench/cost.py -->\n\n{table}\n\n<!-- to here -->{after}"


def measured_nights() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.cost", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the tables into docs/cost.md")
    table = tables(measured_nights(), memory_sizes(ROOT / "template.yaml"))
    if parser.parse_args().write:
        PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), table), encoding="utf-8")
    else:
        print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
