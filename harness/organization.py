"""What happened in the organization, from the simulator's world and call log, and what should have happened.

Nothing here asks the functions: their report is compared with it.
"""

import copy
from collections import Counter
from typing import Any

World = dict[str, Any]
Call = dict[str, Any]

AUDIT = "IAMAuditRootUserCredentials"
DELETE = "IAMDeleteRootUserCredentials"
RECOVER = "IAMCreateRootUserPassword"
UNLOCK_BUCKET = "S3UnlockBucketPolicy"
UNLOCK_QUEUE = "SQSUnlockQueuePolicy"
_KINDS = {
    "access_keys": "access key",
    "signing_certificates": "signing certificate",
    "password": "password",
    "mfa_devices": "MFA device",
}


def accounts(world: World) -> dict[str, dict[str, Any]]:
    """The accounts by their ids."""
    return {account["id"]: account for account in world["accounts"]}


def credentials(account: dict[str, Any]) -> list[str]:
    """The kinds of root credentials in an account, one entry for each credential."""
    root = account.get("root", {})
    found = []
    for kind, name in _KINDS.items():
        value = root.get(kind)
        found += [name] * (len(value) if isinstance(value, list) else value is not None)
    return found


def calls_in(calls: list[Call], account: str) -> list[Call]:
    """Calls made in an account: sessions opened, or refused, in it, and what was done with them."""
    return [
        call
        for call in calls
        if (call["action"] == "sts:AssumeRoot" and call["account"] == account)
        or (call["session"] is not None and call["session"]["account"] == account)
    ]


def sessions_in(calls: list[Call], account: str) -> list[Call]:
    """Calls of sts:AssumeRoot aimed at an account."""
    return [call for call in calls_in(calls, account) if call["action"] == "sts:AssumeRoot"]


def changes_in(calls: list[Call], account: str) -> list[Call]:
    """Calls in an account that do more than read, whether they succeeded or not."""
    reads = ("sts:AssumeRoot", "iam:Get", "iam:List", "s3:Get", "s3:List", "s3:Head", "sqs:Get", "sqs:List")
    return [call for call in calls_in(calls, account) if not call["action"].startswith(reads)]


def is_out_of_reach(world: World, account: dict[str, Any]) -> bool:
    """Whether no session may ever be opened in it: the management account, and what is not active."""
    return account["id"] == world["management_account"] or account.get("state", "ACTIVE") != "ACTIVE"


def secured(world: World, exempt: set[str]) -> World:
    """The world as it has to end: no root credentials in active members that are not exempt, all else the same."""
    goal = copy.deepcopy(world)
    for account in goal["accounts"]:
        if account["id"] not in exempt and not is_out_of_reach(world, account):
            account.pop("root", None)
    return goal


def expected_status(before: World, account: dict[str, Any], exempt: set[str]) -> set[str]:
    """What a report may say of an account, after a run that found it as it is in `before`."""
    if is_out_of_reach(before, account):
        return {"ineligible", "absent"}
    if account["id"] in exempt:
        return {"exempt"} if credentials(account) else {"clean"}
    return {"cleaned"} if credentials(account) else {"clean"}


def reported_status(report: dict[str, Any], account: str) -> str:
    """The one word with which a report speaks of an account; `absent` if it does not."""
    entry = report["accounts"].get(account)
    if entry is None:
        return "absent"
    status = entry["status"]
    return status if isinstance(status, str) else next(iter(status))


def problems(before: World, after: World, calls: list[Call], exempt: set[str]) -> list[str]:
    """Where one run over the whole organization did not do exactly what it should; empty if all is well."""
    found = []
    now, goal = accounts(after), accounts(secured(before, exempt))
    for id, account in accounts(before).items():
        made = calls_in(calls, id)
        if now.get(id) != goal[id]:
            left = ", ".join(credentials(now.get(id, {}))) or "something else than its root credentials changed"
            found.append(f"account {id} is not as it should be: {left}")
        if is_out_of_reach(before, account):
            if made:
                found.append(f"account {id} is out of bounds, and received {len(made)} calls")
        elif not sessions_in(calls, id):
            found.append(f"account {id} was not audited")
        elif not credentials(account) and len(made) != 2:
            found.append(f"clean account {id} cost {len(made)} calls, not 2")
        elif len(sessions_in(calls, id)) > (1 if id in exempt else 2):
            found.append(f"{len(sessions_in(calls, id))} sessions were opened in account {id}")
    settings = [{key: value for key, value in world.items() if key != "accounts"} for world in (before, after)]
    if settings[0] != settings[1]:
        found.append("a setting of the organization changed")
    return found


def totals(calls: list[Call]) -> str:
    """How often what was called."""
    return ", ".join(f"{count} {action}" for action, count in Counter(call["action"] for call in calls).most_common())
